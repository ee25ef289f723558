// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine with any stream of events: calls that overlap, missing returns, addresses used in
 * every wrong order, numbers of their whole range. An input is a byte of configuration, one byte
 * that only affects the hash, and then one `struct step` per event. There are few tasks, devices
 * and disks, so that events concern the same ones.
 */
#include <string.h>

#include "audit.h"
#include "base/hash.h"
#include "base/event_kinds.h"
#include "step.h"

/* Bytes before the first step. */
#define HEAD 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t pointer(uint8_t n, uint64_t at)
{
	switch (n) {
	case 0:
		return 0;
	case 0xff:
		return (uint64_t)-95;
	case 0xfe:
		return (uint32_t)-12;
	default:
		return at + n % 16 * 0x1000ull;
	}
}

struct clock {
	uint64_t now, seq;
};

/* A number from a step: one of few addresses, or any number. */
static uint64_t number(const struct step *s, enum step_from from, uint64_t index,
		       const struct clock *clock)
{
	switch (from) {
	case STEP_FROM_DAX:
		return pointer(s->dax, STEP_DAX_AT);
	case STEP_FROM_VALUE:
		return (uint64_t)(int64_t)s->value << (s->value & 1 ? 32 : 0);
	case STEP_FROM_CLOCK:
		return clock->now + (uint64_t)(int64_t)s->value * 1000;
	default:
		return index;
	}
}

static uint16_t kind_of(const struct step *s)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	return (uint16_t)(s->kind < STEP_KINDS ? kinds[s->kind % n].kind : s->value);
}

static int32_t count(int32_t value, bool edge)
{
	static const int32_t edges[] = {
		INT32_MIN, INT32_MIN + 1, INT32_MAX, INT32_MAX - 1, -1, 0, 1, 2
	};

	return edge ? edges[value & 7] : value;
}

static void make_event(struct dxa_event *ev, const struct step *s, struct clock *clock)
{
	static const char *const names[] = { STEP_NAMES }, *const buses[] = { STEP_BUSES },
				 *const drivers[] = { STEP_DRIVERS };

	clock->now += (uint64_t)s->time * s->time * s->time * 10000;
	clock->seq += 1 + (s->flags >> 7) * (uint64_t)(s->time + 1);
	*ev = (struct dxa_event){ .seq = clock->seq,
				  .ts = clock->now,
				  .dax = pointer(s->dax, STEP_DAX_AT),
				  .obj = pointer(s->obj, STEP_OBJ_AT),
				  .ops = pointer(s->ops, STEP_OPS_AT),
				  .holder = pointer(s->arg, STEP_OBJ_AT),
				  .tid = s->tid % 8,
				  .tgid = s->tid % 8,
				  .rdev = s->obj,
				  .refs = count(s->refs, s->phase & STEP_EDGE_REFS),
				  .cdev_refs = count(s->cdev_refs, s->phase & STEP_EDGE_CDEV),
				  .dax_flags = s->flags & 0x1f,
				  .kind = kind_of(s),
				  .phase = s->phase & 3,
				  .has = s->phase >> 4 };
	ev->ret = (int64_t)number(s, (enum step_from)(s->how & STEP_RET),
				  (uint64_t)(int64_t)(int8_t)s->value, clock);
	ev->arg = number(s, (enum step_from)((s->how & STEP_ARG) >> STEP_ARG_SHIFT),
			 pointer(s->arg, STEP_OBJ_AT), clock);
	if (s->how & STEP_RAW_TIME)
		ev->ts = (uint64_t)(int64_t)s->value << (s->value & 31);
	if (s->how & STEP_RAW_RDEV)
		ev->rdev = (uint32_t)s->value;
	if (s->how & STEP_RAW_TID)
		ev->tid = (uint32_t)s->value;
	if (s->how & STEP_RAW_DROPPED)
		ev->dropped = (uint32_t)s->value;
	strcpy(ev->name, names[s->name % 16]);
	strcpy(ev->bus, buses[s->words & 3]);
	strcpy(ev->driver, drivers[s->words >> 4]);
	strcpy(ev->comm, "task");
	ev->stack[0] = ev->ops;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dxa_symbols *symbols = dxa_symbols_new(NULL, NULL);
	struct dxa_engine_config config = { .eopnotsupp = 95, .symbols = symbols };
	struct audit a = { .pick = dxa_hash(DXA_HASH_START, data, size),
			   .run = { .release = "6",
				    .version = "1",
				    .machine = "x86_64",
				    .aliasing_from = "fuzz",
				    .story = { symbols, 95 } } };
	struct clock clock = { .now = 1000000000 };

	if (size < HEAD || !symbols) {
		dxa_symbols_free(symbols);
		return 0;
	}
	config.aliasing = a.run.aliasing = (enum dxa_aliasing)(data[0] % 3);
	config.unobserved_hooks = data[0] & 4 ? 1u << (data[0] >> 3) : 0;
	audit_begin(&a, &config);
	data += HEAD;
	size -= HEAD;
	while (size >= sizeof(struct step)) {
		struct dxa_event ev;
		struct step s;

		memcpy(&s, data, sizeof(s));
		data += sizeof(s);
		size -= sizeof(s);
		make_event(&ev, &s, &clock);
		audit_feed(&a, &ev);
	}
	audit_end(&a, clock.now, NULL, 0, NULL);
	dxa_symbols_free(symbols);
	return 0;
}
