/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel called each ops table: it names one once (read_ops_name() in
 * bpf/emit.bpf.h), and its words are needed with every record.
 */
#ifndef DAXAUDIT_PROBE_OPSNAMES_H
#define DAXAUDIT_PROBE_OPSNAMES_H

#include <stdint.h>

#include "daxaudit/event.h"

/* There are about ten drivers; of more than so many the oldest name is forgotten. */
#define DXA_OPSNAMES 16

struct dxa_opsnames {
	struct {
		uint64_t ops;
		char words[DXA_NAME_LEN];
	} known[DXA_OPSNAMES];
	unsigned int next;
};

/* Remember the words of a record that has some; give them to `ev`, whose name is empty, if known. */
void dxa_opsnames_learn(struct dxa_opsnames *n, const struct dxa_event *ev);
void dxa_opsnames_tell(const struct dxa_opsnames *n, struct dxa_event *ev);

#endif
