// SPDX-License-Identifier: GPL-2.0-only
#include "output/shape.h"

#include <stdio.h>
#include <string.h>

/* What an event is called; NULL: it is no part of the shape. */
static const char *step_of(const struct dxa_event *ev)
{
	bool failed = ev->phase & DXA_PHASE_RET && ev->ret;

	switch (ev->kind) {
	case DXA_KIND_SNAP_DEVICE:
		return "there before";
	case DXA_KIND_ALLOC_DAX:
		return "alloc";
	case DXA_KIND_KILL_DAX:
		return ev->dax ? "kill" : "kill NULL";
	case DXA_KIND_PUT_DAX:
		return ev->dax ? "put" : "put NULL";
	case DXA_KIND_RUN_DAX:
		return ev->phase & DXA_PHASE_RET ? "run" : NULL;
	case DXA_KIND_DAX_ADD_HOST:
		if (!(ev->phase & DXA_PHASE_RET))
			return NULL;
		return failed ? "host failed" : "host";
	case DXA_KIND_DAX_REMOVE_HOST:
		return "unhost";
	case DXA_KIND_FS_DAX_GET_BY_BDEV:
		if (!(ev->phase & DXA_PHASE_RET))
			return NULL;
		return ev->ret ? "get" : "get failed";
	case DXA_KIND_FS_DAX_GET:
		return ev->phase & DXA_PHASE_RET ? "get" : NULL;
	case DXA_KIND_FS_PUT_DAX:
		return "let go";
	case DXA_KIND_DAX_DESTROY_INODE:
		return "destroyed";
	default:
		return NULL;
	}
}

static size_t put_step(char *buf, size_t len, const char *step, size_t times)
{
	char count[24] = "";

	if (!step || len >= DXA_SHAPE_LEN)
		return len;
	if (times > 1)
		snprintf(count, sizeof(count), " x%zu", times);
	return len + (size_t)snprintf(buf + len, DXA_SHAPE_LEN - len, "%s%s%s", len ? ", " : "",
				      step, count);
}

const char *dxa_shape(char buf[DXA_SHAPE_LEN], const struct dxa_lived *life)
{
	const char *last = NULL;
	size_t len = 0, times = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < life->events.len; i++) {
		const char *step = step_of(dxa_vec_at(&life->events, i));

		if (!step)
			continue;
		if (last && !strcmp(step, last)) {
			times++;
			continue;
		}
		len = put_step(buf, len, last, times);
		last = step;
		times = 1;
	}
	len = put_step(buf, len, last, times);
	if (!life->end)
		put_step(buf, len, "still there", 1);
	return buf;
}
