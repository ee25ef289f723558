// SPDX-License-Identifier: GPL-2.0-only
#include "output/jsonobj.h"

#include <inttypes.h>
#include <json.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "engine/errname.h"
#include "output/coverage.h"

struct json_object *dxa_json_object(struct json_object *to, const char *key)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(to, key, o);
	return o;
}

struct json_object *dxa_json_array(struct json_object *to, const char *key)
{
	struct json_object *a = json_object_new_array();

	json_object_object_add(to, key, a);
	return a;
}

struct json_object *dxa_json_string(const char *value)
{
	_cleanup_free_ char *clean = dxa_utf8_clean(value);

	return json_object_new_string(clean ? clean : "");
}

void dxa_json_add_string(struct json_object *to, const char *key, const char *value)
{
	if (value && value[0])
		json_object_object_add(to, key, dxa_json_string(value));
}

const char *dxa_json_member(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) : NULL;
}

void dxa_json_add_u64(struct json_object *to, const char *key, uint64_t value)
{
	json_object_object_add(to, key, json_object_new_uint64(value));
}

/* Kernel addresses as strings: beyond 2^53 many JSON readers round numbers. */
static void add_pointer(struct json_object *to, const char *key, enum dxa_pseudonym_kind kind,
			uint64_t value, const struct dxa_story_env *env)
{
	char address[DXA_ADDRESS_LEN];

	if (!value)
		return;
	if (dxa_is_err_ptr(value))
		snprintf(address, sizeof(address), "0x%" PRIx64, value);
	else
		dxa_pseudonym(address, env->pseudonyms, kind, "0x", value);
	dxa_json_add_string(to, key, address);
}

struct json_object *dxa_json_event(const struct dxa_event *ev, const struct dxa_story_env *env)
{
	struct json_object *o = json_object_new_object();
	char words[DXA_WORDS_LEN];
	const char *fact = dxa_story_fact(words, ev, env);

	dxa_json_add_string(o, "event", dxa_kind_name(ev->kind));
	dxa_json_add_u64(o, "time_ns", ev->ts);
	dxa_json_add_u64(o, "tid", ev->tid);
	dxa_json_add_string(o, "comm", ev->comm);
	dxa_json_add_string(o, "call", fact ? fact : dxa_story_call(words, ev, env));
	if (dxa_story_caller(words, ev, env))
		dxa_json_add_string(o, "caller", words);
	add_pointer(o, "dax", DXA_PSEUDONYM_DEV, ev->dax, env);
	add_pointer(o, "object", dxa_pseudonym_of_obj(ev), ev->obj, env);
	if (ev->has & DXA_HAS_DAX) {
		json_object_object_add(o, "refs", json_object_new_int(ev->refs));
		dxa_json_add_u64(o, "flags", ev->dax_flags);
	}
	return o;
}

struct json_object *dxa_json_context(const struct dxa_context *ctx, const struct dxa_story_env *env)
{
	struct json_object *o = json_object_new_object();
	char words[DXA_WORDS_LEN], name[DXA_ERRNAME_LEN];

	dxa_json_add_u64(o, "id", ctx->id);
	dxa_json_add_string(o, "kind", dxa_kind_name(ctx->kind));
	dxa_json_add_string(o, "text", dxa_story_context(words, ctx));
	dxa_json_add_string(o, "device", ctx->device);
	dxa_json_add_string(o, "bus", ctx->bus);
	dxa_json_add_string(o, "driver", ctx->driver);
	dxa_json_add_string(o, "comm", ctx->comm);
	dxa_json_add_u64(o, "tid", ctx->tid);
	dxa_json_add_u64(o, "start_ns", ctx->start);
	if (ctx->outcome != DXA_OUTCOME_OPEN)
		dxa_json_add_u64(o, "end_ns", ctx->end);
	dxa_json_add_string(o, "outcome", dxa_outcome_name(ctx->outcome));
	if (ctx->err)
		dxa_json_add_string(o, "errno", dxa_errname(name, ctx->err, env->eopnotsupp));
	return o;
}

struct json_object *dxa_json_device(const struct dxa_device *dev, const struct dxa_story_env *env)
{
	struct json_object *o = json_object_new_object();
	char rdev[24];

