// SPDX-License-Identifier: GPL-2.0-only
#include "output/schema.h"

#include <json.h>
#include <string.h>

#include "base/hookstat.h"
#include "base/event_kinds.h"
#include "engine/engine.h"
#include "engine/verdict.h"
#include "output/jsonobj.h"
#include "output/story.h"
#include "output/sweepdoc.h"

/*
 * With single quotes, which json-c reads and C need not escape. A string "@NAME"
 * in place of an enum's list stands for the names of that table.
 */
static const char definitions[] =
	"{"
	"'name': {'type': 'string', 'minLength': 1},"
	"'count': {'type': 'integer', 'minimum': 0},"
	"'address': {'type': 'string', 'pattern': '^(0x[0-9a-f]+|[a-z]+#[0-9]+)$'},"
	"'driver': {'enum': '@drivers'},"
	"'kind': {'enum': '@kinds'},"
	"'kernel': {'type': 'object', 'additionalProperties': false, 'properties': {"
	"  'release': {'$ref': '#/$defs/name'}, 'version': {'$ref': '#/$defs/name'},"
	"  'machine': {'$ref': '#/$defs/name'}}},"
	"'policy': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['aliasing', 'aliasing_from', 'fail_on'], 'properties': {"
	"  'aliasing': {'enum': '@aliasings'},"
	"  'aliasing_from': {'$ref': '#/$defs/name'}, 'fail_on': {'enum': '@severities'}}},"
	"'event': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['event', 'time_ns', 'tid', 'call'], 'properties': {"
	"  'event': {'$ref': '#/$defs/kind'}, 'time_ns': {'$ref': '#/$defs/count'},"
	"  'tid': {'$ref': '#/$defs/count'}, 'comm': {'$ref': '#/$defs/name'},"
	"  'call': {'$ref': '#/$defs/name'}, 'caller': {'$ref': '#/$defs/name'},"
	"  'dax': {'$ref': '#/$defs/address'}, 'object': {'$ref': '#/$defs/address'},"
	"  'refs': {'type': 'integer'}, 'flags': {'$ref': '#/$defs/count'}}},"
	"'context': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['id', 'kind', 'text', 'tid', 'start_ns', 'outcome'], 'properties': {"
	"  'id': {'type': 'integer', 'minimum': 1}, 'kind': {'$ref': '#/$defs/kind'},"
	"  'text': {'$ref': '#/$defs/name'}, 'device': {'$ref': '#/$defs/name'},"
	"  'bus': {'$ref': '#/$defs/name'}, 'driver': {'$ref': '#/$defs/name'},"
	"  'comm': {'$ref': '#/$defs/name'}, 'tid': {'$ref': '#/$defs/count'},"
	"  'start_ns': {'$ref': '#/$defs/count'}, 'end_ns': {'$ref': '#/$defs/count'},"
	"  'outcome': {'enum': '@outcomes'}, 'errno': {'$ref': '#/$defs/name'},"
	"  'events': {'type': 'array', 'items': {'$ref': '#/$defs/event'}},"
	"  'events_cut': {'type': 'integer', 'minimum': 1}}},"
	"'device': {'type': 'object', 'additionalProperties': false, 'required': ['driver'],"
	"  'properties': {'dax': {'$ref': '#/$defs/address'},"
	"  'generation': {'$ref': '#/$defs/count'}, 'driver': {'$ref': '#/$defs/driver'},"
	"  'disk': {'$ref': '#/$defs/name'}}},"
	"'listed': {'type': 'object', 'additionalProperties': false, 'required': ['driver'],"
	"  'properties': {'name': {'$ref': '#/$defs/name'}, 'driver': {'$ref': '#/$defs/driver'},"
	"  'dev': {'type': 'string', 'pattern': '^[0-9]+:[0-9]+$'},"
	"  'dax': {'$ref': '#/$defs/address'}, 'bound': {'$ref': '#/$defs/name'},"
	"  'refs': {'type': 'integer'}, 'alive': {'type': 'boolean'},"
	"  'holder': {'$ref': '#/$defs/address'}, 'host': {'$ref': '#/$defs/address'},"
	"  'orphan': {'$ref': '#/$defs/name'}}},"
	"'commit': {'type': 'object', 'additionalProperties': false, 'required': ['relation'],"
	"  'properties': {'relation': {'$ref': '#/$defs/name'},"
	"  'commit': {'type': 'string', 'pattern': '^[0-9a-f]{12,40}$'},"
	"  'subject': {'$ref': '#/$defs/name'},"
	"  'release': {'type': 'string', 'pattern': '^v[0-9.]+(-rc[0-9]+)?$'}}},"
	"'allowance': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['by', 'reason', 'until'], 'properties': {"
	"  'by': {'$ref': '#/$defs/name'}, 'reason': {'$ref': '#/$defs/name'},"
	"  'until': {'type': 'string', 'pattern': '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'}}},"
	"'finding': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['rule', 'severity', 'title', 'detail', 'device', 'evidence'],"
	"  'properties': {'rule': {'enum': '@rules'}, 'severity': {'enum': '@severities'},"
	"  'severity_from': {'$ref': '#/$defs/name'}, 'allowed': {'$ref': '#/$defs/allowance'},"
	"  'allowance_expired': {'$ref': '#/$defs/allowance'},"
	"  'title': {'$ref': '#/$defs/name'}, 'detail': {'$ref': '#/$defs/name'},"
	"  'errno': {'$ref': '#/$defs/name'}, 'device': {'$ref': '#/$defs/device'},"
	"  'context': {'$ref': '#/$defs/context'},"
	"  'commits': {'type': 'array', 'minItems': 1, 'items': {'$ref': '#/$defs/commit'}},"
	"  'evidence': {'type': 'array', 'items': {'$ref': '#/$defs/event'}}}},"
	"'coverage': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['driver', 'allocations', 'exercised', 'devices', 'available', 'required'],"
	"  'properties': {"
	"  'driver': {'$ref': '#/$defs/driver'}, 'allocations': {'$ref': '#/$defs/count'},"
	"  'exercised': {'$ref': '#/$defs/count'}, 'devices': {'$ref': '#/$defs/count'},"
	"  'available': {'type': 'boolean'}, 'required': {'type': 'boolean'}}},"
	"'counts': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['events', 'contexts', 'contexts_open', 'snapshots', 'devices', 'devices_now'],"
	"  'properties': {'events': {'$ref': '#/$defs/count'},"
	"  'contexts': {'$ref': '#/$defs/count'}, 'contexts_open': {'$ref': '#/$defs/count'},"
	"  'snapshots': {'$ref': '#/$defs/count'},"
	"  'devices': {'$ref': '#/$defs/count'}, 'devices_now': {'$ref': '#/$defs/count'}}},"
	"'hook': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['function', 'mode', 'seen', 'submitted', 'dropped', 'missed'],"
	"  'properties': {'function': {'$ref': '#/$defs/kind'},"
	"  'symbol': {'$ref': '#/$defs/name'}, 'module': {'$ref': '#/$defs/name'},"
	"  'mode': {'enum': '@modes'}, 'reason': {'$ref': '#/$defs/name'},"
	"  'seen': {'$ref': '#/$defs/count'}, 'submitted': {'$ref': '#/$defs/count'},"
	"  'dropped': {'$ref': '#/$defs/count'}, 'repeated': {'$ref': '#/$defs/count'},"
	"  'missed': {'$ref': '#/$defs/count'}}},"
	"'unread': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['recording', 'error'], 'properties': {"
	"  'recording': {'$ref': '#/$defs/name'}, 'error': {'$ref': '#/$defs/name'}}},"
	"'verdicts': {'type': 'object', 'propertyNames': {'enum': '@verdicts'},"
	"  'minProperties': 3, 'additionalProperties': {'$ref': '#/$defs/count'}},"
	"'command_status': {'type': 'object', 'additionalProperties': false,"
	"  'minProperties': 1, 'maxProperties': 1, 'properties': {"
	"  'signal': {'type': 'integer', 'minimum': 1},"
	"  'exit': {'type': 'integer', 'minimum': 0, 'maximum': 255}}}"
	"}";

