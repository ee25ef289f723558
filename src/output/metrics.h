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

/* Metrics of a running daemon. */
struct dxa_metrics_service {
	bool reload_failed; /* the newest reload failed: the old policy is in force */
	const char *const *outputs; /* names ("journal", "log", ...) */
	const uint64_t *failures; /* of each: failed writes */
	const bool *failing; /* of each: does it fail now? */
	size_t n_outputs;
};

struct dxa_metrics;

/* An empty collection; NULL without memory. Free with dxa_metrics_free(). */
struct dxa_metrics *dxa_metrics_new(void);

/* NULL is allowed. */
void dxa_metrics_free(struct dxa_metrics *m);

/* Add all metrics of result. service: NULL at the end of an audit. */
void dxa_metrics_add(struct dxa_metrics *m, const struct dxa_run *run,
		     const struct dxa_result *result, const struct dxa_metrics_service *service);

/*
 * Write the collection, each family once. Returns 0, or ENOMEM when something could not be
 * added; write errors are in the stream: ferror().
 */
int dxa_metrics_write(struct dxa_metrics *m, FILE *out);

#endif
