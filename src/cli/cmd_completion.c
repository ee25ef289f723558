// SPDX-License-Identifier: GPL-2.0-only
/* Completion scripts for shells, generated from the same tables as --help. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/exitcode.h"
#include "cli/formats.h"
#include "cli/manual.h"
#include "cli/tables.h"
#include "engine/rules.h"
#include "output/sink.h"

#define WORDS_LEN 1024
#define BRIEF_LEN 80

/* A list of words without duplicates. */
static void add_word(char words[WORDS_LEN], const char *word)
{
	size_t len = strlen(words);

	snprintf(words + len, WORDS_LEN - len, "%s%s", len ? " " : "", word);
}

/* The alternatives of "[a|b]": a, b; of "aliasing=yes|no": aliasing=yes, aliasing=no. */
static void add_alternatives(char words[WORDS_LEN], const char *arg)
{
	const char *equal = strchr(arg, '=');
	int prefix = equal ? (int)(equal + 1 - arg) : 0;

	for (const char *at = arg + prefix; *at;) {
		size_t n = strcspn(at, "[|]");
		char word[64];

		snprintf(word, sizeof(word), "%.*s%.*s", prefix, arg, (int)n, at);
		if (n)
			add_word(words, word);
		at += n + (at[n] != '\0');
	}
}

static void add_formats(char words[WORDS_LEN], unsigned int mask)
{
	const struct dxa_sink_ops *format;

	for (size_t i = 0; (format = dxa_format_at(mask, i)); i++)
		add_word(words, format->name);
}

static bool is_format(const char *arg)
{
	return !strncmp(arg, "FORMAT", 6);
}

static void add_drivers(char words[WORDS_LEN])
{
	for (int i = 0; i < DXA_DRIVER_COUNT; i++) {
		const char *name = dxa_driver_name((enum dxa_driver)i);

		if (dxa_driver_by_name(name) >= 0)
			add_word(words, name);
	}
}

/*
 * The possible values of an option, by the name of its argument in help; mask: the command.
 * Empty: any.
 */
static const char *values(char words[WORDS_LEN], const char *arg, unsigned int mask)
{
	words[0] = '\0';
	if (is_format(arg))
		add_formats(words, mask);
	else if (!strcmp(arg, "SEVERITY"))
		for (int s = 0; s < DXA_SEVERITY_COUNT; s++)
			add_word(words, dxa_severity_name((enum dxa_severity)s));
	else if (!strcmp(arg, "DRIVER") || !strncmp(arg, "NAME[", 5))
		add_drivers(words);
	else if (!strcmp(arg, "RULE"))
		for (int rule = 0; rule < DXA_RULE_COUNT; rule++)
			add_word(words, dxa_rule_info((enum dxa_rule)rule)->name);
	else if (strchr(arg, '|'))
		add_alternatives(words, arg);
	return words;
}

static bool is_file(const char *arg)
{
	return !strcmp(arg, "FILE");
}

static void add_commands(char words[WORDS_LEN])
{
	size_t n;
	const struct dxa_command *commands = dxa_commands(&n);

	for (size_t i = 0; i < n; i++)
		add_word(words, commands[i].name);
}

/* The possible arguments of a command. Empty: another command. */
static const char *arguments(char words[WORDS_LEN], const struct dxa_command *c)
{
	words[0] = '\0';
	if (c->mask == DXA_CMD_EXPLAIN)
		for (int rule = 0; rule < DXA_RULE_COUNT; rule++)
			add_word(words, dxa_rule_info((enum dxa_rule)rule)->name);
	else if (c->mask == DXA_CMD_POLICY)
		add_word(words, "show lint");
	else if (c->mask == DXA_CMD_MAN)
		for (size_t i = 0; dxa_manual_at(i); i++)
			add_word(words, dxa_manual_at(i)->name);
	else if (c->mask == DXA_CMD_HELP)
		add_commands(words);
	else if (c->mask == DXA_CMD_SCHEMA || c->mask == DXA_CMD_COMPLETION)
		add_alternatives(words, c->args);
	return words;
}

static bool runs_command(const struct dxa_command *c)
{
	return (c->mask & (DXA_CMD_LIVE | DXA_CMD_SWEEP)) != 0;
}

