// SPDX-License-Identifier: GPL-2.0-only
#include "output/prose.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

const char *dxa_paint(bool on, enum dxa_colour c)
{
	static const char *const codes[] = { "\033[1;31m", "\033[1;33m", "\033[1;32m",
					     "\033[1m",	   "\033[2m",	 "\033[0m" };

	return on ? codes[c] : "";
}

enum dxa_colour dxa_severity_colour(enum dxa_severity severity)
{
	return severity == DXA_SEVERITY_ERROR	? DXA_RED :
	       severity == DXA_SEVERITY_WARNING ? DXA_YELLOW :
						  DXA_BOLD;
}

const char *dxa_prose_aliasing(enum dxa_aliasing aliasing)
{
	switch (aliasing) {
	case DXA_ALIASING_NO:
		return "data cache does not alias";
	case DXA_ALIASING_YES:
		return "data cache aliases";
	default:
		return "not known whether the data cache aliases";
	}
}

void dxa_prose_event(FILE *out, const struct dxa_event *ev, const struct dxa_story_env *env,
		     int depth, bool colour)
{
	char call[DXA_WORDS_LEN], state[DXA_WORDS_LEN], caller[DXA_WORDS_LEN];
	const char *has_state = dxa_story_state(state, ev);
	const char *has_caller = dxa_story_caller(caller, ev, env);
	/* Records of two CPUs can be stamped a moment before the first one of the story. */
	uint64_t us = ev->ts > env->start ? (ev->ts - env->start) / 1000 : 0;

	if (!dxa_story_fact(call, ev, env))
		dxa_story_call(call, ev, env);
	fprintf(out, "  %3" PRIu64 ".%06" PRIu64 "  %*s", us / 1000000, us % 1000000, 2 * depth,
		"");
	dxa_utf8_print(out, call);
	if (has_state)
		fprintf(out, "  %s(%s)%s", dxa_paint(colour, DXA_DIM), state,
			dxa_paint(colour, DXA_RESET));
	if (has_caller) {
		fprintf(out, "  %sfrom ", dxa_paint(colour, DXA_DIM));
		dxa_utf8_print(out, caller);
		fputs(dxa_paint(colour, DXA_RESET), out);
	}
	fputc('\n', out);
}

void dxa_prose_story(FILE *out, const struct dxa_context *ctx, const struct dxa_story_env *env,
		     bool colour)
{
	int depth = 0;

	for (size_t i = 0; i < ctx->story_len; i++) {
		int nesting = dxa_story_nesting(&ctx->story[i]);

		if (nesting < 0 && depth > 0)
			depth--;
		dxa_prose_event(out, &ctx->story[i], env, depth, colour);
		if (nesting > 0)
			depth++;
	}
	if (ctx->story_cut)
		fprintf(out, "  ... and %zu more events\n", ctx->story_cut);
}

const char *dxa_prose_since(const struct dxa_rule_commit *c)
{
	return strstr(c->relation, "introduced") ? "since" : "in";
}

const char *dxa_prose_commit(char *buf, size_t size, const struct dxa_rule_commit *c)
{
	const char *relation = !strcmp(c->relation, "introduced by")		 ? "Fixes" :
			       !strcmp(c->relation, "known cause introduced by") ? "known cause" :
										   c->relation;

	snprintf(buf, size, "%s: %.12s%s(\"%s\")", relation, c->id, c->id[0] ? " " : "",
		 c->subject);
	return buf;
}

static void print_commits(FILE *out, const struct dxa_rule_info *rule, const char *driver)
{
	char line[256];

	for (size_t i = 0; i < rule->n_commits; i++) {
		const struct dxa_rule_commit *c = &rule->commits[i];

		if (dxa_commit_concerns(c, driver))
			fprintf(out, "    %s%s%s%s%s\n", dxa_prose_commit(line, sizeof(line), c),
				c->first_release[0] ? ", " : "",
				c->first_release[0] ? dxa_prose_since(c) : "",
				c->first_release[0] ? " " : "", c->first_release);
	}
}

static void print_allowance(FILE *out, const struct dxa_finding_policy *p)
{
	fputs(p->allowed_by ? "    allowed by " : "    the allowance of ", out);
	dxa_utf8_print(out, p->allowed_by ? p->allowed_by : p->expired);
	fprintf(out, "%s%s: ", p->allowed_by ? " until " : " expired on ", p->until);
	dxa_utf8_print(out, p->reason);
	fputc('\n', out);
}

static void print_policy(FILE *out, const struct dxa_finding *f)
{
	const struct dxa_finding_policy *p = &f->policy;

	if (p->severity_from) {
		fputs("    severity set by ", out);
		dxa_utf8_print(out, p->severity_from);
		fprintf(out, "; the rule's own is %s\n",
			dxa_severity_name(dxa_rule_info(f->rule)->severity));
	}
	if (p->allowed_by || p->expired)
		print_allowance(out, p);
}

const char *dxa_prose_device(char *buf, size_t size, const struct dxa_finding *f,
			     const struct dxa_story_env *env)
{
	char address[DXA_ADDRESS_LEN];
	size_t n;

	if (!f->life.dax)
		return NULL;
	dxa_pseudonym(address, env->pseudonyms, DXA_PSEUDONYM_DEV, "", f->life.dax);
	n = (size_t)snprintf(buf, size, "device: %s, %s%s%.*s", address,
			     dxa_driver_name(f->life.driver), f->life.disk[0] ? " " : "",
			     DXA_NAME_LEN, f->life.disk);
	if (!f->life.generation && n < size)
		snprintf(buf + n, size - n, ", older than the audit");
	else if (f->life.generation > 1 && n < size)
		snprintf(buf + n, size - n, ", life %u at this address", f->life.generation);
	return buf;
}

void dxa_prose_finding(FILE *out, const struct dxa_finding *f, const struct dxa_story_env *env,
		       bool colour)
{
	const struct dxa_rule_info *rule = dxa_rule_info(f->rule);
	char device[DXA_WORDS_LEN];

	fprintf(out, "%s%s%s: %s%s: %s\n",
		dxa_paint(colour,
			  f->policy.allowed_by ? DXA_DIM : dxa_severity_colour(f->severity)),
		f->policy.allowed_by ? "allowed " : "", dxa_severity_name(f->severity), rule->name,
		dxa_paint(colour, DXA_RESET), rule->title);
	print_policy(out, f);
	fputs("    ", out);
	dxa_utf8_print(out, f->detail);
	fputc('\n', out);
	if (dxa_prose_device(device, sizeof(device), f, env)) {
		fputs("    ", out);
		dxa_utf8_print(out, device);
		fputc('\n', out);
	}
	print_commits(out, rule, dxa_finding_driver(f));
	for (size_t i = 0; i < f->evidence_len; i++)
		dxa_prose_event(out, &f->evidence[i], env, 0, colour);
}
