// SPDX-License-Identifier: GPL-2.0-only
/*
 * For guests: load and attach the programs of an object (bare.bpf.o), and read their records until
 * killed.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>

static int on_record(void *priv, void *data, size_t size)
{
	(void)priv;
	(void)data;
	(void)size;
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj = argc == 2 ? bpf_object__open_file(argv[1], NULL) : NULL;
	struct ring_buffer *ring;
	struct bpf_program *prog;

	if (!obj || bpf_object__load(obj)) {
		fprintf(stderr, "usage: bare OBJECT\n");
		return 2;
	}
	bpf_object__for_each_program(prog, obj)
	{
		if (bpf_program__attach(prog))
			continue;
		fprintf(stderr, "bare: cannot attach %s\n", bpf_program__name(prog));
		return 1;
	}
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(obj, "events"), on_record, NULL,
				NULL);
	if (!ring)
		return 1;
	fprintf(stderr, "watching\n");
	while (ring_buffer__poll(ring, -1) >= 0)
		;
	return 0;
}
