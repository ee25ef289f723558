/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings as entries of systemd's journal, with fields to search by. The native
 * protocol has one datagram for each entry, and is documented and stable:
 * https://systemd.io/JOURNAL_NATIVE_PROTOCOL/. libsystemd has no static library.
 */
#ifndef DAXAUDIT_OUTPUT_JOURNAL_H
#define DAXAUDIT_OUTPUT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "output/sink.h"

#define DXA_JOURNAL_SOCKET "/run/systemd/journal/socket"

struct dxa_journal {
	int fd; /* -1: not open */
	const char *path; /* of the socket */
	uint64_t failures; /* entries that could not be sent */
	int error; /* errno of the newest entry, or of the open; 0: it was sent */
};

/*
 * Prepare to send to the socket at path (borrowed). Returns 0 or the errno with which a
 * send would fail now. Entries can be sent even after an error: each one tries the socket
 * again, unless fd is -1.
 */
int dxa_journal_open(struct dxa_journal *j, const char *path);

/* Update error to the errno with which a send would fail now, or 0. */
void dxa_journal_check(struct dxa_journal *j);

/* Close it. One that was never opened must be zero-initialised. */
void dxa_journal_close(struct dxa_journal *j);

/* A sink that sends each finding; its state is a struct dxa_journal, borrowed. It has no stream. */
extern const struct dxa_sink_ops dxa_sink_journal;

#define DXA_MESSAGE_ID_LEN 33

/*
 * Write the MESSAGE_ID of a rule's entries: 32 hex digits, a UUID of version 8
 * made from the rule's name, so that it is the same in every release. Returns buf.
 */
const char *dxa_rule_message_id(char buf[DXA_MESSAGE_ID_LEN], enum dxa_rule rule);

/* Write the message catalog (systemd.io/CATALOG): a text for each rule's MESSAGE_ID. */
void dxa_journal_catalog(FILE *out);

#endif
