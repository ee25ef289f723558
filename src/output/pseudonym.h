/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names in place of kernel addresses, for reports that are published: dev#1, disk#1, ...
 * An address has the same name in all formats and replays of an audit. Names are numbered
 * in the order of events. Symbols with offsets reveal no address.
 */
#ifndef DAXAUDIT_OUTPUT_PSEUDONYM_H
#define DAXAUDIT_OUTPUT_PSEUDONYM_H

#include <stddef.h>
#include <stdint.h>

#include "base/symbols.h"
#include "daxaudit/event.h"

struct dxa_pseudonyms;

/* The type of the object at an address; the first use decides. */
enum dxa_pseudonym_kind {
	DXA_PSEUDONYM_DEV,
	DXA_PSEUDONYM_DISK,
	DXA_PSEUDONYM_HOLDER,
	DXA_PSEUDONYM_OPS,
	DXA_PSEUDONYM_CODE,
	DXA_PSEUDONYM_OBJECT,
};

/* An empty collection; NULL without memory. Free with dxa_pseudonyms_free(). */
struct dxa_pseudonyms *dxa_pseudonyms_new(void);

/* NULL is allowed. */
void dxa_pseudonyms_free(struct dxa_pseudonyms *p);

/* Give names to the addresses of an event, except those with symbols, before it is shown. */
void dxa_pseudonyms_event(struct dxa_pseudonyms *p, struct dxa_symbols *symbols,
			  const struct dxa_event *ev);

#define DXA_ADDRESS_LEN 32

/* The type of the event's obj. */
enum dxa_pseudonym_kind dxa_pseudonym_of_obj(const struct dxa_event *ev);

/*
 * Write an address, which is neither NULL nor an ERR_PTR, to buf: in hexadecimal after
 * prefix, or its name if p is not NULL. Returns buf.
 */
const char *dxa_pseudonym(char buf[DXA_ADDRESS_LEN], struct dxa_pseudonyms *p,
			  enum dxa_pseudonym_kind kind, const char *prefix, uint64_t address);

/*
 * Replace, in place, each address in a sentence by its name: hexadecimal numbers after 0x,
 * and others that have a name or the length of a pointer. text has room for size bytes, and
 * is cut if names are longer.
 */
void dxa_pseudonyms_rewrite(struct dxa_pseudonyms *p, char *text, size_t size);

#endif
