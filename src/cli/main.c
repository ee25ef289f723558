// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/suggest.h"
#include "base/slowio.h"
#include "base/signals.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/exitcode.h"
#include "cli/formats.h"
#include "cli/help.h"
#include "cli/notify.h"
#include "cli/opts.h"
#include "cli/outputs.h"
#include "cli/statusline.h"
#include "cli/tables.h"
#include "version.h"

static struct dxa_err *cmd_version(const struct dxa_opts *opts, int *exit_code);
static struct dxa_err *cmd_help(const struct dxa_opts *opts, int *exit_code);

static const struct dxa_command commands[] = {
	{ "trace", DXA_CMD_TRACE, "[OPTION...] [--] [COMMAND...]",
	  "watch COMMAND, or all until Ctrl-C; print each probe", dxa_cmd_trace, DXA_ARGS_ANY },
	{ "check", DXA_CMD_CHECK, "[OPTION...] [--] [COMMAND...]",
	  "check that COMMAND loses no device, or that none is lost", dxa_cmd_check, DXA_ARGS_ANY },
	{ "list", DXA_CMD_LIST, "[OPTION...] [NAME...]",
	  "list every dax_device in the kernel; mark orphans", dxa_cmd_list, DXA_ARGS_ANY },
	{ "daemon", DXA_CMD_DAEMON, "[OPTION...]",
	  "watch for months: findings to the journal, metrics to a file", dxa_cmd_daemon,
	  DXA_ARGS_ANY },
	{ "replay", DXA_CMD_REPLAY, "[OPTION...] FILE...",
	  "analyse recordings: without root, on any machine", dxa_cmd_replay, DXA_ARGS_ANY },
	{ "report", DXA_CMD_REPORT, "[OPTION...] FILE",
	  "write a recording as one HTML page with a timeline", dxa_cmd_report, DXA_ARGS_ANY },
	{ "diff", DXA_CMD_DIFF, "[OPTION...] FILE FILE",
	  "compare two recordings: lives and findings", dxa_cmd_diff, DXA_ARGS_ANY },
	{ "top", DXA_CMD_TOP, "[OPTION...]", "show live devices and what happens, full screen",
	  dxa_cmd_top, 0 },
	{ "policy", DXA_CMD_POLICY, "[OPTION...] show | lint FILE...",
	  "show the policy in force, or check policy files", dxa_cmd_policy, DXA_ARGS_ANY },
	{ "sweep", DXA_CMD_SWEEP, "[OPTION...] [--] COMMAND...",
	  "make one kernel call after another fail around COMMAND", dxa_cmd_sweep, DXA_ARGS_ANY },
	{ "doctor", DXA_CMD_DOCTOR, "[OPTION...]",
	  "check what can be observed on this kernel, and what to do", dxa_cmd_doctor, 0 },
	{ "explain", DXA_CMD_EXPLAIN, "[OPTION...] [RULE...]",
	  "explain a rule: meaning, consequence, kernel commits", dxa_cmd_explain, DXA_ARGS_ANY },
	{ "schema", DXA_CMD_SCHEMA, "[json|jsonl|sweep]",
	  "print the JSON Schema of -o json or jsonl, or of a sweep", dxa_cmd_schema, 1 },
	{ "man", DXA_CMD_MAN, "[PAGE]", "print a manual page (troff)", dxa_cmd_man, 1 },
	{ "completion", DXA_CMD_COMPLETION, "bash|zsh|fish", "print a shell's completion script",
	  dxa_cmd_completion, 1 },
	{ "catalog", DXA_CMD_CATALOG, "", "print the journal's message catalog", dxa_cmd_catalog,
	  0 },
	{ "help", DXA_CMD_HELP, "[COMMAND]", "print help, or that of COMMAND", cmd_help, 1 },
	{ "version", DXA_CMD_VERSION, "", "print the version", cmd_version, 0 },
};

/* The length of a hint with suggested names. */
#define HINT_LEN 256

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

	dxa_statusline_hide();
	dxa_slowio_printf(STDERR_FILENO, "daxaudit: %s%s\n", words[level] ? words[level] : "",
			  line);
}

