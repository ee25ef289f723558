/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The JSON objects of an audit, for all formats that are JSON. docs/schema/ describes
 * them; see schema.h.
 */
#ifndef DAXAUDIT_OUTPUT_JSONOBJ_H
#define DAXAUDIT_OUTPUT_JSONOBJ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "output/sink.h"

struct json_object;

/* The version of docs/schema/: the value of key "schema". */
#define DXA_JSON_SCHEMA 1

/* A new object or array under a key of to, which owns it. */
struct json_object *dxa_json_object(struct json_object *to, const char *key);
struct json_object *dxa_json_array(struct json_object *to, const char *key);

/* A string; invalid UTF-8 is replaced. The caller owns it. */
struct json_object *dxa_json_string(const char *value);

/* Put a value under a key. A string that is NULL or empty is left out. */
void dxa_json_add_string(struct json_object *to, const char *key, const char *value);
void dxa_json_add_u64(struct json_object *to, const char *key, uint64_t value);

/* The member of that name as a string, owned by the object; NULL when there is none. */
const char *dxa_json_member(struct json_object *o, const char *key);

/* One event, context (without its events) or finding. The caller owns what is returned. */
struct json_object *dxa_json_event(const struct dxa_event *ev, const struct dxa_story_env *env);
struct json_object *dxa_json_context(const struct dxa_context *ctx,
				     const struct dxa_story_env *env);
struct json_object *dxa_json_finding(const struct dxa_finding *f, const struct dxa_story_env *env);

/* A commit of a rule, without its driver. The caller owns it. */
struct json_object *dxa_json_commit(const struct dxa_rule_commit *commit);

/* One device of a listing. The caller owns it. */
struct json_object *dxa_json_device(const struct dxa_device *device,
				    const struct dxa_story_env *env);

/* An array of events under a key of to. */
void dxa_json_add_events(struct json_object *to, const char *key, const struct dxa_event *evs,
			 size_t n, const struct dxa_story_env *env);

/* What is known when the audit begins: schema, mode, kernel, policy, command. */
void dxa_json_add_run(struct json_object *to, const struct dxa_run *run);

/* What is known when it has ended: verdict, reasons, coverage, counts, hooks. */
void dxa_json_add_result(struct json_object *to, const struct dxa_result *result);

/* The summary of several recordings: the common verdict, exit code, counts. */
void dxa_json_add_summary(struct json_object *to, const struct dxa_summary *summary);

/* A recording that could not be replayed. The caller owns it. */
struct json_object *dxa_json_unread(const char *recording, const char *why);

/* Why an audit could not begin: its verdict, exit code and error. */
void dxa_json_add_refusal(struct json_object *to, const struct dxa_refusal *refusal);

/* The coverage alone, as "coverage". */
void dxa_json_add_coverage(struct json_object *to, const struct dxa_result *result);

/*
 * Write an object: over several lines, or on one. Control characters in its strings
 * are written as \u escapes, also those that JSON would let through.
 */
void dxa_json_put(FILE *out, struct json_object *o, bool pretty);

/* The same, and a newline. */
void dxa_json_write(FILE *out, struct json_object *o, bool pretty);

#endif