/* What dxa_json_add_run() writes. */
static const char run_required[] = "['schema', 'mode', 'kernel', 'policy']";
static const char run_properties[] =
	"{"
	"'schema': {'const': '@schema'}, 'mode': {'$ref': '#/$defs/name'},"
	"'recording': {'$ref': '#/$defs/name'}, 'kernel': {'$ref': '#/$defs/kernel'},"
	"'policy': {'$ref': '#/$defs/policy'}, 'tool': {'$ref': '#/$defs/name'},"
	"'shown_only': {'$ref': '#/$defs/name'},"
	"'start_ns': {'$ref': '#/$defs/count'},"
	"'started': {'type': 'string', 'pattern': '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$'},"
	"'command': {'type': 'array', 'minItems': 1, 'items': {'type': 'string'}}"
	"}";

/* What dxa_json_add_result() writes. */
static const char result_required[] =
	"['verdict', 'exit_code', 'complete', 'reasons', 'interrupted', 'coverage', 'counts',"
	" 'allocations', 'hooks']";
static const char result_properties[] =
	"{"
	"'verdict': {'enum': '@verdicts'}, 'exit_code': {'enum': [0, 1, 5]},"
	"'complete': {'type': 'boolean'},"
	"'reasons': {'type': 'array', 'items': {'type': 'string'}},"
	"'command_status': {'$ref': '#/$defs/command_status'},"
	"'interrupted': {'type': 'boolean'},"
	"'not_shown': {'type': 'object', 'additionalProperties': false, 'properties': {"
	"  'contexts': {'$ref': '#/$defs/count'}, 'findings': {'$ref': '#/$defs/count'},"
	"  'devices': {'$ref': '#/$defs/count'}}},"
	"'coverage': {'type': 'array', 'items': {'$ref': '#/$defs/coverage'}},"
	"'counts': {'$ref': '#/$defs/counts'},"
	"'allocations': {'type': 'object', 'propertyNames': {'$ref': '#/$defs/driver'},"
	"  'additionalProperties': {'type': 'integer', 'minimum': 1}},"
	"'hooks': {'type': 'array', 'items': {'$ref': '#/$defs/hook'}}"
	"}";

