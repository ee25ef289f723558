// SPDX-License-Identifier: GPL-2.0-only
/* Prints the rules. */
#include <json.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/exitcode.h"
#include "engine/rules.h"
#include "output/jsonobj.h"
#include "output/wrap.h"

#define INDENT 2
/* The columns of the list of rules; in narrower lines the title has its own. */
#define SEVERITY_COLUMN 31
#define TITLE_COLUMN 40
#define LIST_WIDTH 72

static void print_paragraph(FILE *out, const char *text, unsigned int width)
{
	struct dxa_wrap w = { .out = out, .width = width };

	dxa_wrap_begin(&w, INDENT, INDENT);
	dxa_wrap_words(&w, text, DXA_RESET);
	dxa_wrap_end(&w);
}

static void print_lines(FILE *out, const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		fprintf(out, "%*s%.*s\n", 2 * INDENT, "", len, text);
		text += len + (text[len] == '\n');
	}
}

static void print_commits(FILE *out, const struct dxa_rule_info *rule, unsigned int width)
{
	struct dxa_wrap w = { .out = out, .width = width };

	if (rule->n_commits)
		fprintf(out, "\nKnown commits\n");
	for (size_t i = 0; i < rule->n_commits; i++) {
		const struct dxa_rule_commit *c = &rule->commits[i];

		char text[512];

		snprintf(text, sizeof(text), "%s%s%s %.12s (\"%s\"), in %s",
			 c->driver ? c->driver : "", c->driver ? ": " : "", c->relation, c->id,
			 c->subject, c->first_release);
		dxa_wrap_begin(&w, INDENT, 2 * INDENT);
		dxa_wrap_words(&w, text, DXA_RESET);
		dxa_wrap_end(&w);
	}
}

/* The driver that has the defect, if only one has: no other has such findings. Or NULL. */
static const char *only_driver(const struct dxa_rule_info *rule)
{
	const char *driver = NULL;

	for (size_t i = 0; i < rule->n_commits; i++) {
		const struct dxa_rule_commit *c = &rule->commits[i];

		/* A "known cause" is not the only one. */
		if (strcmp(c->relation, "introduced by") != 0)
			continue;
		if (!c->driver || (driver && strcmp(driver, c->driver) != 0))
			return NULL;
		driver = c->driver;
	}
	return driver;
}

static void print_silencing(FILE *out, const struct dxa_rule_info *rule, unsigned int width)
{
	static const char *const how[] = {
		[DXA_SEVERITY_INFO] = "It does not fail an audit by itself; with --fail-on info "
				      "it does.",
		[DXA_SEVERITY_WARNING] = "It fails an audit. With --fail-on error it is reported, "
					 "and the audit passes.",
		[DXA_SEVERITY_ERROR] = "It fails every audit: no --fail-on is above an error.",
	};
	const char *driver = only_driver(rule);
	char allowance[256];

	fprintf(out, "\nHow to silence it\n");
	print_paragraph(out, how[rule->severity], width);
	print_paragraph(out,
			"A known violation can be allowed in a policy file, see "
			"daxaudit-policy(5): it is still reported, with the reason, and does not "
			"fail until that day has passed. rule, reason and until are required; "
			"driver, kernel, arch and device restrict it. A policy can also change "
			"the severity.",
			width);
	snprintf(allowance, sizeof(allowance),
		 "allow:\n"
		 "  - rule: %s\n"
		 "%s%s%s"
		 "    reason: why it is known, and where it is tracked\n"
		 "    until: YYYY-MM-DD\n",
		 rule->name, driver ? "    driver: " : "", driver ? driver : "",
		 driver ? "\n" : "");
	print_lines(out, allowance);
}

static void print_rule(FILE *out, const struct dxa_rule_info *rule, unsigned int width)
{
	fprintf(out, "%s (%s)\n", rule->name, dxa_severity_name(rule->severity));
	print_paragraph(out, rule->title, width);
	fprintf(out, "\nWhat was seen\n");
	print_paragraph(out, rule->meaning, width);
	fprintf(out, "\nWhy it matters\n");
	print_paragraph(out, rule->consequence, width);
	fprintf(out, "\nHow it looks\n");
	print_lines(out, rule->example);
	print_commits(out, rule, width);
	print_silencing(out, rule, width);
}

