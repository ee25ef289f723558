// SPDX-License-Identifier: GPL-2.0-only
/* One JSON document per run, written when it ends. */
#include <inttypes.h>
#include <json.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "engine/errname.h"
#include "output/sink.h"

#define SCHEMA_VERSION 1

struct document {
	struct json_object *root, *contexts, *findings;
};

static struct json_object *add_object(struct json_object *to, const char *key)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(to, key, o);
	return o;
}

static struct json_object *add_array(struct json_object *to, const char *key)
{
	struct json_object *a = json_object_new_array();

	json_object_object_add(to, key, a);
	return a;
}

static void add_string(struct json_object *to, const char *key, const char *value)
{
	if (value && value[0])
		json_object_object_add(to, key, json_object_new_string(value));
}

static void add_u64(struct json_object *to, const char *key, uint64_t value)
{
	json_object_object_add(to, key, json_object_new_uint64(value));
}

/* Kernel addresses as strings: beyond 2^53 many JSON readers round numbers. */
static void add_pointer(struct json_object *to, const char *key, uint64_t value)
{
	char hex[24];

	if (!value)
		return;
	snprintf(hex, sizeof(hex), "0x%" PRIx64, value);
	add_string(to, key, hex);
}

static struct json_object *event_object(const struct dxa_event *ev, const struct dxa_story_env *env)
{
	struct json_object *o = json_object_new_object();
	char words[DXA_WORDS_LEN];

	add_string(o, "event", dxa_kind_name(ev->kind));
	add_u64(o, "time_ns", ev->ts);
	add_u64(o, "tid", ev->tid);
	add_string(o, "comm", ev->comm);
	add_string(o, "call", dxa_story_call(words, ev, env));
	if (dxa_story_caller(words, ev, env))
		add_string(o, "caller", words);
	add_pointer(o, "dax", ev->dax);
	if (ev->has & DXA_HAS_DAX) {
		json_object_object_add(o, "refs", json_object_new_int(ev->refs));
		add_u64(o, "flags", ev->dax_flags);
	}
	return o;
}

static struct json_object *context_object(const struct dxa_context *ctx,
					  const struct dxa_story_env *env)
{
	struct json_object *o = json_object_new_object();
	char words[DXA_WORDS_LEN], name[DXA_ERRNAME_LEN];

	add_u64(o, "id", ctx->id);
	add_string(o, "kind", dxa_kind_name(ctx->kind));
	add_string(o, "text", dxa_story_context(words, ctx));
	add_string(o, "device", ctx->device);
	add_string(o, "bus", ctx->bus);
	add_string(o, "driver", ctx->driver);
	add_string(o, "comm", ctx->comm);
	add_u64(o, "tid", ctx->tid);
	add_u64(o, "start_ns", ctx->start);
	if (ctx->outcome != DXA_OUTCOME_OPEN)
		add_u64(o, "end_ns", ctx->end);
	add_string(o, "outcome", dxa_outcome_name(ctx->outcome));
	if (ctx->err)
		add_string(o, "errno", dxa_errname(name, ctx->err, env->eopnotsupp));
	return o;
}

static void add_events(struct json_object *to, const char *key, const struct dxa_event *evs,
		       size_t n, const struct dxa_story_env *env)
{
	struct json_object *a = add_array(to, key);

	for (size_t i = 0; i < n; i++)
		json_object_array_add(a, event_object(&evs[i], env));
}

static struct dxa_err *json_open(struct dxa_sink *s)
{
	struct document *d = calloc(1, sizeof(*d));

	if (!d)
		return dxa_err_nomem();
	s->state = d;
	d->root = json_object_new_object();
	return NULL;
}

static void json_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	static const char *const aliasing[] = {
		[DXA_ALIASING_UNKNOWN] = "unknown", [DXA_ALIASING_NO] = "no", [DXA_ALIASING_YES] = "yes"
	};
	struct document *d = s->state;
	struct json_object *o;

	json_object_object_add(d->root, "schema", json_object_new_int(SCHEMA_VERSION));
	add_string(d->root, "mode", run->mode);
	add_string(d->root, "recording", run->recording);
	o = add_object(d->root, "kernel");
	add_string(o, "release", run->release);
	add_string(o, "version", run->version);
	add_string(o, "machine", run->machine);
	o = add_object(d->root, "policy");
	add_string(o, "aliasing", aliasing[run->aliasing]);
	add_string(o, "aliasing_from", run->aliasing_from);
	if (run->argv) {
		o = add_array(d->root, "command");
		for (const char *const *arg = run->argv; *arg; arg++)
			json_object_array_add(o, json_object_new_string(*arg));
	}
	d->contexts = add_array(d->root, "contexts");
	d->findings = add_array(d->root, "findings");
}

static void json_context(struct dxa_sink *s, const struct dxa_context *ctx)
{
	struct document *d = s->state;
	struct json_object *o;

	if (s->quiet || (!ctx->dax_events && !s->verbose))
		return;
	o = context_object(ctx, &s->run->story);
	add_events(o, "events", ctx->story, ctx->story_len, &s->run->story);
	if (ctx->story_cut)
		add_u64(o, "events_cut", ctx->story_cut);
	json_object_array_add(d->contexts, o);
}

