// SPDX-License-Identifier: GPL-2.0-only
/*
 * For guests: what time it is, in ns of CLOCK_MONOTONIC.
 *
 * Usage: stamp        print the time
 *        stamp lines  print the time before each line of standard input
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	bool begins = true;
	char text[4096];
	ssize_t n;

	if (argc == 1) {
		printf("%lld\n", now());
		return 0;
	}
	if (argc != 2 || strcmp(argv[1], "lines") != 0) {
		fprintf(stderr, "usage: stamp [lines]\n");
		return 2;
	}
	while ((n = read(0, text, sizeof(text))) > 0) {
		long long at = now();

		for (ssize_t i = 0; i < n; i++) {
			if (begins)
				printf("%lld ", at);
			begins = text[i] == '\n';
			putchar(text[i]);
		}
		fflush(stdout);
	}
	return 0;
}
