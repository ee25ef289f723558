// SPDX-License-Identifier: GPL-2.0-only
#include "cli/opts.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/outfile.h"
#include "base/suggest.h"
#include "cli/exitcode.h"
#include "cli/opts_keys.h"
#include "cli/pidfile.h"
#include "engine/owner.h"

#define MS 1000000ull
#define SECOND (1000 * MS)
/* A longer time is a mistake, and may overflow a number of ns. */
#define TIME_MAX_NS (7ull * 24 * 3600 * SECOND)
/* The length of a hint with suggested names. */
#define HINT_LEN 256
/* The length of an option's name with its dashes. */
#define NAME_LEN 32
#define RING_SIZE_MAX (1ull << 30)

/*
 * Fill the tables of getopt_long(). With '+' at the start of the option string, options
 * after the first argument belong to the command to run.
 */
static void make_getopt(unsigned int mask, struct option *longs, char *shorts)
{
	size_t n;
	const struct dxa_option_row *rows = dxa_options(&n);
	char *s = shorts;

	if (mask & (DXA_CMD_LIVE | DXA_CMD_SWEEP))
		*s++ = '+';
	*s++ = ':';
	for (size_t i = 0; i < n; i++) {
		const struct dxa_option_row *r = &rows[i];

		if (!(r->mask & mask))
			continue;
		*longs++ = (struct option){ r->name, r->arg ? required_argument : no_argument, NULL,
					    r->key };
		if (r->key < DXA_KEY_LONG_ONLY) {
			*s++ = (char)r->key;
			if (r->arg)
				*s++ = ':';
		}
	}
	*s = '\0';
	*longs = (struct option){ 0 };
}

static struct dxa_err *bad_value(const char *option, const char *value, const char *want)
{
	return dxa_err_new(DXA_ERR_INPUT, 0, "--%s '%s': expected %s", option, value, want);
}

/* The error for a value that must be one of some names, with suggestions. */
static struct dxa_err *bad_name(const char *option, const char *value, const char *want,
				const char *(*names)(int i))
{
	char hint[HINT_LEN];

	dxa_suggest_names(hint, sizeof(hint), dxa_driver_alias(value), names);
	if (!hint[0])
		return bad_value(option, value, want);
	return dxa_err_new(DXA_ERR_INPUT, 0, "--%s '%s'%s", option, value, hint);
}

static struct dxa_err *parse_time(const char *option, const char *value, uint64_t *ret)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "ms", MS }, { "s", SECOND }, { "m", 60ull * SECOND }, { "h", 3600ull * SECOND }
	};
	const char *want = "a time such as 500ms, 2s, 5m or 1h, of a week at most";
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(value, &end, 10);
	if (!isdigit((unsigned char)value[0]) || errno)
		return bad_value(option, value, want);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name) != 0 || n > TIME_MAX_NS / units[i].ns)
			continue;
		*ret = n * units[i].ns;
		return NULL;
	}
	return bad_value(option, value, want);
}

static struct dxa_err *parse_ring_size(const char *value, size_t *ret)
{
	unsigned long long n;
	int shift = 0;
	char *end;

	errno = 0;
	n = strtoull(value, &end, 10);
	if (*end == 'K' || *end == 'M')
		shift = *end++ == 'K' ? 10 : 20;
	/* Check the bound before the shift, which would lose the high bits. */
	if (end == value || !isdigit((unsigned char)value[0]) || *end || errno ||
	    n > RING_SIZE_MAX >> shift)
		n = 0;
	n <<= shift;
	if (n & (n - 1) || n < (unsigned long long)sysconf(_SC_PAGESIZE))
		return bad_value("ring-size", value,
				 "a power of two from the page size to 1024M, such as 4096 or 8M");
	*ret = n;
	return NULL;
}

