/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of a story that stand for numbers. */
#ifndef DAXAUDIT_TESTS_GOLDEN_WORDS_H
#define DAXAUDIT_TESTS_GOLDEN_WORDS_H

#include <stdbool.h>
#include <stdint.h>

struct word {
	const char *name; /* NULL ends a list */
	uint64_t bits;
};

/* Flags of a dax_device, as a mask of 1 << DXA_DAXDEV_*. */
extern const struct word words_dax_flags[];

/* The complete parts of a snapshot: SNAP_END's arg. */
extern const struct word words_walks[];

/* enum dxa_bound */
extern const struct word words_bounds[];

/* enum dxa_phase, before the name of a kind */
extern const struct word words_phases[];

/*
 * The bits of names that are separated by "|"; the text is overwritten. Returns NULL, or the name
 * that the list does not have.
 */
const char *words_bits(const struct word *list, char *names, uint64_t *ret);

/* The number of an error, positive, by its name: "ENOMEM". False when there is none. */
bool words_errno(const char *name, int64_t *ret);

#endif
