/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling the service manager how we are: the datagrams of sd_notify(3), whose
 * protocol is documented there and promised to stay. Without a manager ($NOTIFY_SOCKET)
 * nothing is sent. libsystemd has no static library to link.
 */
#ifndef DAXAUDIT_CLI_NOTIFY_H
#define DAXAUDIT_CLI_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* Send printf-style assignments, one a line: "READY=1\nSTATUS=...". */
void dxa_notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* How often (ns) the manager wants to hear WATCHDOG=1: half of what it waits; 0: never. */
uint64_t dxa_notify_watchdog(void);

/* Is standard error a stream to the journal ($JOURNAL_STREAM)? */
bool dxa_notify_stderr_is_journal(void);

#endif
