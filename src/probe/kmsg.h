/* SPDX-License-Identifier: GPL-2.0-only */
/* New messages of the kernel's log. */
#ifndef DAXAUDIT_PROBE_KMSG_H
#define DAXAUDIT_PROBE_KMSG_H

#include "base/err.h"

/* Open the log after its newest message. REFUSED when it cannot be read. The caller closes *fd. */
struct dxa_err *dxa_kmsg_open(int *fd);

/*
 * Call fn with every message since the last call, without level and time. Returns how often
 * messages were overwritten before they were read.
 */
unsigned int dxa_kmsg_read(int fd, void (*fn)(void *priv, const char *line), void *priv);

#endif