/* What dxa_json_add_summary() writes. */
static const char summary_required[] = "['verdict', 'exit_code', 'verdicts', 'unread']";
static const char summary_properties[] =
	"{"
	"'verdict': {'enum': '@verdicts'}, 'exit_code': {'enum': [0, 1, 2, 3, 5]},"
	"'verdicts': {'$ref': '#/$defs/verdicts'}, 'unread': {'$ref': '#/$defs/count'}"
	"}";

/* What dxa_json_add_refusal() writes. */
static const char refusal_required[] = "['verdict', 'exit_code', 'error']";
static const char refusal_properties[] =
	"{"
	"'verdict': {'enum': ['error', 'skip']},"
	"'exit_code': {'type': 'integer', 'minimum': 0, 'maximum': 255},"
	"'error': {'$ref': '#/$defs/name'}"
	"}";

/* The document that holds those of several recordings. */
static const char several_required[] = "['schema', 'mode', 'recordings']";
static const char several_properties[] =
	"{"
	"'schema': {'const': '@schema'}, 'mode': {'const': 'replay'},"
	"'recordings': {'type': 'array', 'minItems': 2, 'items':"
	"  {'oneOf': [{'$ref': '#/$defs/audit'}, {'$ref': '#/$defs/unread'}]}}"
	"}";
static const char of_audit[] = "[{'$ref': '#/$defs/audit'}]";

/* An audit has contexts and findings, a listing has devices. */
static const char document_is[] = "[{'required': ['contexts', 'findings']},"
				  " {'required': ['devices']}]";
static const char document_properties[] =
	"{"
	"'devices': {'type': 'array', 'items': {'$ref': '#/$defs/listed'}},"
	"'contexts': {'type': 'array', 'items': {'$ref': '#/$defs/context'}},"
	"'findings': {'type': 'array', 'items': {'$ref': '#/$defs/finding'}}"
	"}";

