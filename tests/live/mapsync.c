// SPDX-License-Identifier: GPL-2.0-only
/*
 * For guests: does the kernel accept MAP_SYNC on this file? It must only where
 * stores become persistent without a further system call, and so never on an
 * asynchronous device such as virtio-pmem.
 *
 * Usage: mapsync FILE      prints "accepted" or "refused: ERROR"; exits 0 or 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const size_t length = 4096;
	void *map;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: mapsync FILE\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, length)) {
		fprintf(stderr, "mapsync: %s: %s\n", argv[1], strerror(errno));
		return 2;
	}
	map = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);
	if (map == MAP_FAILED) {
		printf("refused: %s\n", strerrorname_np(errno));
		return 1;
	}
	memcpy(map, "kept?", 6);
	puts("accepted");
	return 0;
}
