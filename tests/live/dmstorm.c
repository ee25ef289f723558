// SPDX-License-Identifier: GPL-2.0-only
/*
 * For guests: mapped devices come and go, in several processes at a time and much
 * faster than by dmsetup.
 *
 * Usage: dmstorm PROCESSES DEVICES [create|remove]
 * Each process makes and removes so many, one after the other; or only makes them, or
 * only removes those that were made so.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int dm(int fd, unsigned long request, int process, int device)
{
	struct dm_ioctl io = {
		.version = { 4, 0, 0 },
		.data_size = sizeof(io),
	};

	snprintf(io.name, sizeof(io.name), "storm%d.%d", process, device);
	/* The kernel returns EBUSY while another task uses the device: retry. */
	for (int tries = 0; tries < 1000; tries++) {
		if (!ioctl(fd, request, &io))
			return 0;
		if (errno != EBUSY)
			break;
		usleep(1000);
	}
	fprintf(stderr, "dmstorm: %s: %s\n", io.name, strerror(errno));
	return 1;
}

static int storm(int process, int devices, const char *only)
{
	int failed = 0, fd = open("/dev/mapper/control", O_RDWR);

	if (fd < 0) {
		perror("dmstorm: /dev/mapper/control");
		return 1;
	}
	for (int device = 0; device < devices; device++)
		failed |= (strcmp(only, "remove") != 0 && dm(fd, DM_DEV_CREATE, process, device)) ||
			  (strcmp(only, "create") != 0 && dm(fd, DM_DEV_REMOVE, process, device));
	close(fd);
	return failed;
}

int main(int argc, char **argv)
{
	int status, failed = 0;
	const char *only = argc == 4 ? argv[3] : "";

	if (argc < 3 || argc > 4 ||
	    (argc == 4 && strcmp(only, "create") != 0 && strcmp(only, "remove") != 0)) {
		fprintf(stderr, "usage: dmstorm PROCESSES DEVICES [create|remove]\n");
		return 2;
	}
	for (int process = 0; process < atoi(argv[1]); process++)
		if (!fork())
			_exit(storm(process, atoi(argv[2]), only));
	while (wait(&status) > 0)
		failed |= status;
	return failed != 0;
}
