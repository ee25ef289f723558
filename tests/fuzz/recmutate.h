/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mutations of recordings that pass the reader's checksums: a recording is decoded into blocks and
 * events, changed, packed and sealed again.
 */
#ifndef DAXAUDIT_TESTS_FUZZ_RECMUTATE_H
#define DAXAUDIT_TESTS_FUZZ_RECMUTATE_H

#include <stddef.h>
#include <stdint.h>

/* Mutate the recording in data, which has room for max bytes. Returns its new length. */
size_t recording_mutate(uint8_t *data, size_t size, size_t max, unsigned int seed);

/*
 * Combine blocks of both into a recording in out, which has room for max bytes. Returns its length.
 */
size_t recording_cross(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
		       uint8_t *out, size_t max, unsigned int seed);

#endif
