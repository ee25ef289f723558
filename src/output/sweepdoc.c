// SPDX-License-Identifier: GPL-2.0-only
#include "output/sweepdoc.h"

#include <inttypes.h>
#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "engine/rules.h"
#include "output/closing.h"
#include "output/jsonobj.h"
#include "output/xml.h"

#define SECOND 1000000000

static const struct {
	const char *name, *words;
} agreements[DXA_SWEEP_AGREEMENTS] = {
	[DXA_SWEEP_NEITHER] = { "neither", "neither saw anything" },
	[DXA_SWEEP_BOTH] = { "both", "both saw something" },
	[DXA_SWEEP_KERNEL_ONLY] = { "kernel-only",
				    "only the kernel complained: a rule is missing, or the bug is "
				    "not about a dax_device" },
	[DXA_SWEEP_DAXAUDIT_ONLY] = { "daxaudit-only",
				      "only daxaudit found something: no watchdog of the kernel "
				      "sees a reference that is kept, and the one for hung tasks "
				      "takes its time" },
};

const char *dxa_sweep_agreement_name(enum dxa_sweep_agreement a)
{
	return agreements[a].name;
}

const char *dxa_sweep_agreement_words(enum dxa_sweep_agreement a)
{
	return agreements[a].words;
}

enum dxa_sweep_agreement dxa_sweep_agreement(const struct dxa_sweep_round *r)
{
	bool found = r->verdict == DXA_VERDICT_FINDINGS;

	if (r->complaints.len)
		return found ? DXA_SWEEP_BOTH : DXA_SWEEP_KERNEL_ONLY;
	return found ? DXA_SWEEP_DAXAUDIT_ONLY : DXA_SWEEP_NEITHER;
}

static const struct dxa_sweep_round *round_at(const struct dxa_sweep *s, size_t i)
{
	return dxa_vec_at(&s->rounds, i);
}

/* Something could not be checked: the call never came, records were lost, the state is another. */
static bool is_doubtful(const struct dxa_sweep_round *r)
{
	return !r->failed || r->verdict == DXA_VERDICT_INCONCLUSIVE || r->state;
}

enum dxa_verdict_kind dxa_sweep_verdict(const struct dxa_sweep *s)
{
	bool doubt = s->interrupted || s->unfaithful || s->stuck || !s->rounds.len;

	if (s->leaks.len)
		return DXA_VERDICT_FINDINGS;
	for (size_t i = 0; i < s->rounds.len; i++) {
		if (dxa_sweep_agreement(round_at(s, i)) != DXA_SWEEP_NEITHER)
			return DXA_VERDICT_FINDINGS;
		doubt |= is_doubtful(round_at(s, i));
	}
	return doubt ? DXA_VERDICT_INCONCLUSIVE : DXA_VERDICT_PASS;
}

static void free_complaints(struct dxa_vec *v)
{
	for (size_t i = 0; i < v->len; i++)
		free(((struct dxa_sweep_complaint *)dxa_vec_at(v, i))->line);
	dxa_vec_free(v);
}

void dxa_sweep_free(struct dxa_sweep *s)
{
	for (size_t i = 0; i < s->rounds.len; i++) {
		struct dxa_sweep_round *r = dxa_vec_at(&s->rounds, i);

		for (size_t k = 0; k < r->findings.len; k++)
			free(((struct dxa_sweep_finding *)dxa_vec_at(&r->findings, k))->detail);
		dxa_vec_free(&r->findings);
		free_complaints(&r->complaints);
		free(r->chain);
		free(r->why);
		free(r->state);
	}
	dxa_vec_free(&s->rounds);
	free_complaints(&s->leaks);
}

/* ---- text ---- */

const char *dxa_sweep_round_word(const struct dxa_sweep_round *r)
{
	if (!r->failed)
		return "not reached";
	if (dxa_sweep_agreement(r) != DXA_SWEEP_NEITHER)
		return "FINDING";
	return is_doubtful(r) ? "doubt" : "clean";
}

