/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The symbols of ops tables. A symbol is recorded once (read_ops_name() in
 * bpf/emit.bpf.h), and every record needs it.
 */
#ifndef DAXAUDIT_PROBE_OPSNAMES_H
#define DAXAUDIT_PROBE_OPSNAMES_H

#include <stdint.h>

#include "daxaudit/event.h"

/* There are about ten drivers; of more than this many the oldest symbol is dropped. */
#define DXA_OPSNAMES 16

struct dxa_opsnames {
	struct {
		uint64_t ops;
		char words[DXA_NAME_LEN];
	} known[DXA_OPSNAMES];
	unsigned int next;
	struct {
		uint64_t ops;
		char words[DXA_DRIVER_LEN];
	} device; /* of the newest SNAP_DEVICE that had a name */
};

/* Remember the symbol of a record that has one. */
void dxa_opsnames_learn(struct dxa_opsnames *n, const struct dxa_event *ev);

/* Set the symbol of a record without one, if it is known. */
void dxa_opsnames_fill(const struct dxa_opsnames *n, struct dxa_event *ev);

/* A SNAP_DEVICE whose ops table is that of the device before it has no name: give it that one's. */
void dxa_opsnames_device(struct dxa_opsnames *n, struct dxa_event *ev);

#endif
