/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of events. */
#ifndef DAXAUDIT_OUTPUT_STORY_H
#define DAXAUDIT_OUTPUT_STORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/symbols.h"
#include "daxaudit/event.h"
#include "engine/engine.h"
#include "output/pseudonym.h"

/* What the text depends on. */
struct dxa_story_env {
	struct dxa_symbols *symbols; /* borrowed */
	int eopnotsupp; /* the audited architecture's number, positive */
	struct dxa_pseudonyms *pseudonyms; /* borrowed; NULL: addresses are shown */
	uint64_t start; /* of the audit, ktime in ns: all offsets count from it */
	uint64_t before; /* ktime, ns, of the end of the first snapshot, whose devices are older
			    than the audit; 0: not yet */
};

#define DXA_WORDS_LEN 192

/*
 * Write the call of an event: "dax_add_host(ffff888003c5b2c0, pmem0) = -ENOMEM",
 * or "pmem_attach_disk(namespace0.0)" for an entry. Returns buf.
 */
const char *dxa_story_call(char buf[DXA_WORDS_LEN], const struct dxa_event *ev,
			   const struct dxa_story_env *env);

/*
 * Write the caller: "pmem_attach_disk+0x2bc [nd_pmem]", without frames of the hook. Returns
 * buf, or NULL when it is not known.
 */
const char *dxa_story_caller(char buf[DXA_WORDS_LEN], const struct dxa_event *ev,
			     const struct dxa_story_env *env);

/*
 * Write the state of the device, if the record has it: "minor 3, refs 1, alive". Returns
 * buf, or NULL.
 */
const char *dxa_story_state(char buf[DXA_WORDS_LEN], const struct dxa_event *ev);

/* Write "probe of namespace0.0 by nd_pmem" or "dm_create" for a context. Returns buf. */
const char *dxa_story_context(char buf[DXA_WORDS_LEN], const struct dxa_context *ctx);

/*
 * Write a synthetic event as a fact: "pmem0 was there before the audit". Returns buf, or
 * NULL for a call.
 */
const char *dxa_story_fact(char buf[DXA_WORDS_LEN], const struct dxa_event *ev,
			   const struct dxa_story_env *env);

/* Write a moment (ns since 1970) as "2026-11-29T01:12:07Z"; empty when it is not known: 0. */
#define DXA_WALL_LEN 32
const char *dxa_story_wall(char buf[DXA_WALL_LEN], uint64_t ns);

/* Write the names of a dax_device's flags: "alive, write-cache". Returns buf. */
const char *dxa_story_flags(char buf[DXA_WORDS_LEN], uint32_t flags);

/* The sorts of contexts. */
enum dxa_context_sort {
	DXA_CONTEXT_PROBE, /* a driver is bound to a device */
	DXA_CONTEXT_UNBIND, /* a driver is unbound */
	DXA_CONTEXT_CREATION, /* a device is created outside of the driver core: dm, dcssblk, ... */
	DXA_CONTEXT_SORTS,
};

/* The sort of a context, by the kind of its bracket. */
enum dxa_context_sort dxa_story_sort(uint16_t kind);

/* "probe", "unbind", "creation". Static. */
const char *dxa_story_sort_name(enum dxa_context_sort sort);

/* Write "succeeded", "failed with ENOMEM", ... for a context. Returns buf. */
const char *dxa_story_outcome(char buf[DXA_WORDS_LEN], const struct dxa_context *ctx,
			      const struct dxa_story_env *env);

/* "ok", "deferred", "failed", ...: a stable word for machines. Static. */
const char *dxa_outcome_name(enum dxa_outcome outcome);

/* How an event moves the nesting of a story: +1 enters a bracket, -1 leaves one, else 0. */
int dxa_story_nesting(const struct dxa_event *ev);

#endif
