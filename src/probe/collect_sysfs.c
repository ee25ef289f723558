// SPDX-License-Identifier: GPL-2.0-only
#include "probe/collect_sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "daxaudit/hooks.h"

#define DISKS "/sys/block"
#define BLOCK_DEVICES "/sys/dev/block"
#define DAX_BUS "/sys/bus/dax/devices"
#define VIRTIOFS "/sys/bus/virtio/drivers/virtiofs"

static bool is_entry(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* ---- disks ---- */

/* There may be thousands of disks, so a buffer is not allocated for each. */
static bool read_queue_dax(int disks, const char *disk, int *dax)
{
	char path[PATH_MAX], text[16];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/queue/dax", disk);
	_cleanup_close_ int fd = openat(disks, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return sscanf(text, "%d", dax) == 1;
}

bool dxa_read_queue_dax(const char *disk, int *dax)
{
	_cleanup_close_ int disks = open(DISKS, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return disks >= 0 && read_queue_dax(disks, disk, dax);
}

/* The first device in the holders directory of a block device, where dm and md link theirs. */
static bool read_holder(uint32_t rdev, char *name, size_t size)
{
	char path[PATH_MAX];
	struct dirent *d;

	snprintf(path, sizeof(path), BLOCK_DEVICES "/%u:%u/holders", DXA_DEV_MAJOR(rdev),
		 DXA_DEV_MINOR(rdev));
	_cleanup_closedir_ DIR *dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		if (!is_entry(d))
			continue;
		dxa_collector_name(name, size, d->d_name);
		return true;
	}
	return false;
}

/* The disk whose slaves directory still has a removed disk, or a partition of it. */
static bool find_holder(const char *gone, char *name, size_t size)
{
	_cleanup_closedir_ DIR *dir = opendir(DISKS);
	struct dirent *d, *s;
	char path[PATH_MAX];

	while (dir && (d = readdir(dir))) {
		snprintf(path, sizeof(path), DISKS "/%s/slaves", d->d_name);
		_cleanup_closedir_ DIR *slaves = opendir(path);
		while (slaves && (s = readdir(slaves))) {
			if (strncmp(s->d_name, gone, strlen(gone)) != 0)
				continue;
			dxa_collector_name(name, size, d->d_name);
			return true;
		}
	}
	return false;
}

bool dxa_read_disk_user(const struct dxa_event *ev, char name[DXA_DRIVER_LEN])
{
	return ev->kind == DXA_KIND_USED_GONE ? find_holder(ev->name, name, DXA_DRIVER_LEN) :
						read_holder(ev->rdev, name, DXA_DRIVER_LEN);
}

/* A dm table holds a removed disk: the link in its slaves directory is dangling. */
static void collect_gone_slaves(const struct dxa_collector *c, const char *disk)
{
	char path[PATH_MAX];
	struct dirent *d;
	struct stat st;

	snprintf(path, sizeof(path), DISKS "/%s/slaves", disk);
	_cleanup_closedir_ DIR *dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		struct dxa_event ev = { .kind = DXA_KIND_USED_GONE };

		if (!is_entry(d) || !fstatat(dirfd(dir), d->d_name, &st, 0))
			continue;
		dxa_collector_name(ev.name, sizeof(ev.name), d->d_name);
		dxa_collector_name(ev.driver, sizeof(ev.driver), disk);
		dxa_collector_add(c, &ev);
	}
}

/* An object that is removed and made again gets another inode in sysfs: kernfs_new_node(). */
static uint64_t read_incarnation(DIR *dir, const char *entry)
{
	struct stat st;

	return fstatat(dirfd(dir), entry, &st, 0) ? 0 : st.st_ino;
}

static bool collect_disks(const struct dxa_collector *c, bool used_gone)
{
	_cleanup_closedir_ DIR *dir = opendir(DISKS);
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		struct dxa_event ev = { .kind = DXA_KIND_DISK_STATE, .ret = 1 };
		int dax;

		if (!is_entry(d))
			continue;
		if (used_gone)
			collect_gone_slaves(c, d->d_name);
		if (!read_queue_dax(dirfd(dir), d->d_name, &dax) || dax != 1)
			continue;
		ev.arg = read_incarnation(dir, d->d_name);
		dxa_collector_name(ev.name, sizeof(ev.name), d->d_name);
		dxa_collector_add(c, &ev);
	}
	return dir != NULL;
}

/* ---- buses ---- */

static uint32_t read_rdev(int dir, const char *device)
{
	char path[PATH_MAX], text[32] = "";
	unsigned int major, minor;
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/dev", device);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (n <= 0 || sscanf(text, "%u:%u", &major, &minor) != 2)
		return 0;
	return DXA_DEV(major, minor);
}

static void read_driver(int dir, const char *device, char driver[DXA_DRIVER_LEN])
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t n;
	char *slash;

	snprintf(path, sizeof(path), "%s/driver", device);
	n = readlinkat(dir, path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	slash = strrchr(target, '/');
	dxa_collector_name(driver, DXA_DRIVER_LEN, slash ? slash + 1 : target);
}

/* False only if the bus exists and cannot be read; without the bus there are no devices. */
static bool collect_dax_bus(const struct dxa_collector *c)
{
	_cleanup_closedir_ DIR *dir = opendir(DAX_BUS);
	struct dirent *d;

	if (!dir)
		return errno == ENOENT;
	while ((d = readdir(dir))) {
		struct dxa_event ev = { .kind = DXA_KIND_BUS_DEVICE, .bus = "dax" };

		if (!is_entry(d))
			continue;
		dxa_collector_name(ev.name, sizeof(ev.name), d->d_name);
		ev.rdev = read_rdev(dirfd(dir), d->d_name);
		ev.arg = read_incarnation(dir, d->d_name);
		read_driver(dirfd(dir), d->d_name, ev.driver);
		dxa_collector_add(c, &ev);
	}
	return true;
}

static bool collect_virtiofs(const struct dxa_collector *c)
{
	_cleanup_closedir_ DIR *dir = opendir(VIRTIOFS);
	struct dirent *d;

	if (!dir)
		return errno == ENOENT;
	while ((d = readdir(dir))) {
		struct dxa_event ev = { .kind = DXA_KIND_BUS_DEVICE,
					.bus = "virtio",
					.driver = "virtiofs" };

		/* Apart from bind and unbind, the entries are links with the names of devices. */
		if (strncmp(d->d_name, "virtio", 6) != 0)
			continue;
		dxa_collector_name(ev.name, sizeof(ev.name), d->d_name);
		dxa_collector_add(c, &ev);
	}
	return true;
}

bool dxa_collect_sysfs(const struct dxa_collector *c, bool used_gone)
{
	bool disks = collect_disks(c, used_gone), dax = collect_dax_bus(c),
	     virtiofs = collect_virtiofs(c);

	return disks && dax && virtiofs;
}
