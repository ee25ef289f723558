/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's uevents: it says that a device has come or gone, whether or not a hook of
 * ours was called.
 */
#ifndef DAXAUDIT_PROBE_UEVENTS_H
#define DAXAUDIT_PROBE_UEVENTS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does this uevent concern a device that may have a dax_device: a disk, or a device of a bus
 * whose drivers allocate one, that came, went, was bound or unbound? message is of len bytes,
 * as kobject_uevent_env() in lib/kobject_uevent.c builds it: "ACTION@DEVPATH", then
 * "KEY=VALUE" strings, each with its NUL; any bytes are allowed.
 */
bool dxa_uevent_concerns(const char *message, size_t len);

/*
 * Listen to the kernel's uevents from now on. Needs no privilege. Returns a descriptor that is
 * readable when there are any, which the caller closes, or a negative errno.
 */
int dxa_uevents_open(void);

/*
 * Read what came, or much of it. Returns whether any concerns a dax_device; that some were lost,
 * counts as one.
 */
bool dxa_uevents_read(int fd);

#endif
