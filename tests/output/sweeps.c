// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a sweep in one format: a round of each kind, with odd bytes wherever a kernel or a
 * device could have them. A sweep itself needs a kernel. Usage: sweeps FORMAT
 */
#include <json.h>
#include <stdio.h>
#include <string.h>

#include "output/jsonobj.h"
#include "output/sweepdoc.h"

#define ODD "<&>\"' ]]> \x1b[31m \xff\xfe \x01\x7f \xe2\x80\xaetxt.exe \xf0\x9f\x98\x80"

static char chain[] = "alloc_dax < pmem_attach_disk < really_probe", odd[] = "odd " ODD;
static char kasan[] = "BUG: KASAN: slab-use-after-free in " ODD;
static struct dxa_sweep_finding finding = { .rule = DXA_RULE_LEAK_ON_FAILED_PROBE,
					    .severity = DXA_SEVERITY_ERROR,
					    .fails = true,
					    .detail = odd };
static struct dxa_sweep_complaint complaint = { .who = "kasan", .line = kasan };

#define ONE(v)                        \
	{                             \
		&(v), 1, 1, sizeof(v) \
	}
#define ROUND_OF(n, callers, ...)                                                               \
	{                                                                                       \
		.number = (n), .site = "should_failslab", .chain = (callers), .ns = 1234567890, \
		.outcome = "failed with ENOMEM", __VA_ARGS__                                    \
	}

#define ROUND(n, ...) ROUND_OF(n, chain, __VA_ARGS__)

static struct dxa_sweep_round rounds[] = {
	ROUND(1, .failed = 1),
	ROUND(2, .failed = 1, .verdict = DXA_VERDICT_FINDINGS, .findings = ONE(finding)),
	ROUND(3, .failed = 1, .complaints = ONE(complaint), .from = true, .before = 2),
	ROUND(4, .failed = 3, .verdict = DXA_VERDICT_FINDINGS, .findings = ONE(finding),
	      .complaints = ONE(complaint)),
	ROUND(5, .failed = 0),
	ROUND(6, .failed = 1, .verdict = DXA_VERDICT_INCONCLUSIVE, .why = odd),
	ROUND_OF(7, odd, .failed = 1, .state = odd),
};

int main(int argc, char **argv)
{
	static const char *const command[] = { "sh", "-c", "bind " ODD, NULL };
	const struct dxa_sweep s = {
		.release = "6.12.0",
		.machine = "x86_64",
		.argv = command,
		.calls = 20,
		.stacks = 9,
		.planned = 8,
		.rounds = { rounds, sizeof(rounds) / sizeof(rounds[0]), 0, sizeof(rounds[0]) },
		.leaks_known = true,
		.leaks = ONE(complaint),
		.stuck = true,
	};
	const char *format = argc == 2 ? argv[1] : "";
	struct json_object *o;

	if (!strcmp(format, "text")) {
		dxa_sweep_text(stdout, &s);
	} else if (!strcmp(format, "junit")) {
		dxa_sweep_junit(stdout, &s);
	} else if (!strcmp(format, "ktap")) {
		dxa_sweep_ktap(stdout, &s);
	} else if (!strcmp(format, "html")) {
		dxa_sweep_html(stdout, &s);
	} else if (!strcmp(format, "json")) {
		o = dxa_sweep_json(&s);
		dxa_json_write(stdout, o, true);
		json_object_put(o);
	} else {
		fprintf(stderr, "usage: sweeps text|json|junit|ktap|html\n");
		return 2;
	}
	return 0;
}
