// SPDX-License-Identifier: GPL-2.0-only
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The limit of the kernel: MAXSYMLINKS in include/linux/namei.h. */
#define LINKS_MAX 40
#define NAMES_MAX 100

static struct dxa_err *refused(int code)
{
	return dxa_err_new(DXA_ERR_INPUT, code, "%s", strerror(code));
}

/* ---- looking a path up ---- */

struct walk {
	struct dxa_outfile *at;
	char rest[2 * PATH_MAX]; /* of the path */
	int links;
};

/* Can other users create or rename files here? */
static bool is_open_to_others(const struct stat *dir)
{
	return dir->st_mode & S_IWOTH ||
	       (dir->st_mode & (S_ISVTX | S_IWGRP)) == (S_ISVTX | S_IWGRP);
}

static bool may_follow(const struct stat *link, const struct stat *dir)
{
	uid_t us = geteuid();

	return link->st_uid == 0 || link->st_uid == us || (us != 0 && !is_open_to_others(dir));
}

/* Enter a directory below the current one; flags: whether links are followed. */
static int enter(struct dxa_outfile *p, int from, const char *name, int flags)
{
	int dir = openat(from, name, O_PATH | O_DIRECTORY | O_CLOEXEC | flags);
	int code = errno;

	if (p->dir >= 0)
		close(p->dir);
	p->dir = dir;
	if (dir < 0)
		return code;
	return fstat(dir, &p->dir_st) ? errno : 0;
}

/* Is it a magic link of /proc? */
static bool is_magic(const struct dxa_outfile *p)
{
	struct statfs fs;

	return !fstatfs(p->dir, &fs) && fs.f_type == PROC_SUPER_MAGIC;
}

/* /proc/self/fd/N: use the descriptor itself, because an open of the link starts at offset 0. */
static bool is_descriptor(struct dxa_outfile *p, const char *name)
{
	struct stat there;
	char *end;
	long fd = strtol(name, &end, 10);

	if (end == name || *end || fd < 0 || fd > INT_MAX || fstatat(p->dir, name, &there, 0) ||
	    fstat((int)fd, &p->st))
		return false;
	return there.st_dev == p->st.st_dev && there.st_ino == p->st.st_ino;
}

/* Put the target of a link before the rest of the path. 0 or errno. */
static int follow(struct walk *w, const char *name, const char *rest)
{
	char target[sizeof(w->rest)];
	ssize_t len = readlinkat(w->at->dir, name, target, PATH_MAX);

	if (len < 0)
		return errno;
	if (len == PATH_MAX || (size_t)len + strlen(rest) + 2 > sizeof(target))
		return ENAMETOOLONG;
	if (rest[0])
		target[len++] = '/';
	strcpy(target + len, rest);
	strcpy(w->rest, target);
	return target[0] == '/' ? enter(w->at, AT_FDCWD, "/", 0) : 0;
}

/* Remove the first component of the path. 0 or errno. */
static int split(struct walk *w, char name[NAME_MAX + 1], bool *last)
{
	const char *at = w->rest + strspn(w->rest, "/");
	size_t len = strcspn(at, "/");

	if (len > NAME_MAX)
		return ENAMETOOLONG;
	memcpy(name, at, len);
	name[len] = '\0';
	/* "dir/" does not name a file. */
	*last = !at[len];
	memmove(w->rest, at + len, strlen(at + len) + 1);
	memmove(w->rest, w->rest + strspn(w->rest, "/"),
		strlen(w->rest + strspn(w->rest, "/")) + 1);
	return 0;
}

/* One component. *done: it was the last one. */
static struct dxa_err *step(struct walk *w, bool *done)
{
	struct dxa_outfile *p = w->at;
	char name[NAME_MAX + 1];
	struct stat st;
	bool last;
	int err = split(w, name, &last);

	if (err)
		return refused(err);
	*done = last;
	if (fstatat(p->dir, name[0] ? name : ".", &st, AT_SYMLINK_NOFOLLOW)) {
		if (errno != ENOENT || !last)
			return refused(errno);
		strcpy(p->name, name);
		return NULL;
	}
	if (S_ISLNK(st.st_mode) && last && is_magic(p) && is_descriptor(p, name)) {
		close(p->dir);
		p->dir = -1;
		p->fd = atoi(name);
		p->exists = true;
		return NULL;
	}
	if (S_ISLNK(st.st_mode) && !(is_magic(p) && !last)) {
		*done = false;
		if (++w->links > LINKS_MAX)
			return refused(ELOOP);
		if (!may_follow(&st, &p->dir_st))
			return dxa_err_new(DXA_ERR_INPUT, ELOOP,
					   "%s is a symbolic link of another user (uid %u)", name,
					   st.st_uid);
		err = follow(w, name, w->rest);
		return err ? refused(err) : NULL;
	}
	if (!last) {
		err = enter(p, p->dir, name, S_ISLNK(st.st_mode) ? 0 : O_NOFOLLOW);
		return err ? refused(err) : NULL;
	}
	strcpy(p->name, name[0] ? name : ".");
	p->exists = true;
	p->st = st;
	return NULL;
}

struct dxa_err *dxa_outfile_find(const char *path, struct dxa_outfile *ret)
{
	struct walk w = { .at = ret };
	struct dxa_err *err;
	bool done = false;
	int code;

