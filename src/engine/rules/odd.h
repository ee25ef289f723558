/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is odd in one snapshot is told when the next one shows it, too, of the same life:
 * a walk without a lock that passes while a device comes or goes proves nothing.
 */
#ifndef DAXAUDIT_ENGINE_RULES_ODD_H
#define DAXAUDIT_ENGINE_RULES_ODD_H

#include "engine/fact.h"
#include "engine/track/snapshot.h"

/*
 * This looks broken in the snapshot that is being judged: of a device (id), of a task (id
 * with dax 0 and its number as generation) or, id NULL, of the disk that the proof names. more may
 * be NULL. why: the rest of a sentence that begins with the device; static.
 */
struct answer odd(struct dxa_engine *e, const struct dxa_rule_info *rule,
		  const struct dxa_life_id *id, const struct rec *proof, const struct rec *more,
		  const char *why);

/* Something looks odd and is being worked at: the next snapshot decides. */
void odd_undecided(struct dxa_engine *e);

/* How much is odd in the last snapshot, or undecided. */
size_t odd_count(const struct dxa_engine *e);

/* Are its operations in a module that is gone? Then nothing else is said of the device. */
bool ops_are_gone(const struct device *d);

/* Free it. */
void odds_free(struct dxa_engine *e);

#endif
