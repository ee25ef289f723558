// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make seeds for fuzz_engine of recordings: addresses become small numbers.
 * Usage: seeds FOLDER RECORDING...
 */
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "record/reader.h"
#include "step.h"

/* Number the addresses as they come. */
static uint8_t number(struct dxa_map *seen, uint64_t addr)
{
	uintptr_t n = (uintptr_t)dxa_map_get(seen, addr);

	if (!addr || addr >= (uint64_t)-4095)
		return addr ? 0xff : 0;
	if (!n) {
		n = seen->len % 15 + 1;
		(void)dxa_map_put(seen, addr, (void *)n);
	}
	return (uint8_t)n;
}

static uint8_t name_number(const struct dxa_event *ev)
{
	unsigned int n = strncmp(ev->name, "pmem", 4) == 0	? 1 :
			 strncmp(ev->name, "namespace", 9) == 0 ? 2 :
			 strncmp(ev->name, "dax", 3) == 0	? 3 :
			 strncmp(ev->name, "nd_", 3) == 0	? 4 :
								  0;

	return (uint8_t)(n | (strcmp(ev->bus, "dax") == 0 ? 8 : 0) |
			 (strcmp(ev->driver, "device_dax") == 0 ? 16 : 0));
}

static int convert(const char *path, FILE *out)
{
	struct dxa_map dax = { 0 }, obj = { 0 }, ops = { 0 };
	const struct dxa_event *ev;
	struct dxa_reader *r;

	if (dxa_reader_open(path, &r)) {
		fprintf(stderr, "seeds: %s is no recording\n", path);
		return 1;
	}
	fputc(dxa_reader_head(r)->aliasing, out);
	while ((ev = dxa_reader_next(r))) {
		struct step s = { .kind = (uint8_t)ev->kind,
				  .phase = (uint8_t)(ev->phase | ev->has << 4),
				  .tid = (uint8_t)ev->tid,
				  .dax = number(&dax, ev->dax),
				  .obj = number(&obj, ev->obj),
				  .arg = number(&obj, ev->arg),
				  .ops = number(&ops, ev->ops),
				  .name = name_number(ev),
				  .flags = (uint8_t)(ev->dax_flags & 0x1f),
				  .ret = (int8_t)ev->ret,
				  .ret_is_dax = ev->ret && (uint64_t)ev->ret == ev->dax,
				  .refs = (uint8_t)ev->refs };

		fwrite(&s, sizeof(s), 1, out);
	}
	dxa_map_free(&dax);
	dxa_map_free(&obj);
	dxa_map_free(&ops);
	dxa_reader_free(r);
	return 0;
}

int main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 2; i < argc; i++) {
		const char *name = strrchr(argv[i], '/');
		char path[4096];
		FILE *out;

		snprintf(path, sizeof(path), "%s/%s", argv[1], name ? name + 1 : argv[i]);
		out = fopen(path, "we");
		if (!out)
			return 1;
		bad |= convert(argv[i], out);
		fclose(out);
	}
	return bad;
}
