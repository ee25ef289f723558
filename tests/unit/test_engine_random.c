// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/places.h"
#include "lib/scripts.h"
#include "lib/story.h"
/*
 * Random lives. Legal ones, thousands of them side by side on addresses that are
 * used again and again, must come to no finding but the harmless ones that were
 * told; and one broken life among them must come to exactly its own.
 */
/* ---- playing them ---- */

static uint64_t free_address(struct story *s)
{
	struct stage *st = s->priv;
	uint64_t addr = X + (uint64_t)draw(st, ADDRESSES) * 832;
	int i;

	for (i = 0; dxa_map_get(&s->devices, addr); i++) {
		if (i == ADDRESSES)
			rcu(s);
		addr = X + (addr - X + 832) % (ADDRESSES * 832);
	}
	return addr;
}

static void play_bracket(struct story *s, struct actor *a, struct line l)
{
	bool device_dax = a->who == ASK_DEVICE_DAX;

	switch (l.op) {
	case PROBE:
		probe(s, a->dev, "namespace0.0", "nd", device_dax ? "dax_pmem" : "nd_pmem");
		break;
	case PROBE_DAX:
		probe_dax(s, a->dev + 64, "dax0.0", "device_dax", a->dax);
		break;
	case PROBED:
		/* The innermost: an open device-dax probe comes first. */
		leave(s, DXA_KIND_REALLY_PROBE, 0, l.arg);
		break;
	case ATTACH:
	case ATTACHED:
		if (l.op == ATTACH)
			enter(s, DXA_KIND_PMEM_ATTACH_DISK, a->dev);
		else
			leave(s, DXA_KIND_PMEM_ATTACH_DISK, a->dev, l.arg);
		break;
	case CREATE:
		enter(s, DXA_KIND_CREATE_DEV_DAX, 0);
		break;
	case CREATED:
		leave(s, DXA_KIND_CREATE_DEV_DAX, 0, l.arg ? l.arg : (int64_t)a->dev);
		break;
	case DM_IOCTL:
		enter(s, DXA_KIND_DM_DEV_CREATE, 0);
		break;
	case DM_IOCTL_END:
		leave(s, DXA_KIND_DM_DEV_CREATE, 0, l.arg);
		break;
	case DM_IN:
		enter(s, DXA_KIND_DM_CREATE, 0);
		break;
	case DM_OUT:
		leave(s, DXA_KIND_DM_CREATE, 0, l.arg);
		break;
	case UNBIND:
		unbind(s, a->dev + (uint64_t)l.arg * 64, "x", l.arg ? "dax" : "nd", "y");
		break;
	default:
		unbound(s, a->dev + (uint64_t)l.arg * 64);
	}
}

static void play_alloc(struct story *s, struct actor *a, struct line l)
{
	switch (l.op) {
	case ALLOC:
	case ALLOC_STALE:
		a->dax = free_address(s);
		alloc_with_flags(s, a->who, a->dax, l.op == ALLOC ? 1 : 0x1f);
		break;
	case ALLOC_FAILS:
		alloc_fails(s, a->who, l.arg);
		break;
	case ALLOC_NULL:
		alloc_null(s, a->who);
		break;
	case HOST:
		add_host(s, a->dax, a->disk, "disk");
		break;
	case HOST_FAILS:
		add_host_fails(s, a->dax, a->disk, "disk", l.arg);
		break;
	case UNHOST:
		remove_host(s, a->disk, "disk");
		break;
	default:
		add_disk(s, a->disk, "disk", 0);
	}
}

static void play_life(struct story *s, struct actor *a, struct line l)
{
	switch (l.op) {
	case KILL:
		kill_dax(s, a->dax);
		break;
	case KILL_NULL:
		kill_dax(s, NO_DAX);
		break;
	case KILL_ERR:
		kill_dax(s, ERR_DAX(l.arg));
		break;
	case PUT:
		put_dax(s, a->dax);
		if (l.arg == 1)
			put_dax(s, a->dax);
		else if (l.arg == 2)
			kill_dax(s, a->dax);
		break;
	case PUT_NULL:
		put_dax(s, NO_DAX);
		break;
	case PUT_UNSEEN:
		put_unseen(s, a->dax);
		break;
	case RUN:
		run_dax(s, a->dax);
		break;
	case GET:
		get_by_bdev(s, a->dax, a->disk, "disk", XFS1);
		break;
	case GET_TAKEN:
		ref_unseen(s, a->dax);
		get_nothing(s, a->disk, "disk", XFS2);
		break;
	case GET_NOTHING:
		get_nothing(s, a->disk, "disk", XFS2);
		break;
	case FS_PUT:
		fs_put_dax(s, a->dax, XFS1);
		break;
	default:
		fs_put_dax(s, NO_DAX, NOBODY);
	}
}

