// SPDX-License-Identifier: GPL-2.0-only
/*
 * For guests: a disk of persistent memory leaves while somebody mounts it.
 *
 * Usage: mountrace FIRST LAST
 * One after the other, /dev/pmemN of each number is mounted in a loop, by a process of its
 * own, until it is gone; meanwhile the driver of namespaceN.0 is unbound. What is on the
 * disk does not matter: ext4 looks the DAX device up before it reads anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define POINT "/mnt/race"
#define UNBIND "/sys/bus/nd/drivers/nd_pmem/unbind"
/* Mounts begin between these before the driver is unbound, in us. */
#define LEAD_MIN 3000
#define LEAD_SPREAD 4000

static bool is_gone(int err)
{
	return err == ENXIO || err == ENOENT || err == ENODEV;
}

/* Returns the exit code: 0 when the disk has gone. */
static int mount_until_gone(const char *disk, int told)
{
	bool first = true;

	for (;;) {
		if (!mount(disk, POINT, "ext4", MS_RDONLY, NULL))
			umount(POINT);
		else if (is_gone(errno))
			return first;
		if (first && write(told, "", 1) != 1)
			return 1;
		first = false;
	}
}

static int unbind(const char *device)
{
	int fd = open(UNBIND, O_WRONLY), failed;

	if (fd < 0)
		return 1;
	failed = write(fd, device, strlen(device)) < 0;
	close(fd);
	return failed;
}

static int race(int n)
{
	char disk[32], device[32], byte;
	int told[2], status, failed;
	pid_t child;

	snprintf(disk, sizeof(disk), "/dev/pmem%d", n);
	snprintf(device, sizeof(device), "namespace%d.0", n);
	if (pipe(told))
		return 1;
	child = fork();
	if (child < 0)
		return 1;
	if (!child) {
		close(told[0]);
		_exit(mount_until_gone(disk, told[1]));
	}
	close(told[1]);
	failed = read(told[0], &byte, 1) != 1;
	close(told[0]);
	usleep((useconds_t)(LEAD_MIN + rand() % LEAD_SPREAD));
	failed |= unbind(device);
	/* The node of a removed disk may remain; opening it then returns that error. */
	if (failed)
		kill(child, SIGKILL);
	failed |= waitpid(child, &status, 0) != child || status;
	if (failed)
		fprintf(stderr, "mountrace: %s did not go while it was mounted\n", disk);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: mountrace FIRST LAST\n");
		return 2;
	}
	if (mkdir(POINT, 0755) && errno != EEXIST) {
		perror("mountrace: " POINT);
		return 1;
	}
	for (int n = atoi(argv[1]); n <= atoi(argv[2]); n++)
		failed |= race(n);
	return failed;
}
