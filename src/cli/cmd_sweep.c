// SPDX-License-Identifier: GPL-2.0-only
/* Runs every error path of a driver, one failure at a time. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/ktime.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/suggest.h"
#include "base/waitstatus.h"
#include "cli/audit.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/exitcode.h"
#include "cli/statusline.h"
#include "cli/sweep_dir.h"
#include "cli/sweep_guard.h"
#include "cli/sweep_run.h"
#include "engine/owner.h"
#include "probe/kmsg.h"
#include "probe/preflight.h"

#define SECOND 1000000000ull
#define DEFAULT_SITES "slab,page"

struct sweep {
	struct dxa_sweep_rig rig;
	struct dxa_sweep_guard guard;
	struct dxa_sweep doc;
	struct utsname uts;
	struct dxa_faults_config config;
	char *words; /* the names of the sites, split */
	const char *sites[DXA_FAULT_SITES_MAX + 1];
	struct dxa_vec plan; /* struct dxa_sweep_target */
	struct dxa_vec chains; /* char *, owned: callers of each call of the round without a fault */
	struct dxa_vec functions; /* char [32]: functions of the same calls */
	struct dxa_sweep_watch
		before; /* the last round, whose state the next one is compared with */
};

/* ---- options ---- */

static const char *driver_at(int i)
{
	return dxa_faults_driver(i);
}

static struct dxa_err *parse_drivers(const char *list, uint32_t *ret)
{
	char name[32], hint[128];

	*ret = list ? 0 : UINT32_MAX;
	while (list && *list) {
		size_t len = strcspn(list, ",");
		int i = 0;

		snprintf(name, sizeof(name), "%.*s", (int)len, list);
		while (driver_at(i) && strcmp(driver_at(i), name) != 0)
			i++;
		if (!driver_at(i))
			return dxa_err_new(DXA_ERR_INPUT, 0,
					   "--driver '%s': no such driver can be swept%s", name,
					   dxa_suggest_names(hint, sizeof(hint),
							     dxa_driver_alias(name), driver_at));
		*ret |= 1u << i;
		list += len + (list[len] == ',');
	}
	return *ret ? NULL : dxa_err_new(DXA_ERR_INPUT, 0, "--driver: no driver is named");
}

static struct dxa_err *parse_sites(struct sweep *s, const char *list)
{
	char *save = NULL;

	s->words = strdup(list ? list : DEFAULT_SITES);
	if (!s->words)
		return dxa_err_nomem();
	for (char *w = strtok_r(s->words, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		if (s->config.n_sites == DXA_FAULT_SITES_MAX)
			return dxa_err_new(DXA_ERR_INPUT, 0, "--sites: more than %d",
					   DXA_FAULT_SITES_MAX);
		s->sites[s->config.n_sites++] = w;
	}
	s->config.sites = s->sites;
	return s->config.n_sites ? NULL :
				   dxa_err_new(DXA_ERR_INPUT, 0, "--sites: no site is named");
}

static struct dxa_err *check_input(struct sweep *s, const struct dxa_opts *opts)
{
	struct dxa_err *err;

	if (!opts->args[0])
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "sweep needs the command that makes the driver probe or "
				   "create: see 'daxaudit sweep --help'");
	if (opts->sweep.first && opts->sweep.only)
		return dxa_err_new(DXA_ERR_INPUT, 0, "--from and --only: give one");
	err = parse_drivers(opts->sweep.drivers, &s->config.drivers);
	if (!err)
		err = parse_sites(s, opts->sweep.sites);
	if (!err)
		err = dxa_child_check(opts->args);
	return err ? err : dxa_sweep_dir_check(opts);
}

/* ---- the rounds without a fault ---- */

static bool ends_chain(const char *function)
{
	return dxa_faults_is_bracket(function);
}

/* Look up the callers of each call now: the modules may be unloaded later. */
static struct dxa_err *keep_calls(struct sweep *s)
{
	const struct dxa_sweep_opts *o = &s->rig.opts->sweep;
	const struct dxa_sweep_bounds bounds = { o->per_stack, o->once, o->from };
	size_t n, total, entered;
	const struct dxa_fault_call *calls = dxa_faults_calls(s->rig.faults, &n, &total, &entered);

	if (!total)
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   entered ?
					   "the command makes no call of --sites in a probe or "
					   "creation of the drivers" :
					   "the command makes none of the drivers probe or create "
					   "anything: there is nothing to sweep");
	if (total > n)
		dxa_log(DXA_LOG_WARN, "only the first %zu of %zu fallible calls can be swept", n,
			total);
	s->doc.calls = total;
	for (size_t i = 0; i < n; i++) {
		char *chain =
			dxa_sweep_chain(&calls[i], dxa_probe_symbols(s->rig.probe), ends_chain);
		char function[DXA_FAULT_DRIVER_LEN];

		snprintf(function, sizeof(function), "%s",
			 dxa_faults_site(s->rig.faults, calls[i].site));
		if (!dxa_vec_push(&s->chains, &chain) || !dxa_vec_push(&s->functions, function))
			return dxa_err_nomem();
	}
	if (!dxa_sweep_plan(calls, n, &bounds, &s->plan, &s->doc.stacks))
		return dxa_err_nomem();
	s->doc.planned = s->plan.len;
	return NULL;
}

