/* SPDX-License-Identifier: GPL-2.0-only */
/* The owner table: the drivers that own dax_devices, and how they are recognised. */
#ifndef DAXAUDIT_ENGINE_OWNER_H
#define DAXAUDIT_ENGINE_OWNER_H

#include <stdbool.h>

#include "base/symbols.h"
#include "engine/engine.h"

struct dxa_owner {
	const char *name; /* what people call the driver */
	const char *ops; /* the symbol of its dax_operations; NULL when it has none */
	const char *module; /* must not be unloaded before its devices are released; or NULL */
	bool goes_on; /* its probe must succeed although alloc_dax returned EOPNOTSUPP */
	bool releases_at_unbind; /* unbinding the driver releases what its probe allocated */
	bool of_disk; /* its devices belong to disks, by dax_hosts */
	bool on_dax_bus; /* its devices are released with their struct device on the dax bus */
	bool declares_late; /* it sets the flags of a device when that may be in use already */
	bool fails_with_enxio; /* it replaces every error by ENXIO */
};

/* The entry of a driver. Static. */
const struct dxa_owner *dxa_owner_of(enum dxa_driver driver);

/*
 * Does the driver of this name, on this bus, allocate or run dax_devices? Probes of
 * other drivers do not concern DAX.
 */
bool dxa_is_dax_driver(const char *bus, const char *driver);

/*
 * For hints: the name of the driver whose module, or name in the driver core, is given
 * ("nd_pmem": "pmem", "kmem": "device-dax"); '-' and '_' are equal. Another name is returned
 * unchanged.
 */
const char *dxa_driver_alias(const char *given);

/* The owner of the devices that a driver of the dax bus runs, or -1: it runs none. */
int dxa_driver_of_dax_bus(const char *driver);

/* The driver whose ops have this symbol: OTHER for an unknown *_dax_ops, else UNKNOWN. */
enum dxa_driver dxa_driver_by_ops(const char *symbol);

/*
 * The same for the kernel's name of the ops, "NAME [MODULE]"; module as below. False: it is
 * no name.
 */
bool dxa_owner_by_name(const char *words, enum dxa_driver *driver, char module[DXA_NAME_LEN]);

/*
 * The driver that owns the device of a record with ops; in module, the name of the
 * module that contains them ("": built in, or not known). The name of the ops in
 * the record (hooks.h, alloc_dax) has precedence over symbols, which may be NULL.
 */
enum dxa_driver dxa_owner_of_event(struct dxa_symbols *symbols, const struct dxa_event *ev,
				   char module[DXA_NAME_LEN]);

#endif
