// SPDX-License-Identifier: GPL-2.0-only
#include "probe/uevents.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* UEVENT_BUFFER_SIZE in include/linux/kobject.h is 2048, and the header comes before it. */
#define MESSAGE_MAX 8192
/* So many are read at a time: whoever sends faster than that does not hold the caller. */
#define READ_MAX 1024
/* The group to which the kernel sends; group 2 is udev's. */
#define KERNEL_GROUP 1

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;
	return false;
}

/* The value of a key in strings that end each with a NUL, as the last byte is, or "". */
static const char *value_of(const char *message, size_t len, const char *key)
{
	size_t key_len = strlen(key);

	for (const char *at = message; at < message + len; at += strlen(at) + 1)
		if (!strncmp(at, key, key_len) && at[key_len] == '=')
			return at + key_len + 1;
	return "";
}

bool dxa_uevent_concerns(const char *message, size_t len)
{
	static const char *const actions[] = { "add", "remove", "bind", "unbind", NULL };
	static const char *const buses[] = { "nd", "dax", "virtio", NULL };
	const char *subsystem;

	if (!len || message[len - 1])
		return false;
	if (!is_one_of(value_of(message, len, "ACTION"), actions))
		return false;
	subsystem = value_of(message, len, "SUBSYSTEM");
	if (!strcmp(subsystem, "block"))
		return !strcmp(value_of(message, len, "DEVTYPE"), "disk");
	return is_one_of(subsystem, buses);
}

int dxa_uevents_open(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);
	int err;

	if (fd < 0)
		return -errno;
	if (!bind(fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

bool dxa_uevents_read(int fd)
{
	char message[MESSAGE_MAX];
	bool concerns = false;

	for (int i = 0; i < READ_MAX; i++) {
		struct sockaddr_nl from = { 0 };
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(fd, message, sizeof(message), 0, (struct sockaddr *)&from,
				     &from_len);

		if (n < 0 && errno == EINTR)
			continue;
		/* More came than the socket holds. */
		if (n < 0 && errno == ENOBUFS) {
			concerns = true;
			continue;
		}
		if (n < 0)
			return concerns;
		/* What the kernel sends comes from port 0. */
		if (!from.nl_pid)
			concerns |= dxa_uevent_concerns(message, (size_t)n);
	}
	return concerns;
}