static struct dxa_err *must_succeed(const struct dxa_sweep_watch *w, const char *so)
{
	char words[DXA_WAIT_STATUS_LEN];
	const char *how = w->has_status ? dxa_wait_status_text(words, w->status) :
					  "did not end in time";

	if (!how)
		return NULL;
	return dxa_err_new(DXA_ERR_INPUT, 0, "the command %s without any fault%s", how, so);
}

/* Run the reset in any case; the first error counts. */
static struct dxa_err *restored(struct sweep *s, struct dxa_err *err)
{
	struct dxa_err *of_reset = dxa_sweep_reset(&s->rig);

	if (!err)
		return of_reset;
	dxa_err_free(of_reset);
	return err;
}

/* Skip kernel messages from before the first failure. */
static void listen_before(struct sweep *s)
{
	struct dxa_vec said = { 0 };

	dxa_sweep_listen(&s->rig, &said);
	for (size_t i = 0; i < said.len; i++) {
		struct dxa_sweep_complaint *c = dxa_vec_at(&said, i);

		dxa_log(DXA_LOG_WARN, "the kernel complained while nothing failed: %s", c->line);
		free(c->line);
	}
	dxa_vec_free(&said);
}

/* Run two rounds without a fault, and check that they are equal. */
static struct dxa_err *count(struct sweep *s)
{
	struct dxa_sweep_watch second = { 0 };
	struct dxa_err *err;
	char *diff;

	err = dxa_sweep_round_run(&s->rig, DXA_FAULT_COUNT, NULL, NULL, &s->before);
	if (!err && !s->rig.interrupted)
		err = must_succeed(&s->before, ": nothing could be concluded from its failures");
	err = restored(s, err);
	if (err || s->rig.interrupted)
		return err;
	err = dxa_sweep_round_run(&s->rig, DXA_FAULT_COUNT, NULL, NULL, &second);
	diff = dxa_sweep_state_diff(&s->before.state, &second.state);
	dxa_sweep_watch_free(&s->before);
	s->before = second;
	if (!err && !s->rig.interrupted && diff)
		err = dxa_err_new(DXA_ERR_INPUT, 0,
				  "after the command and the reset the state differs from that "
				  "before (%s): give a --reset that restores it",
				  diff);
	free(diff);
	if (!err && !s->rig.interrupted)
		err = must_succeed(&second, " when it is run again: give a --reset that restores "
					    "what it changes");
	if (!err && !s->rig.interrupted)
		err = keep_calls(s);
	return restored(s, err);
}

/* ---- the rounds with a fault ---- */

static struct dxa_sweep_round *last_round(const struct sweep *s)
{
	return dxa_vec_last(&s->doc.rounds);
}

/* The first snapshot of a round shows what the round before it left behind. */
static void compare_state(struct sweep *s, struct dxa_sweep_watch *now)
{
	struct dxa_sweep_round *r = last_round(s);

	if (now->settled && r)
		r->state = dxa_sweep_state_diff(&s->before.state, &now->state);
	if (r && r->state)
		dxa_sweep_dir_add(s->rig.opts, r);
	if (!now->settled)
		return;
	dxa_sweep_watch_free(&s->before);
	s->before = *now;
	now->state = (struct dxa_vec){ 0 };
}

static size_t count_found(const struct sweep *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->doc.rounds.len; i++)
		n += dxa_sweep_agreement(dxa_vec_at(&s->doc.rounds, i)) != DXA_SWEEP_NEITHER;
	return n;
}

static void show_progress(const struct sweep *s, size_t index, size_t first, size_t end)
{
	const struct dxa_sweep_target *t = dxa_vec_at(&s->plan, index);
	const char *chain = *(char **)dxa_vec_at(&s->chains, t->call);
	uint64_t spent = dxa_ktime_now() - s->doc.start;
	uint64_t left = index > first ? spent / (index - first) * (end - index) / SECOND : 0;
	char rest[32] = "", line[256];

	if (!dxa_statusline_possible())
		return;
	if (left)
		snprintf(rest, sizeof(rest), ", about %" PRIu64 ":%02" PRIu64 " left", left / 60,
			 left % 60);
	snprintf(line, sizeof(line), "round %zu of %zu, %zu with findings%s: %s", index + 1,
		 s->plan.len, count_found(s), rest, chain ? chain : "?");
	dxa_statusline_print(line);
}