static struct dxa_err *parse_assume(const char *value, struct dxa_opts *o)
{
	o->assume_aliasing = true;
	if (!strcmp(value, "aliasing=yes"))
		o->aliasing = DXA_ALIASING_YES;
	else if (!strcmp(value, "aliasing=no"))
		o->aliasing = DXA_ALIASING_NO;
	else
		return bad_value("assume", value, "aliasing=yes or aliasing=no");
	return NULL;
}

static const char *severity_name(int i)
{
	return i < DXA_SEVERITY_COUNT ? dxa_severity_name((enum dxa_severity)i) : NULL;
}

static struct dxa_err *parse_severity(const char *value, enum dxa_severity *ret)
{
	for (int s = 0; s < DXA_SEVERITY_COUNT; s++) {
		if (!strcmp(value, dxa_severity_name((enum dxa_severity)s))) {
			*ret = (enum dxa_severity)s;
			return NULL;
		}
	}
	return bad_name("fail-on", value, "info, warning or error", severity_name);
}

/* Names of drivers for hints; "" for "unknown" and "other". */
static const char *driver_name(int i)
{
	const char *name = i < DXA_DRIVER_COUNT ? dxa_driver_name((enum dxa_driver)i) : NULL;

	return name && dxa_driver_by_name(name) < 0 ? "" : name;
}

static struct dxa_err *parse_driver(const char *option, const char *value, uint32_t *ret)
{
	char want[128] = "a driver:";
	int driver = dxa_driver_by_name(value);

	if (driver >= 0) {
		*ret |= 1u << driver;
		return NULL;
	}
	for (int i = 0; i < DXA_DRIVER_COUNT; i++) {
		const char *name = dxa_driver_name((enum dxa_driver)i);

		if (dxa_driver_by_name(name) < 0)
			continue;
		strncat(want, " ", sizeof(want) - strlen(want) - 1);
		strncat(want, name, sizeof(want) - strlen(want) - 1);
	}
	return bad_name(option, value, want, driver_name);
}

static struct dxa_err *too_many(const char *option)
{
	return dxa_err_new(DXA_ERR_INPUT, 0, "--%s is given more than %d times", option,
			   DXA_SHOW_MAX);
}

struct dxa_err *dxa_opts_add_device(const char *value, struct dxa_show *show)
{
	if (!value[0])
		return bad_value("device", value, "a disk's or a device's name");
	if (show->n_devices == DXA_SHOW_MAX)
		return too_many("device");
	/* Also accept names of device files. */
	show->devices[show->n_devices++] = strncmp(value, "/dev/", 5) ? value : value + 5;
	return NULL;
}

static struct dxa_err *add_pid(const char *value, struct dxa_show *show)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (!isdigit((unsigned char)value[0]) || *end || !n || n > INT32_MAX)
		return bad_value("pid", value, "the number of a process or thread");
	if (show->n_pids == DXA_SHOW_MAX)
		return too_many("pid");
	show->pids[show->n_pids++] = (uint32_t)n;
	return NULL;
}

static const char *rule_name(int i)
{
	return i < DXA_RULE_COUNT ? dxa_rule_info((enum dxa_rule)i)->name : NULL;
}

static struct dxa_err *add_rule(const char *value, struct dxa_show *show)
{
	int rule = dxa_rule_by_name(value);

	if (rule < 0)
		return bad_name("rule", value, "a rule: 'daxaudit explain' lists them", rule_name);
	show->rules |= 1ull << rule;
	return NULL;
}

/* Is it an id of KernelCI's schema: "origin:id", the origin in lower case? */
static struct dxa_err *parse_kcidb_build(const char *value, const char **ret)
{
	size_t n = strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (!n || n > 63 || value[n] != ':' || !value[n + 1])
		return bad_value("kcidb-build", value,
				 "ORIGIN:ID, such as myci:build-42; ORIGIN is of a-z, 0-9 and _");
	*ret = value;
	return NULL;
}

