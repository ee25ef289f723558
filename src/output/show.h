/* SPDX-License-Identifier: GPL-2.0-only */
/* Filters of what is shown. They do not change findings and verdict. */
#ifndef DAXAUDIT_OUTPUT_SHOW_H
#define DAXAUDIT_OUTPUT_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

#define DXA_SHOW_MAX 16

/* Zero-initialised, it shows all. One filter of each given kind must match. */
struct dxa_show {
	uint32_t drivers; /* bits 1 << driver */
	uint64_t rules; /* bits 1 << rule */
	const char *devices[DXA_SHOW_MAX]; /* names of disks and devices; borrowed */
	size_t n_devices;
	uint32_t pids[DXA_SHOW_MAX]; /* of processes and of their threads */
	size_t n_pids;
};

_Static_assert(DXA_RULE_COUNT <= 64, "a bit for each rule");

/* Does it hide anything? */
bool dxa_show_narrows(const struct dxa_show *show);

/*
 * Is this shown? With rules no context is shown: findings have their evidence. symbols: for
 * the owners of devices.
 */
bool dxa_show_context(const struct dxa_show *show, const struct dxa_context *ctx,
		      struct dxa_symbols *symbols);
bool dxa_show_finding(const struct dxa_show *show, const struct dxa_finding *f);
bool dxa_show_device(const struct dxa_show *show, const struct dxa_device *dev);
/* Which of show's devices it is, whatever its driver: bits 1 << index. */
uint32_t dxa_show_which(const struct dxa_show *show, const struct dxa_device *dev);
/* named: the event is known to be about one of the devices, though it has no name. */
bool dxa_show_event(const struct dxa_show *show, const struct dxa_event *ev,
		    struct dxa_symbols *symbols, bool named);

/* Does the event give one of the devices its name? */
bool dxa_show_names(const struct dxa_show *show, const struct dxa_event *ev);

/* The filters as text: "driver pmem, device pmem0". Returns buf. */
const char *dxa_show_words(char *buf, size_t size, const struct dxa_show *show);

#endif