static int fail(struct dxa_err *err, int skip_code)
{
	int code = dxa_exit_of_error(err);

	dxa_utf8_make_line(err->msg);
	/* For an audit it is the verdict. */
	if (code == DXA_EXIT_NO_DAX) {
		fprintf(stderr, "SKIP: %s\n", err->msg);
		dxa_err_free(err);
		return skip_code;
	}
	/* The journal reads the priority (err) at the start of a line: sd-daemon(3). */
	fprintf(stderr, "%sdaxaudit: %s\n", dxa_notify_stderr_is_journal() ? "<3>" : "", err->msg);
	dxa_err_free(err);
	return code;
}

static void print_version(void)
{
	printf("daxaudit %s%s%s\n", DXA_VERSION, DXA_VERSION_GIT[0] ? " " : "", DXA_VERSION_GIT);
}

static const char *command_name(int i)
{
	return i < (int)N_COMMANDS ? commands[i].name : NULL;
}

static const struct dxa_command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static struct dxa_err *unknown_command(const char *name)
{
	char hint[HINT_LEN];

	dxa_suggest_names(hint, sizeof(hint), name, command_name);
	return dxa_err_new(DXA_ERR_INPUT, 0, "unknown command '%s'%s", name,
			   hint[0] ? hint : ": see 'daxaudit --help'");
}

/* A failed write to standard output must not look like success. */
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
			dxa_help_command(c, false);
		else
			print_version();
		return flush_stdout(DXA_EXIT_PASS);
	}
	dxa_log_set(print_log, dxa_opts_log_level(&opts));
	err = dxa_formats_check(&opts, c->name, c->mask);
	if (!err)
		err = check_args(c, &opts);
	if (!err)
		err = dxa_outputs_check(&opts, c->mask);
	if (!err)
		err = c->run(&opts, &code);
	return err ? fail(err, opts.skip_code) : flush_stdout(code);
}

/*
 * "--help --all" only: it is not in the table of options, because a command has an --all of
 * its own.
 */
static bool asks_for_all(int argc, char **argv)
{
	return argc == 2 && (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h")) &&
	       !strcmp(argv[1], "--all");
}

static struct dxa_err *cmd_version(const struct dxa_opts *opts, int *exit_code)
{
	(void)opts;
	print_version();
	*exit_code = DXA_EXIT_PASS;
	return NULL;
}

static struct dxa_err *cmd_help(const struct dxa_opts *opts, int *exit_code)
{
	const char *name = opts->args[0];
	const struct dxa_command *c = name ? find_command(name) : NULL;

	if (name && !c)
		return unknown_command(name);
	if (c)
		dxa_help_command(c, false);
	else
		dxa_help(false);
	*exit_code = DXA_EXIT_PASS;
	return NULL;
}

/*
 * If a standard descriptor is closed, the next opened file would get its number, and the
 * report or the errors would be written to it. So open it with O_PATH, which can be neither
 * read nor written, and close-on-exec.
 */
static bool reserve_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_PATH | O_CLOEXEC) != fd &&
		    open("/", O_PATH | O_CLOEXEC) != fd)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	const struct dxa_command *c;

	if (!reserve_standard_descriptors())
		return DXA_EXIT_CANNOT;
	dxa_signals_ignore_long_files();
	if (argc < 2) {
		fprintf(stderr, "daxaudit: no command given: see 'daxaudit --help'\n");
		return DXA_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		dxa_help(argc == 3 && asks_for_all(2, argv + 1));
		return flush_stdout(DXA_EXIT_PASS);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		print_version();
		return flush_stdout(DXA_EXIT_PASS);
	}
	c = find_command(argv[1]);
	if (!c)
		return fail(unknown_command(argv[1]), DXA_EXIT_NO_DAX);
	if (asks_for_all(argc - 2, argv + 2)) {
		dxa_help_command(c, true);
		return flush_stdout(DXA_EXIT_PASS);
	}
	return run_command(c, argc - 1, argv + 1);
}
