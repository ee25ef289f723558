/* SPDX-License-Identifier: GPL-2.0-only */
/* Lives: what is known about existing devices, and about devices that were destroyed. */
#ifndef DAXAUDIT_ENGINE_TRACK_LIFE_H
#define DAXAUDIT_ENGINE_TRACK_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "engine/engine.h"
#include "engine/track/history.h"

/* A suspicion about a life, which is checked after a grace period, or by snapshots. */
enum suspicion {
	SUSPECT_REFERENCE_LEAK, /* all known references were dropped; not destroyed yet */
	SUSPECT_PUT_ALIVE, /* the last reference was dropped while alive; not destroyed yet */
	SUSPECT_LEAK, /* its creation failed outside of any recorded probe; not put yet */
};

struct flags;
struct life;

struct suspect {
	struct dxa_link link; /* oldest first */
	struct life *life;
	enum suspicion what;
	uint64_t since;
	uint64_t grace_over; /* ktime of the first record after the grace period; 0: none yet */
	uint64_t shown_at; /* ktime of the first snapshot since then that shows it; 0: none */
	bool in_progress; /* a lookup or a put was in progress in the last one */
	bool in_context;
	struct dxa_context ctx; /* in which it happened */
};

/* There may be very many lives: what few of them need is allocated separately. */
struct life {
	struct dxa_life_id id;
	struct dxa_link link; /* live ones by begin, ended ones by end */
	uint64_t epoch; /* of the engine when the life was first seen, or ended */
	uint64_t host; /* its gendisk in dax_hosts, or 0 */
	uint64_t host_since; /* ktime of the lookup or snapshot that showed host; 0: dax_add_host */
	uint64_t holder;
	uint64_t born_in; /* id of the context that allocated it */
	uint64_t born_for; /* struct device whose probe allocated it */
	uint64_t first; /* number of the record that began it */
	uint64_t last_at; /* ktime of the last record that is not of a snapshot */
	uint64_t incarnation; /* of its disk or bus device in sysfs; 0: not known */
	uint64_t last_kill_in; /* context id */
	struct suspect *suspect; /* owned; NULL: no suspicion */
	struct flags *flags; /* owned: flags of the former life that were not set again since */
	struct rec *holder_taken; /* owned: a lookup that found another holder */
	int32_t refs; /* accounted references; valid with refs_known */
	int32_t gets; /* lookups recorded before a snapshot had refs */
	int32_t last_put_refs;
	uint64_t last_put_at; /* ktime */
	uint32_t kills;
	uint32_t last_kill_tid;
	uint32_t last_put_tid;
	uint32_t loose_put_tid; /* put it by put_dax, alive, outside of any context; 0: none */
	uint32_t shown_in; /* number of the last snapshot that showed it; 0: none */
	uint32_t shown_first; /* the snapshot that began it; 0: the first complete one */
	uint16_t module; /* that contains the ops: name_id(), see life_module() */
	uint16_t born_by; /* the driver whose probe allocated it: name_id() */
	bool from_alloc : 1; /* its alloc_dax was recorded */
	bool snapshotted : 1;
	bool shown_only : 1; /* only snapshots have records of it */
	bool amid_alloc : 1; /* an alloc_dax may have been running when it was shown first */
	bool refs_known : 1;
	bool alive : 1;
	bool alive_known : 1;
	bool owner_put : 1; /* its driver has dropped its reference */
	bool put_alive : 1; /* its driver had not killed it then */
	bool died_unseen : 1; /* it was alive, then it was not, and no kill was recorded */
	bool host_at_kill : 1; /* it was killed while certainly in dax_hosts */
	bool put_too_often : 1; /* by its driver, so another holder will put it after its end */
	bool former_put_too_often : 1; /* the former life at this address, and no put followed yet */
	bool unbound : 1; /* an unbinding that began after its begin has returned */
	bool missed : 1; /* the last snapshot did not show it */
	bool put_last : 1; /* its last event is a put */
	bool cdev_fresh : 1; /* a bind began to initialise its cdev, and did not run the device */
	bool ended : 1;
	bool freed : 1;
	bool reported_after_end : 1; /* a kill or put after its end has a finding */
	bool reported_use : 1; /* another use after its end has a finding */
	bool reported : 1; /* its end, or its lack of an end, has a finding */
	struct history hist;
};

struct life_ref {
	uint64_t dax;
	uint32_t generation;
};

/* The life at this address, ended or not, or NULL. */
struct life *life_at(const struct dxa_engine *e, uint64_t dax);

/* The life with this identity if it has not ended, else NULL. */
struct life *life_alive(const struct dxa_engine *e, uint64_t dax, uint32_t generation);

/*
 * Did this alloc_dax return the device of life l? A snapshot taken while alloc_dax
 * runs may show the device before the record of alloc_dax arrives.
 */
bool life_matches_alloc(const struct dxa_engine *e, const struct life *l, const struct rec *alloc);

/* Begin a life at the address that alloc_dax returned. NULL without memory. */
struct life *life_begin(struct dxa_engine *e, const struct rec *r);

/*
 * The life that an event concerns: the current one, or a new one whose begin must
 * have been missed. NULL when the life at this address is over and nothing was
 * missed, or without memory.
 */
struct life *life_get_or_create(struct dxa_engine *e, const struct rec *r);

/* Add the record to the history, and update the life from its fields. */
void life_add_record(struct dxa_engine *e, struct life *l, const struct rec *r);

/* The device may be dead, by the flags in a record of it. */
void life_note_flags(struct life *l, const struct dxa_event *ev);

/* Remember the probe (its entry) that allocated the device, for leak-on-unbind. */
void life_set_probe(struct dxa_engine *e, struct life *l, const struct dxa_event *probe);

/* The id of a name of a module or driver, from 1; 0 for "", or when there are too many names. */
uint16_t name_id(struct dxa_engine *e, const char *name);

/*
 * The owner of the ops in a record, as dxa_owner_of_event(), and their module; it remembers
 * the last alloc_dax.
 */
enum dxa_driver owner_of_event(struct dxa_engine *e, const struct dxa_event *ev,
			       char module[DXA_NAME_LEN]);

/* Set the owner from a record with ops. */
void life_set_owner(struct dxa_engine *e, struct life *l, const struct dxa_event *ev);

/* The module that contains the ops of the device; "": built in, or not known. */
const char *life_module(const struct dxa_engine *e, const struct life *l);

/* The device is not in dax_hosts any more. */
void life_clear_host(struct dxa_engine *e, struct life *l);

/* End the life: clears host and suspicion, and keeps it at its address for a while. */
void life_end(struct dxa_engine *e, struct life *l);

/* May records of this life have been missed? */
bool life_incomplete(const struct dxa_engine *e, const struct life *l);

/* Add a suspicion at ktime now, which replaces another one; ctx is copied and may be NULL. */
void life_suspect(struct dxa_engine *e, struct life *l, enum suspicion what,
		  const struct dxa_context *ctx, uint64_t now);
void life_clear_suspicion(struct dxa_engine *e, struct life *l);

/* The context of the suspicion, or NULL. */
const struct dxa_context *life_suspect_context(const struct life *l);

/* Add to a count of references. It saturates: a recording may contain any value. */
static inline void add_refs(int32_t *refs, int32_t by)
{
	if (__builtin_add_overflow(*refs, by, refs))
		*refs = by > 0 ? INT32_MAX : INT32_MIN;
}

/* Free every life. */
void lives_free(struct dxa_engine *e);

#endif
