/* SPDX-License-Identifier: GPL-2.0-only */
/* The last line of an audit. */
#ifndef DAXAUDIT_OUTPUT_CLOSING_H
#define DAXAUDIT_OUTPUT_CLOSING_H

#include "output/sink.h"

/* "PASS", "FAIL", "INCONCLUSIVE". Static. */
const char *dxa_closing_word(enum dxa_verdict_kind kind);

/* The word for an audit that could not begin: "ERROR" or "SKIP". Static. */
const char *dxa_closing_refusal(const struct dxa_refusal *refusal);

/*
 * The sentence after the verdict, with the reasons and the extent of the audit: "1 error
 * (null-teardown-leak); 1 probe, 1 device (pmem); 17 records, none lost". The caller
 * frees it. NULL without memory.
 */
char *dxa_closing_why(const struct dxa_result *r);

/*
 * What filters hide, by sort: "2 probes, 1 unbind and 1 finding checked and not shown".
 * Returns buf; 128 bytes are enough.
 */
const char *dxa_closing_hidden(char *buf, size_t size, const struct dxa_hidden *hidden);

/* The sentence after the verdict of several recordings: "3 recordings: 1 failed, 2 passed". */
char *dxa_closing_summary(const struct dxa_summary *sum);

#endif