static struct dxa_err *parse_skip_code(const char *value, int *ret)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (!isdigit((unsigned char)value[0]) || *end || n > 255)
		return bad_value("skip-code", value, "a number from 0 to 255");
	*ret = (int)n;
	return NULL;
}

static struct dxa_err *parse_colour(const char *value, enum dxa_when *ret)
{
	static const char *const names[] = {
		[DXA_WHEN_AUTO] = "auto", [DXA_WHEN_ALWAYS] = "always", [DXA_WHEN_NEVER] = "never"
	};

	for (int i = DXA_WHEN_AUTO; i <= DXA_WHEN_NEVER; i++) {
		if (!strcmp(value, names[i])) {
			*ret = (enum dxa_when)i;
			return NULL;
		}
	}
	return bad_value("color", value, "auto, always or never");
}

static struct dxa_err *parse_mode(const char *value, mode_t *ret)
{
	size_t digits = strspn(value, "01234567");
	unsigned long mode = strtoul(value, NULL, 8);

	/* The owner must be able to write after a rotation, and the file is not executable. */
	if (!digits || digits > 4 || value[digits] || (mode & 0600) != 0600 || mode & ~0666ul)
		return bad_value("mode", value,
				 "octal permissions with read and write for the owner, such as "
				 "0640 or 0644");
	*ret = (mode_t)mode;
	return NULL;
}

static struct dxa_err *add_output(const char *value, struct dxa_opts *o)
{
	const char *file = strchr(value, ':');

	/* "-" is the standard input of replay, and would be a file here. */
	if (file && !strcmp(file, ":-"))
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "-o %s: -o %.*s writes to standard output; ./- is a file", value,
				   (int)(file - value), value);
	if (o->n_outputs == DXA_OUTPUTS_MAX)
		return dxa_err_new(DXA_ERR_INPUT, 0, "more than %d outputs", DXA_OUTPUTS_MAX);
	for (size_t i = 0; i < o->n_outputs; i++)
		if (!file && !strchr(o->outputs[i], ':'))
			return dxa_err_new(
				DXA_ERR_INPUT, 0,
				"two formats on standard output: give all but one a file, "
				"as in -o %s:FILE",
				value);
	o->outputs[o->n_outputs++] = value;
	return NULL;
}

static struct dxa_err *add_policy(const char *value, struct dxa_opts *o)
{
	if (o->n_policies == DXA_POLICIES_MAX)
		return dxa_err_new(DXA_ERR_INPUT, 0, "more than %d policies: put them together",
				   DXA_POLICIES_MAX);
	o->policies[o->n_policies++] = value;
	return NULL;
}

/* Options with one file, which may be given once. *known: it is one of them. */
static struct dxa_err *keep(int key, const char *value, struct dxa_opts *o, bool *known)
{
	const struct {
		int key;
		const char *name;
		const char **to;
	} kept[] = { { KEY_RECORD, "record", &o->record },
		     { KEY_BTF, "btf", &o->btf },
		     { KEY_LOG, "log", &o->log },
		     { KEY_METRICS, "metrics", &o->metrics },
		     { KEY_PID_FILE, "pid-file", &o->pid_file },
		     { KEY_SWEPT, "driver", &o->sweep.drivers },
		     { KEY_SITES, "sites", &o->sweep.sites },
		     { KEY_RESET, "reset", &o->sweep.reset } };

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (kept[i].key != key)
			continue;
		*known = true;
		if (*kept[i].to)
			return dxa_err_new(DXA_ERR_INPUT, 0,
					   "--%s %s: --%s %s was given before: give one",
					   kept[i].name, value, kept[i].name, *kept[i].to);
		*kept[i].to = value;
		return NULL;
	}
	*known = false;
	return NULL;
}