static struct dxa_err *begin_round(struct sweep *s, size_t index, struct dxa_sweep_round **ret)
{
	const struct dxa_sweep_target *t = dxa_vec_at(&s->plan, index);
	const char *chain = *(char **)dxa_vec_at(&s->chains, t->call);
	struct dxa_sweep_round r = { .number = (unsigned int)index + 1,
				     .from = t->from,
				     .before = t->before };

	snprintf(r.site, sizeof(r.site), "%s", (char *)dxa_vec_at(&s->functions, t->call));
	r.chain = strdup(chain ? chain : "");
	*ret = r.chain ? dxa_vec_push(&s->doc.rounds, &r) : NULL;
	if (*ret)
		return NULL;
	free(r.chain);
	return dxa_err_nomem();
}

/* Keep a recording only if something was found in its round. */
static void drop_recording(const char *path, const struct dxa_sweep_round *r)
{
	if (path && r->verdict != DXA_VERDICT_FINDINGS && !r->complaints.len)
		unlink(path);
}

/* A task with an oops leaves its locks held. */
static bool had_oops(const struct dxa_sweep_round *r)
{
	for (size_t i = 0; i < r->complaints.len; i++)
		if (!strcmp(((struct dxa_sweep_complaint *)dxa_vec_at(&r->complaints, i))->who,
			    "oops"))
			return true;
	return false;
}

static struct dxa_err *run_round(struct sweep *s, size_t index)
{
	const struct dxa_sweep_target *t = dxa_vec_at(&s->plan, index);
	struct dxa_sweep_watch watch = { 0 };
	struct dxa_sweep_round *r, fresh;
	char path[PATH_MAX];
	const char *record = NULL;
	struct dxa_err *err;

	if (s->rig.opts->record) {
		snprintf(path, sizeof(path), "%s/round-%04zu.dxr", s->rig.opts->record, index + 1);
		record = path;
	}
	dxa_sweep_dir_begin(s->rig.opts, (unsigned int)index + 1);
	fresh = (struct dxa_sweep_round){ 0 };
	watch.round = &fresh;
	err = dxa_sweep_round_run(&s->rig, t->from ? DXA_FAULT_FROM : DXA_FAULT_ONCE, t, record,
				  &watch);
	compare_state(s, &watch);
	dxa_sweep_watch_free(&watch);
	if (err)
		return err;
	err = begin_round(s, index, &r);
	if (err || !r)
		return err;
	r->failed = dxa_faults_failed(s->rig.faults);
	snprintf(r->outcome, sizeof(r->outcome), "%s", fresh.outcome);
	r->verdict = fresh.verdict;
	r->why = fresh.why;
	r->ns = fresh.ns;
	r->findings = fresh.findings;
	if (!s->rig.stuck)
		err = restored(s, NULL);
	if (s->rig.opts->sweep.kmemleak && !dxa_sweep_kmemleak_scan(&s->rig, &r->complaints))
		dxa_log(DXA_LOG_WARN, "kmemleak does not scan: is it switched on?");
	dxa_sweep_listen(&s->rig, &r->complaints);
	s->rig.stuck |= had_oops(r);
	drop_recording(record, r);
	dxa_sweep_dir_add(s->rig.opts, r);
	dxa_log(DXA_LOG_INFO, "round %u: %s: %s", r->number, r->chain, r->outcome);
	return err;
}

/* After the last round: does the command still work, and is the state the same? */
static struct dxa_err *run_last(struct sweep *s)
{
	struct dxa_sweep_watch watch = { 0 };
	struct dxa_err *err = dxa_sweep_round_run(&s->rig, DXA_FAULT_OFF, NULL, NULL, &watch);

	compare_state(s, &watch);
	s->doc.unfaithful = !watch.has_status || watch.status;
	dxa_sweep_watch_free(&watch);
	err = restored(s, err);
	/* The kernel needs some time for a part of the clean-up. */
	if (last_round(s))
		dxa_sweep_listen(&s->rig, &last_round(s)->complaints);
	return err;
}

static struct dxa_err *run_all(struct sweep *s)
{
	const struct dxa_sweep_opts *o = &s->rig.opts->sweep;
	size_t first = o->only ? o->only - 1 : o->first ? o->first - 1 : 0;
	size_t end = o->only ? o->only : s->plan.len;
	struct dxa_err *err = NULL;