static bool takes_files(const struct dxa_command *c)
{
	return strstr(c->args, "FILE") != NULL;
}

/* The first part of an option's help, cut between two words if it is long. */
static const char *brief(char buf[BRIEF_LEN], const char *help)
{
	size_t len = strcspn(help, "(;");

	if (len >= BRIEF_LEN) {
		len = BRIEF_LEN - 1;
		while (len && !isspace((unsigned char)help[len]))
			len--;
	}
	while (len && strchr(" \n,", help[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++)
		buf[i] = help[i];
	buf[len] = '\0';
	for (char *c = buf; *c; c++)
		if (*c == '\n')
			*c = ' ';
	return buf;
}

/* The inside of a string in single quotes. In zsh and sh nothing is special there but them. */
static void put_quoted(const char *text)
{
	for (; *text; text++)
		*text == '\'' ? fputs("'\\''", stdout) : putchar(*text);
}

/* An explanation of _arguments, which ends at a bracket. */
static void put_explanation(const char *text)
{
	for (; *text; text++) {
		const char one[] = { *text, '\0' };

		fputs(strchr("[]\\", *text) ? "\\" : "", stdout);
		put_quoted(one);
	}
}

/* The same in fish, where a backslash escapes in single quotes. */
static void put_fish(const char *text)
{
	for (; *text; text++)
		printf("%s%c", strchr("'\\", *text) ? "\\" : "", *text);
}

/* The options of a command, as words. */
static const char *option_words(char words[WORDS_LEN], unsigned int mask)
{
	size_t n;
	const struct dxa_option_row *rows = dxa_options(&n);

	words[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		char word[64];

		snprintf(word, sizeof(word), "--%s", rows[i].name);
		if (rows[i].mask & mask)
			add_word(words, word);
	}
	return words;
}

/* ---- bash ---- */

static const char bash_head[] =
	"# bash completion for daxaudit; written by 'daxaudit completion bash'\n"
	"_daxaudit() {\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"	local options arguments files formats mark i\n"
	"	COMPREPLY=()\n"
	"	if [ \"$COMP_CWORD\" -eq 1 ]; then\n";

static const char bash_values[] =
	"	# bash splits words at = and :, too.\n"
	"	case $cur in = | :) mark=$cur cur='' ;; esac\n"
	"	case $prev in = | :) mark=$prev prev=${COMP_WORDS[COMP_CWORD - 2]} ;; esac\n"
	"	if [ \"$mark\" = : ]; then\n"
	"		compopt -o filenames 2>/dev/null\n"
	"		mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"		return\n"
	"	fi\n"
	"	case $prev in\n";

static const char bash_tail[] =
	"	case $cur in\n"
	"	-*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\") ;;\n"
	"	*)\n"
	"		mapfile -t COMPREPLY < <(compgen -W \"$arguments\" -- \"$cur\")\n"
	"		if [ -n \"$files\" ]; then\n"
	"			compopt -o filenames 2>/dev/null\n"
	"			mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"		fi\n"
	"		;;\n"
	"	esac\n"
	"}\n"
	"complete -F _daxaudit daxaudit\n";

/* A command begins after "--", or at the first word that is not an option or its value. */
static const char bash_command[] =
	"		for ((i = 2; i <= COMP_CWORD; i++)); do\n"
	"			case ${COMP_WORDS[i]} in\n"
	"			--) ((i++ < COMP_CWORD)) || break ;;\n"
	"			-* | = | :) continue ;;\n"
	"			*) [[ \" $valued = : \" != *\" ${COMP_WORDS[i - 1]} \"* ]] || continue ;;\n"
	"			esac\n"
	"			if declare -F _command_offset >/dev/null; then\n"
	"				_command_offset \"$i\"\n"
	"			else\n"
	"				mapfile -t COMPREPLY < <(compgen -c -- \"$cur\")\n"
	"			fi\n"
	"			return\n"
	"		done\n";

/* The options with a value. */
static void print_bash_valued(void)
{
	size_t n;
	const struct dxa_option_row *rows = dxa_options(&n);

	fputs("	local valued=\"", stdout);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].arg && rows[i].key < DXA_KEY_LONG_ONLY)
			printf("-%c ", rows[i].key);
		if (rows[i].arg)
			printf("--%s ", rows[i].name);
	}
	fputs("\"\n", stdout);
}

