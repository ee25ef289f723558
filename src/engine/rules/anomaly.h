/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Anomalies: violations that a snapshot shows. One is reported when the next snapshot
 * shows it again for the same life: a snapshot is taken without locks, so a single one
 * may show a device that is being added or removed. Even two may, if the task that does
 * so sleeps, or does not get a processor.
 */
#ifndef DAXAUDIT_ENGINE_RULES_ANOMALY_H
#define DAXAUDIT_ENGINE_RULES_ANOMALY_H

#include "engine/fact.h"
#include "engine/track/snapshot.h"

/* What proves an anomaly that two snapshots in a row show. */
enum anomaly_proof {
	PROOF_SEEN_TWICE, /* nothing more: no task ends it */
	/*
	 * No task can be about to end it: each was outside the functions that may
	 * (DXA_SNAP_OUTSIDE). In older recordings, which do not tell, nothing more.
	 */
	PROOF_NO_TASK_INSIDE,
	/* The same, in older recordings, too: a reference that an unknown task holds. */
	PROOF_NO_TASK_HOLDS,
};

/*
 * Add an anomaly of the current snapshot. It concerns a device (id), a task (id with dax 0
 * and the tid as generation) or, with id NULL, the disk that is named in evidence. more may be
 * NULL. why: the predicate of a sentence whose subject is the device; static. If the last
 * snapshot shows it, and it is not proven, the audit is inconclusive.
 */
struct result anomaly_add(struct dxa_engine *e, const struct dxa_rule_info *rule,
			  enum anomaly_proof proof, const struct dxa_life_id *id,
			  const struct rec *evidence, const struct rec *more, const char *why);

/* Something looks like an anomaly, but may be in progress: the next snapshot decides. */
void anomaly_undecided(struct dxa_engine *e);

/* The number of anomalies in the last snapshot, undecided ones included. */
size_t anomaly_count(const struct dxa_engine *e);

/* Are its operations in a module that is gone? Then no other check applies to the device. */
bool ops_are_gone(const struct device *d);

/* Free it. */
void anomalies_free(struct dxa_engine *e);

#endif