	if (first >= s->plan.len)
		return dxa_err_new(DXA_ERR_INPUT, 0, "there is no round %zu: there are %zu",
				   first + 1, s->plan.len);
	for (size_t i = first; i < end && !err && !s->rig.interrupted && !s->rig.stuck; i++) {
		show_progress(s, i, first, end);
		err = run_round(s, i);
	}
	dxa_statusline_hide();
	s->doc.stuck = s->rig.stuck;
	if (!err && !s->rig.interrupted && !s->rig.stuck)
		err = run_last(s);
	dxa_sweep_dir_end(s->rig.opts);
	return err;
}

/* ---- the command ---- */

static struct dxa_err *open_rig(struct sweep *s, const struct dxa_opts *opts)
{
	const struct dxa_probe_config config = { .ring_size = opts->ring_size,
						 .kprobes_only = opts->kprobes_only,
						 .deep = opts->deep };
	struct dxa_err *err = dxa_preflight_privilege();

	/* Only root may read which calls can fail. */
	if (!err)
		err = dxa_faults_check(&s->config);
	if (err)
		return err;
	dxa_sweep_guard_start(&s->guard, NULL);
	err = dxa_probe_open(&config, &s->rig.probe);
	if (!err)
		err = dxa_faults_open(&s->config, s->rig.probe, &s->rig.faults);
	if (!err)
		err = dxa_kmsg_open(&s->rig.kmsg);
	if (!err)
		dxa_sweep_kmemleak_open(&s->rig);
	return err;
}

static struct dxa_err *sweep(struct sweep *s, const struct dxa_opts *opts)
{
	struct dxa_err *err = open_rig(s, opts);

	if (err)
		return err;
	s->doc.start = dxa_ktime_now();
	err = count(s);
	listen_before(s);
	if (!err && !s->rig.interrupted)
		err = run_all(s);
	s->doc.leaks_known = !err && !s->rig.interrupted &&
			     dxa_sweep_kmemleak_scan(&s->rig, &s->doc.leaks);
	s->doc.interrupted = s->rig.interrupted;
	s->doc.end = dxa_ktime_now();
	return err;
}

/* An error before the first round: the outputs say so, too. */
static void write_refusal(struct sweep *s, const struct dxa_document *doc,
			  const struct dxa_opts *opts, const struct dxa_err *why)
{
	struct dxa_refusal refusal;
	struct dxa_err *err;

	if (!opts->n_outputs || !dxa_exit_refusal(why, opts->skip_code, &refusal))
		return;
	s->doc.refused = &refusal;
	err = dxa_document_write(doc, opts);
	if (err)
		dxa_log(DXA_LOG_WARN, "%s", err->msg);
	dxa_err_free(err);
	s->doc.refused = NULL;
}

static void close_rig(struct sweep *s)
{
	dxa_faults_close(s->rig.faults);
	dxa_probe_close(s->rig.probe);
	dxa_sweep_guard_end(&s->guard);
	if (s->rig.kmsg >= 0)
		close(s->rig.kmsg);
	if (s->rig.kmemleak >= 0)
		close(s->rig.kmemleak);
	dxa_sweep_watch_free(&s->before);
	for (size_t i = 0; i < s->chains.len; i++)
		free(*(char **)dxa_vec_at(&s->chains, i));
	dxa_vec_free(&s->chains);
	dxa_vec_free(&s->functions);
	dxa_vec_free(&s->plan);
	free(s->words);
}

struct dxa_err *dxa_cmd_sweep(const struct dxa_opts *opts, int *exit_code)
{
	struct sweep s = { .rig = { .opts = opts, .kmsg = -1, .kmemleak = -1 },
			   .doc = { .rounds = DXA_VEC_OF(struct dxa_sweep_round) },
			   .plan = DXA_VEC_OF(struct dxa_sweep_target),
			   .chains = DXA_VEC_OF(char *),
			   .functions = { .elem = DXA_FAULT_DRIVER_LEN } };
	const struct dxa_document doc = { .text = dxa_sweep_text,
					  .json = dxa_sweep_json,
					  .junit = dxa_sweep_junit,
					  .ktap = dxa_sweep_ktap,
					  .html = dxa_sweep_html,
					  .priv = &s.doc };
	struct dxa_err *err = check_input(&s, opts);

	if (!err)
		err = dxa_document_check(&doc, opts);
	uname(&s.uts);
	s.doc.release = s.uts.release;
	s.doc.machine = s.uts.machine;
	s.doc.argv = (const char *const *)opts->args;
	s.doc.drivers = opts->sweep.drivers;
	if (!err)
		err = dxa_signals_catch();
	if (!err)
		err = sweep(&s, opts);
	if (!err)
		err = dxa_document_write(&doc, opts);
	else if (!s.doc.rounds.len)
		write_refusal(&s, &doc, opts, err);
	*exit_code = (int)dxa_exit_of_verdict(dxa_sweep_verdict(&s.doc));
	close_rig(&s);
	dxa_signals_restore();
	dxa_sweep_free(&s.doc);
	return err;
}
