// SPDX-License-Identifier: GPL-2.0-only
/* Checks what can be observed on this kernel, hook by hook, and what is missing. */
#include <json.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/exitcode.h"
#include "cli/machine.h"
#include "cli/policies.h"
#include "daxaudit/snapshot.h"
#include "output/jsonobj.h"
#include "output/wrap.h"
#include "probe/kallsyms.h"
#include "probe/preflight.h"
#include "probe/probe.h"

struct examined {
	struct dxa_policy policy;
	const char *btf;
	struct dxa_probe *probe; /* NULL: it could not be opened */
	const struct dxa_hook_status *hooks;
	size_t n_hooks;
	uint32_t known; /* of the snapshot */
	const char *why; /* the snapshot is not complete, or NULL */
	struct dxa_vec checks; /* struct checked */
	size_t swept, left; /* kprobe events of killed auditors: removed, and still in use */
};

/* The result of a check before attaching. */
struct checked {
	const char *name; /* static */
	enum dxa_preflight_result result;
	char *why; /* owned; the obstacle, or why the result is not known; NULL for OK */
};

static const struct {
	const char *variable;
	const char *what;
} walks[] = {
#define DXA_ROW(id, program, variable, config, what) { #variable, what },
	DXA_WALKS(DXA_ROW)
#undef DXA_ROW
};

/* Is a hook that is not attached needed on this kernel? */
static bool is_missed(const struct dxa_hook_status *h, uint64_t unobserved)
{
	return h->mode == DXA_ATTACH_NONE && unobserved >> h->info->kind & 1;
}

/* What is missing without this hook; NULL: nothing. */
static const char *lost_without(const struct dxa_hook_status *h, uint64_t unobserved)
{
	if (!is_missed(h, unobserved))
		return NULL;
	return h->info->need == DXA_NEED_EXTRA ? "what it shows" : "a verdict of pass";
}

static bool walk_known(const struct examined *x, int walk)
{
	return x->known >> walk & 1;
}

static bool walk_absent(const struct examined *x, int walk)
{
	return walk == DXA_WALK_HOSTS && x->known & DXA_SNAP_NO_HOSTS;
}

static bool snapshot_complete(const struct examined *x)
{
	for (int i = 0; i < DXA_WALK_COUNT; i++)
		if (!walk_known(x, i) && !walk_absent(x, i))
			return false;
	return true;
}

/* Can a trace on this machine pass? */
static bool can_pass(const struct examined *x)
{
	uint64_t unobserved = dxa_hooks_unobserved(x->hooks, x->n_hooks);

	for (size_t i = 0; i < x->n_hooks; i++)
		if (unobserved >> x->hooks[i].info->kind & 1 &&
		    x->hooks[i].info->need != DXA_NEED_EXTRA)
			return false;
	return x->probe != NULL;
}

/* ---- as JSON ---- */

static struct json_object *hook_object(const struct dxa_hook_status *h, uint64_t unobserved)
{
	struct json_object *o = json_object_new_object();

	dxa_json_add_string(o, "function", h->info->name);
	dxa_json_add_string(o, "symbol", h->symbol);
	dxa_json_add_string(o, "module", h->info->module);
	dxa_json_add_string(o, "mode", dxa_attach_mode_name(h->mode));
	dxa_json_add_string(o, "reason", h->reason);
	dxa_json_add_string(o, "tells", h->info->what);
	dxa_json_add_string(o, "lost", lost_without(h, unobserved));
	return o;
}

static struct json_object *walk_object(const struct examined *x, int walk)
{
	struct json_object *o = json_object_new_object();

	dxa_json_add_string(o, "variable", walks[walk].variable);
	json_object_object_add(o, "read", json_object_new_boolean(walk_known(x, walk)));
	json_object_object_add(o, "absent", json_object_new_boolean(walk_absent(x, walk)));
	dxa_json_add_string(o, "tells", walks[walk].what);
	return o;
}