static void print_list(FILE *out, unsigned int width)
{
	unsigned int column = width < LIST_WIDTH ? 2 * INDENT : TITLE_COLUMN;
	struct dxa_wrap w = { .out = out, .width = width };

	for (int i = 0; i < DXA_RULE_COUNT; i++) {
		const struct dxa_rule_info *rule = dxa_rule_info((enum dxa_rule)i);

		dxa_wrap_begin(&w, 0, column);
		dxa_wrap_piece(&w, rule->name, 0, DXA_RESET);
		dxa_wrap_to(&w, SEVERITY_COLUMN);
		dxa_wrap_piece(&w, dxa_severity_name(rule->severity), 1, DXA_RESET);
		if (column < TITLE_COLUMN) {
			dxa_wrap_end(&w);
			dxa_wrap_begin(&w, column, column);
		}
		dxa_wrap_to(&w, column);
		dxa_wrap_words(&w, rule->title, DXA_RESET);
		dxa_wrap_end(&w);
	}
}

static const char *rule_name(int i)
{
	return i < DXA_RULE_COUNT ? dxa_rule_info((enum dxa_rule)i)->name : NULL;
}

static struct dxa_err *unknown_rule(const char *given)
{
	char close[512];

	dxa_suggest_names(close, sizeof(close), given, rule_name);
	return dxa_err_new(DXA_ERR_INPUT, 0, "unknown rule '%s'%s", given,
			   close[0] ? close : ": 'daxaudit explain' lists them all");
}

/* ---- the rules of the arguments, all without arguments ---- */

static void print_asked(FILE *out, const void *priv, unsigned int width)
{
	const struct dxa_opts *opts = priv;

	if (!opts->args[0])
		print_list(out, width);
	for (char **arg = opts->args; *arg; arg++) {
		if (arg != opts->args)
			fputc('\n', out);
		print_rule(out, dxa_rule_info((enum dxa_rule)dxa_rule_by_name(*arg)), width);
	}
}

static struct json_object *rule_object(const struct dxa_rule_info *rule)
{
	struct json_object *o = json_object_new_object(), *commits;

	dxa_json_add_string(o, "rule", rule->name);
	dxa_json_add_string(o, "severity", dxa_severity_name(rule->severity));
	dxa_json_add_string(o, "title", rule->title);
	dxa_json_add_string(o, "meaning", rule->meaning);
	dxa_json_add_string(o, "consequence", rule->consequence);
	dxa_json_add_string(o, "example", rule->example);
	commits = dxa_json_array(o, "commits");
	for (size_t i = 0; i < rule->n_commits; i++) {
		struct json_object *commit = dxa_json_commit(&rule->commits[i]);

		dxa_json_add_string(commit, "driver", rule->commits[i].driver);
		json_object_array_add(commits, commit);
	}
	return o;
}

static struct json_object *asked_object(const void *priv)
{
	struct json_object *o = json_object_new_object(), *rules;
	const struct dxa_opts *opts = priv;

	dxa_json_add_u64(o, "schema", DXA_JSON_SCHEMA);
	rules = dxa_json_array(o, "rules");
	for (int i = 0; !opts->args[0] && i < DXA_RULE_COUNT; i++)
		json_object_array_add(rules, rule_object(dxa_rule_info((enum dxa_rule)i)));
	for (char **arg = opts->args; *arg; arg++)
		json_object_array_add(
			rules, rule_object(dxa_rule_info((enum dxa_rule)dxa_rule_by_name(*arg))));
	return o;
}

struct dxa_err *dxa_cmd_explain(const struct dxa_opts *opts, int *exit_code)
{
	const struct dxa_document doc = { .wrapped = print_asked,
					  .json = asked_object,
					  .priv = opts };

	*exit_code = DXA_EXIT_PASS;
	/* Check all names before anything is printed. */
	for (char **arg = opts->args; *arg; arg++)
		if (dxa_rule_by_name(*arg) < 0)
			return unknown_rule(*arg);
	return dxa_document_write(&doc, opts);
}
