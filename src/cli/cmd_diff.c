// SPDX-License-Identifier: GPL-2.0-only
/* Compares two recordings: lives and findings that differ. */
#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/exitcode.h"
#include "cli/replay.h"
#include "output/closing.h"
#include "output/jsonobj.h"
#include "output/lives.h"
#include "output/shape.h"

/* The comparable parts of a finding: without addresses and times. */
struct found {
	enum dxa_rule rule;
	enum dxa_severity severity;
	enum dxa_driver driver;
	char disk[DXA_NAME_LEN];
	bool matched;
};

/* One recording. */
struct side {
	const char *path;
	struct dxa_symbols *symbols; /* borrowed while it is walked */
	char release[65];
	struct dxa_lives lives;
	struct dxa_vec found; /* struct found */
	enum dxa_verdict_kind verdict;
	char *why; /* owned */
};

struct diff {
	struct side side[2];
	struct dxa_vec pairs; /* struct pair */
	size_t lives, findings; /* that differ */
};

/* A life of one device in each recording; NULL: none. */
struct pair {
	const struct dxa_lived *life[2];
	bool same;
};

/* ---- reading ---- */

static void side_begin(struct dxa_sink *s, const struct dxa_run *run)
{
	struct side *side = s->state;

	snprintf(side->release, sizeof(side->release), "%s", run->release);
	side->symbols = run->story.symbols;
}

static void side_event(struct dxa_sink *s, const struct dxa_event *ev)
{
	struct side *side = s->state;

	dxa_lives_event(&side->lives, ev, side->symbols);
}

static void side_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	struct found found = { .rule = f->rule, .severity = f->severity, .driver = f->life.driver };
	struct side *side = s->state;

	snprintf(found.disk, sizeof(found.disk), "%s", f->life.disk);
	side->found.elem = sizeof(found);
	dxa_vec_push(&side->found, &found);
}

static void side_end(struct dxa_sink *s, const struct dxa_result *r)
{
	struct side *side = s->state;

	side->verdict = r->verdict.kind;
	side->why = dxa_closing_why(r);
}

static const struct dxa_sink_ops side_ops = {
	.name = "diff",
	.what = "what can be compared",
	.begin = side_begin,
	.event = side_event,
	.finding = side_finding,
	.end = side_end,
};

/* ---- comparing ---- */

static bool same_device(const struct dxa_lived *a, const struct dxa_lived *b)
{
	return a->id.driver == b->id.driver && !strcmp(a->id.disk, b->id.disk);
}

static bool is_paired(const struct diff *d, const struct dxa_lived *life)
{
	for (size_t i = 0; i < d->pairs.len; i++)
		if (((struct pair *)dxa_vec_at(&d->pairs, i))->life[1] == life)
			return true;
	return false;
}

static void add_pair(struct diff *d, const struct dxa_lived *a, const struct dxa_lived *b)
{
	char shape[2][DXA_SHAPE_LEN];
	struct pair pair = { .life = { a, b } };

	pair.same = a && b && !strcmp(dxa_shape(shape[0], a), dxa_shape(shape[1], b));
	d->lives += !pair.same;
	dxa_vec_push(&d->pairs, &pair);
}

/* Compare the n-th life of a device with its n-th life in the other recording. */
static void compare_lives(struct diff *d)
{
	const struct dxa_lived *a, *b;

	d->pairs = DXA_VEC_OF(struct pair);
	for (size_t i = 0; (a = dxa_lives_at(&d->side[0].lives, i)); i++) {
		for (size_t k = 0; (b = dxa_lives_at(&d->side[1].lives, k)); k++)
			if (same_device(a, b) && !is_paired(d, b))
				break;
		add_pair(d, a, b);
	}
	for (size_t k = 0; (b = dxa_lives_at(&d->side[1].lives, k)); k++)
		if (!is_paired(d, b))
			add_pair(d, NULL, b);
}

static bool same_finding(const struct found *a, const struct found *b)
{
	return a->rule == b->rule && a->severity == b->severity && a->driver == b->driver &&
	       !strcmp(a->disk, b->disk);
}

static void compare_findings(struct diff *d)
{
	for (size_t i = 0; i < d->side[0].found.len; i++) {
		struct found *a = dxa_vec_at(&d->side[0].found, i);

		for (size_t k = 0; k < d->side[1].found.len && !a->matched; k++) {
			struct found *b = dxa_vec_at(&d->side[1].found, k);

			if (!b->matched && same_finding(a, b))
				a->matched = b->matched = true;
		}
	}
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < d->side[s].found.len; i++)
			d->findings += !((struct found *)dxa_vec_at(&d->side[s].found, i))->matched;
}

/* ---- as text ---- */

static void print_life(FILE *out, char sign, const struct dxa_lived *life)
{
	char shape[DXA_SHAPE_LEN];

	fprintf(out, "%c ", sign);
	dxa_utf8_print(out, life->id.disk[0] ? life->id.disk : "a dax_device");
	fprintf(out, " (%s): %s\n", dxa_driver_name(life->id.driver), dxa_shape(shape, life));
}

static void print_found(FILE *out, char sign, const struct found *f)
{
	fprintf(out, "%c %s: %s: ", sign, dxa_severity_name(f->severity),
		dxa_rule_info(f->rule)->name);
	dxa_utf8_print(out, f->disk[0] ? f->disk : dxa_driver_name(f->driver));
	fputc('\n', out);
}

