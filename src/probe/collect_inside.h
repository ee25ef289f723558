/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which tasks are inside functions in which a dax_device may legally have no owner, or a
 * reference that nobody accounts for? Such a state can last as long as its task sleeps or
 * does not get a processor, so time does not prove that it stays. That no task can be
 * responsible for it does.
 */
#ifndef DAXAUDIT_PROBE_COLLECT_INSIDE_H
#define DAXAUDIT_PROBE_COLLECT_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A task as it was at some time. */
struct dxa_seen {
	uint64_t start, user, switches; /* see base/procstat.h */
	uint32_t tid;
};

/* Look at task tid. False if it has exited. */
bool dxa_seen_begin(long tid, struct dxa_seen *ret);

/*
 * Was the task outside those functions at some time since dxa_seen_begin()? It was if it sleeps
 * elsewhere, has run in user mode, or has exited. If not, or if it is not known, write the
 * task and the reason, without a newline, to why[size].
 */
bool dxa_seen_outside(const struct dxa_seen *s, char *why, size_t size);

/* The tasks that existed at some time. */
struct dxa_inside;

/*
 * List the tasks of the machine, except for those of this process. NULL without memory, or
 * when /proc cannot be read. Free it with dxa_inside_free().
 */
struct dxa_inside *dxa_inside_begin(void);

/*
 * Was each of these tasks outside, as by dxa_seen_outside()? Then no task was inside from
 * dxa_inside_begin() until now. Reading stacks needs CAP_SYS_ADMIN. in may be NULL: not known.
 * It may be asked once.
 */
bool dxa_inside_none(struct dxa_inside *in, char *why, size_t size);

/* Free it; NULL is allowed. */
void dxa_inside_free(struct dxa_inside *in);

/*
 * The first function of such a kind in the text of /proc/TID/stack, without offset and
 * module, in name[size]. False if there is none.
 */
bool dxa_inside_function(const char *stack, char *name, size_t size);

#endif
