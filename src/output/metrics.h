/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts in the Prometheus text exposition format, for node-exporter's textfile
 * collector. https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#ifndef DAXAUDIT_OUTPUT_METRICS_H
#define DAXAUDIT_OUTPUT_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "output/sink.h"

/* What only an audit that goes on can tell of itself. */
struct dxa_metrics_service {
	bool reload_failed; /* the newest reload left the old policy in force */
	const char *const *outputs; /* names ("journal", "log", ...) */
	const uint64_t *failures; /* of each: what could not be written */
	const bool *failing; /* of each: is what happens now not written to it? */
	size_t n_outputs;
};

/*
 * Write all metrics as of result. service: NULL for an audit that ends. Errors
 * are left in the stream: ferror().
 */
void dxa_metrics_write(FILE *out, const struct dxa_run *run, const struct dxa_result *result,
		       const struct dxa_metrics_service *service);

#endif
