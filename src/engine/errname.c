// SPDX-License-Identifier: GPL-2.0-only
#include "engine/errname.h"

#include <stdio.h>

/* 1 to 34 are the same on every architecture. */
static const char *const everywhere[] = {
	[1] = "EPERM",	  [2] = "ENOENT",  [3] = "ESRCH",   [4] = "EINTR",   [5] = "EIO",
	[6] = "ENXIO",	  [7] = "E2BIG",   [8] = "ENOEXEC", [9] = "EBADF",   [10] = "ECHILD",
	[11] = "EAGAIN",  [12] = "ENOMEM", [13] = "EACCES", [14] = "EFAULT", [15] = "ENOTBLK",
	[16] = "EBUSY",	  [17] = "EEXIST", [18] = "EXDEV",  [19] = "ENODEV", [20] = "ENOTDIR",
	[21] = "EISDIR",  [22] = "EINVAL", [23] = "ENFILE", [24] = "EMFILE", [25] = "ENOTTY",
	[26] = "ETXTBSY", [27] = "EFBIG",  [28] = "ENOSPC", [29] = "ESPIPE", [30] = "EROFS",
	[31] = "EMLINK",  [32] = "EPIPE",  [33] = "EDOM",   [34] = "ERANGE",
};

/* include/uapi/asm-generic/errno.h: what a probe or an allocation may return. */
static const struct {
	int err;
	const char *name;
} common[] = {
	{ 35, "EDEADLK" },    { 36, "ENAMETOOLONG" },  { 38, "ENOSYS" },
	{ 39, "ENOTEMPTY" },  { 61, "ENODATA" },       { 62, "ETIME" },
	{ 64, "ENONET" },     { 71, "EPROTO" },	       { 74, "EBADMSG" },
	{ 75, "EOVERFLOW" },  { 84, "EILSEQ" },	       { 85, "ERESTART" },
	{ 98, "EADDRINUSE" }, { 105, "ENOBUFS" },      { 108, "ESHUTDOWN" },
	{ 110, "ETIMEDOUT" }, { 111, "ECONNREFUSED" }, { 112, "EHOSTDOWN" },
	{ 114, "EALREADY" },  { 115, "EINPROGRESS" },  { 116, "ESTALE" },
	{ 117, "EUCLEAN" },   { 121, "EREMOTEIO" },    { 125, "ECANCELED" },
	{ 126, "ENOKEY" },    { 129, "EKEYREJECTED" }, { 133, "EHWPOISON" },
};

/* include/linux/errno.h: internal to the kernel, the same on every architecture. */
static const struct {
	int err;
	const char *name;
} internal[] = {
	{ 512, "ERESTARTSYS" },
	{ DXA_EPROBE_DEFER, "EPROBE_DEFER" },
	{ 524, "ENOTSUPP" },
};

static const char *known(int err, int eopnotsupp)
{
	size_t i;

	if (err > 0 && err == eopnotsupp)
		return "EOPNOTSUPP";
	if (err > 0 && err < (int)(sizeof(everywhere) / sizeof(*everywhere)))
		return everywhere[err];
	for (i = 0; i < sizeof(internal) / sizeof(*internal); i++)
		if (internal[i].err == err)
			return internal[i].name;
	if (eopnotsupp != DXA_EOPNOTSUPP_MOST)
		return NULL;
	for (i = 0; i < sizeof(common) / sizeof(*common); i++)
		if (common[i].err == err)
			return common[i].name;
	return NULL;
}

const char *dxa_errname(char buf[DXA_ERRNAME_LEN], int err, int eopnotsupp)
{
	const char *name = known(err, eopnotsupp);

	if (name)
		snprintf(buf, DXA_ERRNAME_LEN, "%s", name);
	else
		snprintf(buf, DXA_ERRNAME_LEN, "errno %d", err);
	return buf;
}
