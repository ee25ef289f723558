// SPDX-License-Identifier: GPL-2.0-only
#include "cli/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/exitcode.h"
#include "cli/formats.h"
#include "output/sink.h"

/* Fits a terminal of 80 columns. */
#define WIDTH 79
#define OPTION_COLUMN 28
/* So many formats fit the line of --output in short help. */
#define MAIN_FORMATS 5

static const struct {
	unsigned int command;
	const char *const lines[DXA_EXAMPLES + 1];
} examples[] = {
	{ DXA_CMD_TRACE,
	  { "daxaudit trace -- modprobe nd_pmem",
	    "daxaudit trace --record dax.dxr -- ndctl enable-namespace all" } },
	{ DXA_CMD_CHECK,
	  { "daxaudit check --require pmem -o junit:dax.xml -- modprobe nd_pmem",
	    "daxaudit check" } },
	{ DXA_CMD_LIST, { "daxaudit list pmem0", "daxaudit list -o json" } },
	{ DXA_CMD_DAEMON,
	  { "systemctl enable --now daxaudit",
	    "daxaudit daemon --log dax.jsonl --metrics dax.prom" } },
	{ DXA_CMD_REPLAY,
	  { "daxaudit replay -v dax.dxr",
	    "daxaudit replay -o junit:all.xml -o 'json:{}.json' *.dxr" } },
	{ DXA_CMD_REPORT,
	  { "daxaudit report dax.dxr >dax.html",
	    "daxaudit report --no-addresses -o html:dax.html dax.dxr" } },
	{ DXA_CMD_DIFF,
	  { "daxaudit diff before.dxr after.dxr", "daxaudit diff -o json before.dxr after.dxr" } },
	{ DXA_CMD_TOP, { "daxaudit top", "daxaudit top --attach kprobe" } },
	{ DXA_CMD_POLICY,
	  { "daxaudit policy show", "daxaudit policy lint /etc/daxaudit/policy.yaml" } },
	{ DXA_CMD_SWEEP,
	  { "daxaudit sweep --driver pmem --reset ./unbind -- ./bind",
	    "daxaudit sweep --record rounds -o junit:dax.xml -- ./rebind" } },
	{ DXA_CMD_DOCTOR, { "daxaudit doctor", "daxaudit doctor --core" } },
	{ DXA_CMD_EXPLAIN, { "daxaudit explain", "daxaudit explain reference-leak" } },
	{ DXA_CMD_SCHEMA, { "daxaudit schema json >json.schema.json", "daxaudit schema jsonl" } },
	{ DXA_CMD_MAN,
	  { "daxaudit man | man -l -", "daxaudit man daxaudit-policy >daxaudit-policy.5" } },
	{ DXA_CMD_COMPLETION,
	  { "eval \"$(daxaudit completion bash)\"",
	    "daxaudit completion fish >~/.config/fish/completions/daxaudit.fish" } },
	{ DXA_CMD_CATALOG,
	  { "daxaudit catalog >/usr/lib/systemd/catalog/daxaudit.catalog",
	    "daxaudit catalog | grep Subject" } },
	{ DXA_CMD_HELP, { "daxaudit help trace", "daxaudit help" } },
	{ DXA_CMD_VERSION, { "daxaudit version", "daxaudit --version" } },
};

/*
 * The main options with short texts. --help --all prints all options. commands: those that show
 * it, 0: all that have it. words NULL: dxa_format_names() says it.
 */
