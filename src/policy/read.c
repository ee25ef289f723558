// SPDX-License-Identifier: GPL-2.0-only
/*
 * From YAML to rows, as schema.c says. What is read is bounded: the size of a
 * file, its nesting; and there are no aliases, which could make a small file a
 * huge one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/suggest.h"
#include "base/utf8.h"
#include "engine/owner.h"
#include "policy/build.h"

/* Deeper than every policy: a file of a list of rows with a list of names. */
#define DEPTH_MAX 8
/* At most so many problems are reported. */
#define PROBLEMS_MAX 100

#define EXPECTS_LEN 512
/* No section has more keys. */
#define KEYS_MAX 32

/*
 * The reader stands on an event. What reads a node begins on its first event and
 * ends on its last. Behind a YAML error all events are YAML_NO_EVENT.
 */
struct reader {
	struct dxa_policy *policy;
	struct dxa_policy_problems *problems;
	const char *file;
	yaml_parser_t yaml;
	yaml_event_t ev;
	int depth;
	bool dead; /* nothing more can be read */
	bool bad; /* there are problems */
};

/* ---- problems ---- */

__attribute__((format(printf, 3, 4))) static void complain(struct reader *r, size_t line,
							   const char *fmt, ...)
{
	struct dxa_policy_problem new = { .line = (unsigned int)line }, *all;
	struct dxa_vec *v = &r->problems->all;
	char *text;
	va_list ap;
	int n;

	r->bad = true;
	v->elem = sizeof(new);
	if (v->len == PROBLEMS_MAX)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n >= 0) {
		/* What is quoted from a file may hold anything. */
		dxa_utf8_make_line(text);
		n = asprintf(&new.text, "%s:%zu: %s", r->file, line, text);
		free(text);
	}
	if (n < 0 || !dxa_vec_push(v, &new)) {
		if (n >= 0)
			free(new.text);
		r->problems->nomem = true;
		return;
	}
	/* What is missing in a row is found behind what is wrong in it. */
	all = v->data;
	for (size_t i = v->len - 1; i && all[i - 1].line > new.line; i--) {
		all[i] = all[i - 1];
		all[i - 1] = new;
	}
}

static void no_memory(struct reader *r)
{
	r->problems->nomem = true;
	r->bad = true;
}

static size_t line_of(const struct reader *r)
{
	return r->ev.start_mark.line + 1;
}

/* For bytes that are no text, libyaml gives an offset and no line. */
static size_t line_at(const char *text, size_t len, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset && i < len; i++)
		line += text[i] == '\n';
	return line;
}

static void complain_of_yaml(struct reader *r)
{
	const yaml_parser_t *y = &r->yaml;
	const char *what = y->problem ? y->problem : "it ends too early";

	if (y->error == YAML_MEMORY_ERROR)
		no_memory(r);
	else if (y->error == YAML_READER_ERROR)
		complain(r,
			 line_at((const char *)y->input.string.start,
				 (size_t)(y->input.string.end - y->input.string.start),
				 y->problem_offset),
			 "no valid YAML: %s: expected UTF-8 text", what);
	else
		complain(r, y->problem_mark.line + 1, "no valid YAML: %s%s%s", what,
			 y->context ? " " : "", y->context ? y->context : "");
}

/* ---- events ---- */

static void die(struct reader *r)
{
	r->dead = true;
	yaml_event_delete(&r->ev);
}

static bool is_start(const yaml_event_t *ev)
{
	return ev->type == YAML_MAPPING_START_EVENT || ev->type == YAML_SEQUENCE_START_EVENT;
}

static bool is_end(const yaml_event_t *ev)
{
	return ev->type == YAML_MAPPING_END_EVENT || ev->type == YAML_SEQUENCE_END_EVENT;
}

