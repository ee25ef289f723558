/* SPDX-License-Identifier: GPL-2.0-only */
/* Lives: what is known of the devices that are there, and of those that were. */
#ifndef DAXAUDIT_ENGINE_TRACK_LIFE_H
#define DAXAUDIT_ENGINE_TRACK_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "engine/engine.h"
#include "engine/track/history.h"

/* What is suspected of a life and waits for proof by time. */
enum suspicion {
	SUSPECT_REFERENCE_LEAK, /* all known references are dropped, it is not destroyed */
	SUSPECT_PUT_ALIVE, /* the last reference went while alive; its destroy is not seen yet */
	SUSPECT_LEAK, /* its creation failed, outside of any probe that we saw */
};

struct flags;
struct life;

struct suspect {
	struct dxa_link link; /* oldest first */
	struct life *life;
	enum suspicion what;
	uint64_t since;
	uint64_t ripe; /* ktime of the first record behind the grace; 0: none was */
	bool in_context;
	struct dxa_context ctx; /* in which it happened */
};

/* There may be very many: what few lives need is held apart. */
struct life {
	struct dxa_life_id id;
	struct dxa_link link; /* live ones by birth, ended ones by end */
	uint64_t epoch; /* of the engine when the life was first seen, or ended */
	uint64_t host; /* the gendisk it is registered for, or 0 */
	uint64_t host_since; /* ktime at which that was shown, not done; 0: it was done */
	uint64_t holder;
	uint64_t born_in; /* id of the context that allocated it */
	uint64_t born_for; /* struct device whose probe allocated it */
	uint64_t first; /* number of the record that began it */
	uint64_t last_at; /* ktime of the last that is not of a snapshot */
	uint64_t incarnation; /* of its disk or bus device in sysfs; 0: not known */
	uint64_t last_kill_in; /* context id */
	struct suspect *suspect; /* owned; NULL: nothing is suspected */
	struct flags *flags; /* owned: flags of the former life that nobody has declared since */
	struct rec *holder_taken; /* owned: a lookup that found the holder taken */
	int32_t refs; /* that are accounted for; valid with refs_known */
	int32_t gets; /* lookups seen before a snapshot told refs */
	int32_t last_put_refs;
	int32_t extra; /* references that nobody accounts for, puts under way left out */
	uint64_t last_put_at; /* ktime; while puts may be under way */
	uint16_t puts_under_way; /* at most: their records are there, their effect was not seen */
	uint32_t kills;
	uint32_t last_kill_tid;
	uint32_t last_put_tid;
	uint32_t shown_in; /* the last snapshot that showed it, by number; 0: none */
	uint32_t shown_first; /* the snapshot that began it; 0: the first one that showed all */
	uint16_t module; /* that holds the ops, see life_module() */
	uint16_t born_by; /* name of the driver whose probe allocated it, as module */
	bool from_alloc : 1; /* the audit saw it begin */
	bool snapshotted : 1;
	bool shown_only : 1; /* a snapshot showed it, and nothing else tells of it */
	bool refs_known : 1;
	bool alive : 1;
	bool alive_known : 1;
	bool owner_put : 1; /* its driver has dropped its reference */
	bool missed : 1; /* the last snapshot did not show it */
	bool put_last : 1; /* the last event of this life was a put */
	bool ended : 1;
	bool freed : 1;
	bool told_after : 1; /* its use after its end was told */
	bool told : 1; /* a finding about how this life ends, or does not, is out */
	struct history hist;
};

struct life_ref {
	uint64_t dax;
	uint32_t generation;
};

/* The life at this address, ended or not, or NULL. */
struct life *life_at(const struct dxa_engine *e, uint64_t dax);

/* The life of this identity if it has not ended, else NULL. */
struct life *life_alive(const struct dxa_engine *e, uint64_t dax, uint32_t generation);

/*
 * Is it this alloc_dax that returned the life which l is? A snapshot that walks
 * while alloc_dax runs may show the device before that one's record comes.
 */
bool life_awaits(const struct dxa_engine *e, const struct life *l, const struct rec *alloc);

/* Begin a life at an address that alloc_dax returned. NULL without memory. */
struct life *life_begin(struct dxa_engine *e, const struct rec *r);

/*
 * The life that an event concerns: the current one, or one that must have begun
 * unseen. NULL when the life at this address is over, as far as all was seen,
 * or without memory.
 */
struct life *life_touch(struct dxa_engine *e, const struct rec *r);

/* Add the event to its history and learn what the record tells of the device. */
void life_note(struct dxa_engine *e, struct life *l, const struct rec *r);

/* Remember which probe it was allocated in, by its entry, so that the unbinding can be judged. */
void life_born_in(struct dxa_engine *e, struct life *l, const struct dxa_event *probe);

/* The number of a name of a module or driver; 0 for "", or when there are too many. */
uint16_t name_number(struct dxa_engine *e, const char *name);

/* Learn the owner from a record that tells the ops. */
void life_set_owner(struct dxa_engine *e, struct life *l, const struct dxa_event *ev);

/* The module that holds the life's ops; "" when built in or not known. */
const char *life_module(const struct dxa_engine *e, const struct life *l);

/* It is registered for no disk (any more). */
void life_clear_host(struct dxa_engine *e, struct life *l);

/* The life is over: no host, no suspicion; its address is remembered for a while. */
void life_end(struct dxa_engine *e, struct life *l);

/* Could something about this life have been missed? Then only what was seen counts. */
bool life_unsure(const struct dxa_engine *e, const struct life *l);

/* Suspect a life of something that time must prove; ctx, if any, is copied. */
void life_suspect(struct dxa_engine *e, struct life *l, enum suspicion what,
		  const struct dxa_context *ctx, uint64_t now);
void life_suspect_again(struct dxa_engine *e, struct life *l, uint64_t now);
void life_acquit(struct dxa_engine *e, struct life *l);

/* The context of what a life is suspected of, or NULL. */
const struct dxa_context *life_suspect_context(const struct life *l);

/* Change a count of references, which a recording can give any value: it stops at its limits. */
static inline void add_refs(int32_t *refs, int32_t by)
{
	if (__builtin_add_overflow(*refs, by, refs))
		*refs = by > 0 ? INT32_MAX : INT32_MIN;
}

/* Free every life. */
void lives_free(struct dxa_engine *e);

#endif
