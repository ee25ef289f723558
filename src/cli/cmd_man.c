// SPDX-License-Identifier: GPL-2.0-only
/* The man page, drawn from the same tables as --help, so that neither can lag behind. */
#include <stdio.h>
#include <string.h>

#include "base/kinds.h"
#include "cli/commands.h"
#include "cli/exitcode.h"
#include "cli/policies.h"
#include "cli/single.h"
#include "cli/tables.h"
#include "engine/rules.h"
#include "output/journal.h"
#include "output/sink.h"
#include "version.h"

/* What is in no other table. */
struct item {
	const char *tag, *text;
};

static const struct item signals[] = {
	{ "SIGHUP",
	  "daemon: read the policy anew, open the log anew, begin a new recording if the old one "
	  "was renamed, and look at every device that lives. trace, check: as SIGTERM" },
	{ "SIGTERM, SIGINT",
	  "end in order: hooks are removed, and the verdict is told. trace and check hand it on to "
	  "their command, unless the terminal did" },
};

static const struct item environment[] = {
	{ "NO_COLOR", "no colour, even on a terminal, unless --color=always is given" },
	{ "COLUMNS", "how wide text is; else the terminal's width, or 80" },
	{ "PATH", "where trace and check look for their command" },
	{ "NOTIFY_SOCKET",
	  "daemon: where systemd is told READY, STATUS, RELOADING, STOPPING and WATCHDOG" },
	{ "WATCHDOG_USEC, WATCHDOG_PID",
	  "daemon: how often it is to say that it is well; it does so, and renews the metrics, twice "
	  "as often. Without it there is no wake-up by time" },
	{ "JOURNAL_STREAM",
	  "daemon: standard error is the journal's: findings go there as entries with fields only" },
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

/* Print text as troff prose: minus signs and backslashes escaped, newlines as spaces. */
static void print_prose(const char *text)
{
	/* A dot or quote at the start of a line would be a request. */
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text == '\n' ? ' ' : *text);
	}
	putchar('\n');
}

static void print_item(const char *tag, const char *text)
{
	printf(".TP\n.B ");
	print_prose(tag);
	print_prose(text);
}

static void print_items(const char *heading, const struct item *items, size_t n)
{
	printf(".SH %s\n", heading);
	for (size_t i = 0; i < n; i++)
		print_item(items[i].tag, items[i].text);
}

/* Which commands take an option, unless all do. */
static void print_takers(unsigned int mask)
{
	const char *before = "(";
	size_t n;
	const struct dxa_command *commands = dxa_commands(&n);

	if (mask == (unsigned int)DXA_CMD_ALL)
		return;
	for (size_t i = 0; i < n; i++) {
		if (!(commands[i].mask & mask))
			continue;
		printf("%s%s", before, commands[i].name);
		before = ", ";
	}
	printf(")\n");
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
		print_item(tag, rows[i].help);
		print_takers(rows[i].mask);
	}
}

static void print_formats(void)
{
	size_t n;
	const struct dxa_sink_ops *const *formats = dxa_sink_formats(&n);

	printf(".SH FORMATS\nFor\n.BR \\-\\-output .\n");
	for (size_t i = 0; i < n; i++)
		print_item(formats[i]->name, formats[i]->what);
}

static void print_commands(void)
{
	size_t n;
	const struct dxa_command *commands = dxa_commands(&n);

	printf(".SH COMMANDS\n");
	for (size_t i = 0; i < n; i++) {
		char tag[128];

		snprintf(tag, sizeof(tag), "%s %s", commands[i].name, commands[i].args);
		print_item(tag, commands[i].what);
	}
}

static void print_rules(void)
{
	printf(".SH RULES\nWhat can be found, with its severity.\n");
	for (int rule = 0; rule < DXA_RULE_COUNT; rule++) {
		const struct dxa_rule_info *info = dxa_rule_info((enum dxa_rule)rule);
		char tag[96];

		snprintf(tag, sizeof(tag), "%s (%s)", info->name,
			 dxa_severity_name(info->severity));
		print_item(tag, info->title);
	}
}