/* What YAML has and policy files do not. */
static void refuse_extras(struct reader *r)
{
	const yaml_event_t *ev = &r->ev;
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (ev->type == YAML_SCALAR_EVENT) {
		anchor = ev->data.scalar.anchor;
		tag = ev->data.scalar.tag;
	} else if (ev->type == YAML_MAPPING_START_EVENT) {
		anchor = ev->data.mapping_start.anchor;
		tag = ev->data.mapping_start.tag;
	} else if (ev->type == YAML_SEQUENCE_START_EVENT) {
		anchor = ev->data.sequence_start.anchor;
		tag = ev->data.sequence_start.tag;
	}
	if (ev->type == YAML_ALIAS_EVENT)
		complain(r, line_of(r), "alias *%s: expected the value itself",
			 (const char *)ev->data.alias.anchor);
	if (anchor)
		complain(r, line_of(r), "anchor &%s: expected a value without one",
			 (const char *)anchor);
	if (tag)
		complain(r, line_of(r), "tag %s: expected a value without one", (const char *)tag);
}

/* Step to the next event; false when there is none. */
static bool advance(struct reader *r)
{
	yaml_event_delete(&r->ev);
	if (r->dead)
		return false;
	if (!yaml_parser_parse(&r->yaml, &r->ev)) {
		complain_of_yaml(r);
		die(r);
		return false;
	}
	refuse_extras(r);
	r->depth += is_start(&r->ev) - is_end(&r->ev);
	if (r->depth > DEPTH_MAX) {
		complain(r, line_of(r), "nested too deep: expected no more than %d levels",
			 DEPTH_MAX);
		die(r);
		return false;
	}
	return true;
}

static bool advance_twice(struct reader *r)
{
	bool first = advance(r);

	return first && advance(r);
}

/* Pass over the node that begins here. */
static void skip(struct reader *r)
{
	int outside = r->depth - is_start(&r->ev);

	while (r->depth > outside && advance(r))
		;
}

/* The text of the scalar here, or NULL when this is none, or one that holds a NUL. */
static const char *scalar(const struct reader *r)
{
	const char *text = (const char *)r->ev.data.scalar.value;

	if (r->ev.type != YAML_SCALAR_EVENT || strlen(text) != r->ev.data.scalar.length)
		return NULL;
	return text;
}

/* "key:" with nothing behind it, as is left when all rows are commented out. */
static bool is_nothing(const struct reader *r)
{
	return r->ev.type == YAML_SCALAR_EVENT && !r->ev.data.scalar.length &&
	       r->ev.data.scalar.plain_implicit;
}

/* ---- values ---- */

static void complain_of_value(struct reader *r, const struct dxa_policy_key *key)
{
	const char *text = scalar(r);
	char expects[EXPECTS_LEN];

	complain(r, line_of(r), "%s%s%s%s: expected %s", key->name, text ? " '" : "",
		 text ? text : "", text ? "'" : "",
		 dxa_policy_expects(expects, sizeof(expects), key));
}

/* An item of a key's names; -1: it is none, and that was said. */
static int read_name(struct reader *r, const struct dxa_policy_key *key)
{
	const char *text = scalar(r);
	int i = text ? dxa_policy_name_index(key, text) : -1;
	char expects[EXPECTS_LEN], similar[EXPECTS_LEN] = "";

	if (i >= 0)
		return i;
	if (text)
		dxa_suggest_names(similar, sizeof(similar), dxa_driver_alias(text), key->names);
	if (similar[0])
		complain(r, line_of(r), "%s '%s': expected %s%s", key->name, text,
			 dxa_policy_expects(expects, sizeof(expects), key), similar);
	else
		complain_of_value(r, key);
	skip(r);
	return -1;
}

static const char *origin(struct reader *r)
{
	char *text;

	if (asprintf(&text, "%s:%zu", r->file, line_of(r)) < 0)
		text = NULL;
	text = (char *)policy_keep(r->policy, text);
	if (!text)
		no_memory(r);
	return text;
}

static void read_names(struct reader *r, const struct dxa_policy_key *key, const char **field)
{
	if (is_nothing(r))
		return;
	if (r->ev.type != YAML_SEQUENCE_START_EVENT) {
		complain_of_value(r, key);
		skip(r);
		return;
	}
	while (advance(r) && r->ev.type != YAML_SEQUENCE_END_EVENT) {
		int i = read_name(r, key);

		if (i >= 0)
			field[i] = origin(r);
	}
}