static const struct {
	const char *option, *words;
	unsigned int commands;
} main_options[] = {
	{ "output", NULL, 0 },
	{ "record", "record all events, for replay and report", DXA_CMD_LIVE },
	{ "record", "record all events (rotate: rename, then SIGHUP)", DXA_CMD_DAEMON },
	{ "record", "a directory, for the rounds with findings", DXA_CMD_SWEEP },
	{ "require", "inconclusive unless pmem, dm, ... was exercised", DXA_CMD_SHOWING },
	{ "timeout", "kill a command that takes longer, such as 5m", 0 },
	{ "policy", "use this policy file, too", 0 },
	{ "no-policy", "do not read the policies in /etc/daxaudit", DXA_CMD_POLICY },
	{ "fail-on", "exit with 1 for findings of this severity or worse",
	  DXA_CMD_ANALYSIS | DXA_CMD_SWEEP },
	{ "no-addresses", "names in place of kernel addresses", 0 },
	{ "log", "append findings as JSON lines", 0 },
	{ "metrics", "counts for Prometheus' textfile collector", 0 },
	{ "core", "only check whether there is a DAX core", 0 },
	{ "follow", "print each event as it happens", 0 },
	{ "by", "device: lives of devices in place of probes", 0 },
	{ "device", "show only this disk or device", 0 },
	{ "quiet", "findings and verdict only", 0 },
	{ "reset", "after every round: restore what the command changed", 0 },
	{ "sites", "which calls fail: slab, page, or a function", 0 },
	{ "per-round", "kill a command that takes longer, such as 5m", 0 },
	{ "attach", "kprobe: no trampolines", DXA_CMD_TOP },
};

const char *const *dxa_examples(unsigned int mask)
{
	static const char *const none[] = { NULL };

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		if (examples[i].command == mask)
			return examples[i].lines;
	return none;
}

/* Print n bytes of text from column `at` on, wrapped; further lines are indented to `at`. */
static void print_wrapped_part(const char *text, size_t n, int at)
{
	const char *end = text + n;
	int column = at;

	for (const char *word = text; word < end;) {
		size_t letters = strcspn(word, " \n");
		int len = (int)(letters < (size_t)(end - word) ? letters : (size_t)(end - word));

		if (column > at && column + 1 + len > WIDTH) {
			printf("\n%*s", at, "");
			column = at;
		} else if (column > at) {
			putchar(' ');
			column++;
		}
		printf("%.*s", len, word);
		column += len;
		word += len;
		word += strspn(word, " \n");
	}
	putchar('\n');
}

static void print_wrapped(const char *text, int at)
{
	print_wrapped_part(text, strlen(text), at);
}

static void print_option(const struct dxa_option_row *r, const char *words)
{
	char left[80];
	int n = snprintf(left, sizeof(left), "  %c%c%s--%s%s%s",
			 r->key < DXA_KEY_LONG_ONLY ? '-' : ' ',
			 r->key < DXA_KEY_LONG_ONLY ? r->key : ' ',
			 r->key < DXA_KEY_LONG_ONLY ? ", " : "  ", r->name, r->arg ? " " : "",
			 r->arg ? r->arg : "");

	printf("%-*s", OPTION_COLUMN, left);
	if (n >= OPTION_COLUMN)
		printf("\n%*s", OPTION_COLUMN, "");
	print_wrapped(words, OPTION_COLUMN);
}

const char *dxa_takers(char buf[DXA_TAKERS_LEN], unsigned int mask)
{
	size_t n, len = 0;
	const struct dxa_command *commands = dxa_commands(&n);

	buf[0] = '\0';
	for (size_t i = 0; i < n && len < DXA_TAKERS_LEN; i++)
		if (commands[i].mask & mask)
			len += (size_t)snprintf(buf + len, DXA_TAKERS_LEN - len, "%s%s",
						len ? ", " : "", commands[i].name);
	return buf;
}

/* Is there another row in mask with this name, for other commands? */
static bool shares_name(const struct dxa_option_row *rows, size_t n, size_t i, unsigned int mask)
{
	for (size_t k = 0; k < n; k++)
		if (k != i && rows[k].mask & mask && !strcmp(rows[k].name, rows[i].name))
			return true;
	return false;
}

