// SPDX-License-Identifier: GPL-2.0-only
/* daxaudit(8), and the frame of all manual pages. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/event_kinds.h"
#include "cli/commands.h"
#include "cli/exitcode.h"
#include "cli/formats.h"
#include "cli/help.h"
#include "cli/manual.h"
#include "cli/policies.h"
#include "cli/pidfile.h"
#include "cli/tables.h"
#include "output/journal.h"
#include "output/sink.h"
#include "version.h"

/* Items that are in no other table. */
struct item {
	const char *tag, *text;
};

static const struct item signals[] = {
	{ "SIGHUP",
	  "daemon: read the policy again, reopen the log, begin a new recording if the old one "
	  "was renamed, and take a snapshot of all devices. trace, check: as SIGTERM" },
	{ "SIGTERM, SIGINT",
	  "end in order: hooks are removed, and the verdict is printed. trace and check pass the signal on to "
	  "their command, unless the terminal did" },
};

static const struct item environment[] = {
	{ "NO_COLOR", "no colour, even on a terminal, unless --color=always is given" },
	{ "COLUMNS", "the width of text; else the terminal's width, or 80" },
	{ "PATH", "where trace and check search their command" },
	{ "NOTIFY_SOCKET",
	  "daemon: the socket for READY, STATUS, RELOADING, STOPPING and WATCHDOG" },
	{ "WATCHDOG_USEC, WATCHDOG_PID",
	  "daemon: the timeout of the watchdog; it pings, and renews the metrics, twice as "
	  "often. Without it there are no such wake-ups" },
	{ "JOURNAL_STREAM",
	  "daemon: standard error is connected to the journal: findings are only sent as entries with fields" },
};

static const struct item files[] = {
	{ DXA_POLICY_SYSTEM ", " DXA_POLICY_SYSTEM_DIR "/*.yaml", "the machine's policy" },
	{ DXA_PID_FILE, "the daemon's pid, locked while it runs; --pid-file names another" },
	{ DXA_JOURNAL_SOCKET, "where the daemon sends findings, if it is there" },
	{ "/sys/kernel/btf/vmlinux", "the kernel's types; --btf names another file" },
	{ "/etc/default/daxaudit",
	  "the unit's DAXAUDIT_OPTIONS, DAXAUDIT_METRICS and DAXAUDIT_LOG" },
	{ "/var/log/daxaudit/daxaudit.jsonl", "the unit's log" },
	{ "/var/lib/prometheus/node-exporter/daxaudit.prom", "the unit's metrics" },
};

static void print_items(const char *heading, const struct item *items, size_t n)
{
	printf(".SH %s\n", heading);
	for (size_t i = 0; i < n; i++)
		dxa_troff_item(items[i].tag, items[i].text);
}

/* The commands with this option, unless all have it. */
static void print_takers(unsigned int mask)
{
	char names[DXA_TAKERS_LEN];

	if (mask != (unsigned int)DXA_CMD_ALL)
		printf("(%s)\n", dxa_takers(names, mask));
}

static void print_options(void)
{
	size_t n;
	const struct dxa_option_row *rows = dxa_options(&n);

	printf(".SH OPTIONS\n");
	for (size_t i = 0; i < n; i++) {
		char tag[96], letter[8] = "";

		if (rows[i].key < DXA_KEY_LONG_ONLY)
			snprintf(letter, sizeof(letter), "-%c, ", rows[i].key);
		snprintf(tag, sizeof(tag), "%s--%s%s%s", letter, rows[i].name,
			 rows[i].arg ? " " : "", rows[i].arg ? rows[i].arg : "");
		dxa_troff_item(tag, rows[i].help);
		print_takers(rows[i].mask);
	}
}

static void print_formats(void)
{
	const struct dxa_sink_ops *format;

	printf(".SH FORMATS\nFor\n.BR \\-\\-output ,\nwith the commands that write each.\n");
	for (size_t i = 0; (format = dxa_format_at((unsigned int)DXA_CMD_ALL, i)); i++) {
		dxa_troff_item(format->name, format->what);
		print_takers(dxa_format_takers(format));
	}
}

static void print_commands(void)
{
	size_t n;
	const struct dxa_command *commands = dxa_commands(&n);

	printf(".SH COMMANDS\n");
	for (size_t i = 0; i < n; i++) {
		char tag[128];

		snprintf(tag, sizeof(tag), "%s%s%s", commands[i].name,
			 commands[i].args[0] ? " " : "", commands[i].args);
		dxa_troff_item(tag, commands[i].what);
	}
}

static void print_examples(void)
{
	size_t n;
	const struct dxa_command *commands = dxa_commands(&n);

	printf(".SH EXAMPLES\n");
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ".PP\n" : "", stdout);
		dxa_troff_prose(commands[i].what);
		dxa_troff_example(dxa_examples(commands[i].mask));
	}
}

static void print_hooks(void)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	printf(".SH HOOKS\nThe kernel functions that are watched.\n");
	for (size_t i = 0; i < n; i++)
		if (!kinds[i].synthetic)
			dxa_troff_item(kinds[i].name, kinds[i].what);
}