static void print_reason(FILE *out, const char *what, const char *text)
{
	fprintf(out, "        %s: ", what);
	dxa_utf8_print(out, text);
	fputc('\n', out);
}

static void print_details(FILE *out, const struct dxa_sweep_round *r)
{
	for (size_t i = 0; i < r->findings.len; i++) {
		const struct dxa_sweep_finding *f = dxa_vec_at(&r->findings, i);

		fprintf(out, "        %s: %s: ", dxa_severity_name(f->severity),
			dxa_rule_info(f->rule)->name);
		dxa_utf8_print(out, f->detail);
		fputc('\n', out);
	}
	for (size_t i = 0; i < r->complaints.len; i++) {
		const struct dxa_sweep_complaint *c = dxa_vec_at(&r->complaints, i);

		fprintf(out, "        kernel (%s): ", c->who);
		dxa_utf8_print(out, c->line);
		fputc('\n', out);
	}
	if (r->state)
		print_reason(out, "state", r->state);
	if (r->why)
		print_reason(out, "inconclusive", r->why);
}

static void print_round(FILE *out, const struct dxa_sweep_round *r)
{
	fprintf(out, "%5u  %-4s  %-22s  %-11s  %-26s  ", r->number, r->from ? "from" : "once",
		r->site, dxa_sweep_round_word(r), r->outcome);
	dxa_utf8_print(out, r->chain ? r->chain : "");
	if (r->before)
		fprintf(out, " (the same %u times before)", r->before);
	fputc('\n', out);
	print_details(out, r);
}

void dxa_sweep_count(const struct dxa_sweep *s, struct dxa_sweep_totals *ret)
{
	*ret = (struct dxa_sweep_totals){ 0 };
	for (size_t i = 0; i < s->rounds.len; i++) {
		const struct dxa_sweep_round *r = round_at(s, i);

		ret->agreed[dxa_sweep_agreement(r)]++;
		ret->faults += r->failed;
		ret->unreached += !r->failed;
	}
}

void dxa_sweep_text(FILE *out, const void *priv)
{
	const struct dxa_sweep *s = priv;
	struct dxa_sweep_totals sum;

	dxa_sweep_count(s, &sum);
	fprintf(out, "Linux %s %s, drivers: %s\n", s->release, s->machine,
		s->drivers ? s->drivers : "all");
	if (s->refused) {
		fprintf(out, "%s: ", dxa_closing_refusal(s->refused));
		dxa_utf8_print(out, s->refused->why);
		fputc('\n', out);
		return;
	}
	fprintf(out, "%zu fallible calls with %zu call stacks in a round without a fault\n\n",
		s->calls, s->stacks);
	fprintf(out,
		"round  mode  failing call            verdict      outcome                     "
		"called by\n");
	for (size_t i = 0; i < s->rounds.len; i++)
		print_round(out, round_at(s, i));
	fprintf(out, "\n%zu of %zu rounds, %zu calls failed", s->rounds.len, s->planned,
		sum.faults);
	if (sum.unreached)
		fprintf(out, ", %zu rounds did not meet their call", sum.unreached);
	fprintf(out, "\ndaxaudit and the kernel's own watchdogs:\n");
	for (int i = 0; i < DXA_SWEEP_AGREEMENTS; i++)
		if (sum.agreed[i])
			fprintf(out, "%6zu  %s\n", sum.agreed[i], agreements[i].words);
	for (size_t i = 0; i < s->leaks.len; i++) {
		const struct dxa_sweep_complaint *c = dxa_vec_at(&s->leaks, i);

		fprintf(out, "kmemleak: ");
		dxa_utf8_print(out, c->line);
		fputc('\n', out);
	}
	if (s->leaks_known && !s->leaks.len)
		fprintf(out, "kmemleak: nothing\n");
	if (s->unfaithful)
		fprintf(out, "the command does not succeed any more without a fault\n");
	if (s->stuck)
		fprintf(out,
			"after the last round this kernel cannot be swept any more: boot again, "
			"and go on with --from %u\n",
			round_at(s, s->rounds.len - 1)->number + 1);
	if (s->interrupted)
		fprintf(out, "interrupted\n");
	fprintf(out, "verdict: %s\n", dxa_verdict_name(dxa_sweep_verdict(s)));
}

