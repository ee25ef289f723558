// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write a recording of legal lives: pmem disks that are created, mounted and removed, a given
 * number of them alive at the same time, by several kworkers, with addresses that are reused
 * immediately, as the slab does.
 *
 * Usage: generate EVENTS DEVICES FILE.dxr   (a few more events, so that lives are complete)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/event_kinds.h"
#include "record/writer.h"

#define WORKERS 4
#define TEXT_AT 0xffffffffc0000000ull
#define DAX_AT 0xffff888100000000ull
#define DAX_SIZE 832
#define DEV_AT 0xffff890000000000ull
#define DISK_AT 0xffff8a0000000000ull
#define OBJECT_SIZE 2048

/* One device's life, written step by step so that several lives can interleave. */
struct act {
	uint64_t slot; /* which address */
	unsigned int step;
	bool ending; /* its end is written, not its beginning */
};

struct stage {
	struct dxa_recorder *out;
	uint64_t left; /* events that remain to be written */
	uint64_t seq, now;
	uint64_t counts[DXA_HOOK_MAX];
};

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "generate: %s\n", what);
	exit(1);
}

static uint64_t random_state = 88172645463325252ull;

static uint64_t rnd(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void tell(struct stage *s, struct dxa_event *ev, uint32_t worker)
{
	s->left -= s->left != 0;
	ev->seq = ++s->seq;
	ev->ts = s->now += 500 + rnd() % 20000;
	ev->cpu = worker;
	if (ev->kind != DXA_KIND_DAX_FREE_INODE) {
		ev->tid = ev->tgid = 100 + worker;
		snprintf(ev->comm, sizeof(ev->comm), "kworker/u8:%u", worker);
	} else {
		snprintf(ev->comm, sizeof(ev->comm), "swapper/%u", worker);
	}
	for (int i = 0; ev->has & DXA_HAS_STACK && i < DXA_STACK_MAX; i++)
		ev->stack[i] = TEXT_AT + 4096ull * ev->kind + 64ull * (unsigned int)i;
	s->counts[ev->kind]++;
	dxa_recorder_event(s->out, ev);
}

static struct dxa_event event_of(const struct act *a, enum dxa_kind kind, enum dxa_phase phase)
{
	struct dxa_event ev = { .kind = (uint16_t)kind, .phase = (uint8_t)phase };

	ev.dax = DAX_AT + DAX_SIZE * a->slot;
	if (kind == DXA_KIND_REALLY_PROBE || kind == DXA_KIND_PMEM_ATTACH_DISK ||
	    kind == DXA_KIND_RELEASE_DRIVER) {
		ev.dax = 0;
		ev.obj = DEV_AT + OBJECT_SIZE * a->slot;
		ev.has = DXA_HAS_DEVICE;
		snprintf(ev.name, sizeof(ev.name), "namespace%u.0", (unsigned int)a->slot);
		strcpy(ev.bus, "nd");
		strcpy(ev.driver, "nd_pmem");
		return ev;
	}
	ev.has = DXA_HAS_DAX | DXA_HAS_STACK;
	ev.ops = TEXT_AT;
	ev.rdev = 0x0fb00000u + (uint32_t)a->slot;
	ev.refs = 1;
	ev.dax_flags = 1u << DXA_DAXDEV_ALIVE;
	return ev;
}

static void with_disk(struct dxa_event *ev, const struct act *a)
{
	ev->obj = DISK_AT + OBJECT_SIZE * a->slot;
	ev->has |= DXA_HAS_DISK;
	snprintf(ev->name, sizeof(ev->name), "pmem%u", (unsigned int)a->slot);
}

/* Write the next step. False when the act has ended. */
static bool begin_step(struct stage *s, struct act *a, uint32_t worker)
{
	static const struct {
		enum dxa_kind kind;
		enum dxa_phase phase;
	} steps[] = { { DXA_KIND_REALLY_PROBE, DXA_PHASE_ARGS },
		      { DXA_KIND_PMEM_ATTACH_DISK, DXA_PHASE_ARGS },
		      { DXA_KIND_ALLOC_DAX, DXA_PHASE_CALL },
		      { DXA_KIND_DAX_ADD_HOST, DXA_PHASE_CALL },
		      { DXA_KIND_PMEM_ATTACH_DISK, DXA_PHASE_RET },
		      { DXA_KIND_REALLY_PROBE, DXA_PHASE_RET } };
	struct dxa_event ev = event_of(a, steps[a->step].kind, steps[a->step].phase);

	if (ev.kind == DXA_KIND_ALLOC_DAX) {
		ev.ret = (int64_t)ev.dax;
		strcpy(ev.name, "pmem_dax_ops [nd_pmem]");
	}
	if (ev.kind == DXA_KIND_DAX_ADD_HOST)
		with_disk(&ev, a);
	tell(s, &ev, worker);
	return ++a->step < sizeof(steps) / sizeof(steps[0]);
}

static bool end_step(struct stage *s, struct act *a, uint32_t worker)
{
	static const struct {
		enum dxa_kind kind;
		enum dxa_phase phase;
	} steps[] = { { DXA_KIND_FS_DAX_GET_BY_BDEV, DXA_PHASE_CALL },
		      { DXA_KIND_FS_PUT_DAX, DXA_PHASE_ARGS },
		      { DXA_KIND_RELEASE_DRIVER, DXA_PHASE_ARGS },
		      { DXA_KIND_DAX_REMOVE_HOST, DXA_PHASE_ARGS },
		      { DXA_KIND_KILL_DAX, DXA_PHASE_ARGS },
		      { DXA_KIND_PUT_DAX, DXA_PHASE_ARGS },
		      { DXA_KIND_DAX_DESTROY_INODE, DXA_PHASE_ARGS },
		      { DXA_KIND_RELEASE_DRIVER, DXA_PHASE_RET },
		      { DXA_KIND_DAX_FREE_INODE, DXA_PHASE_ARGS } };
	struct dxa_event ev = event_of(a, steps[a->step].kind, steps[a->step].phase);

	if (ev.kind == DXA_KIND_FS_DAX_GET_BY_BDEV) {
		ev.ret = (int64_t)ev.dax;
		ev.refs = 2;
		with_disk(&ev, a);
	}
	if (ev.kind == DXA_KIND_FS_PUT_DAX)
		ev.refs = 2;
	if (ev.kind == DXA_KIND_DAX_REMOVE_HOST) {
		ev.dax = 0;
		ev.has = DXA_HAS_STACK;
		with_disk(&ev, a);
	}
	if (a->step > 4)
		ev.dax_flags = 0;
	if (a->step > 5)
		ev.refs = 0;
	tell(s, &ev, worker);
	return ++a->step < sizeof(steps) / sizeof(steps[0]);
}

/* Who has an address. */
enum slot_state { SLOT_FREE, SLOT_BUSY, SLOT_ALIVE };

struct cast {
	uint64_t devices; /* alive at once */
	uint64_t slots; /* a few more: some devices are being created or removed */
	uint8_t *state; /* enum slot_state */
	uint64_t begun, ended;
	struct act acts[WORKERS];
	bool busy[WORKERS];
};

/* Choose an act: remove the oldest device when there are enough, else create one. */
static bool find_act(struct cast *c, struct act *a)
{
	bool end = c->begun - c->ended >= c->devices;
	uint64_t number = end ? c->ended : c->begun;
	uint64_t slot = number % c->slots;

	if (c->state[slot] != (end ? SLOT_ALIVE : SLOT_FREE))
		return false;
	c->state[slot] = SLOT_BUSY;
	*a = (struct act){ .slot = slot, .ending = end };
	if (end)
		c->ended++;
	else
		c->begun++;
	return true;
}

static bool any_busy(const struct cast *c)
{
	for (int w = 0; w < WORKERS; w++)
		if (c->busy[w])
			return true;
	return false;
}

/* Workers run in random order. What has begun is completed. */
static void play(struct stage *s, uint64_t devices)
{
	struct cast c = { .devices = devices, .slots = devices + 4 * WORKERS };

	c.state = calloc(c.slots, 1);
	if (!c.state)
		die("out of memory");
	while (s->left || any_busy(&c)) {
		uint32_t w = (uint32_t)(rnd() % WORKERS);
		struct act *a = &c.acts[w];

		if (!c.busy[w])
			c.busy[w] = s->left && find_act(&c, a);
		if (!c.busy[w])
			continue;
		c.busy[w] = a->ending ? end_step(s, a, w) : begin_step(s, a, w);
		if (!c.busy[w])
			c.state[a->slot] = a->ending ? SLOT_FREE : SLOT_ALIVE;
	}
	free(c.state);
}

static size_t make_hooks(struct dxa_hook_status *hooks)
{
	size_t n, used = 0;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	for (size_t i = 0; i < n; i++) {
		if (kinds[i].synthetic)
			continue;
		hooks[used].info = &kinds[i];
		hooks[used].mode = DXA_ATTACH_FENTRY;
		snprintf(hooks[used].symbol, sizeof(hooks[used].symbol), "%s", kinds[i].name);
		used++;
	}
	return used;
}

static bool name_of(void *priv, uint64_t addr, struct dxa_symbol *ret)
{
	static char name[32];

	(void)priv;
	snprintf(name, sizeof(name), "function_%u", (unsigned int)(addr - TEXT_AT) / 4096);
	*ret = (struct dxa_symbol){ addr == TEXT_AT ? "pmem_dax_ops" : name, "nd_pmem",
				    addr % 4096 };
	return addr >= TEXT_AT;
}

int main(int argc, char **argv)
{
	static struct dxa_hook_status hooks[DXA_HOOK_MAX];
	struct dxa_symbols *symbols = dxa_symbols_new(name_of, NULL);
	struct dxa_record_head head = { .tool = "generate",
					.mode = "trace",
					.release = "6.12.0",
					.version = "#1 SMP",
					.machine = "x86_64",
					.word_bits = 64,
					.aliasing = DXA_ALIASING_NO,
					.aliasing_from = "generated",
					.eopnotsupp = 95,
					.stuck_after_ns = 30000000000,
					.hooks = hooks };
	struct stage s = { .now = 1000000000 };
	struct dxa_record_end end = { .hooks = hooks };

	if (argc != 4)
		die("usage: generate EVENTS DEVICES FILE.dxr");
	s.left = strtoull(argv[1], NULL, 0);
	head.n_hooks = end.n_hooks = make_hooks(hooks);
	if (!symbols || dxa_recorder_open(argv[3], 0600, false, &s.out))
		die("the file cannot be written");
	dxa_recorder_begin(s.out, &head, symbols);
	play(&s, strtoull(argv[2], NULL, 0));
	for (size_t i = 0; i < head.n_hooks; i++)
		hooks[i].count.seen = hooks[i].count.submitted = s.counts[hooks[i].info->kind];
	end.end = s.now;
	if (dxa_recorder_finish(s.out, &end))
		die("the file cannot be written");
	dxa_recorder_free(s.out);
	dxa_symbols_free(symbols);
	return 0;
}
