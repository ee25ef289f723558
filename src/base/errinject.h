/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's list of functions for error injection (debugfs: error_injection/list). */
#ifndef DAXAUDIT_BASE_ERRINJECT_H
#define DAXAUDIT_BASE_ERRINJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DXA_ERRINJECT_LIST "/sys/kernel/debug/error_injection/list"
#define DXA_ERRINJECT_NAME_LEN 32

/* A line of the list. */
struct dxa_errinject {
	char function[DXA_ERRINJECT_NAME_LEN];
	int64_t value; /* what the function returns when it fails without memory */
};

/*
 * Parse a line, "should_failslab\tERRNO" or "open_ctree [btrfs]\tERRNO" (ei_seq_show() in
 * lib/error-inject.c). False if the kind of result is not known, or the name is too long.
 */
bool dxa_errinject_parse(const char *line, struct dxa_errinject *ret);

/* The function of a short name ("slab", "page"); other names are returned unchanged. */
const char *dxa_errinject_function(const char *site);

#endif
