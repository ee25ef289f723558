/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stale flags. alloc_dax does not reset the flags (drivers/dax/super.c), so a device in
 * reused memory begins with those of the former life, until its driver sets them itself.
 *
 * Device-dax does not set WRITE_CACHE: only dax_flush() reads it, which is not called on
 * such a device, so there it may be stale.
 */
#ifndef DAXAUDIT_ENGINE_TRACK_FLAGS_H
#define DAXAUDIT_ENGINE_TRACK_FLAGS_H

#include <stdint.h>

#include "engine/engine.h"
#include "engine/track/life.h"

/* The stale flags of a device. Owned by its life. */
struct flags {
	uint32_t kept; /* bits 1 << DXA_DAXDEV_* that its driver has not set since */
	struct rec alloc;
	struct dxa_life_id former; /* dax 0: not known */
	struct rec former_end;
};

/*
 * A device was allocated: remember the stale flags. The id of the former life has dax 0
 * when it is not known.
 */
void flags_begin(struct dxa_engine *e, struct life *l, const struct rec *alloc,
		 const struct dxa_life_id *former, const struct rec *former_end);

/* The driver sets a flag itself, by a call of this kind. */
void flags_declared(struct life *l, uint16_t kind);

void flags_forget(struct life *l);

/* The name of the i-th flag that a driver can set ("SYNC"), and its bit; NULL after the last. */
const char *flags_name(size_t i, uint32_t *bit);

#endif