/* Options without a value. False when it is another option. */
static bool set_flag(int key, struct dxa_opts *o)
{
	const struct {
		int key;
		bool *to;
	} flags[] = { { KEY_HELP, &o->help },
		      { KEY_VERSION, &o->version },
		      { KEY_QUIET, &o->quiet },
		      { KEY_NO_POLICY, &o->no_policy },
		      { KEY_CORE, &o->core },
		      { KEY_DEEP, &o->deep },
		      { KEY_FOLLOW, &o->follow },
		      { KEY_NO_ADDRESSES, &o->no_addresses },
		      { KEY_KMEMLEAK, &o->sweep.kmemleak } };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (flags[i].key == key) {
			*flags[i].to = true;
			return true;
		}
	}
	return false;
}

static struct dxa_err *parse_attach(const char *value, struct dxa_opts *o)
{
	if (strcmp(value, "auto") != 0 && strcmp(value, "kprobe") != 0)
		return bad_value("attach", value, "auto or kprobe");
	o->kprobes_only = !strcmp(value, "kprobe");
	return NULL;
}

/* ---- what a sweep does ---- */

static bool is_of_sweep(int key)
{
	return key == KEY_FAIL || key == KEY_PER_SITE || key == KEY_ALL || key == KEY_FROM ||
	       key == KEY_ONLY || key == KEY_PER_ROUND;
}

static struct dxa_err *apply_to_sweep(int key, const char *value, struct dxa_opts *o)
{
	struct dxa_err *err;

	switch (key) {
	case KEY_FAIL:
		return dxa_opts_sweep_fail(value, &o->sweep);
	case KEY_PER_SITE:
		return dxa_opts_count("per-site", value, &o->sweep.per_stack);
	case KEY_ALL:
		o->sweep.per_stack = 0;
		return NULL;
	case KEY_FROM:
		return dxa_opts_count("from", value, &o->sweep.first);
	case KEY_ONLY:
		return dxa_opts_count("only", value, &o->sweep.only);
	default:
		err = parse_time("per-round", value, &o->sweep.per_round_ns);
		if (!err && !o->sweep.per_round_ns)
			err = bad_value("per-round", value, "a time greater than 0");
		return err;
	}
}

/* ---- what is shown ---- */

static bool is_of_show(int key)
{
	return key == KEY_BY || key == KEY_DRIVER || key == KEY_DEVICE || key == KEY_PID ||
	       key == KEY_RULE || key == KEY_COLOR;
}

static struct dxa_err *apply_to_show(int key, const char *value, struct dxa_opts *o)
{
	switch (key) {
	case KEY_BY:
		if (strcmp(value, "probe") != 0 && strcmp(value, "device") != 0)
			return bad_value("by", value, "probe or device");
		o->by_device = !strcmp(value, "device");
		return NULL;
	case KEY_DRIVER:
		return parse_driver("driver", value, &o->show.drivers);
	case KEY_DEVICE:
		return dxa_opts_add_device(value, &o->show);
	case KEY_PID:
		return add_pid(value, &o->show);
	case KEY_RULE:
		return add_rule(value, &o->show);
	default:
		return parse_colour(value, &o->colour);
	}
}

static struct dxa_err *apply(int key, const char *value, struct dxa_opts *o)
{
	bool known;
	struct dxa_err *err = keep(key, value, o, &known);

