// SPDX-License-Identifier: GPL-2.0-only
/* What the rule table says, for people. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/exitcode.h"
#include "engine/rules.h"

#define WIDTH 80
#define INDENT 2
/* Longer than every rule's name: what is longer still is close to none. */
#define NAME_MAX_LEN 64

/* Print text as a paragraph, broken at blanks. */
static void print_paragraph(const char *text)
{
	int column = 0;

	while (*text) {
		int len = (int)strcspn(text, " \n");

		if (column && column + 1 + len > WIDTH) {
			putchar('\n');
			column = 0;
		}
		if (column)
			column += printf(" %.*s", len, text);
		else
			column = printf("%*s%.*s", INDENT, "", len, text);
		text += len;
		text += strspn(text, " \n");
	}
	putchar('\n');
}

static void print_lines(const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		printf("%*s%.*s\n", 2 * INDENT, "", len, text);
		text += len + (text[len] == '\n');
	}
}

static void print_commits(const struct dxa_rule_info *rule)
{
	if (rule->n_commits)
		printf("\nKnown commits\n");
	for (size_t i = 0; i < rule->n_commits; i++) {
		const struct dxa_rule_commit *c = &rule->commits[i];

		printf("%*s%s%s%s %.12s (\"%s\"), in %s\n", INDENT, "", c->driver ? c->driver : "",
		       c->driver ? ": " : "", c->relation, c->id, c->subject, c->first_release);
	}
}

static void print_silencing(const struct dxa_rule_info *rule)
{
	static const char *const how[] = {
		[DXA_SEVERITY_INFO] = "It does not fail an audit by itself; with --fail-on info "
				      "it does.",
		[DXA_SEVERITY_WARNING] = "It fails an audit. With --fail-on error it is reported, "
					 "and the audit passes.",
		[DXA_SEVERITY_ERROR] = "It fails every audit: no --fail-on is above an error.",
	};

	printf("\nHow to silence it\n");
	print_paragraph(how[rule->severity]);
}

static void print_rule(const struct dxa_rule_info *rule)
{
	printf("%s (%s)\n", rule->name, dxa_severity_name(rule->severity));
	print_paragraph(rule->title);
	printf("\nWhat was seen\n");
	print_paragraph(rule->meaning);
	printf("\nWhy it matters\n");
	print_paragraph(rule->consequence);
	printf("\nHow it looks\n");
	print_lines(rule->example);
	print_commits(rule);
	print_silencing(rule);
}

static void print_list(void)
{
	for (int i = 0; i < DXA_RULE_COUNT; i++) {
		const struct dxa_rule_info *rule = dxa_rule_info((enum dxa_rule)i);

		printf("%-31s %-8s %s\n", rule->name, dxa_severity_name(rule->severity),
		       rule->title);
	}
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be added, removed or changed to make b from a. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], len = strlen(b);

	if (len > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t changed = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = min(changed, min(row[j], row[j - 1]) + 1);
		}
	}
	return row[len];
}

static bool is_close(const char *given, const char *name)
{
	return strlen(given) >= 3 &&
	       (strstr(name, given) || distance(name, given) <= strlen(name) / 3);
}

static struct dxa_err *unknown_rule(const char *given)
{
	char close[512] = "";

	for (int i = 0; i < DXA_RULE_COUNT; i++) {
		const char *name = dxa_rule_info((enum dxa_rule)i)->name;

		if (!is_close(given, name))
			continue;
		strncat(close, close[0] ? ", " : ": did you mean ",
			sizeof(close) - strlen(close) - 1);
		strncat(close, name, sizeof(close) - strlen(close) - 1);
	}
	return dxa_err_new(DXA_ERR_INPUT, 0, "unknown rule '%s'%s", given,
			   close[0] ? strcat(close, "?") : ": 'daxaudit explain' lists them all");
}

struct dxa_err *dxa_cmd_explain(const struct dxa_opts *opts, int *exit_code)
{
	*exit_code = DXA_EXIT_PASS;
	if (!opts->args[0])
		print_list();
	/* All names are looked at before anything is printed. */
	for (char **arg = opts->args; *arg; arg++)
		if (dxa_rule_by_name(*arg) < 0)
			return unknown_rule(*arg);
	for (char **arg = opts->args; *arg; arg++) {
		if (arg != opts->args)
			putchar('\n');
		print_rule(dxa_rule_info((enum dxa_rule)dxa_rule_by_name(*arg)));
	}
	return NULL;
}
