/* SPDX-License-Identifier: GPL-2.0-only */
/* Events in words: the one place that spells out what a record says. */
#ifndef DAXAUDIT_OUTPUT_STORY_H
#define DAXAUDIT_OUTPUT_STORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/symbols.h"
#include "daxaudit/event.h"
#include "engine/engine.h"
#include "output/pseudonym.h"

/* What the words depend on. */
struct dxa_story_env {
	struct dxa_symbols *symbols; /* borrowed */
	int eopnotsupp; /* the audited architecture's number, positive */
	struct dxa_pseudonyms *pseudonyms; /* borrowed; NULL: addresses are shown */
};

#define DXA_WORDS_LEN 192

/*
 * Write the call of an event: "dax_add_host(ffff888003c5b2c0, pmem0) = -ENOMEM",
 * or "pmem_attach_disk(namespace0.0)" for an entry. Returns buf.
 */
const char *dxa_story_call(char buf[DXA_WORDS_LEN], const struct dxa_event *ev,
			   const struct dxa_story_env *env);

/*
 * Write who called: "pmem_attach_disk+0x2bc [nd_pmem]"; the frames of the hook
 * itself are left out. Returns buf, or NULL when the record does not tell.
 */
const char *dxa_story_caller(char buf[DXA_WORDS_LEN], const struct dxa_event *ev,
			     const struct dxa_story_env *env);

/*
 * Write a note on the device's state where the record has it: "minor 3, refs 1,
 * alive". Returns buf, or NULL.
 */
const char *dxa_story_state(char buf[DXA_WORDS_LEN], const struct dxa_event *ev);

/* Write "probe of namespace0.0 by nd_pmem" or "dm_create" for a context. Returns buf. */
const char *dxa_story_context(char buf[DXA_WORDS_LEN], const struct dxa_context *ctx);

/* Write "succeeded", "failed with ENOMEM", ... for a context. Returns buf. */
const char *dxa_story_outcome(char buf[DXA_WORDS_LEN], const struct dxa_context *ctx,
			      const struct dxa_story_env *env);

/* "ok", "deferred", "failed", ...: a stable word for machines. Static. */
const char *dxa_outcome_name(enum dxa_outcome outcome);

/* How an event moves the nesting of a story: +1 enters a bracket, -1 leaves one, else 0. */
int dxa_story_nesting(const struct dxa_event *ev);

#endif