/* What a sweep writes; a round of it is also a line of its rounds.jsonl. */
static const char sweep_definitions[] =
	"{"
	"'name': {'type': 'string', 'minLength': 1},"
	"'count': {'type': 'integer', 'minimum': 0},"
	"'complaint': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['who', 'text'], 'properties': {"
	"  'who': {'$ref': '#/$defs/name'}, 'text': {'$ref': '#/$defs/name'}}},"
	"'finding': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['rule', 'severity', 'detail'], 'properties': {"
	"  'rule': {'enum': '@rules'}, 'severity': {'enum': '@severities'},"
	"  'detail': {'$ref': '#/$defs/name'}}},"
	"'round': {'type': 'object', 'additionalProperties': false,"
	"  'required': ['round', 'mode', 'function', 'same_before', 'callers', 'failed', 'outcome',"
	"  'verdict', 'agreement', 'time_ns', 'findings', 'kernel'], 'properties': {"
	"  'round': {'type': 'integer', 'minimum': 1}, 'mode': {'enum': ['once', 'from']},"
	"  'function': {'$ref': '#/$defs/name'}, 'same_before': {'$ref': '#/$defs/count'},"
	"  'callers': {'type': 'array', 'items': {'$ref': '#/$defs/name'}},"
	"  'failed': {'$ref': '#/$defs/count'}, 'outcome': {'$ref': '#/$defs/name'},"
	"  'verdict': {'enum': '@verdicts'}, 'agreement': {'enum': '@agreements'},"
	"  'reason': {'$ref': '#/$defs/name'}, 'state': {'$ref': '#/$defs/name'},"
	"  'time_ns': {'$ref': '#/$defs/count'},"
	"  'findings': {'type': 'array', 'items': {'$ref': '#/$defs/finding'}},"
	"  'kernel': {'type': 'array', 'items': {'$ref': '#/$defs/complaint'}}}}"
	"}";
static const char sweep_required[] =
	"['schema', 'mode', 'release', 'machine', 'drivers', 'command', 'calls', 'stacks',"
	" 'planned', 'failed', 'not_reached', 'agreement', 'verdict', 'interrupted', 'stuck',"
	" 'rounds']";
static const char sweep_properties[] =
	"{"
	"'schema': {'const': '@schema'}, 'mode': {'const': 'sweep'},"
	"'release': {'$ref': '#/$defs/name'}, 'machine': {'$ref': '#/$defs/name'},"
	"'drivers': {'$ref': '#/$defs/name'},"
	"'command': {'type': 'array', 'minItems': 1, 'items': {'type': 'string'}},"
	"'calls': {'$ref': '#/$defs/count'}, 'stacks': {'$ref': '#/$defs/count'},"
	"'planned': {'$ref': '#/$defs/count'}, 'failed': {'$ref': '#/$defs/count'},"
	"'not_reached': {'$ref': '#/$defs/count'},"
	"'agreement': {'type': 'object', 'propertyNames': {'enum': '@agreements'},"
	"  'additionalProperties': {'$ref': '#/$defs/count'}},"
	"'verdict': {'anyOf': [{'enum': '@verdicts'}, {'enum': ['error', 'skip']}]},"
	"'exit_code': {'type': 'integer', 'minimum': 0, 'maximum': 255},"
	"'error': {'$ref': '#/$defs/name'}, 'interrupted': {'type': 'boolean'},"
	"'stuck': {'type': 'boolean'},"
	"'rounds': {'type': 'array', 'items': {'$ref': '#/$defs/round'}},"
	"'kmemleak': {'type': 'array', 'items': {'$ref': '#/$defs/complaint'}}"
	"}";

/* ---- the tables ---- */

static const char *rule_name(size_t i)
{
	return i < DXA_RULE_COUNT ? dxa_rule_info((enum dxa_rule)i)->name : NULL;
}

static const char *aliasing_name(size_t i)
{
	return i < DXA_ALIASING_COUNT ? dxa_aliasing_name((enum dxa_aliasing)i) : NULL;
}

static const char *severity_name(size_t i)
{
	return i < DXA_SEVERITY_COUNT ? dxa_severity_name((enum dxa_severity)i) : NULL;
}

static const char *driver_name(size_t i)
{
	return i < DXA_DRIVER_COUNT ? dxa_driver_name((enum dxa_driver)i) : NULL;
}

