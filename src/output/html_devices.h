/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of an HTML page with the lives of devices, one list for each. */
#ifndef DAXAUDIT_OUTPUT_HTML_DEVICES_H
#define DAXAUDIT_OUTPUT_HTML_DEVICES_H

#include "output/sink.h"
#include "output/timeline.h"

struct dxa_html_devices;

/* NULL without memory. Free with dxa_html_devices_free(). */
struct dxa_html_devices *dxa_html_devices_new(void);

/* NULL is allowed. */
void dxa_html_devices_free(struct dxa_html_devices *d);

/* Remove everything, for the next audit. */
void dxa_html_devices_reset(struct dxa_html_devices *d);

/*
 * Add an event to the life with this number in the timeline, whose bar then links to the
 * list. The text is made now: the symbols of a module may be gone later.
 */
void dxa_html_devices_event(struct dxa_html_devices *d, size_t number, const struct dxa_event *ev,
			    const struct dxa_run *run, struct dxa_timeline *timeline);

/* A finding is about this life: open its list. */
void dxa_html_devices_found(struct dxa_html_devices *d, size_t number);

/* Write all lists. Writes nothing when there is none. */
void dxa_html_devices_write(struct dxa_html_devices *d, FILE *out, const struct dxa_run *run,
			    const struct dxa_timeline *timeline);

#endif