/* Text goes into one line of a report, perhaps on a terminal. */
static void read_text(struct reader *r, const struct dxa_policy_key *key, const char **field)
{
	const char *text = scalar(r);
	char *copy;
	size_t len;

	if (!text || text[strspn(text, " \t\n")] == '\0') {
		complain_of_value(r, key);
		skip(r);
		return;
	}
	copy = (char *)policy_keep(r->policy, strdup(text));
	if (!copy) {
		no_memory(r);
		return;
	}
	len = strlen(copy);
	while (len && copy[len - 1] == '\n')
		copy[--len] = '\0';
	for (char *c = copy; *c; c++) {
		if (*c == '\n' || *c == '\t')
			*c = ' ';
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			complain(r, line_of(r), "%s: expected text without control characters",
				 key->name);
			return;
		}
	}
	*field = copy;
}

static bool is_date(const char *text)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, end = 0;

	if (strlen(text) != DXA_DATE_LEN - 1 || strspn(text, "0123456789-") != DXA_DATE_LEN - 1 ||
	    sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 ||
	    end != DXA_DATE_LEN - 1 || year < 1 || month < 1 || month > 12 || day < 1)
		return false;
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return day <= 29;
	return day <= days[month - 1];
}

static void read_date(struct reader *r, const struct dxa_policy_key *key, char *field)
{
	const char *text = scalar(r);

	if (text && is_date(text)) {
		memcpy(field, text, DXA_DATE_LEN);
		return;
	}
	complain_of_value(r, key);
	skip(r);
}

static void read_version(struct reader *r, const struct dxa_policy_key *key)
{
	const char *text = scalar(r);

	if (text && !strcmp(text, key->expects))
		return;
	complain_of_value(r, key);
	skip(r);
}

/* ---- rows ---- */

static void read_rows(struct reader *r, const struct dxa_policy_key *key);

static void read_value(struct reader *r, const struct dxa_policy_key *key,
		       struct dxa_policy_row *row)
{
	void *field = (char *)row + key->at;

	switch (key->kind) {
	case DXA_POLICY_VERSION:
		read_version(r, key);
		break;
	case DXA_POLICY_NAME:
		*(int *)field = read_name(r, key);
		break;
	case DXA_POLICY_NAMES:
		read_names(r, key, field);
		break;
	case DXA_POLICY_TEXT:
		read_text(r, key, field);
		break;
	case DXA_POLICY_DATE:
		read_date(r, key, field);
		break;
	case DXA_POLICY_ROWS:
		read_rows(r, key);
		break;
	}
}

static void complain_of_key(struct reader *r, const struct dxa_policy_section *section)
{
	const char *text = scalar(r);
	char known[EXPECTS_LEN] = "", hint[EXPECTS_LEN];
	const char *names[KEYS_MAX];

	for (size_t i = 0; i < section->n_keys && i < KEYS_MAX; i++) {
		names[i] = section->keys[i].name;
		strncat(known, i ? ", " : "", sizeof(known) - strlen(known) - 1);
		strncat(known, section->keys[i].name, sizeof(known) - strlen(known) - 1);
	}
	dxa_suggest_of(hint, sizeof(hint), text ? text : "", names, section->n_keys);
	if (hint[0]) {
		complain(r, line_of(r), "unknown key '%s'%s", text, hint);
		return;
	}
	complain(r, line_of(r), "unknown key%s%s%s: expected in %s: %s", text ? " '" : "",
		 text ? text : "", text ? "'" : "", section->what, known);
}

/* The key here, or NULL: then it was complained of. seen: a bit for each that was there. */
static const struct dxa_policy_key *
read_key(struct reader *r, const struct dxa_policy_section *section, unsigned int *seen)
{
	const char *text = scalar(r);

	for (size_t i = 0; text && i < section->n_keys; i++) {
		const struct dxa_policy_key *key = &section->keys[i];

		if (strcmp(key->name, text) != 0)
			continue;
		if (*seen >> i & 1) {
			complain(r, line_of(r), "'%s' is there twice: expected it once", text);
			return NULL;
		}
		*seen |= 1u << i;
		return key;
	}
	complain_of_key(r, section);
	skip(r);
	return NULL;
}

