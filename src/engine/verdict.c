// SPDX-License-Identifier: GPL-2.0-only
#include "engine/verdict.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "base/waitstatus.h"
#include "engine/owner.h"

/* How much of the audited command a reason shows, in bytes. */
#define COMMAND_LEN 100
/* The names of all rules, with a number behind each. */
#define RULES_LEN 1024

const char *dxa_verdict_name(enum dxa_verdict_kind kind)
{
	static const char *const names[] = {
		[DXA_VERDICT_PASS] = "pass",
		[DXA_VERDICT_FINDINGS] = "findings",
		[DXA_VERDICT_INCONCLUSIVE] = "inconclusive",
	};

	return names[kind];
}

/* The text of a reason when its own could not be allocated. */
static const char no_memory[] = "out of memory for the reason";

const char *dxa_verdict_reason(const struct dxa_verdict *v, size_t i)
{
	char *const *text;

	if (i >= v->reasons.len)
		return !v->complete && i == v->first_incomplete ? no_memory : NULL;
	text = dxa_vec_at(&v->reasons, i);
	return *text ? *text : no_memory;
}

void dxa_verdict_add(struct dxa_verdict *v, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		text = NULL;
	v->reasons.elem = sizeof(text);
	if (!dxa_vec_push(&v->reasons, &text))
		free(text);
}

char *dxa_verdict_join(const struct dxa_verdict *v, size_t from)
{
	char *text, *end;
	size_t len = 1;

	for (size_t i = from; dxa_verdict_reason(v, i); i++)
		len += strlen(dxa_verdict_reason(v, i)) + strlen("; ");
	text = malloc(len);
	if (!text)
		return NULL;
	end = text;
	*end = '\0';
	for (size_t i = from; dxa_verdict_reason(v, i); i++) {
		end = stpcpy(end, i > from ? "; " : "");
		end = stpcpy(end, dxa_verdict_reason(v, i));
	}
	return text;
}

void dxa_verdict_deinit(struct dxa_verdict *v)
{
	for (size_t i = 0; i < v->reasons.len; i++)
		free(*(char **)dxa_vec_at(&v->reasons, i));
	dxa_vec_free(&v->reasons);
}

/* Add a reason why the audit is not complete: a pass becomes inconclusive. */
#define INCOMPLETE(v, ...)                                    \
	do {                                                  \
		(v)->complete = false;                        \
		if ((v)->kind == DXA_VERDICT_PASS)            \
			(v)->kind = DXA_VERDICT_INCONCLUSIVE; \
		dxa_verdict_add(v, __VA_ARGS__);              \
	} while (0)

/* Findings of one severity for people: "2 errors (null-teardown-leak)". */
static void count_findings(const struct dxa_verdict_input *in, int s, struct dxa_verdict *v)
{
	static const char *const words[DXA_SEVERITY_COUNT][2] = {
		[DXA_SEVERITY_INFO] = { "note", "notes" },
		[DXA_SEVERITY_WARNING] = { "warning", "warnings" },
		[DXA_SEVERITY_ERROR] = { "error", "errors" },
	};
	uint64_t n = in->by_severity[s], of[DXA_RULE_COUNT] = { 0 };
	char rules[RULES_LEN] = "";
	size_t len = 0, kinds = 0;

	for (int rule = 0; in->tally && rule < DXA_RULE_COUNT; rule++) {
		for (int d = 0; d < DXA_DRIVER_COUNT; d++)
			of[rule] += in->tally->findings[s][rule][d];
		kinds += of[rule] != 0;
	}
	for (int rule = 0; rule < DXA_RULE_COUNT && len < sizeof(rules); rule++) {
		if (!of[rule])
			continue;
		len += (size_t)snprintf(rules + len, sizeof(rules) - len, "%s%s", len ? ", " : "",
					dxa_rule_info((enum dxa_rule)rule)->name);
		if (kinds > 1 && len < sizeof(rules))
			len += (size_t)snprintf(rules + len, sizeof(rules) - len, " %" PRIu64,
						of[rule]);
	}
	dxa_verdict_add(v, "%" PRIu64 " %s%s%s%s", n, words[s][n != 1], rules[0] ? " (" : "", rules,
			rules[0] ? ")" : "");
}

