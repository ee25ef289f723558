/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads and writes recordings as bytes, with code of its own: a mistake that the project's reader
 * and writer share is then visible.
 */
#ifndef DAXAUDIT_TESTS_RAWREC_H
#define DAXAUDIT_TESTS_RAWREC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/format.h"

struct raw {
	unsigned char *data;
	size_t len;
};

/* Read and write a file's bytes. A failure fails the test. */
struct raw raw_load(const char *path);
void raw_save(const struct raw *r, const char *path);
void raw_free(struct raw *r);

/* The bytes of block number i (0: the header), head included; false when there is none. */
bool raw_block(const struct raw *r, size_t i, size_t *at, size_t *len);

/* How many blocks of that type end at or before byte `end`. */
size_t raw_count(const struct raw *r, uint32_t type, size_t end);

/* Unpack the block at byte `at`; the caller frees it. */
struct raw raw_unpack(const struct raw *r, size_t at);

/* Append bytes, or a block with that payload. */
void raw_append(struct raw *r, const void *data, size_t len);
void raw_append_block(struct raw *r, uint32_t type, const void *payload, size_t len);

/* Append the block at this offset of another recording, with a checksum that fits here. */
void raw_append_copy(struct raw *r, const struct raw *from, size_t at);

/* Correct the checksum of the file head. */
void raw_seal(struct raw *r);

/* The same recording in another format; swap: as a machine of the other byte order writes it. */
struct raw raw_rewrite(const struct raw *r, uint16_t format, bool swap);

#endif
