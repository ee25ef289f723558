/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output files that are named by the user, for a privileged process. Each component of
 * the path is looked up on its own and the last one is opened relative to its directory,
 * so nothing can be replaced between a check and its use. Links and files that another
 * user could have planted are refused as the kernel does with fs.protected_symlinks,
 * fs.protected_hardlinks and fs.protected_regular, whatever their settings are
 * (Documentation/admin-guide/sysctl/fs.rst).
 */
#ifndef DAXAUDIT_BASE_OUTFILE_H
#define DAXAUDIT_BASE_OUTFILE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"

/* Default permissions of a new file: reports contain kernel addresses. */
#define DXA_OUTFILE_MODE 0600

struct dxa_outfile {
	int dir; /* O_PATH, owned; -1 for a descriptor */
	int fd; /* the open descriptor that the path names (/dev/fd/N), borrowed; else -1 */
	char name[NAME_MAX + 1]; /* in dir */
	bool exists;
	struct stat st; /* of the existing file, or of the descriptor */
	struct stat dir_st;
};

/*
 * Look path up. Symbolic links, also the last one, are followed if they belong to us or
 * to root; an unprivileged user also follows links of others in directories that are not
 * writable by everyone. The file itself need not exist. Close *ret with
 * dxa_outfile_close(). INPUT error without the path in it.
 */
struct dxa_err *dxa_outfile_find(const char *path, struct dxa_outfile *ret);

/* Close what dxa_outfile_find() opened. */
void dxa_outfile_close(struct dxa_outfile *p);

/*
 * May the existing file be written to or replaced? It must be a regular file or, unless
 * only_regular, a FIFO, a character device or a descriptor; and in a directory
 * where others can create files it must neither belong to another user nor have a second
 * hard link. INPUT error without the path in it.
 */
struct dxa_err *dxa_outfile_check(const struct dxa_outfile *p, bool only_regular);

/*
 * Open or create the file with flags, O_CLOEXEC, O_NOFOLLOW and O_NOCTTY; then check the
 * open file as dxa_outfile_check(only_regular) does, and put its state in p->st. A new
 * file gets mode, to which the umask applies; *created (may be NULL) says whether it is
 * new. A descriptor is duplicated. Never blocks: a FIFO without a reader is refused, and a
 * FIFO is opened for writing only. INPUT error without the path in it.
 */
struct dxa_err *dxa_outfile_open(struct dxa_outfile *p, int flags, mode_t mode, bool only_regular,
				 int *fd, bool *created);

/*
 * Create a file in the directory, which dxa_outfile_replace() can rename to p's name. It
 * has owner and permissions of the existing file, else mode, to which the umask applies.
 * tmp gets its name. Returns a descriptor for writing, or -1 with errno.
 */
int dxa_outfile_create_beside(const struct dxa_outfile *p, mode_t mode, char tmp[NAME_MAX + 1]);

/* Rename the file called tmp to p's name. 0 or errno. */
int dxa_outfile_replace(const struct dxa_outfile *p, const char *tmp);

/* Does p's name refer to the file of fd now? */
bool dxa_outfile_holds(const struct dxa_outfile *p, int fd);

/* Do both refer to the same file, existing or not? */
bool dxa_outfile_same(const struct dxa_outfile *a, const struct dxa_outfile *b);

#endif
