// SPDX-License-Identifier: GPL-2.0-only
/* The policy in force and what it concludes for this machine; and what is wrong in a file. */
#include <ctype.h>
#include <json.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cli/aliasing.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/exitcode.h"
#include "cli/policies.h"
#include "engine/owner.h"
#include "output/jsonobj.h"
#include "probe/kallsyms.h"

/* Keys of a row that are no keys of the format: the text shows them as a comment. */
#define FROM "from"
#define EXPIRED "expired"

/* ---- as JSON ---- */

static struct json_object *value_from(const char *value, const char *from)
{
	struct json_object *o = json_object_new_object();

	dxa_json_add_string(o, "value", value);
	dxa_json_add_string(o, FROM, from);
	return o;
}

/* The names that a field of DXA_POLICY_NAMES lists. */
static void add_names(struct json_object *to, const struct dxa_policy_key *key,
		      const struct dxa_policy_row *row, bool with_origin)
{
	const char *const *field = (const void *)((const char *)row + key->at);
	struct json_object *a = NULL;
	const char *name;

	for (int i = 0; (name = key->names(i)); i++) {
		if (!field[i])
			continue;
		if (!a)
			a = dxa_json_array(to, key->name);
		json_object_array_add(a, with_origin ? value_from(name, field[i]) :
						       dxa_json_string(name));
	}
	if (!a && with_origin)
		dxa_json_array(to, key->name);
}

/* One field of a row, unless it is empty. */
static void add_field(struct json_object *to, const struct dxa_policy_key *key,
		      const struct dxa_policy_row *row)
{
	const void *field = (const char *)row + key->at;
	int i;

	switch (key->kind) {
	case DXA_POLICY_NAME:
		i = *(const int *)field;
		dxa_json_add_string(to, key->name, i < 0 ? NULL : key->names(i));
		break;
	case DXA_POLICY_TEXT:
		dxa_json_add_string(to, key->name, *(const char *const *)field);
		break;
	case DXA_POLICY_DATE:
		dxa_json_add_string(to, key->name, field);
		break;
	case DXA_POLICY_NAMES:
		add_names(to, key, row, false);
		break;
	default:
		break;
	}
}

static struct json_object *row_object(const struct dxa_policy_row *row)
{
	const struct dxa_policy_section *section = dxa_policy_section(row->section);
	struct json_object *o = json_object_new_object();
	char today[DXA_DATE_LEN];

	for (size_t i = 0; i < section->n_keys; i++)
		add_field(o, &section->keys[i], row);
	dxa_json_add_string(o, FROM, row->origin);
	if (dxa_policy_expired(row, dxa_policies_today(today)))
		json_object_object_add(o, EXPIRED, json_object_new_boolean(true));
	return o;
}

static void add_rows(struct json_object *to, const struct dxa_policy_key *key,
		     const struct dxa_policy *policy)
{
	struct json_object *a = dxa_json_array(to, key->name);

	for (size_t i = 0; i < policy->rows.len; i++) {
		const struct dxa_policy_row *row = dxa_vec_at(&policy->rows, i);

		if (row->section == key->rows)
			json_object_array_add(a, row_object(row));
	}
}

static struct json_object *policy_object(const struct dxa_policy *policy)
{
	const struct dxa_policy_section *file = dxa_policy_section(DXA_POLICY_FILE);
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; i < file->n_keys; i++) {
		const struct dxa_policy_key *key = &file->keys[i];

		if (key->kind == DXA_POLICY_VERSION)
			dxa_json_add_string(o, key->name, key->expects);
		else if (key->kind == DXA_POLICY_NAME)
			json_object_object_add(o, key->name,
					       value_from(key->names(policy->top.severity),
							  policy->top.origin));
		else if (key->kind == DXA_POLICY_NAMES)
			add_names(o, key, &policy->top, true);
		else
			add_rows(o, key, policy);
	}
	return o;
}

/* ---- this machine ---- */

static void add_driver(void *priv, const char *ops)
{
	*(uint32_t *)priv |= 1u << dxa_driver_by_ops(ops);
}

static void add_drivers(struct json_object *to, const char *key, uint32_t drivers)
{
	struct json_object *a = dxa_json_array(to, key);

	for (int i = 0; i < DXA_DRIVER_COUNT; i++)
		if (drivers >> i & 1)
			json_object_array_add(a,
					      dxa_json_string(dxa_driver_name((enum dxa_driver)i)));
}

/* Where the symbols cannot be read there is no "drivers" at all: that is not "none". */
static void add_available(struct json_object *to)
{
	struct dxa_kallsyms *syms;
	uint32_t drivers = 0;
	struct dxa_err *err = dxa_kallsyms_open(DXA_KALLSYMS, &syms);

	if (err) {
		dxa_log(DXA_LOG_WARN, "not known which drivers there are: %s", err->msg);
		dxa_err_free(err);
		return;
	}
	dxa_kallsyms_each_ops(syms, add_driver, &drivers);
	dxa_kallsyms_free(syms);
	add_drivers(to, "drivers", drivers);
}