static void print_all_options(unsigned int mask)
{
	size_t n;
	const struct dxa_option_row *rows = dxa_options(&n);

	printf("\nOptions:\n");
	for (size_t i = 0; i < n; i++) {
		char text[512], takers[DXA_TAKERS_LEN];

		if (!(rows[i].mask & mask))
			continue;
		snprintf(text, sizeof(text), "%s: %s", dxa_takers(takers, rows[i].mask),
			 rows[i].help);
		print_option(&rows[i], shares_name(rows, n, i, mask) ? text : rows[i].help);
	}
}

static void print_main_option(const struct dxa_option_row *r, const char *words, unsigned int mask)
{
	char names[DXA_FORMATS_LEN], text[DXA_FORMATS_LEN + 32];

	snprintf(text, sizeof(text), "write %s to FILE",
		 dxa_format_names(names, mask, MAIN_FORMATS));
	print_option(r, words ? words : text);
}

static bool is_main(const struct dxa_option_row *r, size_t m, unsigned int mask)
{
	return r->mask & mask && !strcmp(r->name, main_options[m].option) &&
	       (!main_options[m].commands || main_options[m].commands & mask);
}

static void print_main_options(unsigned int mask)
{
	size_t n, printed = 0;
	const struct dxa_option_row *rows = dxa_options(&n);

	for (size_t m = 0; m < sizeof(main_options) / sizeof(main_options[0]); m++)
		for (size_t i = 0; i < n; i++)
			if (is_main(&rows[i], m, mask)) {
				printf("%s", printed++ ? "" : "\nMain options:\n");
				print_main_option(&rows[i], main_options[m].words, mask);
			}
}

static void print_formats(unsigned int mask)
{
	const struct dxa_sink_ops *format;

	if (!(mask & DXA_CMD_OUTPUT))
		return;
	printf("\nFormats:\n");
	for (size_t i = 0; (format = dxa_format_at(mask, i)); i++) {
		/* What follows the colon is in an audit only. */
		size_t len = strcspn(format->what, mask & DXA_CMD_SHOWING ? "" : ":");

		printf("  %-13s ", format->name);
		print_wrapped_part(format->what, len, 16);
	}
}

static void print_exit_code(int code, const char *text)
{
	printf("  %d  ", code);
	print_wrapped(text, 5);
}

static void print_exit_codes(unsigned int mask)
{
	printf("\nExit codes:\n");
	for (int code = 0; code <= DXA_EXIT_INCONCLUSIVE; code++)
		if (dxa_exit_text(mask, code))
			print_exit_code(code, dxa_exit_text(mask, code));
}

void dxa_help(bool all)
{
	size_t n;
	const struct dxa_command *commands = dxa_commands(&n);

	printf("Usage: daxaudit COMMAND [OPTION...]\n"
	       "Audit the life of every struct dax_device in the running kernel.\n\nCommands:\n");
	for (size_t i = 0; i < n; i++) {
		printf("  %-12s", commands[i].name);
		print_wrapped(commands[i].what, 14);
	}
	if (all) {
		print_all_options((unsigned int)DXA_CMD_ALL);
		print_formats((unsigned int)DXA_CMD_ALL);
		print_exit_codes((unsigned int)DXA_CMD_ALL);
	}
	printf("\nSee also 'daxaudit COMMAND --help' and 'daxaudit --help --all'.\n");
}

void dxa_help_command(const struct dxa_command *c, bool all)
{
	printf("Usage: daxaudit %s%s%s\n%c", c->name, c->args[0] ? " " : "", c->args,
	       toupper((unsigned char)c->what[0]));
	print_wrapped(c->what + 1, 1);
	printf("\nExamples:\n");
	for (const char *const *line = dxa_examples(c->mask); *line; line++)
		printf("  %s\n", *line);
	if (c->mask == DXA_CMD_TRACE)
		printf("\nOnly 'check' makes a COMMAND that exercises no dax_device inconclusive.\n");
	if (!all) {
		print_main_options(c->mask);
		printf("\n'daxaudit %s --help --all' lists the rest.\n", c->name);
		return;
	}
	print_all_options(c->mask);
	print_formats(c->mask);
	print_exit_codes(c->mask);
}
