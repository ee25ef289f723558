// SPDX-License-Identifier: GPL-2.0-only
#include "output/pseudonym.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"
#include "base/map.h"
#include "engine/errname.h"

#define KINDS (DXA_PSEUDONYM_OBJECT + 1)
/* Hexadecimal digits of an address that nothing marks as one: 32 bits and 64 bits. */
#define DIGITS_32 8
#define DIGITS_64 16

static const char *const names[KINDS] = {
	[DXA_PSEUDONYM_DEV] = "dev",	   [DXA_PSEUDONYM_DISK] = "disk",
	[DXA_PSEUDONYM_HOLDER] = "holder", [DXA_PSEUDONYM_OPS] = "ops",
	[DXA_PSEUDONYM_CODE] = "code",	   [DXA_PSEUDONYM_OBJECT] = "object",
};

struct dxa_pseudonyms {
	struct dxa_map given; /* address -> its number times KINDS plus its kind */
	uintptr_t last[KINDS];
};

struct dxa_pseudonyms *dxa_pseudonyms_new(void)
{
	return calloc(1, sizeof(struct dxa_pseudonyms));
}

void dxa_pseudonyms_free(struct dxa_pseudonyms *p)
{
	if (!p)
		return;
	dxa_map_free(&p->given);
	free(p);
}

/* The value of the map; 0 without memory. */
static uintptr_t give(struct dxa_pseudonyms *p, enum dxa_pseudonym_kind kind, uint64_t address)
{
	uintptr_t name = (uintptr_t)dxa_map_get(&p->given, address);

	if (name)
		return name;
	name = (p->last[kind] + 1) * KINDS + kind;
	if (dxa_map_put(&p->given, address, (void *)name))
		return 0;
	p->last[kind]++;
	return name;
}

static void give_pointer(struct dxa_pseudonyms *p, enum dxa_pseudonym_kind kind, uint64_t value)
{
	if (value && !dxa_is_err_ptr(value))
		give(p, kind, value);
}

enum dxa_pseudonym_kind dxa_pseudonym_of_obj(const struct dxa_event *ev)
{
	switch (ev->kind) {
	case DXA_KIND_DAX_ADD_HOST:
	case DXA_KIND_DAX_REMOVE_HOST:
	case DXA_KIND_FS_DAX_GET_BY_BDEV:
	case DXA_KIND_DEVICE_ADD_DISK:
	case DXA_KIND_SNAP_HOST:
	case DXA_KIND_DISK_STATE:
	case DXA_KIND_DISK_USED:
	case DXA_KIND_USED_GONE:
		return DXA_PSEUDONYM_DISK;
	case DXA_KIND_MODULE_LOAD:
		return DXA_PSEUDONYM_CODE;
	default:
		return DXA_PSEUDONYM_OBJECT;
	}
}

/* Give a name to an address without a symbol. */
static void give_nameless(struct dxa_pseudonyms *p, struct dxa_symbols *symbols,
			  const struct dxa_event *ev)
{
	struct dxa_symbol sym;
	uint64_t caller = dxa_symbols_caller(symbols, ev, &sym);

	if (!sym.name)
		give_pointer(p, DXA_PSEUDONYM_CODE, caller);
	if (ev->ops && !dxa_symbols_find(symbols, ev->ops, &sym))
		give_pointer(p, DXA_PSEUDONYM_OPS, ev->ops);
}

void dxa_pseudonyms_event(struct dxa_pseudonyms *p, struct dxa_symbols *symbols,
			  const struct dxa_event *ev)
{
	give_pointer(p, DXA_PSEUDONYM_DEV, ev->dax);
	switch (ev->kind) {
	case DXA_KIND_ALLOC_DAX:
		give_pointer(p, DXA_PSEUDONYM_DEV, (uint64_t)ev->ret);
		break;
	case DXA_KIND_FS_DAX_GET_BY_BDEV:
		give_pointer(p, DXA_PSEUDONYM_DEV, (uint64_t)ev->ret);
		give_pointer(p, DXA_PSEUDONYM_HOLDER, ev->arg);
		break;
	case DXA_KIND_FS_DAX_GET:
	case DXA_KIND_FS_PUT_DAX:
		give_pointer(p, DXA_PSEUDONYM_HOLDER, ev->arg);
		break;
	case DXA_KIND_CREATE_DEV_DAX:
	case DXA_KIND_CREATE_DEV_DAX_OLD:
		give_pointer(p, DXA_PSEUDONYM_OBJECT, (uint64_t)ev->ret);
		break;
	default:
		break;
	}
	give_pointer(p, dxa_pseudonym_of_obj(ev), ev->obj);
	give_pointer(p, DXA_PSEUDONYM_HOLDER, ev->holder);
	give_nameless(p, symbols, ev);
}

const char *dxa_pseudonym(char buf[DXA_ADDRESS_LEN], struct dxa_pseudonyms *p,
			  enum dxa_pseudonym_kind kind, const char *prefix, uint64_t address)
{
	uintptr_t name;

	if (!p) {
		snprintf(buf, DXA_ADDRESS_LEN, "%s%" PRIx64, prefix, address);
		return buf;
	}
	name = give(p, kind, address);
	if (name)
		snprintf(buf, DXA_ADDRESS_LEN, "%s#%ju", names[name % KINDS],
			 (uintmax_t)(name / KINDS));
	else
		snprintf(buf, DXA_ADDRESS_LEN, "%s#0", names[kind]);
	return buf;
}

/* ---- sentences ---- */

/*
 * The number at the start of text, where a word begins; *len gets its length.
 * False for a word that is none.
 */
static bool read_number(const char *text, size_t *len, bool *marked, uint64_t *ret)
{
	size_t digits;

	*marked = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	if (*marked)
		text += 2;
	digits = strspn(text, "0123456789abcdefABCDEF");
	*len = digits + (*marked ? 2 : 0);
	if (!digits || digits > DIGITS_64 || isalnum((unsigned char)text[digits]) ||
	    text[digits] == '_')
		return false;
	*ret = strtoull(text, NULL, 16);
	return true;
}

/* Keep an offset after a symbol, and a small number. */
static bool is_address(const struct dxa_pseudonyms *p, const char *at, const char *start,
		       size_t len, bool marked, uint64_t value)
{
	if (at > start && (at[-1] == '+' || at[-1] == '#'))
		return false;
	if (!value || dxa_is_err_ptr(value))
		return false;
	if (dxa_map_get(&p->given, value))
		return marked || len >= DIGITS_32;
	return marked ? value > 0xffffff : len == DIGITS_64;
}

static size_t word_length(const char *at)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || at[len] == '_')
		len++;
	return len ? len : 1;
}

void dxa_pseudonyms_rewrite(struct dxa_pseudonyms *p, char *text, size_t size)
{
	char *copy = strdup(text), name[DXA_ADDRESS_LEN];
	size_t done = 0;
	uint64_t value;
	bool marked;
	size_t len;

	/* Without memory the sentence must not be shown as it is. */
	text[0] = '\0';
	for (const char *at = copy; copy && *at && done < size - 1; at += len) {
		const char *put = at;
		int n;

		if (read_number(at, &len, &marked, &value) &&
		    is_address(p, at, copy, len, marked, value)) {
			put = dxa_pseudonym(name, p, DXA_PSEUDONYM_OBJECT, "", value);
			n = (int)strlen(put);
		} else {
			len = word_length(at);
			n = (int)len;
		}
		snprintf(text + done, size - done, "%.*s", n, put);
		done += strlen(text + done);
	}
	free(copy);
}