/* The codes of the commands that mean the same as c by them, on one line. */
static void print_own_codes(const struct dxa_command *commands, size_t n,
			    const struct dxa_command *c)
{
	char text[512] = "", names[128] = "";

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names);

		if (dxa_exit_text(commands[i].mask, 0) != dxa_exit_text(c->mask, 0))
			continue;
		if (&commands[i] < c)
			return; /* printed with that one */
		snprintf(names + len, sizeof(names) - len, "%s%s", len ? ", " : "",
			 commands[i].name);
	}
	for (int code = 0; code <= DXA_EXIT_INCONCLUSIVE; code++) {
		size_t len = strlen(text);

		if (dxa_exit_text(c->mask, code))
			snprintf(text + len, sizeof(text) - len, "%s%d: %s", len ? ". " : "", code,
				 dxa_exit_text(c->mask, code));
	}
	dxa_troff_item(names, text);
}

static void print_exit_codes(void)
{
	size_t n;
	const struct dxa_command *commands = dxa_commands(&n);

	printf(".SH EXIT STATUS\n");
#define DXA_PRINT(id, num, text) dxa_troff_item(#num, text);
	DXA_EXIT_CODES(DXA_PRINT)
#undef DXA_PRINT
	printf(".PP\nCommands that do not audit:\n");
	for (size_t i = 0; i < n; i++)
		if (dxa_exit_text(commands[i].mask, 0) !=
		    dxa_exit_text((unsigned int)DXA_CMD_ALL, 0))
			print_own_codes(commands, n, &commands[i]);
}

void dxa_manual_print_daxaudit(void)
{
	printf(".SH SYNOPSIS\n.B daxaudit\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fB\\-\\-\\fR] "
	       "[\\fIARGUMENT\\fR...]\n");
	printf(".SH DESCRIPTION\n");
	dxa_troff_prose(
		"daxaudit watches alloc_dax, kill_dax, put_dax and their neighbours with eBPF, "
		"follows each struct dax_device through the driver probe that made it, and "
		"reports every broken lifetime and every answer of alloc_dax that this "
		"architecture, CPU and kernel must not give. It prints the story of each device "
		"with its call sites, and ends with a verdict and an exit code.");
	print_commands();
	print_options();
	print_formats();
	print_hooks();
	print_exit_codes();
	print_items("SIGNALS", signals, sizeof(signals) / sizeof(signals[0]));
	print_items("ENVIRONMENT", environment, sizeof(environment) / sizeof(environment[0]));
	print_items("FILES", files, sizeof(files) / sizeof(files[0]));
	print_examples();
	printf(".SH BUGS\n");
	dxa_troff_prose(
		"Functions that the kernel inlines cannot be hooked, and a task that never returns "
		"is only checked by its stack. Every report lists what is missing.");
}

static const struct dxa_manual pages[] = {
	{ "daxaudit", 8, "audit the life of every dax_device in the running kernel",
	  dxa_manual_print_daxaudit },
	{ "daxaudit-policy", 5, "policy files of daxaudit", dxa_manual_print_policy },
	{ "daxaudit-rules", 7, "what daxaudit finds, and what it means", dxa_manual_print_rules },
	{ "daxaudit-recording", 5, "the format of daxaudit's recordings",
	  dxa_manual_print_recording },
};

#define N_PAGES (sizeof(pages) / sizeof(pages[0]))

const struct dxa_manual *dxa_manual_at(size_t i)
{
	return i < N_PAGES ? &pages[i] : NULL;
}

static void print_see_also(const struct dxa_manual *page)
{
	const char *before = "";

	printf(".SH SEE ALSO\n");
	for (size_t i = 0; i < N_PAGES; i++) {
		if (&pages[i] == page)
			continue;
		printf("%s.BR %s (%d)", before, pages[i].name, pages[i].section);
		before = " ,\n";
	}
	printf(" ,\n.BR ndctl (1) ,\n.BR daxctl (1)\n");
}

static void print_page(const struct dxa_manual *page)
{
	char upper[64];
	size_t len = strlen(page->name);

	for (size_t i = 0; i <= len; i++)
		upper[i] = (char)toupper((unsigned char)page->name[i]);
	printf(".TH %s %d \"%s\" \"daxaudit %s\" \"%s\"\n", upper, page->section, DXA_DATE,
	       DXA_VERSION,
	       page->section == 8 ? "System Administration" :
	       page->section == 5 ? "File Formats" :
				    "Miscellaneous");
	printf(".SH NAME\n%s \\- ", page->name);
	dxa_troff_prose(page->title);
	page->print();
	print_see_also(page);
}

struct dxa_err *dxa_cmd_man(const struct dxa_opts *opts, int *exit_code)
{
	const char *name = opts->args[0] ? opts->args[0] : pages[0].name;
	char known[128] = "";

	*exit_code = DXA_EXIT_PASS;
	for (size_t i = 0; i < N_PAGES; i++) {
		size_t len = strlen(known);

		if (!strcmp(pages[i].name, name)) {
			print_page(&pages[i]);
			return NULL;
		}
		snprintf(known + len, sizeof(known) - len, "%s%s", i ? ", " : "", pages[i].name);
	}
	return dxa_err_new(DXA_ERR_INPUT, 0, "man: there is no page '%s': use one of %s", name,
			   known);
}
