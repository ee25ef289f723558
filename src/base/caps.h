/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The capabilities of this process, see capabilities(7). It takes two system calls and
 * prctl(2) only, so no library is used, which every cross build would need.
 */
#ifndef DAXAUDIT_BASE_CAPS_H
#define DAXAUDIT_BASE_CAPS_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DXA_CAP(cap) (1ull << (cap))

/* The effective capabilities: bits DXA_CAP(CAP_...). */
uint64_t dxa_caps_effective(void);

/* Make exactly the permitted ones of `caps` effective. 0 or -errno. */
int dxa_caps_use(uint64_t caps);

/*
 * Permanently give up all capabilities except those in keep, and prevent executed
 * programs from gaining any (bounding and ambient set, no_new_privs). 0 or -errno.
 */
int dxa_caps_give_up(uint64_t keep);

/* Write the names, such as "CAP_BPF CAP_SYSLOG", or "none". Returns buf. */
const char *dxa_caps_names(uint64_t caps, char *buf, size_t size);

#endif