static void print_side(FILE *out, const char *sign, const struct side *side)
{
	fprintf(out, "%s ", sign);
	dxa_utf8_print(out, side->path);
	fputs(", Linux ", out);
	dxa_utf8_print(out, side->release);
	fprintf(out, "\n    %s: ", dxa_closing_word(side->verdict));
	dxa_utf8_print(out, side->why ? side->why : "");
	fputc('\n', out);
}

static void print_diff(FILE *out, const void *priv)
{
	static const char signs[] = "-+";
	const struct diff *d = priv;

	print_side(out, "---", &d->side[0]);
	print_side(out, "+++", &d->side[1]);
	for (size_t i = 0; i < d->pairs.len; i++) {
		const struct pair *pair = dxa_vec_at(&d->pairs, i);

		for (int s = 0; s < 2 && !pair->same; s++)
			if (pair->life[s])
				print_life(out, signs[s], pair->life[s]);
	}
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < d->side[s].found.len; i++) {
			const struct found *f = dxa_vec_at(&d->side[s].found, i);

			if (!f->matched)
				print_found(out, signs[s], f);
		}
	if (!d->lives && !d->findings)
		fprintf(out, "SAME: %zu lives and %zu findings\n", d->pairs.len,
			d->side[0].found.len);
	else
		fprintf(out, "DIFFERENT: %zu of %zu lives, and %zu finding%s\n", d->lives,
			d->pairs.len, d->findings, d->findings == 1 ? "" : "s");
}

/* ---- as JSON ---- */

static void add_side(struct json_object *to, const char *key, const struct side *side)
{
	struct json_object *o = dxa_json_object(to, key);

	dxa_json_add_string(o, "recording", side->path);
	dxa_json_add_string(o, "release", side->release);
	dxa_json_add_string(o, "verdict", dxa_verdict_name(side->verdict));
}

static struct json_object *pair_object(const struct pair *pair)
{
	const struct dxa_lived *one = pair->life[0] ? pair->life[0] : pair->life[1];
	struct json_object *o = json_object_new_object();
	char shape[DXA_SHAPE_LEN];

	dxa_json_add_string(o, "device", one->id.disk);
	dxa_json_add_string(o, "driver", dxa_driver_name(one->id.driver));
	if (pair->life[0])
		dxa_json_add_string(o, "a", dxa_shape(shape, pair->life[0]));
	if (pair->life[1])
		dxa_json_add_string(o, "b", dxa_shape(shape, pair->life[1]));
	return o;
}

static struct json_object *diff_object(const void *priv)
{
	struct json_object *o = json_object_new_object(), *lives, *findings;
	static const char *const names[] = { "a", "b" };
	const struct diff *d = priv;

	dxa_json_add_u64(o, "schema", DXA_JSON_SCHEMA);
	json_object_object_add(o, "same", json_object_new_boolean(!d->lives && !d->findings));
	lives = dxa_json_array(o, "lives");
	findings = dxa_json_array(o, "findings");
	for (size_t i = 0; i < d->pairs.len; i++)
		if (!((struct pair *)dxa_vec_at(&d->pairs, i))->same)
			json_object_array_add(lives, pair_object(dxa_vec_at(&d->pairs, i)));
	for (int s = 0; s < 2; s++) {
		add_side(o, names[s], &d->side[s]);
		for (size_t i = 0; i < d->side[s].found.len; i++) {
			const struct found *f = dxa_vec_at(&d->side[s].found, i);
			struct json_object *one;

			if (f->matched)
				continue;
			one = json_object_new_object();
			dxa_json_add_string(one, "in", names[s]);
			dxa_json_add_string(one, "rule", dxa_rule_info(f->rule)->name);
			dxa_json_add_string(one, "severity", dxa_severity_name(f->severity));
			dxa_json_add_string(one, "driver", dxa_driver_name(f->driver));
			dxa_json_add_string(one, "device", f->disk);
			json_object_array_add(findings, one);
		}
	}
	return o;
}

/* ---- the command ---- */

static void diff_deinit(struct diff *d)
{
	for (int s = 0; s < 2; s++) {
		dxa_lives_free(&d->side[s].lives);
		dxa_vec_free(&d->side[s].found);
		free(d->side[s].why);
	}
	dxa_vec_free(&d->pairs);
}

struct dxa_err *dxa_cmd_diff(const struct dxa_opts *opts, int *exit_code)
{
	struct diff d = { .lives = 0 };
	const struct dxa_document doc = { .text = print_diff, .json = diff_object, .priv = &d };
	struct dxa_err *err = NULL;

	if (!opts->args[0] || !opts->args[1] || opts->args[2])
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "diff: expected two recordings: see 'daxaudit diff --help'");
	for (int s = 0; s < 2 && !err; s++) {
		d.side[s].path = opts->args[s];
		err = dxa_replay_into(opts, opts->args[s], &side_ops, &d.side[s]);
	}
	if (!err) {
		compare_lives(&d);
		compare_findings(&d);
		*exit_code = d.lives || d.findings ? DXA_EXIT_FINDINGS : DXA_EXIT_PASS;
		err = dxa_document_write(&doc, opts);
	}
	diff_deinit(&d);
	return err;
}