static const char *outcome_name(size_t i)
{
	return i <= DXA_OUTCOME_MISSED ? dxa_outcome_name((enum dxa_outcome)i) : NULL;
}

static const char *mode_name(size_t i)
{
	return i <= DXA_ATTACH_TRACEPOINT ? dxa_attach_mode_name((enum dxa_attach_mode)i) : NULL;
}

static const char *verdict_name(size_t i)
{
	return i <= DXA_VERDICT_INCONCLUSIVE ? dxa_verdict_name((enum dxa_verdict_kind)i) : NULL;
}

static const char *agreement_name(size_t i)
{
	return i < DXA_SWEEP_AGREEMENTS ? dxa_sweep_agreement_name((enum dxa_sweep_agreement)i) :
					  NULL;
}

/* A recording of a later version can hold a kind that this one has no name for. */
static const char *kind_name(size_t i)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	return i < n ? kinds[i].name : i == n ? "unknown" : NULL;
}

static const struct {
	const char *mark;
	const char *(*name)(size_t i);
} tables[] = {
	{ "@rules", rule_name },	   { "@severities", severity_name },
	{ "@drivers", driver_name },	   { "@kinds", kind_name },
	{ "@outcomes", outcome_name },	   { "@modes", mode_name },
	{ "@verdicts", verdict_name },	   { "@aliasings", aliasing_name },
	{ "@agreements", agreement_name },
};

static bool listed(struct json_object *list, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!strcmp(json_object_get_string(json_object_array_get_idx(list, i)), name))
			return true;
	return false;
}

/* What a mark stands for; NULL for any other string. An enum's values must differ. */
static struct json_object *of_mark(const char *mark)
{
	struct json_object *list;
	const char *name;

	if (!strcmp(mark, "@schema"))
		return json_object_new_int(DXA_JSON_SCHEMA);
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		if (strcmp(mark, tables[t].mark) != 0)
			continue;
		list = json_object_new_array();
		for (size_t i = 0; (name = tables[t].name(i)); i++)
			if (!listed(list, name))
				json_object_array_add(list, json_object_new_string(name));
		return list;
	}
	return NULL;
}

/* ---- putting it together ---- */

/* Replace the marks in an object and all below it. */
static void fill_in(struct json_object *o)
{
	struct json_object_iterator it = json_object_iter_begin(o), end = json_object_iter_end(o);

	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		const char *key = json_object_iter_peek_name(&it);
		struct json_object *value = json_object_iter_peek_value(&it), *full;

		if (json_object_is_type(value, json_type_object))
			fill_in(value);
		for (size_t i = 0; json_object_is_type(value, json_type_array) &&
				   i < json_object_array_length(value);
		     i++)
			if (json_object_is_type(json_object_array_get_idx(value, i),
						json_type_object))
				fill_in(json_object_array_get_idx(value, i));
		if (!json_object_is_type(value, json_type_string))
			continue;
		full = of_mark(json_object_get_string(value));
		if (full)
			json_object_object_add(o, key, full);
	}
}

/* Add the members of the object, or the items of the array, that text spells. */
static void merge(struct json_object *to, const char *text)
{
	struct json_object *more = json_tokener_parse(text);
	struct json_object_iterator it, end;

	if (json_object_is_type(more, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(more); i++)
			json_object_array_add(to,
					      json_object_get(json_object_array_get_idx(more, i)));
	} else {
		it = json_object_iter_begin(more);
		end = json_object_iter_end(more);
		for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
			json_object_object_add(to, json_object_iter_peek_name(&it),
					       json_object_get(json_object_iter_peek_value(&it)));
	}
	json_object_put(more);
}

/* An object of which these keys are allowed, and these must be there. */
static void describe(struct json_object *o, const char *required, const char *properties)
{
	struct json_object *list, *keys;

	if (!json_object_object_get_ex(o, "required", &list)) {
		dxa_json_add_string(o, "type", "object");
		json_object_object_add(o, "additionalProperties", json_object_new_boolean(false));
		list = dxa_json_array(o, "required");
		dxa_json_object(o, "properties");
	}
	json_object_object_get_ex(o, "properties", &keys);
	merge(list, required);
	merge(keys, properties);
}

