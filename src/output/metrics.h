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

/* What only a running audit knows about itself. */
struct dxa_metrics_service {
	bool reload_failed; /* the newest reload left the old policy in force */
	const char *const *outputs; /* names ("journal", "log", ...) */
	const uint64_t *failures; /* of each: what could not be written */
	const bool *failing; /* of each: is what happens now not written to it? */
	size_t n_outputs;
};

struct dxa_metrics;

/* An empty collection; NULL without memory. Free with dxa_metrics_free(). */
struct dxa_metrics *dxa_metrics_new(void);

/* NULL is allowed. */
void dxa_metrics_free(struct dxa_metrics *m);

/* Add all metrics as of result. service: NULL for an audit that ends. */
void dxa_metrics_add(struct dxa_metrics *m, const struct dxa_run *run,
		     const struct dxa_result *result, const struct dxa_metrics_service *service);

/*
 * Write what was added, each family once. Returns 0, or ENOMEM when something could
 * not be added; what the stream did not take is left in it: ferror().
 */
int dxa_metrics_write(struct dxa_metrics *m, FILE *out);

#endif
