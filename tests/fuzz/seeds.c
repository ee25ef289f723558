// SPDX-License-Identifier: GPL-2.0-only
/*
 * Convert recordings to seeds for fuzz_engine: addresses become small numbers. Usage: seeds FOLDER
 * RECORDING...
 */
#include <stdio.h>
#include <string.h>

#include "base/event_kinds.h"
#include "base/map.h"
#include "daxaudit/hooks.h"
#include "record/reader.h"
#include "step.h"

/* Number the addresses in the order of their first use. */
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

/* The index of this one among n texts; 0 when it is none of them. */
static uint8_t index_of(const char *text, const char *const *texts, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (!strcmp(text, texts[i]))
			return (uint8_t)i;
	return 0;
}

static uint8_t kind_number(unsigned int kind)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	for (size_t i = 0; i < n; i++)
		if (kinds[i].kind == kind)
			return (uint8_t)i;
	return STEP_KINDS;
}

static uint8_t name_number(const char *name)
{
	static const char *const names[] = { STEP_NAMES };
	uint8_t n = index_of(name, names, 16);

	if (n)
		return n;
	return !strncmp(name, "pmem", 4)      ? 1 :
	       !strncmp(name, "namespace", 9) ? 2 :
	       !strncmp(name, "dax", 3)	      ? 3 :
						0;
}

static uint8_t words_number(const struct dxa_event *ev)
{
	static const char *const buses[] = { STEP_BUSES }, *const drivers[] = { STEP_DRIVERS };

	return (uint8_t)(index_of(ev->bus, buses, 4) | index_of(ev->driver, drivers, 16) << 4);
}

/* The time since the event before, as the number whose cube counts, in 10 us. */
static uint8_t time_number(uint64_t ns)
{
	uint8_t n = 0;

	while (n < UINT8_MAX && (uint64_t)n * n * n * 10000 < ns)
		n++;
	return n;
}

static struct step step_of(const struct dxa_event *ev, struct dxa_map *dax, struct dxa_map *obj,
			   struct dxa_map *ops)
{
	struct step s = { .kind = kind_number(ev->kind),
			  .phase = (uint8_t)(ev->phase | ev->has << 4),
			  .tid = (uint8_t)ev->tid,
			  .dax = number(dax, ev->dax),
			  .obj = number(obj, ev->obj),
			  .arg = number(obj, ev->arg),
			  .ops = number(ops, ev->ops),
			  .name = name_number(ev->name),
			  .words = words_number(ev),
			  .flags = (uint8_t)(ev->dax_flags & 0x1f),
			  .refs = ev->refs,
			  .cdev_refs = ev->cdev_refs,
			  .value = (int32_t)ev->ret };

	if (ev->ret && (uint64_t)ev->ret == ev->dax)
		s.how = STEP_FROM_DAX;
	else if (ev->kind == DXA_KIND_SNAP_END)
		s = (struct step){ .kind = s.kind,
				   .how = STEP_FROM_VALUE << STEP_ARG_SHIFT,
				   .value = (int32_t)ev->arg };
	return s;
}

static int convert(const char *path, FILE *out)
{
	struct dxa_map dax = { 0 }, obj = { 0 }, ops = { 0 };
	uint64_t before = 0;
	const struct dxa_event *ev;
	struct dxa_reader *r;

	if (dxa_reader_open(path, &r)) {
		fprintf(stderr, "seeds: %s is no recording\n", path);
		return 1;
	}
	fputc(dxa_reader_head(r)->aliasing, out);
	fputc(0, out);
	while ((ev = dxa_reader_next(r))) {
		struct step s = step_of(ev, &dax, &obj, &ops);

		s.time = before ? time_number(ev->ts - before) : 0;
		before = ev->ts;
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
