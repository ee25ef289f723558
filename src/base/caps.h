/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This process's capabilities, see capabilities(7). Two system calls and one
 * prctl(2) are all there is to it, so no library is asked for, which every
 * cross-built static binary would have to find.
 */
#ifndef DAXAUDIT_BASE_CAPS_H
#define DAXAUDIT_BASE_CAPS_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DXA_CAP(cap) (1ull << (cap))

/* The effective ones: bits DXA_CAP(CAP_...). */
uint64_t dxa_caps_effective(void);

/* Make those of `caps` effective that are permitted, and no others. 0 or -errno. */
int dxa_caps_use(uint64_t caps);

/*
 * Give up all capabilities but those in keep, for good: also what a program that
 * this one executes could gain (bounding and ambient set, no_new_privs). 0 or
 * -errno.
 */
int dxa_caps_give_up(uint64_t keep);

/* Write their names, such as "CAP_BPF CAP_SYSLOG", or "none". Returns buf. */
const char *dxa_caps_names(uint64_t caps, char *buf, size_t size);

#endif