	dxa_json_add_string(o, "name", dev->id.disk);
	dxa_json_add_string(o, "driver", dxa_driver_name(dev->id.driver));
	if (dev->id.rdev) {
		snprintf(rdev, sizeof(rdev), "%u:%u", DXA_DEV_MAJOR(dev->id.rdev),
			 DXA_DEV_MINOR(dev->id.rdev));
		dxa_json_add_string(o, "dev", rdev);
	}
	add_pointer(o, "dax", DXA_PSEUDONYM_DEV, dev->id.dax, env);
	dxa_json_add_string(o, "bound", dev->bound);
	if (dev->refs >= 0) {
		json_object_object_add(o, "refs", json_object_new_int(dev->refs));
		json_object_object_add(o, "alive", json_object_new_boolean(dev->alive));
		add_pointer(o, "holder", DXA_PSEUDONYM_HOLDER, dev->holder, env);
		add_pointer(o, "host", DXA_PSEUDONYM_DISK, dev->host, env);
	}
	dxa_json_add_string(o, "orphan", dev->why);
	return o;
}

void dxa_json_add_events(struct json_object *to, const char *key, const struct dxa_event *evs,
			 size_t n, const struct dxa_story_env *env)
{
	struct json_object *a = dxa_json_array(to, key);

	for (size_t i = 0; i < n; i++)
		json_object_array_add(a, dxa_json_event(&evs[i], env));
}

struct json_object *dxa_json_commit(const struct dxa_rule_commit *c)
{
	struct json_object *o = json_object_new_object();

	dxa_json_add_string(o, "relation", c->relation);
	dxa_json_add_string(o, "commit", c->id);
	dxa_json_add_string(o, "subject", c->subject);
	dxa_json_add_string(o, "release", c->first_release);
	return o;
}

static void add_commits(struct json_object *to, const struct dxa_rule_info *rule,
			const char *driver)
{
	struct json_object *a = NULL;

	for (size_t i = 0; i < rule->n_commits; i++) {
		const struct dxa_rule_commit *c = &rule->commits[i];

		if (!dxa_commit_concerns(c, driver))
			continue;
		if (!a)
			a = dxa_json_array(to, "commits");
		json_object_array_add(a, dxa_json_commit(c));
	}
}

static void add_policy(struct json_object *to, const struct dxa_finding_policy *p)
{
	struct json_object *o;

	dxa_json_add_string(to, "severity_from", p->severity_from);
	if (!p->allowed_by && !p->expired)
		return;
	o = dxa_json_object(to, p->allowed_by ? "allowed" : "allowance_expired");
	dxa_json_add_string(o, "by", p->allowed_by ? p->allowed_by : p->expired);
	dxa_json_add_string(o, "reason", p->reason);
	dxa_json_add_string(o, "until", p->until);
}

struct json_object *dxa_json_finding(const struct dxa_finding *f, const struct dxa_story_env *env)
{
	const struct dxa_rule_info *rule = dxa_rule_info(f->rule);
	struct json_object *o = json_object_new_object(), *life;
	char name[DXA_ERRNAME_LEN];

	dxa_json_add_string(o, "rule", rule->name);
	dxa_json_add_string(o, "severity", dxa_severity_name(f->severity));
	add_policy(o, &f->policy);
	dxa_json_add_string(o, "title", rule->title);
	dxa_json_add_string(o, "detail", f->detail);
	if (f->err)
		dxa_json_add_string(o, "errno", dxa_errname(name, f->err, env->eopnotsupp));
	life = dxa_json_object(o, "device");
	add_pointer(life, "dax", DXA_PSEUDONYM_DEV, f->life.dax, env);
	if (f->life.dax)
		dxa_json_add_u64(life, "generation", f->life.generation);
	dxa_json_add_string(life, "driver", dxa_driver_name(f->life.driver));
	dxa_json_add_string(life, "disk", f->life.disk);
	if (f->context.id)
		json_object_object_add(o, "context", dxa_json_context(&f->context, env));
	add_commits(o, rule, dxa_finding_driver(f));
	dxa_json_add_events(o, "evidence", f->evidence, f->evidence_len, env);
	return o;
}

