/* SPDX-License-Identifier: GPL-2.0-only */
/* dax_hosts: the disk of each device; and disks without a device. */
#ifndef DAXAUDIT_ENGINE_TRACK_HOSTS_H
#define DAXAUDIT_ENGINE_TRACK_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "engine/engine.h"
#include "engine/track/life.h"

/* A disk that was removed from dax_hosts. */
struct left_disk {
	struct dxa_link link; /* oldest first */
	uint64_t disk;
	uint64_t since; /* ktime */
};

/* A disk that was added after alloc_dax refused its driver. */
struct refused_disk {
	uint64_t disk; /* 0: none */
	enum dxa_driver driver;
	struct rec alloc;
	struct rec up;
	struct dxa_context ctx;
	uint64_t epoch;
};

/* Set the gendisk of a life: by dax_add_host (since 0), or shown at ktime since (ns). */
void life_set_host(struct dxa_engine *e, struct life *l, uint64_t disk, uint64_t since);

/*
 * Is the device, in a call at ktime now (ns) in context ctx (may be NULL), certainly in
 * dax_hosts? If a lookup or a snapshot showed the entry, dax_remove_host may have been
 * called before the hooks were attached. Not if the context began later, or if the entry
 * was shown long ago.
 */
bool life_has_host(const struct dxa_context *ctx, const struct life *l, uint64_t now);

/* Was the disk removed from dax_hosts lately? A lookup or a snapshot may still show it. */
bool host_has_left(const struct dxa_engine *e, uint64_t disk);

/* Free it. */
void hosts_free(struct dxa_engine *e);

#endif