static struct json_object *check_object(const struct checked *c)
{
	struct json_object *o = json_object_new_object();

	dxa_json_add_string(o, "name", c->name);
	json_object_object_add(o, "ok", json_object_new_boolean(c->result == DXA_PREFLIGHT_OK));
	if (c->result == DXA_PREFLIGHT_UNKNOWN)
		json_object_object_add(o, "unknown", json_object_new_boolean(true));
	dxa_json_add_string(o, "obstacle", c->why);
	return o;
}

static struct json_object *examined_object(const void *priv)
{
	const struct examined *x = priv;
	uint64_t unobserved = dxa_hooks_unobserved(x->hooks, x->n_hooks);
	struct json_object *o = json_object_new_object(), *a;

	dxa_json_add_u64(o, "schema", DXA_JSON_SCHEMA);
	json_object_object_add(o, "machine", dxa_machine_object(&x->policy, x->btf));
	json_object_object_add(o, "audit", json_object_new_boolean(x->probe != NULL));
	json_object_object_add(o, "pass", json_object_new_boolean(can_pass(x)));
	a = dxa_json_array(o, "checks");
	for (size_t i = 0; i < x->checks.len; i++)
		json_object_array_add(a, check_object(dxa_vec_at(&x->checks, i)));
	if (!x->probe)
		return o;
	dxa_json_add_u64(o, "events_removed", x->swept);
	dxa_json_add_u64(o, "events_left", x->left);
	a = dxa_json_array(o, "hooks");
	for (size_t i = 0; i < x->n_hooks; i++)
		json_object_array_add(a, hook_object(&x->hooks[i], unobserved));
	a = dxa_json_array(o, "snapshot");
	for (int i = 0; i < DXA_WALK_COUNT; i++)
		json_object_array_add(a, walk_object(x, i));
	dxa_json_add_string(o, "snapshot_reason", x->why);
	return o;
}

/* ---- as text ---- */

/* Columns: of lines that continue one, of a hook's mode, of the reason for it. */
#define CONTINUED 7
#define MACHINE_CONTINUED 4
#define STATE_COLUMN 38
#define REASON_COLUMN 49
/* Reasons have a column of their own from this width on. */
#define TABLE_WIDTH 72

static const char *mark(bool ok)
{
	return ok ? "[ok]" : "[!!]";
}

/* The number of hooks that are needed on this kernel and not attached. */
static size_t count_lost(const struct examined *x)
{
	uint64_t unobserved = dxa_hooks_unobserved(x->hooks, x->n_hooks);
	size_t n = 0;

	for (size_t i = 0; i < x->n_hooks; i++)
		n += x->hooks[i].mode == DXA_ATTACH_NONE &&
		     unobserved >> x->hooks[i].info->kind & 1;
	return n;
}

static size_t count_checks(const struct examined *x, enum dxa_preflight_result result)
{
	size_t n = 0;

	for (size_t i = 0; i < x->checks.len; i++)
		n += ((const struct checked *)dxa_vec_at(&x->checks, i))->result == result;
	return n;
}

static void print_nothing_possible(struct dxa_wrap *w, const struct examined *x)
{
	size_t unknown = count_checks(x, DXA_PREFLIGHT_UNKNOWN);
	char text[160], more[48] = "";

	if (unknown)
		snprintf(more, sizeof(more), ", %zu could not be made", unknown);
	snprintf(text, sizeof(text), "Nothing can be audited here: %zu of %zu checks failed%s.",
		 count_checks(x, DXA_PREFLIGHT_FAILED), x->checks.len, more);
	dxa_wrap_words(w, text, DXA_RESET);
}