void dxa_json_add_run(struct json_object *to, const struct dxa_run *run)
{
	char started[DXA_WALL_LEN], shown[256];
	struct json_object *o;

	json_object_object_add(to, "schema", json_object_new_int(DXA_JSON_SCHEMA));
	dxa_json_add_string(to, "mode", run->mode);
	dxa_json_add_string(to, "recording", run->recording);
	o = dxa_json_object(to, "kernel");
	dxa_json_add_string(o, "release", run->release);
	dxa_json_add_string(o, "version", run->version);
	dxa_json_add_string(o, "machine", run->machine);
	dxa_json_add_string(to, "tool", run->tool);
	if (run->show)
		dxa_json_add_string(to, "shown_only",
				    dxa_show_words(shown, sizeof(shown), run->show));
	/* Events' time_ns less this is their offset; it is the kernel's clock, as in dmesg. */
	dxa_json_add_u64(to, "start_ns", run->start);
	dxa_json_add_string(to, "started", dxa_story_wall(started, run->start_wall));
	o = dxa_json_object(to, "policy");
	dxa_json_add_string(o, "aliasing", dxa_aliasing_name(run->aliasing));
	dxa_json_add_string(o, "aliasing_from", run->aliasing_from);
	dxa_json_add_string(o, "fail_on", dxa_severity_name(run->failing));
	if (!run->argv)
		return;
	o = dxa_json_array(to, "command");
	for (const char *const *arg = run->argv; *arg; arg++)
		json_object_array_add(o, dxa_json_string(*arg));
}

void dxa_json_add_coverage(struct json_object *to, const struct dxa_result *result)
{
	struct dxa_coverage list[DXA_DRIVER_COUNT];
	size_t n = dxa_coverage(result, list);
	struct json_object *a = dxa_json_array(to, "coverage"), *o;

	for (size_t i = 0; i < n; i++) {
		o = json_object_new_object();
		dxa_json_add_string(o, "driver", list[i].driver);
		dxa_json_add_u64(o, "allocations", list[i].allocs);
		dxa_json_add_u64(o, "exercised", list[i].exercised);
		dxa_json_add_u64(o, "devices", list[i].devices);
		json_object_object_add(o, "available", json_object_new_boolean(list[i].available));
		json_object_object_add(o, "required", json_object_new_boolean(list[i].required));
		json_object_array_add(a, o);
	}
}

static void add_hooks(struct json_object *root, const struct dxa_result *r)
{
	struct json_object *a = dxa_json_array(root, "hooks"), *o;

	for (size_t i = 0; i < r->n_hooks; i++) {
		const struct dxa_hook_status *h = &r->hooks[i];

		o = json_object_new_object();
		dxa_json_add_string(o, "function", h->info->name);
		dxa_json_add_string(o, "symbol", h->symbol);
		dxa_json_add_string(o, "module", h->info->module);
		dxa_json_add_string(o, "mode", dxa_attach_mode_name(h->mode));
		dxa_json_add_string(o, "reason", h->reason);
		dxa_json_add_u64(o, "seen", h->count.seen);
		dxa_json_add_u64(o, "submitted", h->count.submitted);
		dxa_json_add_u64(o, "dropped", h->count.dropped);
		dxa_json_add_u64(o, "repeated", h->count.repeated);
		dxa_json_add_u64(o, "missed", h->missed);
		json_object_array_add(a, o);
	}
}

static void add_stats(struct json_object *root, const struct dxa_engine_stats *st)
{
	struct json_object *o = dxa_json_object(root, "counts"), *a;

	dxa_json_add_u64(o, "events", st->events);
	dxa_json_add_u64(o, "contexts", st->contexts);
	dxa_json_add_u64(o, "contexts_open", st->contexts_open);
	dxa_json_add_u64(o, "snapshots", st->snapshots);
	dxa_json_add_u64(o, "devices", st->lives);
	dxa_json_add_u64(o, "devices_now", st->lives_now);
	a = dxa_json_object(root, "allocations");
	for (int i = 0; i < DXA_DRIVER_COUNT; i++)
		if (st->allocs[i])
			dxa_json_add_u64(a, dxa_driver_name((enum dxa_driver)i), st->allocs[i]);
}

