/* SPDX-License-Identifier: GPL-2.0-only */
/* The coverage of an audit: the drivers that can allocate, and those that did. */
#ifndef DAXAUDIT_OUTPUT_COVERAGE_H
#define DAXAUDIT_OUTPUT_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/sink.h"

/* One driver in the audit. */
struct dxa_coverage {
	const char *driver; /* its name; static */
	uint64_t allocs; /* alloc_dax calls, refusals included */
	uint64_t exercised; /* allocations, probes, binds and runs of its devices */
	uint64_t devices; /* that were seen, also those from before the audit */
	bool available; /* the kernel has it */
	bool required; /* by options or policy */
};

/*
 * The drivers that are exercised, required or available, "unknown" aside, in
 * the order of enum dxa_driver. Returns how many of ret were filled.
 */
size_t dxa_coverage(const struct dxa_result *result, struct dxa_coverage ret[DXA_DRIVER_COUNT]);

#define DXA_COVERAGE_LEN 512

/*
 * The same as text: "pmem 3 allocations; dm required but not exercised; virtiofs not
 * exercised; device-dax bound or run, no allocation". Returns buf.
 */
const char *dxa_coverage_words(char buf[DXA_COVERAGE_LEN], const struct dxa_result *result);

#endif
