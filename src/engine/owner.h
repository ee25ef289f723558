/* SPDX-License-Identifier: GPL-2.0-only */
/* The owner table: what the ops of a dax_device tell about its driver. */
#ifndef DAXAUDIT_ENGINE_OWNER_H
#define DAXAUDIT_ENGINE_OWNER_H

#include <stdbool.h>

#include "base/symbols.h"
#include "engine/engine.h"

struct dxa_owner {
	const char *name; /* what people call the driver */
	const char *ops; /* the symbol of its dax_operations; NULL when it has none */
	const char *module; /* whose going away ends its devices; NULL when none does */
	bool goes_on; /* must survive an alloc_dax that answers EOPNOTSUPP */
	bool releases_at_unbind; /* its probe's devices are gone when the driver is unbound */
	bool of_disk; /* its devices belong to disks, by dax_hosts */
	bool on_dax_bus; /* its devices are on the dax bus, and are released with those */
	bool declares_late; /* what its devices can do, when they are in use already */
	bool fails_with_enxio; /* whatever it was that failed */
};

/* The row of a driver. Static. */
const struct dxa_owner *dxa_owner_of(enum dxa_driver driver);

/*
 * Is a driver of this name, on this bus, one that makes or runs dax_devices? The
 * driver core's probe of any other has nothing to do with DAX.
 */
bool dxa_is_dax_driver(const char *bus, const char *driver);

/* The owner whose devices a driver of the dax bus runs, or -1: it runs none. */
int dxa_driver_of_dax_bus(const char *driver);

/* The driver whose ops have this symbol: OTHER for an unknown *_dax_ops, else UNKNOWN. */
enum dxa_driver dxa_driver_by_ops(const char *symbol);

/*
 * The driver that owns the device of a record with ops in it, and in module the
 * name of the module that holds them ("" when built in or not known). The
 * record's own name of the ops (see hooks.h, alloc_dax) comes before symbols,
 * which may be NULL.
 */
enum dxa_driver dxa_owner_of_event(struct dxa_symbols *symbols, const struct dxa_event *ev,
				   char module[DXA_NAME_LEN]);

#endif
