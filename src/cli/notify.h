/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notifications to the service manager: the datagrams of sd_notify(3), whose protocol is
 * documented there and stable. Without a manager ($NOTIFY_SOCKET) nothing is sent.
 * libsystemd has no static library.
 */
#ifndef DAXAUDIT_CLI_NOTIFY_H
#define DAXAUDIT_CLI_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* Send assignments, printf-style, one on each line: "READY=1\nSTATUS=...". */
void dxa_notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The interval (ns) for WATCHDOG=1: half of the manager's timeout; 0: no watchdog. */
uint64_t dxa_notify_watchdog(void);

/* Is standard error connected to the journal ($JOURNAL_STREAM)? */
bool dxa_notify_stderr_is_journal(void);

#endif