/* ---- JSON ---- */

static void add_complaints(struct json_object *to, const char *key, const struct dxa_vec *v)
{
	struct json_object *list = dxa_json_array(to, key);

	for (size_t i = 0; i < v->len; i++) {
		const struct dxa_sweep_complaint *c = dxa_vec_at(v, i);
		struct json_object *o = json_object_new_object();

		dxa_json_add_string(o, "who", c->who);
		dxa_json_add_string(o, "text", c->line);
		json_object_array_add(list, o);
	}
}

static void add_chain(struct json_object *to, const char *chain)
{
	struct json_object *list = dxa_json_array(to, "callers");

	while (chain && *chain) {
		const char *end = strstr(chain, " < ");
		char one[96];

		snprintf(one, sizeof(one), "%.*s", (int)(end ? end - chain : (long)strlen(chain)),
			 chain);
		json_object_array_add(list, dxa_json_string(one));
		chain = end ? end + 3 : NULL;
	}
}

struct json_object *dxa_sweep_round_json(const struct dxa_sweep_round *r)
{
	struct json_object *o = json_object_new_object(), *list;

	dxa_json_add_u64(o, "round", r->number);
	dxa_json_add_string(o, "mode", r->from ? "from" : "once");
	dxa_json_add_string(o, "function", r->site);
	dxa_json_add_u64(o, "same_before", r->before);
	add_chain(o, r->chain);
	dxa_json_add_u64(o, "failed", r->failed);
	dxa_json_add_string(o, "outcome", r->outcome);
	dxa_json_add_string(o, "verdict", dxa_verdict_name(r->verdict));
	dxa_json_add_string(o, "agreement", dxa_sweep_agreement_name(dxa_sweep_agreement(r)));
	dxa_json_add_string(o, "reason", r->why);
	dxa_json_add_string(o, "state", r->state);
	dxa_json_add_u64(o, "time_ns", r->ns);
	list = dxa_json_array(o, "findings");
	for (size_t i = 0; i < r->findings.len; i++) {
		const struct dxa_sweep_finding *f = dxa_vec_at(&r->findings, i);
		struct json_object *one = json_object_new_object();

		dxa_json_add_string(one, "rule", dxa_rule_info(f->rule)->name);
		dxa_json_add_string(one, "severity", dxa_severity_name(f->severity));
		dxa_json_add_string(one, "detail", f->detail);
		json_object_array_add(list, one);
	}
	add_complaints(o, "kernel", &r->complaints);
	return o;
}

struct json_object *dxa_sweep_json(const void *priv)
{
	const struct dxa_sweep *s = priv;
	struct json_object *o = json_object_new_object(), *list, *table;
	struct dxa_sweep_totals sum;