/* Options with the same name in two commands are completed in the same way. */
static bool is_first_of_name(const struct dxa_option_row *rows, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(rows[k].name, rows[i].name))
			return false;
	return true;
}

static void print_bash_values(void)
{
	size_t n;
	const struct dxa_option_row *rows = dxa_options(&n);
	char words[WORDS_LEN];

	for (size_t i = 0; i < n; i++) {
		if (!rows[i].arg || !is_first_of_name(rows, i))
			continue;
		printf("	--%s", rows[i].name);
		if (rows[i].key < DXA_KEY_LONG_ONLY)
			printf(" | -%c", rows[i].key);
		if (is_file(rows[i].arg))
			printf(") compopt -o filenames 2>/dev/null; "
			       "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n");
		else
			printf(") mapfile -t COMPREPLY < <(compgen -W \"%s\" -- \"$cur\"); "
			       "return ;;\n",
			       is_format(rows[i].arg) ?
				       "$formats" :
				       values(words, rows[i].arg, (unsigned int)DXA_CMD_ALL));
	}
}

static void print_bash(void)
{
	size_t n;
	const struct dxa_command *commands = dxa_commands(&n);
	char words[WORDS_LEN];

	fputs(bash_head, stdout);
	fputs("		mapfile -t COMPREPLY < <(compgen -W \"", stdout);
	for (size_t i = 0; i < n; i++)
		printf("%s ", commands[i].name);
	fputs("--help --version\" -- \"$cur\")\n		return\n	fi\n", stdout);
	print_bash_valued();
	fputs("	case ${COMP_WORDS[1]} in\n", stdout);
	for (size_t i = 0; i < n; i++) {
		const struct dxa_command *c = &commands[i];

		printf("	%s)\n		options=\"%s\"\n", c->name,
		       option_words(words, c->mask));
		words[0] = '\0';
		add_formats(words, c->mask);
		printf("		formats=\"%s\"\n", words);
		printf("		arguments=\"%s\" files=%s\n", arguments(words, c),
		       takes_files(c) ? "1" : "");
		if (runs_command(c))
			fputs(bash_command, stdout);
		fputs("		;;\n", stdout);
	}
	fputs("	esac\n", stdout);
	fputs(bash_values, stdout);
	print_bash_values();
	fputs("	esac\n", stdout);
	fputs(bash_tail, stdout);
}

/* ---- zsh ---- */

static void print_zsh_option(const struct dxa_option_row *r, unsigned int mask)
{
	char words[WORDS_LEN], text[BRIEF_LEN];

	if (r->key < DXA_KEY_LONG_ONLY)
		printf("			{-%c,--%s}", r->key, r->name);
	else
		printf("			--%s", r->name);
	fputs("'[", stdout);
	put_explanation(brief(text, r->help));
	putchar(']');
	if (r->arg && is_file(r->arg))
		printf(":file:_files");
	else if (r->arg && values(words, r->arg, mask)[0])
		printf(":value:(%s)", words);
	else if (r->arg)
		printf(":value:");
	printf("' \\\n");
}

/* After -- comes a command with its own completion. */
static const char zsh_command[] =
	"		local i=${words[(i)--]}\n"
	"		if ((i < CURRENT)); then\n"
	"			words=(daxaudit \"${(@)words[i + 1,-1]}\")\n"
	"			((CURRENT -= i - 1))\n"
	"			_arguments '(-)1:command:_command_names -e' '*::arguments:_normal'\n"
	"			return\n"
	"		fi\n";

