/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a path leads, for a privileged program that writes there. Every component
 * is looked up in turn, and the last one is opened relative to its directory, so
 * that nothing can be exchanged between a check and its use. What others could
 * have put in the way is refused as the kernel does for a shell, whatever
 * fs.protected_symlinks and fs.protected_regular are set to
 * (Documentation/admin-guide/sysctl/fs.rst).
 */
#ifndef DAXAUDIT_BASE_PLACE_H
#define DAXAUDIT_BASE_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"

/* Permissions of a new file, unless the user names others: what is found shows kernel addresses. */
#define DXA_PLACE_MODE 0600

struct dxa_place {
	int dir; /* O_PATH, ours; -1 for a descriptor */
	int fd; /* the path names this open descriptor (/dev/stdout, /dev/fd/N), borrowed; else -1 */
	char name[NAME_MAX + 1]; /* in dir */
	bool exists;
	struct stat st; /* of what exists, or of the descriptor */
	struct stat dir_st;
};

/*
 * Look path up. Symbolic links are followed, also the last one, where they belong
 * to us or to root; a user without privilege also follows those of others where
 * not everybody can make one. The file itself need not exist. Close *ret with
 * dxa_place_close(). INPUT error that says why, without the path.
 */
struct dxa_err *dxa_place_find(const char *path, struct dxa_place *ret);

/* Close what dxa_place_find() opened. */
void dxa_place_close(struct dxa_place *p);

/*
 * May what exists be written to or replaced? It must be a regular file or, unless
 * only_regular, a FIFO, a character device or a descriptor; and not another user's
 * in a directory where others can make files. INPUT error that says why, without
 * the path.
 */
struct dxa_err *dxa_place_check(const struct dxa_place *p, bool only_regular);

/*
 * Open what exists or create it, with O_CLOEXEC, O_NOFOLLOW and O_NOCTTY beside flags; then check
 * what was opened as dxa_place_check(only_regular) does, and put its state in p->st. mode is that
 * of a new file, to which the umask applies. *created (NULL is allowed) says whether it is new. A
 * descriptor is duplicated. Never waits: a FIFO that nothing reads is refused, and one is opened
 * for writing only. INPUT error that says why, without the path.
 */
struct dxa_err *dxa_place_open(struct dxa_place *p, int flags, mode_t mode, bool only_regular,
			       int *fd, bool *created);

/*
 * Create a file in the directory, to be renamed to p's name, which was checked: of the
 * same owner and permissions as what exists, else with mode, to which the umask applies.
 * tmp gets its name. Returns a descriptor to write to, or -1 with errno.
 */
int dxa_place_create_beside(const struct dxa_place *p, mode_t mode, char tmp[NAME_MAX + 1]);

/* Rename the file called tmp to p's name. 0 or errno. */
int dxa_place_replace(const struct dxa_place *p, const char *tmp);

/* Is fd's file the one that p's name leads to now? */
bool dxa_place_holds(const struct dxa_place *p, int fd);

/* Do both lead to the same file, existing or not? */
bool dxa_place_same(const struct dxa_place *a, const struct dxa_place *b);

#endif