	dxa_sweep_count(s, &sum);
	dxa_json_add_u64(o, "schema", DXA_JSON_SCHEMA);
	dxa_json_add_string(o, "mode", "sweep");
	dxa_json_add_string(o, "release", s->release);
	dxa_json_add_string(o, "machine", s->machine);
	dxa_json_add_string(o, "drivers", s->drivers ? s->drivers : "all");
	list = dxa_json_array(o, "command");
	for (size_t i = 0; s->argv && s->argv[i]; i++)
		json_object_array_add(list, dxa_json_string(s->argv[i]));
	dxa_json_add_u64(o, "calls", s->calls);
	dxa_json_add_u64(o, "stacks", s->stacks);
	dxa_json_add_u64(o, "planned", s->planned);
	dxa_json_add_u64(o, "failed", sum.faults);
	dxa_json_add_u64(o, "not_reached", sum.unreached);
	table = dxa_json_object(o, "agreement");
	for (int i = 0; i < DXA_SWEEP_AGREEMENTS; i++)
		dxa_json_add_u64(table, agreements[i].name, sum.agreed[i]);
	if (s->refused)
		dxa_json_add_refusal(o, s->refused);
	else
		dxa_json_add_string(o, "verdict", dxa_verdict_name(dxa_sweep_verdict(s)));
	json_object_object_add(o, "interrupted", json_object_new_boolean(s->interrupted));
	json_object_object_add(o, "stuck", json_object_new_boolean(s->stuck));
	list = dxa_json_array(o, "rounds");
	for (size_t i = 0; i < s->rounds.len; i++)
		json_object_array_add(list, dxa_sweep_round_json(round_at(s, i)));
	if (s->leaks_known)
		add_complaints(o, "kmemleak", &s->leaks);
	return o;
}

/* ---- a test case per round ---- */

static bool has_failed(const struct dxa_sweep_round *r)
{
	return r->failed && dxa_sweep_agreement(r) != DXA_SWEEP_NEITHER;
}

static void put_name(FILE *out, const struct dxa_sweep_round *r, void (*put)(FILE *, const char *))
{
	char head[96];

	snprintf(head, sizeof(head), "%u %s %s: ", r->number, r->from ? "from" : "once", r->site);
	put(out, head);
	put(out, r->chain ? r->chain : "");
}

static void put_junit_case(FILE *out, const struct dxa_sweep_round *r)
{
	char *body = NULL;
	size_t len;
	FILE *f = open_memstream(&body, &len);

	if (!f)
		return;
	print_details(f, r);
	fclose(f);
	fprintf(out, "    <testcase classname=\"sweep.%s\" name=\"", r->site);
	put_name(out, r, dxa_xml_put);
	fprintf(out, "\" time=\"%" PRIu64 ".%03" PRIu64 "\">\n", r->ns / SECOND,
		r->ns % SECOND / 1000000);
	if (!r->failed) {
		fputs("      <skipped message=\"the call did not come\"/>\n", out);
	} else if (has_failed(r) || is_doubtful(r)) {
		const char *element = has_failed(r) ? "failure" : "error";

		fprintf(out, "      <%s message=\"%s\" type=\"%s\">", element, r->outcome,
			dxa_sweep_agreement_name(dxa_sweep_agreement(r)));
		dxa_xml_put(out, body);
		fprintf(out, "</%s>\n", element);
	}
	fputs("    </testcase>\n", out);
	free(body);
}

/* How many rounds failed, could not be checked, and did not meet their call. */
static void count_cases(const struct dxa_sweep *s, size_t *failures, size_t *errors,
			size_t *skipped)
{
	*failures = *errors = *skipped = 0;
	for (size_t i = 0; i < s->rounds.len; i++) {
		const struct dxa_sweep_round *r = round_at(s, i);

		if (!r->failed)
			++*skipped;
		else if (has_failed(r))
			++*failures;
		else
			*errors += is_doubtful(r);
	}
}

static void put_property(FILE *out, const char *name, const char *value)
{
	fprintf(out, "      <property name=\"%s\" value=\"", name);
	dxa_xml_put(out, value);
	fputs("\"/>\n", out);
}

static void put_junit_head(FILE *out, const struct dxa_sweep *s, size_t failures, size_t errors,
			   size_t skipped)
{
	size_t tests = s->refused ? 1 : s->rounds.len;
	uint64_t ns = s->end > s->start ? s->end - s->start : 0;

	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"daxaudit\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n"
		"  <testsuite name=\"sweep\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
		"skipped=\"%zu\" time=\"%" PRIu64 ".%03" PRIu64 "\">\n    <properties>\n",
		tests, failures, errors, tests, failures, errors, skipped, ns / SECOND,
		ns % SECOND / 1000000);
	put_property(out, "mode", "sweep");
	put_property(out, "kernel.release", s->release);
	put_property(out, "kernel.machine", s->machine);
	put_property(out, "verdict",
		     s->refused ? dxa_refusal_name(s->refused) :
				  dxa_verdict_name(dxa_sweep_verdict(s)));
	fputs("    </properties>\n", out);
}