static void add_commits(struct json_object *to, const struct dxa_rule_info *rule,
			const char *driver)
{
	struct json_object *a = NULL, *o;

	for (size_t i = 0; i < rule->n_commits; i++) {
		const struct dxa_rule_commit *c = &rule->commits[i];

		if (!dxa_commit_concerns(c, driver))
			continue;
		if (!a)
			a = add_array(to, "commits");
		o = json_object_new_object();
		add_string(o, "relation", c->relation);
		add_string(o, "commit", c->id);
		add_string(o, "subject", c->subject);
		add_string(o, "release", c->first_release);
		json_object_array_add(a, o);
	}
}

static void add_policy(struct json_object *to, const struct dxa_finding_policy *p)
{
	struct json_object *o;

	add_string(to, "severity_from", p->severity_from);
	if (!p->allowed_by && !p->expired)
		return;
	o = add_object(to, p->allowed_by ? "allowed" : "allowance_expired");
	add_string(o, "by", p->allowed_by ? p->allowed_by : p->expired);
	add_string(o, "reason", p->reason);
	add_string(o, "until", p->until);
}

static void json_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	const struct dxa_story_env *env = &s->run->story;
	const struct dxa_rule_info *rule = dxa_rule_info(f->rule);
	struct json_object *o = json_object_new_object(), *life;
	struct document *d = s->state;
	char name[DXA_ERRNAME_LEN];

	add_string(o, "rule", rule->name);
	add_string(o, "severity", dxa_severity_name(f->severity));
	add_policy(o, &f->policy);
	add_string(o, "title", rule->title);
	add_string(o, "detail", f->detail);
	if (f->err)
		add_string(o, "errno", dxa_errname(name, f->err, env->eopnotsupp));
	life = add_object(o, "device");
	add_pointer(life, "dax", f->life.dax);
	if (f->life.dax)
		add_u64(life, "generation", f->life.generation);
	add_string(life, "driver", dxa_driver_name(f->life.driver));
	add_string(life, "disk", f->life.disk);
	if (f->context.id)
		json_object_object_add(o, "context", context_object(&f->context, env));
	add_commits(o, rule, dxa_finding_driver(f));
	add_events(o, "evidence", f->evidence, f->evidence_len, env);
	json_object_array_add(d->findings, o);
}

static void add_hooks(struct json_object *root, const struct dxa_result *r)
{
	struct json_object *a = add_array(root, "hooks"), *o;

	for (size_t i = 0; i < r->n_hooks; i++) {
		const struct dxa_hook_status *h = &r->hooks[i];

		o = json_object_new_object();
		add_string(o, "function", h->info->name);
		add_string(o, "symbol", h->symbol);
		add_string(o, "module", h->info->module);
		add_string(o, "mode", dxa_attach_mode_name(h->mode));
		add_string(o, "reason", h->reason);
		add_u64(o, "seen", h->count.seen);
		add_u64(o, "submitted", h->count.submitted);
		add_u64(o, "dropped", h->count.dropped);
		add_u64(o, "missed", h->missed);
		json_object_array_add(a, o);
	}
}

static void add_stats(struct json_object *root, const struct dxa_engine_stats *st)
{
	struct json_object *o = add_object(root, "counts"), *a;

	add_u64(o, "events", st->events);
	add_u64(o, "contexts", st->contexts);
	add_u64(o, "contexts_open", st->contexts_open);
	add_u64(o, "devices", st->lives);
	add_u64(o, "devices_now", st->lives_now);
	a = add_object(root, "allocations");
	for (int i = 0; i < DXA_DRIVER_COUNT; i++)
		if (st->allocs[i])
			add_u64(a, dxa_driver_name((enum dxa_driver)i), st->allocs[i]);
}

static void json_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct document *d = s->state;
	struct json_object *a, *o;

	add_string(d->root, "verdict", dxa_verdict_name(r->verdict.kind));
	json_object_object_add(d->root, "exit_code", json_object_new_int(r->exit_code));
	a = add_array(d->root, "reasons");
	for (size_t i = 0; i < r->verdict.n_reasons; i++)
		json_object_array_add(a, json_object_new_string(r->verdict.reasons[i]));
	if (r->has_cmd_status) {
		o = add_object(d->root, "command_status");
		if (WIFSIGNALED(r->cmd_status))
			add_u64(o, "signal", (uint64_t)WTERMSIG(r->cmd_status));
		else
			add_u64(o, "exit", (uint64_t)WEXITSTATUS(r->cmd_status));
	}
	json_object_object_add(d->root, "interrupted", json_object_new_boolean(r->interrupted));
	add_stats(d->root, r->stats);
	add_hooks(d->root, r);
	fputs(json_object_to_json_string_ext(d->root, JSON_C_TO_STRING_PRETTY |
							      JSON_C_TO_STRING_SPACED |
							      JSON_C_TO_STRING_NOSLASHESCAPE),
	      s->out);
	fputc('\n', s->out);
}

static void json_free(struct dxa_sink *s)
{
	struct document *d = s->state;

	if (!d)
		return;
	json_object_put(d->root);
	free(d);
}

const struct dxa_sink_ops dxa_sink_json = {
	.name = "json",
	.what = "one document: verdict, findings, contexts, hooks, kernel",
	.open = json_open,
	.begin = json_begin,
	.context = json_context,
	.finding = json_finding,
	.end = json_end,
	.free = json_free,
};
