// SPDX-License-Identifier: GPL-2.0-only
#include "probe/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* One read gives one record; CONSOLE_EXT_LOG_MAX in kernel/printk/printk.c is 8192. */
#define RECORD_MAX 8192

struct dxa_err *dxa_kmsg_open(int *fd)
{
	*fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		return dxa_err_new(DXA_ERR_REFUSED, errno,
				   "cannot read the kernel's log (/dev/kmsg: %s): run as root",
				   strerror(errno));
	lseek(*fd, 0, SEEK_END);
	return NULL;
}

unsigned int dxa_kmsg_read(int fd, void (*fn)(void *priv, const char *line), void *priv)
{
	char record[RECORD_MAX + 1];
	unsigned int overtaken = 0;

	for (;;) {
		ssize_t n = read(fd, record, RECORD_MAX);
		char *text;

		if (n < 0 && errno == EPIPE) {
			overtaken++;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return overtaken;
		record[n] = '\0';
		/* "level,sequence,time,flags;message\n KEY=value\n"
		 * (Documentation/ABI/testing/dev-kmsg) */
		text = strchr(record, ';');
		if (!text)
			continue;
		text++;
		text[strcspn(text, "\n")] = '\0';
		fn(priv, text);
	}
}
