// SPDX-License-Identifier: GPL-2.0-only
/* daxaudit-policy(5), daxaudit-rules(7) and daxaudit-recording(5). */
#include <stdio.h>
#include <string.h>

#include "base/event_kinds.h"
#include "cli/manual.h"
#include "cli/policies.h"
#include "engine/rules.h"
#include "policy/arch.h"
#include "policy/schema.h"
#include "record/format.h"

/* ---- daxaudit-policy(5) ---- */

static void print_architectures(void)
{
	static const char *const aliases[] = {
		[DXA_ALIASING_UNKNOWN] = "it depends", [DXA_ALIASING_NO] = "no", [DXA_ALIASING_YES] = "yes"
	};
	const struct dxa_arch *a;

	printf(".SH ARCHITECTURES\n");
	dxa_troff_prose("Whether the data cache aliases, by the kernel's source. A policy can say "
			"otherwise with the key expect.");
	for (size_t i = 0; (a = dxa_arch_at(i)); i++) {
		char text[256];

		snprintf(text, sizeof(text), "%s: %s (%s); EOPNOTSUPP is %d", aliases[a->aliasing],
			 a->how, a->source, a->eopnotsupp);
		dxa_troff_item(a->name, text);
	}
}

static void print_policy_key(const struct dxa_policy_key *key)
{
	char tag[64], expects[512], text[1024];

	snprintf(tag, sizeof(tag), "%s%s", key->name, key->required ? " (required)" : "");
	snprintf(text, sizeof(text), "%s: %s", dxa_policy_expects(expects, sizeof(expects), key),
		 key->what);
	dxa_troff_item(tag, text);
}

void dxa_manual_print_policy(void)
{
	static const char *const example[] = {
		"version: 1",
		"fail-on: warning",
		"require: [pmem]",
		"allow:",
		"  - rule: null-teardown-leak",
		"    driver: pmem",
		"    kernel: 6.1.*",
		"    reason: fixed by f6932a275461, which 6.1 lacks",
		"    until: 2027-06-30",
		NULL,
	};

	printf(".SH SYNOPSIS\n.B daxaudit policy show\n.br\n.B daxaudit policy lint\n.I FILE\n");
	printf(".SH DESCRIPTION\n");
	dxa_troff_prose(
		"A policy says which findings fail, which are allowed and until when, which "
		"drivers must have been exercised, and what a machine must do. It is a YAML "
		"file.");
	printf(".PP\n");
	dxa_troff_prose(
		"Later ones win over earlier ones: the built-in policy, " DXA_POLICY_SYSTEM
		", the *.yaml of " DXA_POLICY_SYSTEM_DIR
		" in the order of their names, those of --policy, options. 'daxaudit policy "
		"show' prints the result with the origin of each line; 'daxaudit policy lint' "
		"names the line of each mistake.");
	printf(".SH KEYS\n");
	for (int id = 0; id < DXA_POLICY_SECTIONS; id++) {
		const struct dxa_policy_section *s =
			dxa_policy_section((enum dxa_policy_section_id)id);

		printf(".SS %s\n", s->what);
		for (size_t i = 0; i < s->n_keys; i++)
			print_policy_key(&s->keys[i]);
	}
	print_architectures();
	printf(".SH FILES\n");
	dxa_troff_item(DXA_POLICY_SYSTEM, "the machine's policy");
	dxa_troff_item(DXA_POLICY_SYSTEM_DIR "/*.yaml", "parts of it, by packages and sites");
	printf(".SH EXAMPLES\n");
	dxa_troff_prose("Allow a known bug of one kernel until a day:");
	dxa_troff_example(example);
}

/* ---- daxaudit-rules(7) ---- */

static void print_commit(const struct dxa_rule_commit *c)
{
	char text[512];

	snprintf(text, sizeof(text), "%s%s%s %.12s (\"%s\")%s%s", c->driver ? c->driver : "",
		 c->driver ? ": " : "", c->relation, c->id, c->subject,
		 c->first_release[0] ? ", in " : "", c->first_release);
	printf(".IP \\(bu 2\n");
	dxa_troff_prose(text);
}

/* The lines of an example, which is one text. */
static void print_story(const char *story)
{
	printf(".PP\n.nf\n.RS 4\n");
	while (*story) {
		int len = (int)strcspn(story, "\n");
		char line[256];

		snprintf(line, sizeof(line), "%.*s", len, story);
		dxa_troff_prose(line);
		story += len + (story[len] == '\n');
	}
	printf(".RE\n.fi\n");
}

static void print_rule(const struct dxa_rule_info *rule)
{
	printf(".SS %s (%s)\n", rule->name, dxa_severity_name(rule->severity));
	dxa_troff_prose(rule->meaning);
	printf(".PP\n");
	dxa_troff_prose(rule->consequence);
	print_story(rule->example);
	for (size_t i = 0; i < rule->n_commits; i++)
		print_commit(&rule->commits[i]);
}

void dxa_manual_print_rules(void)
{
	static const char *const example[] = { "daxaudit explain reference-leak", NULL };

	printf(".SH DESCRIPTION\n");
	dxa_troff_prose("Each finding of daxaudit is by one of these rules. The severity is the "
			"rule's own; a policy may change it. 'daxaudit explain' prints the same.");
	printf(".SH RULES\n");
	for (int rule = 0; rule < DXA_RULE_COUNT; rule++)
		print_rule(dxa_rule_info((enum dxa_rule)rule));
	printf(".SH EXAMPLES\n");
	dxa_troff_prose("Explain one rule:");
	dxa_troff_example(example);
}

/* ---- daxaudit-recording(5) ---- */

static void print_kinds(void)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	for (size_t i = 0; i < n; i++) {
		char tag[96];

		snprintf(tag, sizeof(tag), "%u %s%s", kinds[i].kind, kinds[i].name,
			 kinds[i].synthetic ? " (written by daxaudit itself)" : "");
		dxa_troff_item(tag, kinds[i].what);
	}
}

void dxa_manual_print_recording(void)
{
	static const char *const example[] = { "daxaudit trace --record dax.dxr -- modprobe nd_pmem",
					       "daxaudit replay -v dax.dxr", NULL };
	char text[256];

	printf(".SH DESCRIPTION\n");
	dxa_troff_prose("A recording (*.dxr) holds everything that an audit saw. 'daxaudit replay' "
			"gives the same findings from it, without root, on any machine of any "
			"architecture.");
	printf(".PP\n");
	dxa_troff_prose("It is written block by block and never rewritten. A file that was cut off "
			"replays up to its last whole block; the verdict is then inconclusive at "
			"best. It holds kernel addresses, and is readable by its owner only unless "
			"--mode says otherwise.");
	printf(".SH LAYOUT\n");
	snprintf(
		text, sizeof(text),
		"A file head, then blocks: one header, blocks of symbols and events as they came, "
		"one trailer. This is version %d of the format and version %d of the events, which "
		"are %zu bytes long.",
		DXR_FORMAT, DXA_EVENT_VERSION, sizeof(struct dxa_event));
	dxa_troff_prose(text);
	printf(".PP\n");
	dxa_troff_prose(
		"Numbers are in the writer's byte order, which the file head says. Every "
		"block has its type, its packed and unpacked length and a CRC-32, and is a raw "
		"deflate stream, or the bytes themselves if both lengths are equal. The document "
		"recording.md has every field.");
	printf(".SH EVENTS\n");
	dxa_troff_prose("The number and name of each kind of event, and what it says.");
	print_kinds();
	printf(".SH EXAMPLES\n");
	dxa_troff_prose("Record an audit, and replay it:");
	dxa_troff_example(example);
}