/* One kind of line: its type, and its other members. */
static void add_line(struct json_object *lines, const char *type, const char *required,
		     const char *properties)
{
	struct json_object *o = json_object_new_object(), *keys;

	describe(o, "['type']", "{}");
	json_object_object_get_ex(o, "properties", &keys);
	dxa_json_add_string(dxa_json_object(keys, "type"), "const", type);
	describe(o, required, properties);
	json_object_array_add(lines, o);
}

/* A line that is one of the definitions with a type before it. */
static void add_defined_line(struct json_object *lines, struct json_object *defs, const char *type,
			     const char *of)
{
	struct json_object *def, *required, *properties;

	json_object_object_get_ex(defs, of, &def);
	json_object_object_get_ex(def, "required", &required);
	json_object_object_get_ex(def, "properties", &properties);
	add_line(lines, type, json_object_get_string(required), json_object_get_string(properties));
}

static void describe_lines(struct json_object *root, struct json_object *defs)
{
	struct json_object *lines = dxa_json_array(root, "oneOf");

	add_line(lines, "run", run_required, run_properties);
	add_defined_line(lines, defs, "event", "event");
	add_defined_line(lines, defs, "context", "context");
	add_defined_line(lines, defs, "finding", "finding");
	add_defined_line(lines, defs, "withdrawn", "finding");
	add_defined_line(lines, defs, "device", "listed");
	add_line(lines, "verdict", result_required, result_properties);
	add_defined_line(lines, defs, "unread", "unread");
	add_line(lines, "summary", summary_required, summary_properties);
	add_line(lines, "refused", refusal_required, refusal_properties);
	for (size_t i = 0; i < json_object_array_length(lines); i++)
		fill_in(json_object_array_get_idx(lines, i));
}

/* One audit, several recordings' that are one document, or one that could not begin. */
static void describe_document(struct json_object *root, struct json_object *defs)
{
	struct json_object *audit = json_object_new_object(), *several = json_object_new_object();
	struct json_object *refused = json_object_new_object();
	struct json_object *either = dxa_json_array(root, "oneOf");

	describe(audit, run_required, run_properties);
	describe(audit, "[]", document_properties);
	merge(dxa_json_array(audit, "oneOf"), document_is);
	describe(audit, result_required, result_properties);
	fill_in(audit);
	json_object_object_add(defs, "audit", audit);
	merge(either, of_audit);
	describe(several, several_required, several_properties);
	describe(several, summary_required, summary_properties);
	fill_in(several);
	json_object_array_add(either, several);
	describe(refused, run_required, run_properties);
	describe(refused, refusal_required, refusal_properties);
	fill_in(refused);
	json_object_array_add(either, refused);
}

static void describe_sweep(struct json_object *root, struct json_object *defs)
{
	(void)defs;
	describe(root, sweep_required, sweep_properties);
	fill_in(root);
}

static const struct {
	const char *name, *title, *definitions;
	void (*describe)(struct json_object *root, struct json_object *defs);
} formats[] = {
	{ "json", "daxaudit -o json", definitions, describe_document },
	{ "jsonl", "one line of daxaudit -o jsonl", definitions, describe_lines },
	{ "sweep", "daxaudit sweep -o json", sweep_definitions, describe_sweep },
};

struct dxa_err *dxa_schema_write(FILE *out, const char *format)
{
	const size_t n = sizeof(formats) / sizeof(formats[0]);
	struct json_object *root, *defs;
	size_t i = 0;

	while (i < n && strcmp(format, formats[i].name) != 0)
		i++;
	if (i == n)
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "no schema of '%s': there is json, jsonl, and sweep", format);
	root = json_object_new_object();
	defs = json_tokener_parse(formats[i].definitions);
	dxa_json_add_string(root, "$schema", "https://json-schema.org/draft/2020-12/schema");
	dxa_json_add_string(root, "title", formats[i].title);
	fill_in(defs);
	formats[i].describe(root, defs);
	json_object_object_add(root, "$defs", defs);
	dxa_json_write(out, root, true);
	json_object_put(root);
	return NULL;
}