static void add_findings(const struct dxa_verdict_input *in, struct dxa_verdict *v)
{
	uint64_t failing = 0;

	for (int s = DXA_SEVERITY_COUNT - 1; s >= 0; s--) {
		uint64_t n = in->by_severity[s];

		if (!n)
			continue;
		if (s >= (int)in->failing)
			failing += n;
		count_findings(in, s, v);
	}
	if (in->allowed)
		dxa_verdict_add(v, "%" PRIu64 " finding%s allowed by policy", in->allowed,
				in->allowed == 1 ? "" : "s");
	if (failing)
		v->kind = DXA_VERDICT_FINDINGS;
}

static void add_hooks(const struct dxa_verdict_input *in, struct dxa_verdict *v)
{
	uint64_t unobserved = dxa_hooks_unobserved(in->hooks, in->n_hooks);

	for (size_t i = 0; i < in->n_hooks; i++) {
		const struct dxa_hook_status *h = &in->hooks[i];

		if (unobserved >> h->info->kind & 1 && h->info->need != DXA_NEED_EXTRA)
			INCOMPLETE(v, "%s is not watched (%s)", h->info->name, h->reason);
	}
}

static void add_losses(const struct dxa_verdict_input *in, struct dxa_verdict *v)
{
	const char *first = NULL;
	size_t unreadable = 0;
	uint64_t missed;
	struct dxa_count total = dxa_hooks_total(in->hooks, in->n_hooks, &missed);

	if (total.dropped)
		INCOMPLETE(v, "%" PRIu64 " of %" PRIu64 " records were lost: raise --ring-size",
			   total.dropped, total.seen - total.repeated);
	if (missed)
		INCOMPLETE(v, "the kernel missed %" PRIu64 " calls", missed);
	/* For each hook, so that errors of two hooks cannot cancel each other out. */
	for (size_t i = 0; i < in->n_hooks; i++) {
		const struct dxa_count *c = &in->hooks[i].count;

		if (in->hooks[i].unreadable && !unreadable++)
			first = in->hooks[i].info->name;
		if (!dxa_count_agrees(c))
			INCOMPLETE(v,
				   "%s: counters do not add up: %" PRIu64 " seen, %" PRIu64
				   " submitted, %" PRIu64 " dropped, %" PRIu64 " repeated",
				   in->hooks[i].info->name, c->seen, c->submitted, c->dropped,
				   c->repeated);
	}
	if (unreadable == 1)
		INCOMPLETE(v, "the counters of %s could not be read", first);
	else if (unreadable)
		INCOMPLETE(v, "the counters of %zu hooks could not be read, %s among them",
			   unreadable, first);
}

/* An audit without hooks checks only existing devices: there must be one. */
static bool exercised(const struct dxa_verdict_input *in, int driver)
{
	return in->n_hooks ? in->stats->exercised[driver] : in->stats->lives_of[driver];
}

static const char *why_not_exercised(char buf[64], const struct dxa_verdict_input *in, int driver)
{
	const char *module = dxa_owner_of((enum dxa_driver)driver)->module;

	if (in->stats->available >> driver & 1)
		return in->n_hooks ? "no probe, bind, run or allocation of it was seen" :
				     "it has no device";
	snprintf(buf, 64, "its driver%s%s is not loaded", module ? " " : "", module ? module : "");
	return buf;
}

/* A required driver of which no device was allocated, probed, bound or run. */
static void add_coverage(const struct dxa_verdict_input *in, struct dxa_verdict *v)
{
	char why[64];

	for (int d = 0; d < DXA_DRIVER_COUNT; d++) {
		const char *name = dxa_driver_name((enum dxa_driver)d);

		if (!(in->required >> d & 1) || exercised(in, d))
			continue;
		if (in->unread)
			INCOMPLETE(v, "%s was required, and not exercised in what could be read",
				   name);
		else
			INCOMPLETE(v, "%s was required but not exercised: %s", name,
				   why_not_exercised(why, in, d));
	}
}