static struct json_object *machine_object(const struct dxa_policy *policy, const char *btf)
{
	static const char *const aliasing[] = {
		[DXA_ALIASING_UNKNOWN] = "unknown", [DXA_ALIASING_NO] = "no", [DXA_ALIASING_YES] = "yes"
	};
	struct json_object *o = json_object_new_object();
	struct dxa_policy_machine machine;
	struct dxa_aliasing_answer seen;
	struct dxa_expectation e;
	struct utsname uts;

	uname(&uts);
	/* As a live audit does: what the machine itself shows, then the policy's word. */
	dxa_aliasing_ask(uts.machine, btf, &seen);
	e = (struct dxa_expectation){ .aliasing = seen.aliasing, .aliasing_from = seen.from };
	machine = (struct dxa_policy_machine){ uts.release, dxa_arch_by_machine(uts.machine) };
	dxa_policy_expect(policy, &machine, &e);
	dxa_json_add_string(o, "release", uts.release);
	dxa_json_add_string(o, "machine", uts.machine);
	dxa_json_add_string(o, "architecture", machine.arch ? machine.arch->name : NULL);
	dxa_json_add_string(o, "aliasing", aliasing[e.aliasing]);
	dxa_json_add_string(o, "aliasing_from", e.aliasing_from);
	dxa_json_add_u64(o, "eopnotsupp", (uint64_t)e.eopnotsupp);
	add_available(o);
	add_drivers(o, "required", e.required);
	return o;
}

struct shown {
	struct dxa_policy policy;
	const char *btf;
};

static struct json_object *shown_object(const void *priv)
{
	const struct shown *shown = priv;
	const struct dxa_policy *policy = &shown->policy;
	struct json_object *o = json_object_new_object(), *a;

	dxa_json_add_u64(o, "schema", DXA_JSON_SCHEMA);
	a = dxa_json_array(o, "sources");
	for (size_t i = 0; i < policy->sources.len; i++)
		json_object_array_add(
			a, dxa_json_string(*(const char **)dxa_vec_at(&policy->sources, i)));
	json_object_object_add(o, "policy", policy_object(policy));
	json_object_object_add(o, "machine", machine_object(policy, shown->btf));
	return o;
}

/* ---- as text: a policy file itself, with the origins as comments ---- */

static const char *member(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) : NULL;
}

/* A JSON string is a YAML string, too; what needs no quotes gets none. */
static void print_value(FILE *out, struct json_object *value)
{
	const char *text = json_object_get_string(value);

	if (json_object_is_type(value, json_type_array)) {
		fputc('[', out);
		for (size_t i = 0; i < json_object_array_length(value); i++) {
			fputs(i ? ", " : "", out);
			print_value(out, json_object_array_get_idx(value, i));
		}
		fputc(']', out);
	} else if (isalnum((unsigned char)text[0]) &&
		   text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0') {
		fputs(text, out);
	} else {
		fputs(json_object_to_json_string_ext(value, JSON_C_TO_STRING_NOSLASHESCAPE), out);
	}
}

static void print_from(FILE *out, struct json_object *o)
{
	fputs("  # ", out);
	dxa_utf8_print(out, member(o, FROM));
	fputs(member(o, EXPIRED) ? "; it has expired\n" : "\n", out);
}

static void print_row(FILE *out, struct json_object *row, const struct dxa_policy_section *section)
{
	const char *before = "{";
	struct json_object *value;

	fputs("  - ", out);
	for (size_t i = 0; i < section->n_keys; i++) {
		if (!json_object_object_get_ex(row, section->keys[i].name, &value))
			continue;
		fprintf(out, "%s%s: ", before, section->keys[i].name);
		print_value(out, value);
		before = ", ";
	}
	fputc('}', out);
	print_from(out, row);
}

static void print_array(FILE *out, const struct dxa_policy_key *key, struct json_object *array)
{
	size_t n = json_object_array_length(array);

	fprintf(out, "%s:%s\n", key->name, n ? "" : " []");
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(array, i);

		if (key->kind == DXA_POLICY_ROWS) {
			print_row(out, item, dxa_policy_section(key->rows));
			continue;
		}
		fprintf(out, "  - %s", member(item, "value"));
		print_from(out, item);
	}
}

static void print_policy(FILE *out, struct json_object *policy)
{
	const struct dxa_policy_section *file = dxa_policy_section(DXA_POLICY_FILE);
	struct json_object *value;

	for (size_t i = 0; i < file->n_keys; i++) {
		const struct dxa_policy_key *key = &file->keys[i];

		json_object_object_get_ex(policy, key->name, &value);
		if (json_object_is_type(value, json_type_array)) {
			print_array(out, key, value);
		} else if (json_object_is_type(value, json_type_object)) {
			fprintf(out, "%s: %s", key->name, member(value, "value"));
			print_from(out, value);
		} else {
			fprintf(out, "%s: %s\n", key->name, json_object_get_string(value));
		}
	}
}