static void print_hooks(void)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	printf(".SH HOOKS\nThe kernel functions that are watched.\n");
	for (size_t i = 0; i < n; i++)
		if (!kinds[i].synthetic)
			print_item(kinds[i].name, kinds[i].what);
}

static void print_architectures(void)
{
	static const char *const aliases[] = {
		[DXA_ALIASING_UNKNOWN] = "it depends", [DXA_ALIASING_NO] = "no", [DXA_ALIASING_YES] = "yes"
	};
	const struct dxa_arch *a;

	printf(".SH ARCHITECTURES\nWhether the data cache aliases, by the kernel's source.\n");
	for (size_t i = 0; (a = dxa_arch_at(i)); i++) {
		char text[256];

		snprintf(text, sizeof(text), "%s: %s (%s); EOPNOTSUPP is %d", aliases[a->aliasing],
			 a->how, a->source, a->eopnotsupp);
		print_item(a->name, text);
	}
}

static void print_policy_key(const struct dxa_policy_key *key)
{
	char tag[64], expects[512], text[1024];

	snprintf(tag, sizeof(tag), "%s%s", key->name, key->required ? " (required)" : "");
	snprintf(text, sizeof(text), "%s: %s", dxa_policy_expects(expects, sizeof(expects), key),
		 key->what);
	print_item(tag, text);
}

static void print_policy_files(void)
{
	printf(".SH POLICY FILES\n");
	print_prose("YAML. Read one over the other: the built-in policy, " DXA_POLICY_SYSTEM ", "
		    "the *.yaml of " DXA_POLICY_SYSTEM_DIR " in the order of their names, those "
		    "of --policy, options. 'daxaudit policy show' prints the result with the "
		    "origin of each line.");
	for (int id = 0; id < DXA_POLICY_SECTIONS; id++) {
		const struct dxa_policy_section *s =
			dxa_policy_section((enum dxa_policy_section_id)id);

		printf(".PP\nThe keys of %s:\n", s->what);
		for (size_t i = 0; i < s->n_keys; i++)
			print_policy_key(&s->keys[i]);
	}
}

struct dxa_err *dxa_cmd_man(const struct dxa_opts *opts, int *exit_code)
{
	(void)opts;
	*exit_code = DXA_EXIT_PASS;
	printf(".TH DAXAUDIT 8 \"\" \"daxaudit %s\" \"System Administration\"\n", DXA_VERSION);
	printf(".SH NAME\ndaxaudit \\- audit the life of every dax_device in the running kernel\n");
	printf(".SH SYNOPSIS\n.B daxaudit\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fB\\-\\-\\fR] "
	       "[\\fIARGUMENT\\fR...]\n");
	printf(".SH DESCRIPTION\n");
	print_prose(
		"daxaudit watches alloc_dax, kill_dax, put_dax and their neighbours with eBPF, "
		"follows each struct dax_device through the driver probe that made it, and "
		"reports every broken lifetime and every answer of alloc_dax that this "
		"architecture, CPU and kernel must not give. It prints the story of each device "
		"with its call sites, and ends with a verdict and an exit code.");
	print_commands();
	print_options();
	print_formats();
	print_rules();
	print_hooks();
	print_architectures();
	print_policy_files();
	printf(".SH EXIT STATUS\n");
#define DXA_PRINT(id, num, text) print_item(#num, text);
	DXA_EXIT_CODES(DXA_PRINT)
#undef DXA_PRINT
	print_items("SIGNALS", signals, sizeof(signals) / sizeof(signals[0]));
	print_items("ENVIRONMENT", environment, sizeof(environment) / sizeof(environment[0]));
	print_items("FILES", files, sizeof(files) / sizeof(files[0]));
	printf(".SH EXAMPLES\n.nf\ndaxaudit trace \\-\\- modprobe nd_pmem\n"
	       "daxaudit trace \\-o json:report.json \\-\\- ndctl enable\\-namespace all\n"
	       "daxaudit trace\n"
	       "daxaudit replay \\-o junit:all.xml \\-o 'json:{}.json' *.dxr\n"
	       "systemctl enable \\-\\-now daxaudit\n.fi\n");
	return NULL;
}
