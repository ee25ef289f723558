/* SPDX-License-Identifier: GPL-2.0-only */
/* One event of fuzz_engine's input. */
#ifndef DAXAUDIT_TESTS_FUZZ_STEP_H
#define DAXAUDIT_TESTS_FUZZ_STEP_H

#include <stdint.h>

#define STEP_DAX_AT 0xffff888100000000ull
#define STEP_OBJ_AT 0xffff888200000000ull
#define STEP_OPS_AT 0xffffffffc0000000ull

/* Bits of how: the sources of ret, arg and ts. The other bits put `value` in a field. */
#define STEP_RET 0x03 /* enum step_from */
#define STEP_ARG 0x0c /* enum step_from, shifted */
#define STEP_ARG_SHIFT 2
#define STEP_RAW_TIME 0x10 /* ts is any number, not the clock's */
#define STEP_RAW_RDEV 0x20
#define STEP_RAW_TID 0x40
#define STEP_RAW_DROPPED 0x80

#define STEP_KINDS 240

/* Bit of phase: the count is one of the ends of its range. */
#define STEP_EDGE_REFS 0x04
#define STEP_EDGE_CDEV 0x08

enum step_from {
	STEP_FROM_INDEX, /* ret: the low byte of value, with its sign; arg: an address */
	STEP_FROM_DAX, /* the address of the device */
	STEP_FROM_VALUE, /* value, with its sign, in the high or the low half */
	STEP_FROM_CLOCK, /* a ktime near now, value microseconds away */
};

struct step {
	uint8_t kind; /* below STEP_KINDS: an existing kind; else any number */
	uint8_t phase; /* low bits: enum dxa_phase, STEP_EDGE_*; high nibble: enum dxa_has */
	uint8_t tid;
	uint8_t dax, obj, arg,
		ops; /* 0: NULL, 0xff and 0xfe: ERR_PTRs, else one of few addresses */
	uint8_t name;
	uint8_t words; /* low bits: bus; high bits: driver */
	uint8_t flags; /* low bits: dax_flags; high bit: sequence numbers are skipped */
	uint8_t how; /* STEP_* */
	uint8_t time; /* since the event before; its cube counts, in 10 us */
	int32_t refs, cdev_refs, value;
};

_Static_assert(sizeof(struct step) == 24, "no padding: every byte of an input means something");

/* The possible values of name, bus and driver; a step holds the index. */
#define STEP_NAMES                                                                           \
	"", "pmem0", "namespace0.0", "dax0.0", "nd_pmem", "dm-0", "virtio0", "pmem_dax_ops", \
		"dm_dax_ops [dm_mod]", "virtio_fs_dax_ops [virtiofs]", "dcssblk_dax_ops",    \
		"device_dax", "kmem", "unregister_dev_dax", "0xffffffffc0000000", "fsdev_dax"
#define STEP_BUSES "", "nd", "dax", "virtio"
#define STEP_DRIVERS                                                                           \
	"", "nd_pmem", "device_dax", "kmem", "fsdev_dax", "virtiofs", "dax_pmem",              \
		"__devm_create_dev_dax", "0xffffffffc0000000", "xfs", "ext4", "device-mapper", \
		"pmem", "dm", "hmem", "cxl_dax_region"

#endif