static void print_list(FILE *out, const char *what, struct json_object *o, const char *key)
{
	struct json_object *list;
	size_t n;

	if (!json_object_object_get_ex(o, key, &list)) {
		fprintf(out, "#   %s: not known\n", what);
		return;
	}
	n = json_object_array_length(list);
	fprintf(out, "#   %s:%s", what, n ? "" : " none");
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ", " : " ", out);
		dxa_utf8_print(out, json_object_get_string(json_object_array_get_idx(list, i)));
	}
	fputc('\n', out);
}

static void print_shown(FILE *out, const void *priv)
{
	struct json_object *doc = shown_object(priv), *policy, *machine;

	print_list(out, "read, later ones over earlier ones", doc, "sources");
	json_object_object_get_ex(doc, "policy", &policy);
	print_policy(out, policy);
	json_object_object_get_ex(doc, "machine", &machine);
	fprintf(out, "\n# Concluded for this machine, Linux %s %s:\n", member(machine, "release"),
		member(machine, "machine"));
	fprintf(out, "#   architecture: %s\n",
		member(machine, "architecture") ? member(machine, "architecture") : "not known");
	fprintf(out, "#   data cache aliases: %s (", member(machine, "aliasing"));
	dxa_utf8_print(out, member(machine, "aliasing_from"));
	fputs(")\n", out);
	fprintf(out, "#   EOPNOTSUPP is %s\n", member(machine, "eopnotsupp"));
	print_list(out, "drivers that can allocate a dax_device", machine, "drivers");
	print_list(out, "drivers that must be exercised", machine, "required");
	json_object_put(doc);
}

static struct dxa_err *show(const struct dxa_opts *opts)
{
	struct shown shown = { .btf = opts->btf };
	const struct dxa_document doc = { print_shown, shown_object, &shown };
	struct dxa_err *err;

	if (opts->args[1])
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "policy show takes no files: name '%s' with --policy",
				   opts->args[1]);
	err = dxa_policies_load(&shown.policy, opts);
	if (!err)
		err = dxa_document_write(&doc, opts);
	dxa_policy_deinit(&shown.policy);
	return err;
}

/* ---- lint ---- */

static size_t warn_of_expired(const struct dxa_policy *policy)
{
	char today[DXA_DATE_LEN];
	size_t n = 0;

	dxa_policies_today(today);
	for (size_t i = 0; i < policy->rows.len; i++) {
		const struct dxa_policy_row *row = dxa_vec_at(&policy->rows, i);

		if (!dxa_policy_expired(row, today))
			continue;
		n++;
		printf("%s: warning: this allowance of %s expired on %s\n", row->origin,
		       dxa_rule_info((enum dxa_rule)row->rule)->name, row->until);
	}
	return n;
}

/* Everything that is wrong in one file; how many errors that is. */
static struct dxa_err *lint_file(const char *path, size_t *errors)
{
	struct dxa_policy_problems problems = { 0 };
	struct dxa_policy policy;
	struct dxa_err *err;

	dxa_policy_init(&policy);
	err = dxa_policies_read(&policy, path, &problems);
	for (size_t i = 0; i < problems.all.len; i++)
		printf("%s\n", ((struct dxa_policy_problem *)dxa_vec_at(&problems.all, i))->text);
	if (!err && !problems.all.len && !warn_of_expired(&policy))
		printf("%s: ok\n", path);
	*errors += problems.all.len;
	dxa_policy_problems_free(&problems);
	dxa_policy_deinit(&policy);
	return err;
}

static struct dxa_err *lint(const struct dxa_opts *opts, int *exit_code)
{
	size_t errors = 0;

	if (!opts->args[1])
		return dxa_err_new(DXA_ERR_INPUT, 0, "policy lint: no file given");
	for (char **path = opts->args + 1; *path; path++) {
		struct dxa_err *err = lint_file(*path, &errors);

		if (!err)
			continue;
		if (err->class != DXA_ERR_INPUT)
			return err;
		errors++;
		printf("%s\n", err->msg);
		dxa_err_free(err);
	}
	*exit_code = errors ? DXA_EXIT_USAGE : DXA_EXIT_PASS;
	return NULL;
}

struct dxa_err *dxa_cmd_policy(const struct dxa_opts *opts, int *exit_code)
{
	const char *what = opts->args[0];

	*exit_code = DXA_EXIT_PASS;
	if (what && !strcmp(what, "show"))
		return show(opts);
	if (what && !strcmp(what, "lint"))
		return lint(opts, exit_code);
	return dxa_err_new(DXA_ERR_INPUT, 0, "policy%s%s: expected show, or lint FILE...",
			   what ? " " : "", what ? what : "");
}