static void add_command_status(struct json_object *to, int status)
{
	struct json_object *o = dxa_json_object(to, "command_status");

	if (WIFSIGNALED(status))
		dxa_json_add_u64(o, "signal", (uint64_t)WTERMSIG(status));
	else
		dxa_json_add_u64(o, "exit", (uint64_t)WEXITSTATUS(status));
}

static void add_hidden(struct json_object *to, const struct dxa_hidden *hidden)
{
	uint64_t contexts = 0;
	struct json_object *o;

	for (int sort = 0; sort < DXA_CONTEXT_SORTS; sort++)
		contexts += hidden->contexts[sort];
	if (!contexts && !hidden->findings && !hidden->devices)
		return;
	o = dxa_json_object(to, "not_shown");
	dxa_json_add_u64(o, "contexts", contexts);
	dxa_json_add_u64(o, "findings", hidden->findings);
	dxa_json_add_u64(o, "devices", hidden->devices);
}

void dxa_json_add_result(struct json_object *to, const struct dxa_result *r)
{
	struct json_object *a;
	const char *reason;

	dxa_json_add_string(to, "verdict", dxa_verdict_name(r->verdict.kind));
	json_object_object_add(to, "exit_code", json_object_new_int(r->exit_code));
	json_object_object_add(to, "complete", json_object_new_boolean(r->verdict.complete));
	a = dxa_json_array(to, "reasons");
	for (size_t i = 0; (reason = dxa_verdict_reason(&r->verdict, i)); i++)
		json_object_array_add(a, dxa_json_string(reason));
	if (r->has_cmd_status)
		add_command_status(to, r->cmd_status);
	json_object_object_add(to, "interrupted", json_object_new_boolean(r->interrupted));
	add_hidden(to, &r->hidden);
	dxa_json_add_coverage(to, r);
	add_stats(to, r->stats);
	add_hooks(to, r);
}

void dxa_json_add_summary(struct json_object *to, const struct dxa_summary *s)
{
	struct json_object *o;

	dxa_json_add_string(to, "verdict", dxa_verdict_name(s->verdict));
	json_object_object_add(to, "exit_code", json_object_new_int(s->exit_code));
	o = dxa_json_object(to, "verdicts");
	for (int v = 0; v <= DXA_VERDICT_INCONCLUSIVE; v++)
		dxa_json_add_u64(o, dxa_verdict_name((enum dxa_verdict_kind)v), s->by_verdict[v]);
	dxa_json_add_u64(to, "unread", s->unread);
}

struct json_object *dxa_json_unread(const char *recording, const char *why)
{
	struct json_object *o = json_object_new_object();

	dxa_json_add_string(o, "recording", recording);
	dxa_json_add_string(o, "error", why);
	return o;
}

void dxa_json_add_refusal(struct json_object *to, const struct dxa_refusal *refusal)
{
	dxa_json_add_string(to, "verdict", dxa_refusal_name(refusal));
	json_object_object_add(to, "exit_code", json_object_new_int(refusal->exit_code));
	dxa_json_add_string(to, "error", refusal->why);
}

/* RFC 8259, section 7: two escapes, of a surrogate pair, above U+FFFF. */
static void put_escape(FILE *out, uint32_t cp)
{
	if (cp < 0x10000) {
		fprintf(out, "\\u%04" PRIx32, cp);
		return;
	}
	cp -= 0x10000;
	fprintf(out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 + (cp >> 10), 0xdc00 + (cp & 0x3ff));
}

void dxa_json_put(FILE *out, struct json_object *o, bool pretty)
{
	const int flags = pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED :
				   JSON_C_TO_STRING_PLAIN;
	const char *text =
		json_object_to_json_string_ext(o, flags | JSON_C_TO_STRING_NOSLASHESCAPE);
	uint32_t cp;
	size_t n;

	/* json-c has escaped C0; the newlines that it writes are between the values. */
	for (; (n = dxa_utf8_next(text, &cp)); text += n) {
		if (cp >= 0x7f && dxa_utf8_is_control(cp))
			put_escape(out, cp);
		else
			fwrite(text, 1, n, out);
	}
}

void dxa_json_write(FILE *out, struct json_object *o, bool pretty)
{
	dxa_json_put(out, o, pretty);
	fputc('\n', out);
}