static void print_summary(struct dxa_wrap *w, const struct examined *x)
{
	size_t unknown = count_checks(x, DXA_PREFLIGHT_UNKNOWN), lost = count_lost(x);
	char hooks[64] = "", checks[64] = "", text[320];
	bool whole = snapshot_complete(x);

	if (!x->probe) {
		print_nothing_possible(w, x);
		return;
	}
	if (can_pass(x) && whole && !unknown) {
		dxa_wrap_words(w, "Everything that an audit needs can be observed here.",
			       DXA_RESET);
		return;
	}
	if (lost)
		snprintf(hooks, sizeof(hooks), " %zu of %zu functions are not hooked%s", lost,
			 x->n_hooks, whole && !unknown ? "" : ",");
	if (unknown)
		snprintf(checks, sizeof(checks), " %zu of %zu checks could not be made", unknown,
			 x->checks.len);
	snprintf(text, sizeof(text),
		 "An audit is possible here, but not everything can be observed%s%s%s%s%s.",
		 lost || unknown || !whole ? ":" : "", hooks,
		 whole ? "" : " not every list of devices is read", whole || !unknown ? "" : ",",
		 checks);
	dxa_wrap_words(w, text, DXA_RESET);
}

/* The lines of a text, each broken where it does not fit. */
static void print_lines(struct dxa_wrap *w, char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		dxa_wrap_begin(w, 0, MACHINE_CONTINUED);
		dxa_wrap_words(w, line, DXA_RESET);
		dxa_wrap_end(w);
	}
}

static void print_machine(struct dxa_wrap *w, const struct examined *x)
{
	struct json_object *machine = dxa_machine_object(&x->policy, x->btf);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (f) {
		dxa_machine_print(f, machine, "");
		if (!fclose(f))
			print_lines(w, text);
	}
	free(text);
	json_object_put(machine);
}

static void print_checks(struct dxa_wrap *w, const struct examined *x)
{
	static const char *const marks[] = { [DXA_PREFLIGHT_OK] = "[ok]",
					     [DXA_PREFLIGHT_FAILED] = "[!!]",
					     [DXA_PREFLIGHT_UNKNOWN] = "[??]" };

	fputs("\nchecks:\n", w->out);
	for (size_t i = 0; i < x->checks.len; i++) {
		const struct checked *c = dxa_vec_at(&x->checks, i);

		dxa_wrap_begin(w, 2, CONTINUED);
		dxa_wrap_words(w, marks[c->result], DXA_RESET);
		dxa_wrap_words(w, c->name, DXA_RESET);
		dxa_wrap_piece(w, c->why ? ":" : "", 0, DXA_RESET);
		dxa_wrap_words(w, c->why ? c->why : "", DXA_RESET);
		dxa_wrap_end(w);
	}
	fputc('\n', w->out);
}

/* What outlives an auditor that was killed: the kernel does not remove it. */
static void print_left_behind(FILE *out, const struct examined *x)
{
	if (x->swept)
		fprintf(out, "left by a killed daxaudit: %zu kprobe events, removed now\n",
			x->swept);
	if (x->left)
		fprintf(out,
			"left by a killed daxaudit: %zu kprobe events that the kernel still uses: "
			"the next start removes them\n",
			x->left);
}

/* The mark, name and state of a function or list that is watched. */
static void begin_row(struct dxa_wrap *w, bool ok, const char *name, const char *state)
{
	dxa_wrap_begin(w, 2, w->width < TABLE_WIDTH ? CONTINUED : REASON_COLUMN);
	dxa_wrap_words(w, mark(ok), DXA_RESET);
	dxa_wrap_words(w, name, DXA_RESET);
	dxa_wrap_to(w, STATE_COLUMN);
	dxa_wrap_words(w, state, DXA_RESET);
}

