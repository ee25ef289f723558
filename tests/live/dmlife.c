// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmlife create NAME [DEVICE] | dmlife remove NAME: device-mapper for guests that
 * have no dmsetup, static and without libraries. With DEVICE the new device is a
 * linear map of the first megabyte of that one, else it has no table.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CONTROL "/dev/mapper/control"
#define SECTORS 2048

struct request {
	struct dm_ioctl head;
	struct dm_target_spec target;
	char text[256];
};

static void prepare(struct request *r, const char *name)
{
	memset(r, 0, sizeof(*r));
	r->head.version[0] = DM_VERSION_MAJOR;
	r->head.data_size = sizeof(*r);
	r->head.data_start = offsetof(struct request, target);
	snprintf(r->head.name, sizeof(r->head.name), "%s", name);
}

static int fail(const char *what)
{
	fprintf(stderr, "dmlife: %s: %s\n", what, strerror(errno));
	return 1;
}

static int load(int fd, const char *name, const char *device)
{
	struct request r;

	prepare(&r, name);
	r.head.target_count = 1;
	r.target.length = SECTORS;
	r.target.next = sizeof(r.target) + sizeof(r.text);
	snprintf(r.target.target_type, sizeof(r.target.target_type), "linear");
	snprintf(r.text, sizeof(r.text), "%s 0", device);
	if (ioctl(fd, DM_TABLE_LOAD, &r))
		return fail("load table");
	/* Without the flag for "suspend" this resumes, which activates the table. */
	prepare(&r, name);
	return ioctl(fd, DM_DEV_SUSPEND, &r) ? fail("resume") : 0;
}

int main(int argc, char **argv)
{
	struct request r;
	int fd;

	if (argc < 3 || (strcmp(argv[1], "create") != 0 && strcmp(argv[1], "remove") != 0)) {
		fprintf(stderr, "usage: dmlife create NAME [DEVICE] | dmlife remove NAME\n");
		return 2;
	}
	fd = open(CONTROL, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fail(CONTROL);
	prepare(&r, argv[2]);
	if (!strcmp(argv[1], "remove"))
		return ioctl(fd, DM_DEV_REMOVE, &r) ? fail("remove") : 0;
	if (ioctl(fd, DM_DEV_CREATE, &r))
		return fail("create");
	return argv[3] ? load(fd, argv[2], argv[3]) : 0;
}
