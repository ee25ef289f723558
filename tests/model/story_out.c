// SPDX-License-Identifier: GPL-2.0-only
#include "story_out.h"

#include <inttypes.h>
#include <string.h>

#include "base/event_kinds.h"

const char *slot_name(int slot)
{
	static const char *const names[DAXES] = { "X", "Y", "Z", "U", "V", "W", "P", "Q", "R", "S" };

	return names[slot];
}

/* An address as a word. */
static void word(FILE *f, const char *field, uint64_t v)
{
	if (!v)
		fprintf(f, " %s=NULL", field);
	else if (v == (uint64_t)-95)
		fprintf(f, " %s=-EOPNOTSUPP", field);
	else if (v == (uint64_t)-12)
		fprintf(f, " %s=-ENOMEM", field);
	else if (v >= HOLDER_AT)
		fprintf(f, " %s=holder%" PRIu64, field, (uint64_t)((v - HOLDER_AT) / OBJ_SIZE));
	else if (v >= DISK_AT)
		fprintf(f, " %s=disk%" PRIu64, field, (uint64_t)((v - DISK_AT) / OBJ_SIZE));
	else if (v >= DEV_AT)
		fprintf(f, " %s=dev%" PRIu64, field, (uint64_t)((v - DEV_AT) / OBJ_SIZE));
	else if (v >= DAX_AT)
		fprintf(f, " %s=%s", field, slot_name((int)((v - DAX_AT) / DAX_SIZE)));
	else
		fprintf(f, " %s=%" PRIu64, field, v);
}

static void dax_fields(FILE *f, const struct dxa_event *ev)
{
	int owner = ev->ops ? (int)((ev->ops - OPS_AT) / 256) : OWN_DEVICE_DAX;

	fprintf(f, " refs=%d rdev=0x%x", ev->refs, ev->rdev);
	if (ev->dax_flags)
		fprintf(f, " flags=alive");
	if (ev->ops)
		fprintf(f, " ops=%s[%s]", owner_ops[owner], owner_module[owner]);
	else
		fprintf(f, " ops=NULL");
	if (ev->cdev_refs)
		fprintf(f, " cdev_refs=%d", ev->cdev_refs);
	if (ev->holder)
		word(f, "holder", ev->holder);
}

static bool has_result(const struct dxa_event *ev)
{
	return ev->phase & DXA_PHASE_RET;
}

static void result(FILE *f, const struct dxa_event *ev)
{
	if (ev->kind == DXA_KIND_ALLOC_DAX || ev->kind == DXA_KIND_FS_DAX_GET_BY_BDEV)
		word(f, "ret", (uint64_t)ev->ret);
	else
		fprintf(f, " ret=%" PRId64, (int64_t)ev->ret);
}

static void one(FILE *f, const struct dxa_event *ev)
{
	const struct dxa_kind_info *info = dxa_kind_info(ev->kind);
	bool bracket = !info->synthetic && info->shape == DXA_SHAPE_BRACKET;

	if (bracket)
		fprintf(f, "%s ", ev->phase & DXA_PHASE_ARGS ? "enter" : "leave");
	else if (!info->synthetic && info->shape == DXA_SHAPE_ACQUIRE &&
		 ev->phase != DXA_PHASE_CALL)
		fprintf(f, "%s ", ev->phase & DXA_PHASE_ARGS ? "args" : "ret");
	/* A word of the story's own hides this kind's name. */
	if (ev->kind == DXA_KIND_LOST)
		fprintf(f, "%d", DXA_KIND_LOST);
	else
		fprintf(f, "%s", info->name);
	if (ev->dax || (ev->has & DXA_HAS_DAX) || ev->kind == DXA_KIND_KILL_DAX ||
	    ev->kind == DXA_KIND_PUT_DAX || ev->kind == DXA_KIND_FS_PUT_DAX)
		word(f, "dax", ev->dax);
	if (ev->obj)
		word(f, "obj", ev->obj);
	if (ev->name[0])
		fprintf(f, " name=%s", ev->name);
	if (ev->bus[0])
		fprintf(f, " bus=%s", ev->bus);
	if (ev->driver[0])
		fprintf(f, " driver=%s", ev->driver);
	if (has_result(ev) || (info->synthetic && ev->ret))
		result(f, ev);
	if (ev->arg)
		word(f, "arg", ev->arg);
	if (ev->has & DXA_HAS_DAX)
		dax_fields(f, ev);
	else if (ev->kind == DXA_KIND_ALLOC_DAX && (ev->phase & DXA_PHASE_ARGS))
		fprintf(f, " ops=%s", ev->ops ? owner_ops[(ev->ops - OPS_AT) / 256] : "NULL");
	if (ev->rdev && !(ev->has & DXA_HAS_DAX))
		fprintf(f, " rdev=0x%x", ev->rdev);
	fprintf(f, "\n");
}

void story_events(FILE *f, const struct dxa_event *ev, size_t n)
{
	uint64_t now = 1000 * MS;
	uint32_t tid = 0;

	for (size_t i = 0; i < n; i++) {
		if (!i || ev[i].tid != tid)
			fprintf(f, "task %u %s\n", ev[i].tid, ev[i].comm[0] ? ev[i].comm : "x");
		tid = ev[i].tid;
		if (ev[i].ts > now + MS) {
			fprintf(f, "wait %" PRIu64 "\n", (uint64_t)((ev[i].ts - now) / MS));
			now += (ev[i].ts - now) / MS * MS;
		}
		one(f, &ev[i]);
		now += 10 * US;
	}
}
