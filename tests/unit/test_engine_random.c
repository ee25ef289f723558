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
 * Random lives. Thousands of concurrent legal ones, on addresses that are reused, must cause only
 * the harmless findings that the scripts announce. One broken life among them must cause exactly
 * its own finding.
 */
/* ---- running them ---- */

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
		/* The innermost bracket: an open device-dax probe has precedence. */
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
		unbind(s, a->dev + (uint64_t)l.arg * 64, "x", l.arg ? "dax" : "nd",
		       l.arg	  ? "device_dax" :
		       device_dax ? "dax_pmem" :
				    "nd_pmem");
		break;
	default:
		unbound(s, a->dev + (uint64_t)l.arg * 64);
	}
}

static void play_alloc(struct story *s, struct actor *a, struct line l)
{
	switch (l.op) {
	case ALLOC:
		/* All memory was used before; drivers set the flags that they declare. */
		a->dax = free_address(s);
		alloc_with_flags(s, a->who, a->dax, 0x1f);
		declare(s, a->dax, 0x1e);
		break;
	case ALLOC_STALE:
		a->dax = free_address(s);
		alloc_with_flags(s, a->who, a->dax, 0x1f);
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
		task_sleeps(s, a->tid);
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

/* Let one actor run one line. False when all have ended. */
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

/* Give the i-th broken life to the first free actor. */
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
	/* The actors' time passes fast: a task is stuck only where the script says so. */
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
	look_again(&s);
	look_again(&s);
	dxa_engine_finish(s.engine, s.now + 2000000000);
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

/* ---- records that may be missing from a legal stream ---- */

struct listener {
	const char *what;
	size_t at;
};

static void no_finding(void *priv, const struct dxa_finding *f)
{
	const struct listener *l = priv;

	if (f->severity > DXA_SEVERITY_INFO)
		fail_msg("%s at %zu: %s: %s", l->what, l->at, dxa_rule_info(f->rule)->name,
			 f->detail);
}

/* Run a legal story and keep its records. */
static void tell_legal(struct story *s, struct stage *st, enum story_mode mode, uint64_t seed)
{
	struct dxa_engine_config config;

	*st = (struct stage){ .random = seed, .lives = 60, .next_tid = 1000 };
	story_begin(s, mode);
	config = s->config;
	config.aliasing = DXA_ALIASING_UNKNOWN;
	config.stuck_after_ns = INT64_MAX;
	story_configure(s, &config);
	s->priv = st;
	s->meanwhile = others;
	while (step(s))
		if (!draw(st, 6))
			rcu(s);
	expect(s, "");
}

/* Feed the records from..to; `missing` is left out, or replaced by a loss that was noticed. */
static void replay(const struct story *s, struct listener *l, size_t from, size_t to,
		   size_t missing, bool noticed)
{
	const struct dxa_engine_sink sink = { .finding = no_finding, .priv = l };
	struct dxa_engine *e = dxa_engine_new(&s->config, &sink);
	size_t i;

	assert_non_null(e);
	for (i = from; i < to; i++) {
		struct dxa_event ev = *(struct dxa_event *)dxa_vec_at(&s->fed, i);

		if (i == missing && !noticed)
			continue;
		if (i == missing)
			ev = (struct dxa_event){ .kind = DXA_KIND_LOST, .ts = ev.ts, .ret = 1 };
		assert_int_equal(dxa_engine_feed(e, &ev), 0);
	}
	dxa_engine_finish(e, s->now);
	assert_int_equal(dxa_engine_open_contexts(e), 0);
	dxa_engine_free(e);
}

static bool is_return(const struct story *s, size_t i)
{
	const struct dxa_event *ev = dxa_vec_at(&s->fed, i);

	return ev->phase == DXA_PHASE_RET;
}

static void test_lost_records_cause_no_finding(void **state)
{
	struct listener l;
	struct stage st;
	struct story s;
	uint64_t seed;
	int i;

	(void)state;
	for (seed = 1; seed <= 12; seed++) {
		tell_legal(&s, &st, seed % STORY_MODES, seed * 104729);
		for (i = 0; i < 60; i++) {
			size_t n = s.fed.len, at = draw(&st, (uint32_t)n);

			l = (struct listener){ "loss", at };
			replay(&s, &l, 0, n, at, true);
			l.what = "late start";
			replay(&s, &l, at, n, n, true);
			l.what = "early end";
			replay(&s, &l, 0, at, n, true);
			l.what = "missed return";
			if (is_return(&s, at))
				replay(&s, &l, 0, n, at, false);
		}
		s.findings.len = 0;
		story_end(&s);
	}
}

/* ---- no stream may cause harm ---- */

static struct dxa_event garbage(struct stage *st)
{
	static const uint64_t pointers[] = { 0, X, Y, NS, DISK, (uint64_t)-12, 0xfffffff4, 1 };
	struct dxa_event ev = {
		.kind = (uint16_t)draw(st, 74),
		.phase = (uint8_t)draw(st, 5),
		.has = (uint8_t)draw(st, 16),
		.tid = draw(st, 6),
		.tgid = 1,
		.ts = draw(st, 2000000000),
		.refs = (int32_t)draw(st, 5) - 1,
		.cdev_refs = (int32_t)draw(st, 3) - 1,
		.dax_flags = draw(st, 32),
		.ret = (int64_t)draw(st, 1200) - 600,
	};

	ev.dax = pointers[draw(st, 8)];
	ev.obj = pointers[draw(st, 8)];
	ev.arg = pointers[draw(st, 8)];
	ev.holder = pointers[draw(st, 8)];
	ev.ops = pointers[draw(st, 8)];
	ev.stack[0] = pointers[draw(st, 8)];
	if (draw(st, 2))
		ev.ret = (int64_t)ev.dax;
	/* Names without a NUL. */
	memset(ev.name, draw(st, 2) ? 'x' : 0, sizeof(ev.name));
	memset(ev.driver, 'y', sizeof(ev.driver));
	memset(ev.comm, 'z', sizeof(ev.comm));
	memcpy(ev.bus, draw(st, 2) ? "dax" : "nd", 3);
	return ev;
}

static void take_finding(void *priv, const struct dxa_finding *f)
{
	assert_true(f->evidence_len > 0);
	assert_true(strlen(f->detail) < sizeof(f->detail));
	assert_true(strlen(f->life.disk) < DXA_NAME_LEN);
	assert_true(strlen(f->context.comm) < DXA_COMM_LEN);
	++*(uint64_t *)priv;
}

static void test_garbage_does_no_harm(void **state)
{
	uint64_t seed, findings = 0;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		const struct dxa_engine_config config = { .aliasing = seed % 3 };
		const struct dxa_engine_sink sink = { .finding = take_finding, .priv = &findings };
		struct dxa_engine *e = dxa_engine_new(&config, &sink);
		struct stage st = { .random = seed * 15485863 };
		int i;

		assert_non_null(e);
		for (i = 0; i < 20000; i++) {
			struct dxa_event ev = garbage(&st);

			assert_int_equal(dxa_engine_feed(e, &ev), 0);
		}
		dxa_engine_finish(e, 0);
		assert_int_equal(dxa_engine_open_contexts(e), 0);
		dxa_engine_free(e);
	}
	assert_true(findings > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legal_lives),
		cmocka_unit_test(test_one_broken_life),
		cmocka_unit_test(test_lost_records_cause_no_finding),
		cmocka_unit_test(test_garbage_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