static void print_zsh_command(const struct dxa_command *c)
{
	size_t n;
	const struct dxa_option_row *rows = dxa_options(&n);
	char words[WORDS_LEN];

	printf("	%s)\n", c->name);
	if (runs_command(c))
		fputs(zsh_command, stdout);
	printf("		_arguments -S \\\n");
	for (size_t i = 0; i < n; i++)
		if (rows[i].mask & c->mask)
			print_zsh_option(&rows[i], c->mask);
	if (runs_command(c))
		printf("			'(-)1:command:_command_names -e' '*::arguments:_normal'\n");
	else if (arguments(words, c)[0])
		printf("			'1:argument:(%s)' '*:file:_files'\n", words);
	else if (takes_files(c))
		printf("			'*:file:_files'\n");
	else
		printf("			'*:no more'\n");
	printf("		;;\n");
}

static void print_zsh(void)
{
	size_t n;
	const struct dxa_command *commands = dxa_commands(&n);

	printf("#compdef daxaudit\n"
	       "# zsh completion for daxaudit; written by 'daxaudit completion zsh'\n"
	       "_daxaudit() {\n"
	       "	local -a names=(\n");
	for (size_t i = 0; i < n; i++) {
		printf("		'%s:", commands[i].name);
		put_quoted(commands[i].what);
		fputs("'\n", stdout);
	}
	printf("	)\n"
	       "	if ((CURRENT == 2)); then\n"
	       "		_describe command names\n"
	       "		return\n"
	       "	fi\n"
	       "	local command=$words[2]\n"
	       "	shift words\n"
	       "	((CURRENT--))\n"
	       "	case $command in\n");
	for (size_t i = 0; i < n; i++)
		print_zsh_command(&commands[i]);
	printf("	esac\n}\n"
	       "if [ \"$funcstack[1]\" = _daxaudit ]; then\n"
	       "	_daxaudit \"$@\"\n"
	       "else\n"
	       "	compdef _daxaudit daxaudit\n"
	       "fi\n");
}

/* ---- fish ---- */

static void print_fish_command(const struct dxa_command *c)
{
	size_t n;
	const struct dxa_option_row *rows = dxa_options(&n);
	char words[WORDS_LEN], text[BRIEF_LEN];

	printf("complete -c daxaudit -n __fish_use_subcommand -a %s -d '", c->name);
	put_fish(c->what);
	fputs("'\n", stdout);
	for (size_t i = 0; i < n; i++) {
		const struct dxa_option_row *r = &rows[i];

		if (!(r->mask & c->mask))
			continue;
		printf("complete -c daxaudit -n '__fish_seen_subcommand_from %s' -l %s", c->name,
		       r->name);
		if (r->key < DXA_KEY_LONG_ONLY)
			printf(" -s %c", r->key);
		if (r->arg && is_file(r->arg))
			printf(" -r -F");
		else if (r->arg)
			printf(" -x -a '%s'", values(words, r->arg, c->mask));
		fputs(" -d '", stdout);
		put_fish(brief(text, r->help));
		fputs("'\n", stdout);
	}
	if (arguments(words, c)[0])
		printf("complete -c daxaudit -n '__fish_seen_subcommand_from %s' -a '%s'\n",
		       c->name, words);
	if (takes_files(c))
		printf("complete -c daxaudit -n '__fish_seen_subcommand_from %s' -F\n", c->name);
	if (runs_command(c))
		printf("complete -c daxaudit -n '__fish_seen_subcommand_from %s' "
		       "-a '(__fish_complete_subcommand --fcs-skip=2)'\n",
		       c->name);
}

static void print_fish(void)
{
	size_t n;
	const struct dxa_command *commands = dxa_commands(&n);

	printf("# fish completion for daxaudit; written by 'daxaudit completion fish'\n"
	       "complete -c daxaudit -f\n");
	for (size_t i = 0; i < n; i++)
		print_fish_command(&commands[i]);
}

struct dxa_err *dxa_cmd_completion(const struct dxa_opts *opts, int *exit_code)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = { { "bash", print_bash }, { "zsh", print_zsh }, { "fish", print_fish } };

	*exit_code = DXA_EXIT_PASS;
	for (size_t i = 0; opts->args[0] && i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (!strcmp(opts->args[0], shells[i].name)) {
			shells[i].print();
			return NULL;
		}
	}
	return dxa_err_new(DXA_ERR_INPUT, 0, "completion: expected bash, zsh or fish%s%s",
			   opts->args[0] ? ", but got " : "", opts->args[0] ? opts->args[0] : "");
}
