/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Anomalies: violations that a snapshot shows. One is reported when the next snapshot
 * shows it again for the same life: a snapshot is taken without locks, so a single one
 * may show a device that is being added or removed.
 */
#ifndef DAXAUDIT_ENGINE_RULES_ANOMALY_H
#define DAXAUDIT_ENGINE_RULES_ANOMALY_H

#include "engine/fact.h"
#include "engine/track/snapshot.h"

/*
 * Add an anomaly of the current snapshot. It concerns a device (id), a task (id with dax 0
 * and the tid as generation) or, with id NULL, the disk that is named in proof. more may be
 * NULL. why: the predicate of a sentence whose subject is the device; static.
 */
struct result anomaly_add(struct dxa_engine *e, const struct dxa_rule_info *rule,
			  const struct dxa_life_id *id, const struct rec *proof,
			  const struct rec *more, const char *why);

/*
 * As anomaly_add(), for what can be legal for any time: it never becomes a finding. If the
 * last snapshot shows it, the audit is inconclusive.
 */
struct result anomaly_add_doubtful(struct dxa_engine *e, const struct dxa_rule_info *rule,
				   const struct dxa_life_id *id, const struct rec *proof,
				   const struct rec *more, const char *why);

/* Something looks like an anomaly, but may be in progress: the next snapshot decides. */
void anomaly_undecided(struct dxa_engine *e);

/* The number of anomalies in the last snapshot, undecided ones included. */
size_t anomaly_count(const struct dxa_engine *e);

/* Are its operations in a module that is gone? Then no other check applies to the device. */
bool ops_are_gone(const struct device *d);

/* Free it. */
void anomalies_free(struct dxa_engine *e);

#endif
