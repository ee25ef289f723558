/* SPDX-License-Identifier: GPL-2.0-only */
/* Let trampolines be detached after this process has ended. */
#ifndef DAXAUDIT_CLI_LEAVE_H
#define DAXAUDIT_CLI_LEAVE_H

#include "probe/probe.h"

/*
 * Remove the kprobe events of an audit, and share its trampolines with a child that ends
 * when this process does: the kernel detaches them in the child's exit, which takes seconds
 * of grace periods, whatever may kill it. dxa_probe_close(), which must follow, is quick
 * then. Where there can be no child it takes those seconds. Call it when all output is
 * written, and end soon. NULL is allowed.
 */
void dxa_leave(struct dxa_probe *probe);

#endif