static void print_hook(struct dxa_wrap *w, const struct dxa_hook_status *h, uint64_t unobserved)
{
	const char *lost = lost_without(h, unobserved), *rest = "";

	begin_row(w, !lost, h->info->name, dxa_attach_mode_name(h->mode));
	if (lost)
		rest = "lost:";
	else if (h->mode == DXA_ATTACH_NONE)
		rest = "not needed on this kernel";
	if (h->reason[0])
		dxa_wrap_to(w, REASON_COLUMN);
	dxa_wrap_words(w, h->reason, DXA_RESET);
	dxa_wrap_piece(w, rest[0] ? ";" : "", 0, DXA_RESET);
	dxa_wrap_words(w, rest, DXA_RESET);
	dxa_wrap_words(w, lost ? lost : "", DXA_RESET);
	dxa_wrap_end(w);
}

static void print_walks(struct dxa_wrap *w, const struct examined *x)
{
	fputs("\nlists of devices that are read:\n", w->out);
	for (int i = 0; i < DXA_WALK_COUNT; i++) {
		begin_row(w, walk_known(x, i) || walk_absent(x, i), walks[i].variable,
			  walk_known(x, i)  ? "read" :
			  walk_absent(x, i) ? "absent" :
					      "not read");
		dxa_wrap_to(w, REASON_COLUMN);
		dxa_wrap_words(w, walks[i].what, DXA_RESET);
		dxa_wrap_end(w);
	}
	if (snapshot_complete(x) || !x->why)
		return;
	dxa_wrap_begin(w, CONTINUED, CONTINUED);
	dxa_wrap_words(w, "not all of it:", DXA_RESET);
	dxa_wrap_words(w, x->why, DXA_RESET);
	dxa_wrap_end(w);
}

static void print_examined(FILE *out, const void *priv, unsigned int width)
{
	struct dxa_wrap w = { .out = out, .width = width };
	const struct examined *x = priv;
	uint64_t unobserved = dxa_hooks_unobserved(x->hooks, x->n_hooks);

	dxa_wrap_begin(&w, 0, 0);
	print_summary(&w, x);
	dxa_wrap_end(&w);
	print_checks(&w, x);
	print_left_behind(out, x);
	print_machine(&w, x);
	if (!x->probe)
		return;
	fputs("\nfunctions that are watched:\n", out);
	for (size_t i = 0; i < x->n_hooks; i++)
		print_hook(&w, &x->hooks[i], unobserved);
	print_walks(&w, x);
	fprintf(out, "\ntrace and daemon: %s\n",
		can_pass(x) ? "all that a pass needs can be observed" :
			      "findings can be observed, but the verdict is inconclusive at best");
	fprintf(out, "list and check without a command: %s\n",
		snapshot_complete(x) ? "all devices can be seen" : "not all devices can be seen");
}

/* ---- checking ---- */

static void ignore_event(void *priv, const struct dxa_event *ev)
{
	(void)priv;
	(void)ev;
}

static void note_check(void *priv, const char *name, enum dxa_preflight_result result,
		       const char *why)
{
	struct checked c = { name, result, why ? strdup(why) : NULL };
	struct examined *x = priv;

	if ((why && !c.why) || !dxa_vec_push(&x->checks, &c))
		free(c.why);
}

static void check_all(struct examined *x)
{
	struct dxa_kallsyms *syms = NULL;
	struct dxa_err *err = dxa_kallsyms_open(DXA_KALLSYMS, NULL, &syms);

	if (err)
		note_check(x, "/proc/kallsyms", DXA_PREFLIGHT_FAILED, err->msg);
	dxa_preflight_each(syms, x->btf, note_check, x);
	dxa_err_free(err);
	dxa_kallsyms_free(syms);
}

/* Did a check already report this error? */
static bool is_told(const struct examined *x, const struct dxa_err *obstacle)
{
	for (size_t i = 0; i < x->checks.len; i++) {
		const struct checked *c = dxa_vec_at(&x->checks, i);

		if (c->result == DXA_PREFLIGHT_FAILED && !strcmp(c->why, obstacle->msg))
			return true;
	}
	return false;
}

