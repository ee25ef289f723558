/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flags that survive in the slab. alloc_dax resets none of them (drivers/dax/super.c), so
 * every recycled device begins with those of its former life, until its driver declares
 * the same itself.
 *
 * Device-dax has no WRITE_CACHE to declare, for only dax_flush() asks for it, which
 * nobody calls on such a device: kept or not, it says nothing there.
 */
#ifndef DAXAUDIT_ENGINE_TRACK_FLAGS_H
#define DAXAUDIT_ENGINE_TRACK_FLAGS_H

#include <stdint.h>

#include "engine/engine.h"
#include "engine/track/life.h"

/* What a device was given by mistake. Owned by its life. */
struct flags {
	uint32_t kept; /* bits 1 << DXA_DAXDEV_*: that its driver has not declared since */
	struct rec alloc;
	struct dxa_life_id former; /* dax 0: not known */
	struct rec former_end;
};

/*
 * A device was allocated: remember which flags it did not get from its driver. The former
 * life's id has dax 0 when it is not known.
 */
void flags_begin(struct dxa_engine *e, struct life *l, const struct rec *alloc,
		 const struct dxa_life_id *former, const struct rec *former_end);

/* The driver declares a property itself, by a call of that kind. */
void flags_declared(struct life *l, uint16_t kind);

void flags_forget(struct life *l);

/* The name of the i-th flag that a driver can declare ("SYNC"), and its bit; NULL behind the last. */
const char *flags_name(size_t i, uint32_t *bit);

#endif
