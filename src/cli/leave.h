/* SPDX-License-Identifier: GPL-2.0-only */
/* Detaches trampolines in the background, after this process has exited. */
#ifndef DAXAUDIT_CLI_LEAVE_H
#define DAXAUDIT_CLI_LEAVE_H

#include "probe/probe.h"

/*
 * Remove the kprobe events of an audit, and share its trampolines with a child that exits
 * after this process: the kernel detaches them during the exit of the child, which takes
 * seconds of RCU grace periods, even if the child is killed. dxa_probe_close(), which must
 * follow, is then fast; if no child can be made, it takes those seconds. Call it when all
 * output is written, and exit soon. NULL is allowed.
 */
void dxa_leave(struct dxa_probe *probe);

#endif
