// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/open_tasks.h"
#include "daxaudit/hooks.h"

#define SECOND 1000000000ull
#define STUCK_AFTER (30 * SECOND)
#define OPENED (100 * SECOND)
#define STATES_MAX 8

struct test {
	struct dxa_engine *engine;
	struct dxa_open_tasks tasks;
	struct dxa_event states[STATES_MAX];
	size_t n_states;
};

static void on_state(void *priv, const struct dxa_event *ev)
{
	struct test *t = priv;

	assert_true(t->n_states < STATES_MAX);
	assert_int_equal(ev->kind, DXA_KIND_TASK_STATE);
	t->states[t->n_states++] = *ev;
}

static void begin(struct test *t)
{
	const struct dxa_engine_config config = { .eopnotsupp = 95, .stuck_after_ns = STUCK_AFTER };
	const struct dxa_engine_sink sink = { 0 };

	memset(t, 0, sizeof(*t));
	t->engine = dxa_engine_new(&config, &sink);
	assert_non_null(t->engine);
	dxa_open_tasks_init(&t->tasks);
}

static void end(struct test *t)
{
	dxa_open_tasks_free(&t->tasks);
	dxa_engine_free(t->engine);
}

static void probe(struct test *t, pid_t tid, enum dxa_phase phase, uint64_t ts)
{
	const struct dxa_event ev = { .kind = DXA_KIND_REALLY_PROBE,
				      .phase = (uint8_t)phase,
				      .ts = ts,
				      .tid = (uint32_t)tid,
				      .tgid = (uint32_t)tid,
				      .name = "namespace0.0",
				      .bus = "nd",
				      .driver = "nd_pmem" };

	assert_int_equal(dxa_engine_feed(t->engine, &ev), 0);
}

static uint64_t due(const struct test *t)
{
	return dxa_open_tasks_due(&t->tasks, t->engine, STUCK_AFTER);
}

static void sample(struct test *t, uint64_t now, uint64_t last_event)
{
	dxa_open_tasks_sample(&t->tasks, t->engine, now - STUCK_AFTER + 1, now, last_event,
			      on_state, t);
}

/*
 * The pid of a process that has just ended. Skips the test where pids are not allocated in order.
 */
static pid_t gone(void)
{
	struct stat st;
	pid_t pid;

	if (stat("/proc/self/ns/pid", &st) || st.st_ino != 0xeffffffc)
		skip();
	pid = fork();
	if (!pid)
		_exit(0);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static void test_nothing_is_due_without_an_open_context(void **state)
{
	struct test t;

	(void)state;
	begin(&t);
	assert_int_equal(due(&t), 0);
	assert_false(dxa_open_tasks_any(t.engine));
	end(&t);
}

static void test_five_samples_a_second_apart_then_fewer(void **state)
{
	static const unsigned int apart[] = { 1, 1, 1, 1, 2, 4, 8, 16, 32, 64, 64 };
	uint64_t at = OPENED + STUCK_AFTER;
	struct test t;

	(void)state;
	begin(&t);
	probe(&t, getpid(), DXA_PHASE_ARGS, OPENED);
	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
		assert_int_equal(due(&t), at);
		t.n_states = 0;
		sample(&t, at, OPENED);
		assert_int_equal(t.n_states, 1);
		assert_int_equal(t.states[0].tid, getpid());
		assert_int_equal(t.states[0].ts, at);
		at += apart[i] * SECOND;
	}
	/* An event: the state of every task may have changed. */
	sample(&t, at, at - 1);
	assert_int_equal(due(&t), at + SECOND);
	end(&t);
}

static void test_a_young_context_is_not_sampled(void **state)
{
	struct test t;

	(void)state;
	begin(&t);
	probe(&t, getpid(), DXA_PHASE_ARGS, OPENED);
	sample(&t, OPENED + STUCK_AFTER / 2, OPENED);
	assert_int_equal(t.n_states, 0);
	end(&t);
}

static void test_a_task_that_ends_inside_its_probe_is_reported(void **state)
{
	pid_t tid = gone();
	struct test t;

	(void)state;
	begin(&t);
	probe(&t, getpid(), DXA_PHASE_ARGS, OPENED);
	probe(&t, tid, DXA_PHASE_ARGS, OPENED);
	assert_true(dxa_open_tasks_any(t.engine));
	dxa_open_tasks_find_ended(&t.tasks, t.engine);
	dxa_open_tasks_add_ended(&t.tasks, t.engine, OPENED + SECOND, on_state, &t);
	assert_int_equal(t.n_states, 1);
	assert_int_equal(t.states[0].tid, tid);
	assert_int_equal(t.states[0].ret, 'X');
	assert_int_equal(t.states[0].ts, OPENED + SECOND);
	/* Reported once. */
	dxa_open_tasks_add_ended(&t.tasks, t.engine, OPENED + SECOND, on_state, &t);
	assert_int_equal(t.n_states, 1);
	probe(&t, getpid(), DXA_PHASE_RET, OPENED + SECOND);
	assert_false(dxa_open_tasks_any(t.engine));
	end(&t);
}

static void test_a_sample_finds_ended_tasks_too(void **state)
{
	pid_t tid = gone();
	struct test t;

	(void)state;
	begin(&t);
	probe(&t, tid, DXA_PHASE_ARGS, OPENED);
	sample(&t, OPENED + STUCK_AFTER, OPENED);
	assert_int_equal(t.n_states, 0);
	dxa_open_tasks_add_ended(&t.tasks, t.engine, OPENED + STUCK_AFTER, on_state, &t);
	assert_int_equal(t.n_states, 1);
	assert_int_equal(t.states[0].ret, 'X');
	end(&t);
}

/* The record of the return was still in the ring buffer when the task was searched. */
static void test_a_task_that_returned_before_it_ended_is_not_reported(void **state)
{
	pid_t tid = gone();
	struct test t;

	(void)state;
	begin(&t);
	probe(&t, tid, DXA_PHASE_ARGS, OPENED);
	dxa_open_tasks_find_ended(&t.tasks, t.engine);
	probe(&t, tid, DXA_PHASE_RET, OPENED + 1);
	dxa_open_tasks_add_ended(&t.tasks, t.engine, OPENED + SECOND, on_state, &t);
	assert_int_equal(t.n_states, 0);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_due_without_an_open_context),
		cmocka_unit_test(test_five_samples_a_second_apart_then_fewer),
		cmocka_unit_test(test_a_young_context_is_not_sampled),
		cmocka_unit_test(test_a_task_that_ends_inside_its_probe_is_reported),
		cmocka_unit_test(test_a_sample_finds_ended_tasks_too),
		cmocka_unit_test(test_a_task_that_returned_before_it_ended_is_not_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