/* Read the mapping here. */
static void read_mapping(struct reader *r, const struct dxa_policy_section *section,
			 struct dxa_policy_row *row)
{
	size_t line = line_of(r);
	unsigned int seen = 0;

	while (advance(r) && r->ev.type != YAML_MAPPING_END_EVENT) {
		const struct dxa_policy_key *key = read_key(r, section, &seen);

		if (!advance(r))
			return;
		if (key && key->kind == DXA_POLICY_NAME && row->section == DXA_POLICY_FILE)
			row->origin = origin(r);
		if (key)
			read_value(r, key, row);
		else
			skip(r);
	}
	for (size_t i = 0; i < section->n_keys && !r->dead; i++)
		if (section->keys[i].required && !(seen >> i & 1))
			complain(r, line, "'%s' is missing in %s", section->keys[i].name,
				 section->what);
}

static void read_row(struct reader *r, const struct dxa_policy_key *key)
{
	struct dxa_policy_row row;

	if (r->ev.type != YAML_MAPPING_START_EVENT) {
		complain_of_value(r, key);
		skip(r);
		return;
	}
	policy_row_init(&row, key->rows);
	row.origin = origin(r);
	if (!row.origin)
		return;
	read_mapping(r, dxa_policy_section(key->rows), &row);
	if (!r->bad && !policy_add_row(r->policy, &row))
		no_memory(r);
}

static void read_rows(struct reader *r, const struct dxa_policy_key *key)
{
	if (is_nothing(r))
		return;
	if (r->ev.type != YAML_SEQUENCE_START_EVENT) {
		complain_of_value(r, key);
		skip(r);
		return;
	}
	while (advance(r) && r->ev.type != YAML_SEQUENCE_END_EVENT)
		read_row(r, key);
}

/* ---- the file ---- */

static void merge_top(struct dxa_policy_row *into, const struct dxa_policy_row *top)
{
	if (top->severity >= 0) {
		into->severity = top->severity;
		into->origin = top->origin;
	}
	for (int d = 0; d < DXA_DRIVER_COUNT; d++)
		if (top->require[d])
			into->require[d] = top->require[d];
}

static void read_document(struct reader *r)
{
	struct dxa_policy_row top;

	if (!advance_twice(r))
		return;
	if (r->ev.type == YAML_STREAM_END_EVENT) {
		complain(r, 1, "empty: expected a mapping that begins with 'version: 1'");
		return;
	}
	if (!advance(r))
		return;
	if (r->ev.type != YAML_MAPPING_START_EVENT) {
		complain(r, line_of(r), "expected a mapping that begins with 'version: 1'");
		return;
	}
	policy_row_init(&top, DXA_POLICY_FILE);
	read_mapping(r, dxa_policy_section(DXA_POLICY_FILE), &top);
	if (!advance_twice(r))
		return;
	if (r->ev.type != YAML_STREAM_END_EVENT)
		complain(r, line_of(r), "a second document: expected one");
	if (!r->bad)
		merge_top(&r->policy->top, &top);
}

/* libyaml decodes what begins with these byte order marks as UTF-16; UTF-32 may, too. */
static bool is_utf16(const char *text, size_t len)
{
	return len >= 2 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2));
}

bool dxa_policy_read(struct dxa_policy *policy, const char *name, const char *text, size_t len,
		     struct dxa_policy_problems *problems)
{
	struct reader r = { .policy = policy, .problems = problems };

	r.file = policy_keep(policy, strdup(name));
	if (!r.file || !dxa_vec_push(&policy->sources, &r.file)) {
		no_memory(&r);
		return false;
	}
	if (len > DXA_POLICY_SIZE_MAX) {
		complain(&r, 1, "too long: expected no more than %u bytes", DXA_POLICY_SIZE_MAX);
		return false;
	}
	if (is_utf16(text, len)) {
		complain(&r, 1, "the text is UTF-16 or UTF-32: expected UTF-8");
		return false;
	}
	if (!yaml_parser_initialize(&r.yaml)) {
		no_memory(&r);
		return false;
	}
	yaml_parser_set_input_string(&r.yaml, (const unsigned char *)text, len);
	read_document(&r);
	yaml_event_delete(&r.ev);
	yaml_parser_delete(&r.yaml);
	return !r.bad;
}