/* One test case in place of the rounds. */
static void put_junit_refusal(FILE *out, const struct dxa_sweep *s)
{
	const struct dxa_refusal *refused = s->refused;

	put_junit_head(out, s, 0, !refused->skip, refused->skip);
	fprintf(out, "    <testcase classname=\"sweep\" name=\"sweep\">\n      <%s message=\"",
		refused->skip ? "skipped" : "error");
	dxa_xml_put(out, refused->why);
	fprintf(out, "\"%s/>\n    </testcase>\n", refused->skip ? "" : " type=\"sweep\"");
}

void dxa_sweep_junit(FILE *out, const void *priv)
{
	const struct dxa_sweep *s = priv;
	size_t failures, errors, skipped;

	if (s->refused) {
		put_junit_refusal(out, s);
	} else {
		count_cases(s, &failures, &errors, &skipped);
		put_junit_head(out, s, failures, errors, skipped);
	}
	for (size_t i = 0; i < s->rounds.len; i++)
		put_junit_case(out, round_at(s, i));
	fputs("  </testsuite>\n</testsuites>\n", out);
}

static void put_comment(FILE *out, const char *who, const char *text)
{
	fprintf(out, "# %s", who);
	dxa_utf8_print(out, text);
	fputc('\n', out);
}

static void put_ktap_case(FILE *out, size_t number, const struct dxa_sweep_round *r)
{
	bool bad = has_failed(r) || (r->failed && is_doubtful(r));

	for (size_t k = 0; k < r->complaints.len; k++)
		put_comment(out, "kernel: ",
			    ((struct dxa_sweep_complaint *)dxa_vec_at(&r->complaints, k))->line);
	for (size_t k = 0; k < r->findings.len; k++)
		put_comment(out, "",
			    ((struct dxa_sweep_finding *)dxa_vec_at(&r->findings, k))->detail);
	fprintf(out, "%s %zu ", bad ? "not ok" : "ok", number);
	put_name(out, r, dxa_utf8_print);
	if (!r->failed)
		fputs(" # SKIP the call did not come", out);
	else if (bad && !has_failed(r))
		fputs(" # ERROR not checked", out);
	fputc('\n', out);
}

/* One test case in place of the rounds. */
static void put_ktap_refusal(FILE *out, const struct dxa_refusal *refused)
{
	fprintf(out, "%s 1 sweep # %s ", refused->skip ? "ok" : "not ok",
		refused->skip ? "SKIP" : "ERROR");
	dxa_utf8_print(out, refused->why);
	fprintf(out, "\n# Totals: pass:0 fail:0 xfail:0 xpass:0 skip:%d error:%d\n", refused->skip,
		!refused->skip);
}

void dxa_sweep_ktap(FILE *out, const void *priv)
{
	const struct dxa_sweep *s = priv;
	size_t failures, errors, skipped;

	fprintf(out, "KTAP version 1\n1..%zu\n# daxaudit sweep: Linux %s %s\n",
		s->refused ? 1 : s->rounds.len, s->release, s->machine);
	if (s->refused) {
		put_ktap_refusal(out, s->refused);
		return;
	}
	for (size_t i = 0; i < s->rounds.len; i++)
		put_ktap_case(out, i + 1, round_at(s, i));
	count_cases(s, &failures, &errors, &skipped);
	fprintf(out, "# Totals: pass:%zu fail:%zu xfail:0 xpass:0 skip:%zu error:%zu\n",
		s->rounds.len - failures - errors - skipped, failures, skipped, errors);
}