	if (known)
		return err;
	if (set_flag(key, o))
		return NULL;
	if (is_of_sweep(key))
		return apply_to_sweep(key, value, o);
	if (is_of_show(key))
		return apply_to_show(key, value, o);
	switch (key) {
	case KEY_VERBOSE:
		o->verbose++;
		return NULL;
	case KEY_OUTPUT:
		return add_output(value, o);
	case KEY_SETTLE:
		o->settle_given = true;
		return parse_time("settle", value, &o->settle_ns);
	case KEY_SETTLE_LIMIT:
		return parse_time("settle-limit", value, &o->settle_limit_ns);
	case KEY_TIMEOUT:
		return parse_time("timeout", value, &o->timeout_ns);
	case KEY_STUCK_AFTER:
		o->stuck_after_given = true;
		err = parse_time("stuck-after", value, &o->stuck_after_ns);
		if (!err && !o->stuck_after_ns)
			err = bad_value("stuck-after", value, "a time greater than 0");
		return err;
	case KEY_SNAPSHOT_EVERY:
		return parse_time("snapshot-every", value, &o->snapshot_every_ns);
	case KEY_POLICY:
		return add_policy(value, o);
	case KEY_FAIL_ON:
		o->failing_given = true;
		return parse_severity(value, &o->failing);
	case KEY_REQUIRE:
		return parse_driver("require", value, &o->require);
	case KEY_ALLOW_IDLE:
		o->allow_idle = true;
		return NULL;
	case KEY_ASSUME:
		return parse_assume(value, o);
	case KEY_KCIDB_BUILD:
		return parse_kcidb_build(value, &o->kcidb_build);
	case KEY_ATTACH:
		return parse_attach(value, o);
	case KEY_RING_SIZE:
		return parse_ring_size(value, &o->ring_size);
	case KEY_MODE:
		return parse_mode(value, &o->file_mode);
	case KEY_SKIP_CODE:
		return parse_skip_code(value, &o->skip_code);
	default:
		/* A row of the table without code here. */
		return dxa_err_new(DXA_ERR_SYSTEM, 0, "option %d is not implemented", key);
	}
}

static struct dxa_err *unknown_option(const char *given, const char *command, unsigned int mask)
{
	char name[64], hint[HINT_LEN], dashed[DXA_OPTIONS_MAX][NAME_LEN];
	const char *names[DXA_OPTIONS_MAX];
	size_t n_rows;
	const struct dxa_option_row *rows = dxa_options(&n_rows);
	size_t n = 0;

	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].mask & mask) {
			snprintf(dashed[i], NAME_LEN, "--%s", rows[i].name);
			names[n++] = dashed[i];
		}
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(given, "="), given);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return dxa_err_new(DXA_ERR_INPUT, 0, "option '%s' takes no value", name);
	dxa_suggest_of(hint, sizeof(hint), name, names, n);
	if (hint[0])
		return dxa_err_new(DXA_ERR_INPUT, 0, "unknown option '%s'%s", given, hint);
	return dxa_err_new(DXA_ERR_INPUT, 0, "unknown option '%s': see 'daxaudit %s --help'", given,
			   command);
}

struct dxa_err *dxa_opts_parse(int argc, char **argv, unsigned int mask, struct dxa_opts *o)
{
	struct option longs[DXA_OPTIONS_MAX + 1];
	char shorts[2 * DXA_OPTIONS_MAX + 3];
	int key;

	*o = (struct dxa_opts){ .settle_ns = mask & DXA_CMD_SWEEP ? 100 * MS : 500 * MS,
				.settle_limit_ns = 60 * SECOND,
				.sweep = { .once = true,
					   .from = true,
					   .per_stack = 1,
					   .per_round_ns = 60 * SECOND },
				.stuck_after_ns = 30 * SECOND,
				.snapshot_every_ns = 3600 * SECOND,
				.file_mode = DXA_OUTFILE_MODE,
				.skip_code = DXA_EXIT_NO_DAX };
	make_getopt(mask, longs, shorts);
	opterr = 0;
	optind = 1;
	while ((key = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		struct dxa_err *err;

		if (key == '?')
			return unknown_option(argv[optind - 1], argv[0], mask);
		if (key == ':')
			return dxa_err_new(DXA_ERR_INPUT, 0,
					   "missing value after '%s': see 'daxaudit %s --help'",
					   argv[optind - 1], argv[0]);
		err = apply(key, optarg, o);
		if (err)
			return err;
	}
	o->args = argv + optind;
	if (!o->pid_file)
		o->pid_file = DXA_PID_FILE;
	return NULL;
}
