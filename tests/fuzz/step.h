/* SPDX-License-Identifier: GPL-2.0-only */
/* One event of fuzz_engine's input. */
#ifndef DAXAUDIT_TESTS_FUZZ_STEP_H
#define DAXAUDIT_TESTS_FUZZ_STEP_H

#include <stdint.h>

#define STEP_DAX_AT 0xffff888100000000ull
#define STEP_OBJ_AT 0xffff888200000000ull
#define STEP_OPS_AT 0xffffffffc0000000ull

struct step {
	uint8_t kind;
	uint8_t phase; /* low nibble: enum dxa_phase; high nibble: enum dxa_has */
	uint8_t tid;
	uint8_t dax, obj, arg,
		ops; /* 0: NULL, 0xff and 0xfe: ERR_PTRs, else one of few addresses */
	uint8_t name;
	uint8_t flags; /* low bits: dax_flags; high bit: a sequence number is skipped */
	int8_t ret;
	uint8_t ret_is_dax;
	uint8_t refs;
	uint8_t time; /* since the event before; its cube counts, in 10 us */
};

_Static_assert(sizeof(struct step) == 13, "no padding: every byte of an input means something");

#endif