/* Programs that read kernel memory are attached: lockdown does not forbid it. */
static void learn_from_attaching(struct examined *x)
{
	for (size_t i = 0; i < x->checks.len; i++) {
		struct checked *c = dxa_vec_at(&x->checks, i);

		if (strcmp(c->name, DXA_PREFLIGHT_LOCKDOWN) != 0 ||
		    c->result != DXA_PREFLIGHT_UNKNOWN)
			continue;
		c->result = DXA_PREFLIGHT_OK;
		free(c->why);
		c->why = NULL;
	}
}

static void free_checks(struct examined *x)
{
	for (size_t i = 0; i < x->checks.len; i++)
		free(((struct checked *)dxa_vec_at(&x->checks, i))->why);
	dxa_vec_free(&x->checks);
}

static struct dxa_err *examine(struct examined *x, const struct dxa_opts *opts)
{
	const struct dxa_probe_config config = { .ring_size = opts->ring_size,
						 .kprobes_only = opts->kprobes_only,
						 .deep = opts->deep,
						 .btf = opts->btf };
	struct dxa_err *err = dxa_probe_open(&config, &x->probe);

	if (err)
		return err;
	x->swept = dxa_probe_swept(x->probe, &x->left);
	dxa_probe_start(x->probe, ignore_event, NULL);
	x->known = dxa_probe_snapshot(x->probe, &x->why);
	dxa_probe_stop(x->probe);
	x->hooks = dxa_probe_hooks(x->probe, &x->n_hooks);
	return NULL;
}

/* Print the results, then return the obstacle as the error. */
static struct dxa_err *run(struct examined *x, const struct dxa_opts *opts, int *exit_code)
{
	const struct dxa_document doc = { .wrapped = print_examined,
					  .json = examined_object,
					  .priv = x };
	struct dxa_err *obstacle;
	struct dxa_err *err;

	check_all(x);
	obstacle = examine(x, opts);
	if (!obstacle)
		learn_from_attaching(x);
	if (!obstacle || !is_told(x, obstacle))
		note_check(x, "BPF programs", obstacle ? DXA_PREFLIGHT_FAILED : DXA_PREFLIGHT_OK,
			   obstacle ? obstacle->msg : NULL);
	err = dxa_document_write(&doc, opts);
	if (obstacle) {
		dxa_err_free(err);
		return obstacle;
	}
	*exit_code = can_pass(x) && snapshot_complete(x) &&
				     !count_checks(x, DXA_PREFLIGHT_UNKNOWN) ?
			     DXA_EXIT_PASS :
			     DXA_EXIT_INCONCLUSIVE;
	return err;
}

/* --core: for a service manager, before it starts the daemon; nothing is attached. */
static struct dxa_err *check_core(const struct dxa_opts *opts)
{
	struct dxa_kallsyms *syms = NULL;
	struct dxa_err *err;

	if (opts->n_outputs)
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "--core prints one line: it takes no --output");
	err = dxa_kallsyms_open(DXA_KALLSYMS, NULL, &syms);
	if (!err)
		err = dxa_preflight_core(syms);
	if (!err)
		printf("this kernel has a DAX core\n");
	dxa_kallsyms_free(syms);
	return err;
}

struct dxa_err *dxa_cmd_doctor(const struct dxa_opts *opts, int *exit_code)
{
	struct examined x = { .btf = opts->btf, .checks = DXA_VEC_OF(struct checked) };
	struct dxa_signal asked = { 0 };
	struct dxa_err *err;

	*exit_code = DXA_EXIT_PASS;
	if (opts->core)
		return check_core(opts);
	/* A signal must not leave kprobe events behind. */
	err = dxa_signals_catch();
	if (!err)
		err = dxa_policies_load(&x.policy, opts);
	if (!err)
		err = run(&x, opts, exit_code);
	dxa_probe_close(x.probe);
	dxa_policy_deinit(&x.policy);
	free_checks(&x);
	dxa_signals_next(&asked);
	dxa_signals_restore();
	if (asked.signo)
		raise(asked.signo);
	return err;
}
