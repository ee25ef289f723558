// SPDX-License-Identifier: GPL-2.0-only
/* Shows the policy in force with its conclusions for this machine, and checks policy files. */
#include <ctype.h>
#include <json.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/exitcode.h"
#include "cli/machine.h"
#include "cli/policies.h"
#include "output/jsonobj.h"

/* Members of a row that are not keys of the format: the text shows them as a comment. */
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

/* ---- show ---- */

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
	json_object_object_add(o, "machine", dxa_machine_object(policy, shown->btf));
	return o;
}

/* ---- as text: a policy file itself, with the origins as comments ---- */

/* A JSON string is also a YAML string; quotes only if needed. */
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
		dxa_json_put(out, value, false);
	}
}

static void print_from(FILE *out, struct json_object *o)
{
	fputs("  # ", out);
	dxa_utf8_print(out, dxa_json_member(o, FROM));
	fputs(dxa_json_member(o, EXPIRED) ? "; it has expired\n" : "\n", out);
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
		fprintf(out, "  - %s", dxa_json_member(item, "value"));
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
			fprintf(out, "%s: %s", key->name, dxa_json_member(value, "value"));
			print_from(out, value);
		} else {
			fprintf(out, "%s: %s\n", key->name, json_object_get_string(value));
		}
	}
}

static void print_shown(FILE *out, const void *priv)
{
	struct json_object *doc = shown_object(priv), *policy, *machine;

	fputs("# read, later ones over earlier ones:", out);
	dxa_machine_print_list(out, doc, "sources");
	json_object_object_get_ex(doc, "policy", &policy);
	print_policy(out, policy);
	fputs("\n# Concluded for this machine:\n", out);
	json_object_object_get_ex(doc, "machine", &machine);
	dxa_machine_print(out, machine, "#   ");
	json_object_put(doc);
}

static struct dxa_err *show(const struct dxa_opts *opts)
{
	struct shown shown = { .btf = opts->btf };
	const struct dxa_document doc = { .text = print_shown,
					  .json = shown_object,
					  .priv = &shown };
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
		dxa_utf8_print(stdout, row->origin);
		printf(": warning: this allowance of %s expired on %s\n",
		       dxa_rule_info((enum dxa_rule)row->rule)->name, row->until);
	}
	return n;
}

/* The name of a file may contain any bytes. */
static void print_line(const char *text, const char *suffix)
{
	dxa_utf8_print(stdout, text);
	puts(suffix);
}

/* Print all problems of one file; returns the number of errors. */
static struct dxa_err *lint_file(const char *path, size_t *errors)
{
	struct dxa_policy_problems problems = { 0 };
	struct dxa_policy policy;
	struct dxa_err *err;

	dxa_policy_init(&policy);
	err = dxa_policies_read(&policy, path, &problems);
	for (size_t i = 0; i < problems.all.len; i++)
		print_line(((struct dxa_policy_problem *)dxa_vec_at(&problems.all, i))->text, "");
	if (!err && !problems.all.len && !warn_of_expired(&policy))
		print_line(path, ": ok");
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
		print_line(err->msg, "");
		dxa_err_free(err);
	}
	*exit_code = errors ? DXA_EXIT_USAGE : DXA_EXIT_PASS;
	return NULL;
}

struct dxa_err *dxa_cmd_policy(const struct dxa_opts *opts, int *exit_code)
{
	static const char *const names[] = { "show", "lint" };
	const char *what = opts->args[0];
	char hint[64];

	*exit_code = DXA_EXIT_PASS;
	if (what && !strcmp(what, "show"))
		return show(opts);
	if (what && !strcmp(what, "lint"))
		return lint(opts, exit_code);
	dxa_suggest_of(hint, sizeof(hint), what ? what : "", names,
		       sizeof(names) / sizeof(names[0]));
	return dxa_err_new(DXA_ERR_INPUT, 0, "policy%s%s%s", what ? " " : "", what ? what : "",
			   hint[0] ? hint : ": expected show, or lint FILE...");
}