static void play_rest(struct story *s, struct actor *a, struct line l)
{
	struct story_device *d;

	switch (l.op) {
	case BY:
		a->other = a->tid + (uint32_t)l.arg;
		break;
	case AGE:
		pass_ms(s, 1500);
		break;
	case CDEV_OPEN:
		d = dxa_map_get(&s->devices, a->dax);
		d->cdev_refs = 1;
		break;
	case STATE_D:
		pass_ms(s, 31000);
		task_state(s, a->tid, 'D');
		break;
	case MODULE_GONE:
		module_gone(s, "famfs");
		break;
	default:
		fail_msg("no such line");
	}
}

static void play(struct story *s, struct actor *a)
{
	struct line l = a->script[a->at++];

	as(s, a->other, "actor");
	a->busy = true;
	if (l.op <= UNBOUND)
		play_bracket(s, a, l);
	else if (l.op <= UP)
		play_alloc(s, a, l);
	else if (l.op <= FS_PUT_NULL)
		play_life(s, a, l);
	else
		play_rest(s, a, l);
	a->busy = false;
}

static void cast(struct stage *st, struct actor *a)
{
	uint32_t tid = st->next_tid;

	st->next_tid += 16;
	*a = (struct actor){
		.tid = tid,
		.other = tid,
		/* Addresses of devices and disks are used again as well. */
		.dev = NS + (uint64_t)(a - st->actors) * 4096,
		.disk = DISK + (uint64_t)(a - st->actors) * 4096,
	};
	write_legal(st, a);
}

/* Let one actor say one line. False when all have gone. */
static bool step(struct story *s)
{
	struct stage *st = s->priv;
	uint32_t first = draw(st, ACTORS), i;

	for (i = 0; i < ACTORS; i++) {
		struct actor *a = &st->actors[(first + i) % ACTORS];

		if (a->busy)
			continue;
		if (a->at == a->len) {
			if (!st->lives)
				continue;
			st->lives--;
			cast(st, a);
		}
		play(s, a);
		return true;
	}
	return false;
}

static void others(struct story *s)
{
	struct stage *st = s->priv;
	uint32_t tid = s->tid, n = draw(st, 3);

	while (n--)
		step(s);
	as(s, tid, "actor");
}

static void check(const struct story *s, const char *rule)
{
	size_t i, own = 0;

	for (i = 0; i < s->findings.len; i++) {
		const struct story_finding *f = dxa_vec_at(&s->findings, i);
		const char *name = dxa_rule_info(f->finding.rule)->name;

		if (rule && !strcmp(name, rule))
			own++;
		else if (f->finding.severity > DXA_SEVERITY_INFO)
			fail_msg("%s: %s: %s", rule ? rule : "legal", name, f->finding.detail);
	}
	if (own != (rule != NULL))
		fail_msg("%zu findings of %s", own, rule ? rule : "nothing");
}

/* Give the first actor that is free the i-th broken life. */
static void cast_broken(struct story *s, size_t fault)
{
	struct stage *st = s->priv;
	size_t i;

	for (i = 0; i < 200; i++)
		step(s);
	for (i = 0; st->actors[i % ACTORS].at < st->actors[i % ACTORS].len; i++)
		step(s);
	cast(st, &st->actors[i % ACTORS]);
	write_broken(&st->actors[i % ACTORS], fault);
}

static void perform(enum story_mode mode, uint64_t seed, uint64_t lives, const char *rule,
		    size_t fault)
{
	struct stage st = { .random = seed * 0x9e3779b97f4a7c15ULL + 1,
			    .lives = lives,
			    .next_tid = 1000 };
	struct dxa_engine_config config;
	struct story s;

	story_begin(&s, mode);
	config = s.config;
	config.aliasing = DXA_ALIASING_UNKNOWN;
	/* The actors' time flies: only where it is meant is somebody stuck. */
	config.stuck_after_ns = rule && !strcmp(rule, "stuck-probe") ? 30000000000 : INT64_MAX;
	story_configure(&s, &config);
	s.priv = &st;
	s.meanwhile = others;
	if (rule)
		cast_broken(&s, fault);
	while (step(&s))
		if (!draw(&st, 6))
			rcu(&s);
	rcu(&s);
	dxa_engine_finish(s.engine, s.now + 1);
	s.finished = true;
	check(&s, rule);
	s.findings.len = 0;
	expect(&s, "");
	story_end(&s);
}

static void test_legal_lives(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 60; seed++)
		perform(seed % STORY_MODES, seed, 400, NULL, 0);
}

static void test_one_broken_life(void **state)
{
	struct actor reader = { 0 };
	const char *rule;
	uint64_t seed;
	size_t fault;

	(void)state;
	for (fault = 0; (rule = write_broken(&reader, fault)); fault++)
		for (seed = 1; seed <= 20; seed++)
			perform(seed % STORY_MODES, seed * 7919 + fault, 80, rule, fault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legal_lives),
		cmocka_unit_test(test_one_broken_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