	*ret = (struct dxa_outfile){ .dir = -1, .fd = -1 };
	if (!path[0])
		return refused(ENOENT);
	if (strlen(path) >= PATH_MAX)
		return refused(ENAMETOOLONG);
	strcpy(w.rest, path);
	code = enter(ret, AT_FDCWD, path[0] == '/' ? "/" : ".", 0);
	err = code ? refused(code) : NULL;
	while (!err && !done)
		err = step(&w, &done);
	if (err)
		dxa_outfile_close(ret);
	return err;
}

void dxa_outfile_close(struct dxa_outfile *p)
{
	if (p->dir >= 0)
		close(p->dir);
	p->dir = p->fd = -1;
}

/* ---- checking and opening ---- */

struct dxa_err *dxa_outfile_check(const struct dxa_outfile *p, bool only_regular)
{
	mode_t type = p->st.st_mode & S_IFMT;

	if (!p->exists)
		return NULL;
	if (type == S_IFDIR)
		return dxa_err_new(DXA_ERR_INPUT, EISDIR, "it is a directory; name a file");
	if (only_regular && (type != S_IFREG || p->fd >= 0))
		return dxa_err_new(DXA_ERR_INPUT, 0, "it is no regular file");
	if (p->fd >= 0)
		return NULL;
	if (type != S_IFREG && type != S_IFIFO && type != S_IFCHR)
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "it is neither a file nor a FIFO nor a character device");
	/* Like may_create_in_sticky() in fs/namei.c (since v4.19), also without a sticky bit. */
	if (is_open_to_others(&p->dir_st) && p->st.st_uid != geteuid() &&
	    p->st.st_uid != p->dir_st.st_uid)
		return dxa_err_new(DXA_ERR_INPUT, EACCES,
				   "it belongs to another user (uid %u), in a directory where "
				   "others can make files",
				   p->st.st_uid);
	/* Without fs.protected_hardlinks another user can link our file into this directory. */
	if (is_open_to_others(&p->dir_st) && type == S_IFREG && p->st.st_nlink > 1)
		return dxa_err_new(DXA_ERR_INPUT, EMLINK,
				   "it has a second hard link, and is in a directory where "
				   "others can make files");
	return NULL;
}

/* Does not wait for the reader of a FIFO: without one it fails with ENXIO. */
static int open_once(const struct dxa_outfile *p, int flags, mode_t mode, bool *created)
{
	const int always = O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
	int fd;

	if (p->fd >= 0)
		return fcntl(p->fd, F_DUPFD_CLOEXEC, 3);
	fd = openat(p->dir, p->name, flags | always | O_CREAT | O_EXCL, mode);
	*created = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = openat(p->dir, p->name, flags | always);
	return fd;
}

struct dxa_err *dxa_outfile_open(struct dxa_outfile *p, int flags, mode_t mode, bool only_regular,
				 int *ret, bool *created)
{
	struct dxa_err *err = dxa_outfile_check(p, only_regular);
	bool is_new = false;
	int fd;

	if (err)
		return err;
	/* With O_RDWR a FIFO always has a reader, and a write would not fail when the last one
	 * exits. */
	if (p->exists && S_ISFIFO(p->st.st_mode))
		flags = (flags & ~O_ACCMODE) | O_WRONLY;
	fd = open_once(p, flags, mode, &is_new);
	if (fd < 0 && errno == ENXIO)
		return dxa_err_new(DXA_ERR_INPUT, ENXIO, "nothing reads from it");
	if (fd < 0)
		return refused(errno);
	p->exists = true;
	err = fstat(fd, &p->st) ? refused(errno) : dxa_outfile_check(p, only_regular);
	if (!err && p->fd < 0 && fcntl(fd, F_SETFL, flags))
		err = refused(errno);
	if (err) {
		close(fd);
		return err;
	}
	*ret = fd;
	if (created)
		*created = is_new;
	return NULL;
}

/* ---- replacing a file ---- */

/* The new file must have the same readers as the old one. */
static void take_after(int fd, const struct stat *old)
{
	mode_t mode = old->st_mode & 0777;
	struct stat st;

	if (fstat(fd, &st))
		return;
	if ((st.st_uid != old->st_uid || st.st_gid != old->st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid))
		mode &= 0700;
	if (fchmod(fd, mode)) {
		/* Then only the owner can read it, as it was created. */
	}
}

int dxa_outfile_create_beside(const struct dxa_outfile *p, mode_t mode, char tmp[NAME_MAX + 1])
{
	const bool old = p->exists && S_ISREG(p->st.st_mode);
	unsigned int number;
	int fd = -1;

	for (int i = 0; i < NAMES_MAX; i++) {
		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			return -1;
		if (snprintf(tmp, NAME_MAX + 1, "%s.%08x", p->name, number) > NAME_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = openat(p->dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			    old ? 0600 : mode);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	if (fd >= 0 && old)
		take_after(fd, &p->st);
	return fd;
}

int dxa_outfile_replace(const struct dxa_outfile *p, const char *tmp)
{
	return renameat(p->dir, tmp, p->dir, p->name) ? errno : 0;
}

/* ---- comparing ---- */

static bool same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool dxa_outfile_holds(const struct dxa_outfile *p, int fd)
{
	struct stat ours, there;

	return !fstat(fd, &ours) && !fstatat(p->dir, p->name, &there, AT_SYMLINK_NOFOLLOW) &&
	       same_inode(&ours, &there);
}

bool dxa_outfile_same(const struct dxa_outfile *a, const struct dxa_outfile *b)
{
	if (a->exists != b->exists)
		return false;
	if (a->exists)
		return same_inode(&a->st, &b->st);
	return same_inode(&a->dir_st, &b->dir_st) && !strcmp(a->name, b->name);
}
