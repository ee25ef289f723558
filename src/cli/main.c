// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/exitcode.h"
#include "cli/notify.h"
#include "cli/opts.h"
#include "cli/outputs.h"
#include "cli/tables.h"
#include "version.h"

static const struct dxa_command commands[] = {
	{ "trace", DXA_CMD_TRACE, "[OPTION...] [--] [COMMAND...]",
	  "watch now, around COMMAND or until Ctrl-C; print each probe as it closes", dxa_cmd_trace,
	  DXA_ARGS_ANY },
	{ "check", DXA_CMD_CHECK, "[OPTION...] [--] [COMMAND...]",
	  "the same as an assertion: verdict and exit code; without COMMAND, what lives now",
	  dxa_cmd_check, DXA_ARGS_ANY },
	{ "list", DXA_CMD_LIST, "[OPTION...]",
	  "every dax_device in the kernel now: owner, disk, references; orphans marked",
	  dxa_cmd_list, 0 },
	{ "daemon", DXA_CMD_DAEMON, "[OPTION...]",
	  "watch for months: findings to the journal, metrics to a file", dxa_cmd_daemon,
	  DXA_ARGS_ANY },
	{ "replay", DXA_CMD_REPLAY, "[OPTION...] FILE...",
	  "the same analysis over recordings: no root, any machine, any architecture",
	  dxa_cmd_replay, DXA_ARGS_ANY },
	{ "report", DXA_CMD_REPORT, "[OPTION...] FILE",
	  "a recording as one HTML page, with a timeline; to standard output, or -o html:FILE",
	  dxa_cmd_report, DXA_ARGS_ANY },
	{ "policy", DXA_CMD_POLICY, "[OPTION...] show | lint FILE...",
	  "show: the policy in force, and where each line comes from; lint: what is wrong in one",
	  dxa_cmd_policy, DXA_ARGS_ANY },
	{ "doctor", DXA_CMD_DOCTOR, "[OPTION...]",
	  "what can be observed on this kernel, hook by hook, and why not", dxa_cmd_doctor, 0 },
	{ "explain", DXA_CMD_EXPLAIN, "[RULE...]",
	  "what a rule means, why it matters, what is known to fix it", dxa_cmd_explain,
	  DXA_ARGS_ANY },
	{ "schema", DXA_CMD_SCHEMA, "[json|jsonl]",
	  "print the JSON Schema of -o json, or of each line of -o jsonl", dxa_cmd_schema, 1 },
	{ "man", DXA_CMD_MAN, "",
	  "print the man page (troff), drawn from the tables behind this help", dxa_cmd_man, 0 },
	{ "catalog", DXA_CMD_CATALOG, "",
	  "print the journal's message catalog: a text for each rule", dxa_cmd_catalog, 0 },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct dxa_command *dxa_commands(size_t *n)
{
	*n = N_COMMANDS;
	return commands;
}

static void print_log(enum dxa_log_level level, const char *line)
{
	static const char *const words[] = {
		[DXA_LOG_ERROR] = "error: ",
		[DXA_LOG_WARN] = "warning: ",
		[DXA_LOG_DEBUG] = "",
	};

	fprintf(stderr, "daxaudit: %s%s\n", words[level] ? words[level] : "", line);
}

static int fail(struct dxa_err *err, int skip_code)
{
	int code = dxa_exit_of_error(err);

	dxa_utf8_make_line(err->msg);
	/* Of an audit it is the verdict. */
	if (code == DXA_EXIT_NO_DAX) {
		fprintf(stderr, "SKIP: %s\n", err->msg);
		dxa_err_free(err);
		return skip_code;
	}
	/* The journal reads the priority (err) from a line's start: sd-daemon(3). */
	fprintf(stderr, "%sdaxaudit: %s\n", dxa_notify_stderr_is_journal() ? "<3>" : "", err->msg);
	dxa_err_free(err);
	return code;
}

static void print_exit_codes(void)
{
	printf("\nExit codes:\n");
#define DXA_PRINT(id, num, text) printf("  %d  %s\n", num, text);
	DXA_EXIT_CODES(DXA_PRINT)
#undef DXA_PRINT
}

static void print_help(void)
{
	printf("Usage: daxaudit COMMAND [OPTION...]\n"
	       "Audit the life of every struct dax_device in the running kernel.\n\nCommands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %-9s %s\n", commands[i].name, commands[i].what);
	printf("\n");
	dxa_opts_help(DXA_CMD_ALL);
	print_exit_codes();
	printf("\n'daxaudit COMMAND --help' tells more. Colour only on a terminal, and not with "
	       "NO_COLOR set.\n");
}

static void print_command_help(const struct dxa_command *c)
{
	printf("Usage: daxaudit %s %s\n%s.\n\n", c->name, c->args, c->what);
	dxa_opts_help(c->mask);
	print_exit_codes();
}

static void print_version(void)
{
	printf("daxaudit %s%s%s\n", DXA_VERSION, DXA_VERSION_GIT[0] ? " " : "", DXA_VERSION_GIT);
}

static const struct dxa_command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* Output that could not be written must not look like success. */
static int flush_stdout(int code)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "daxaudit: cannot write to standard output: %s\n", strerror(errno));
		return DXA_EXIT_CANNOT;
	}
	return code;
}

static struct dxa_err *check_args(const struct dxa_command *c, const struct dxa_opts *opts)
{
	int n = 0;

	while (n < c->max_args && opts->args[n])
		n++;
	if (!opts->args[n] || c->max_args == DXA_ARGS_ANY)
		return NULL;
	return dxa_err_new(DXA_ERR_INPUT, 0,
			   "%s takes no %sargument, but got '%s': see "
			   "'daxaudit %s --help'",
			   c->name, n ? "further " : "", opts->args[n], c->name);
}

static int run_command(const struct dxa_command *c, int argc, char **argv)
{
	struct dxa_opts opts;
	struct dxa_err *err = dxa_opts_parse(argc, argv, c->mask, &opts);
	int code = DXA_EXIT_PASS;

	if (err)
		return fail(err, DXA_EXIT_NO_DAX);
	if (opts.help || opts.version) {
		if (opts.help)
			print_command_help(c);
		else
			print_version();
		return flush_stdout(DXA_EXIT_PASS);
	}
	dxa_log_set(print_log, dxa_opts_log_level(&opts));
	err = check_args(c, &opts);
	if (!err)
		err = dxa_outputs_check(&opts, c->mask);
	if (!err)
		err = c->run(&opts, &code);
	return err ? fail(err, opts.skip_code) : flush_stdout(code);
}

int main(int argc, char **argv)
{
	const struct dxa_command *c;

	if (argc < 2) {
		fprintf(stderr, "daxaudit: no command given: see 'daxaudit --help'\n");
		return DXA_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help();
		return flush_stdout(DXA_EXIT_PASS);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		print_version();
		return flush_stdout(DXA_EXIT_PASS);
	}
	c = find_command(argv[1]);
	if (!c) {
		dxa_utf8_make_line(argv[1]);
		fprintf(stderr, "daxaudit: unknown command '%s': see 'daxaudit --help'\n", argv[1]);
		return DXA_EXIT_USAGE;
	}
	return run_command(c, argc - 1, argv + 1);
}