/* Gaps that the engine counted. */
static void add_gaps(const struct dxa_verdict_input *in, struct dxa_verdict *v)
{
	char text[DXA_GAP_LEN];

	for (int gap = 0; gap < DXA_GAP_COUNT; gap++) {
		const char *who = gap == DXA_GAP_UNSEEN ? in->stats->unseen : "";

		if (in->stats->gaps[gap])
			INCOMPLETE(v, "%s%s%s%s",
				   dxa_gap_text(text, (enum dxa_gap)gap, in->stats->gaps[gap]),
				   who[0] ? " (" : "", who, who[0] ? ")" : "");
	}
}

/* Write the command as one line to buf, cut to fit. Returns buf. */
static const char *command_words(char buf[COMMAND_LEN], const char *const *argv)
{
	size_t len = 0;

	buf[0] = '\0';
	for (const char *const *word = argv; *word && len < COMMAND_LEN; word++)
		len += (size_t)snprintf(buf + len, COMMAND_LEN - len, "%s%s",
					word > argv ? " " : "", *word);
	if (len >= COMMAND_LEN)
		memcpy(buf + COMMAND_LEN - sizeof("..."), "...", sizeof("..."));
	for (char *c = buf; *c; c++)
		if (isspace((unsigned char)*c))
			*c = ' ';
	dxa_utf8_make_line(buf);
	return buf;
}

/* A release of a device exercises nothing, but it is checked and is a DAX call. */
static bool is_idle(const struct dxa_verdict_input *in)
{
	uint64_t exercises = 0;

	for (int d = 0; d < DXA_DRIVER_COUNT; d++)
		exercises += in->stats->exercised[d];
	return in->argv && !exercises && !in->dax_calls;
}

/* Returns the reason; the caller frees it. NULL without memory. */
static char *idle_text(const struct dxa_verdict_input *in)
{
	char words[COMMAND_LEN], status[DXA_WAIT_STATUS_LEN], *text;
	const char *how = in->has_cmd_status ? dxa_wait_status_text(status, in->cmd_status) : NULL;

	if (asprintf(&text,
		     "nothing was exercised: no dax_device was allocated, bound or run while "
		     "'%s' ran%s%s",
		     command_words(words, in->argv), how ? ", which " : "", how ? how : "") < 0)
		return NULL;
	return text;
}

/* A pass must show that there was nothing to check. */
static void add_idle(const struct dxa_verdict_input *in, struct dxa_verdict *v)
{
	_cleanup_free_ char *text = NULL;

	/* What could not be read may have exercised a device. */
	if (in->unread || !is_idle(in))
		return;
	text = idle_text(in);
	if (in->must_exercise)
		INCOMPLETE(v, "%s", text ? text : "nothing was exercised");
	else
		dxa_verdict_add(v, "%s", text ? text : "nothing was exercised");
}

void dxa_verdict_judge(const struct dxa_verdict_input *in, struct dxa_verdict *v)
{
	*v = (struct dxa_verdict){ .kind = DXA_VERDICT_PASS, .complete = true };
	add_findings(in, v);
	if (!in->must_exercise)
		add_idle(in, v);
	v->first_incomplete = v->reasons.len;
	/* The text of cut is more precise. */
	if (in->interrupted && !in->cut)
		INCOMPLETE(v, "the audit was interrupted before it was complete");
	if (in->cut)
		INCOMPLETE(v, "%s", in->cut);
	if (in->must_exercise)
		add_idle(in, v);
	add_coverage(in, v);
	add_losses(in, v);
	add_hooks(in, v);
	add_gaps(in, v);
	if (!in->stats->lives && !v->reasons.len)
		dxa_verdict_add(v, "no dax_device was seen, so nothing was exercised");
}
