// SPDX-License-Identifier: GPL-2.0-only
#include "base/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/event_kinds.h"
#include "base/map.h"
#include "base/vec.h"

struct entry {
	uint64_t addr;
	struct dxa_symbol sym;
};

/*
 * Every string is kept once and until the end: returned names stay valid however often
 * their module is loaded and unloaded, and memory grows with different names only.
 */
struct interned {
	struct interned *next; /* another string with the same hash */
	char text[];
};

struct dxa_symbols {
	dxa_symbols_source_fn source;
	void *priv;
	struct dxa_map by_addr; /* index into entries, plus one */
	struct dxa_vec entries; /* in the order in which they were added */
	struct dxa_map strings; /* by hash */
	size_t text_bytes; /* of the strings */
};

bool dxa_symbol_is_ops(const char *name)
{
	static const char end[] = "_dax_ops";
	size_t len = strlen(name), n = sizeof(end) - 1;

	return len >= n && !strcmp(name + len - n, end);
}

/* Suffixes that the compiler adds to the names of parts and variants of a function. */
static const char *const suffixes[] = { ".cold", ".isra.", ".part.", ".constprop." };

static size_t plain_length(const char *name)
{
	size_t len = strlen(name), i;

	for (i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		const char *at = strstr(name, suffixes[i]);

		if (at && at != name && (size_t)(at - name) < len)
			len = (size_t)(at - name);
	}
	return len;
}

static const char *intern(struct dxa_symbols *s, const char *text, size_t len)
{
	uint64_t key = dxa_hash(DXA_HASH_START, text, len);
	struct interned *head = dxa_map_get(&s->strings, key), *i;

	for (i = head; i; i = i->next)
		if (!strncmp(i->text, text, len) && !i->text[len])
			return i->text;
	i = malloc(sizeof(*i) + len + 1);
	if (!i)
		return NULL;
	memcpy(i->text, text, len);
	i->text[len] = '\0';
	i->next = head;
	if (dxa_map_put(&s->strings, key, i)) {
		free(i);
		return NULL;
	}
	s->text_bytes += sizeof(*i) + len + 1;
	return i->text;
}

static struct entry *remembered(const struct dxa_symbols *s, uint64_t addr)
{
	uintptr_t i = (uintptr_t)dxa_map_get(&s->by_addr, addr);

	return i ? dxa_vec_at(&s->entries, i - 1) : NULL;
}

struct dxa_symbols *dxa_symbols_new(dxa_symbols_source_fn source, void *priv)
{
	struct dxa_symbols *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->source = source;
	s->priv = priv;
	s->entries = DXA_VEC_OF(struct entry);
	return s;
}

static void free_strings(void *priv, uint64_t key, void *value)
{
	struct interned *i = value, *next;

	(void)priv;
	(void)key;
	for (; i; i = next) {
		next = i->next;
		free(i);
	}
}

void dxa_symbols_free(struct dxa_symbols *s)
{
	if (!s)
		return;
	dxa_map_each(&s->strings, free_strings, NULL);
	dxa_map_free(&s->strings);
	dxa_map_free(&s->by_addr);
	dxa_vec_free(&s->entries);
	free(s);
}

int dxa_symbols_add(struct dxa_symbols *s, uint64_t addr, const struct dxa_symbol *sym)
{
	struct entry new = { addr, { .offset = sym->offset } };
	struct entry *old = remembered(s, addr);

	new.sym.name = intern(s, sym->name, plain_length(sym->name));
	if (sym->module)
		new.sym.module = intern(s, sym->module, strlen(sym->module));
	if (!new.sym.name || (sym->module && !new.sym.module))
		return -ENOMEM;
	if (old) {
		*old = new;
		return 0;
	}
	if (!dxa_vec_push(&s->entries, &new))
		return -ENOMEM;
	if (dxa_map_put(&s->by_addr, addr, (void *)(uintptr_t)s->entries.len)) {
		s->entries.len--;
		return -ENOMEM;
	}
	return 0;
}

bool dxa_symbols_find(struct dxa_symbols *s, uint64_t addr, struct dxa_symbol *ret)
{
	struct entry *e;

	if (!addr)
		return false;
	e = remembered(s, addr);
	if (!e) {
		struct dxa_symbol sym;

		if (!s->source || !s->source(s->priv, addr, &sym) || dxa_symbols_add(s, addr, &sym))
			return false;
		e = remembered(s, addr);
	}
	*ret = e->sym;
	return true;
}

static bool is_hook(const struct dxa_symbol *sym, const char *hooked)
{
	return (sym->module && !strcmp(sym->module, "bpf")) || !strcmp(sym->name, hooked) ||
	       strstr(sym->name, "trampoline") || strstr(sym->name, "bpf_");
}

uint64_t dxa_symbols_caller(struct dxa_symbols *s, const struct dxa_event *ev,
			    struct dxa_symbol *ret)
{
	struct dxa_symbol sym;

	*ret = (struct dxa_symbol){ 0 };
	if (!(ev->has & DXA_HAS_STACK))
		return 0;
	for (size_t i = 0; i < DXA_STACK_MAX && ev->stack[i]; i++) {
		/* An address without a name is not part of a hook, whose functions have names. */
		if (!dxa_symbols_find(s, ev->stack[i], &sym))
			return ev->stack[i];
		if (is_hook(&sym, dxa_kind_name(ev->kind)))
			continue;
		*ret = sym;
		return ev->stack[i];
	}
	return 0;
}

bool dxa_symbol_split(const char *words, char name[DXA_NAME_LEN], char module[DXA_NAME_LEN])
{
	size_t len = strcspn(words, " "), module_len = 0;
	const char *at = words + len;

	if (!len || len >= DXA_NAME_LEN || !strncmp(words, "0x", 2))
		return false;
	if (!strncmp(at, " [", 2)) {
		at += 2;
		module_len = strcspn(at, "]");
	}
	if (module_len >= DXA_NAME_LEN)
		return false;
	memcpy(name, words, len);
	name[len] = '\0';
	memcpy(module, at, module_len);
	module[module_len] = '\0';
	return true;
}

void dxa_symbols_forget_module(struct dxa_symbols *s, const char *module)
{
	size_t i, kept = 0;

	for (i = 0; i < s->entries.len; i++) {
		struct entry *e = dxa_vec_at(&s->entries, i);

		if (e->sym.module && !strcmp(e->sym.module, module)) {
			dxa_map_del(&s->by_addr, e->addr);
			continue;
		}
		*(struct entry *)dxa_vec_at(&s->entries, kept++) = *e;
		/* The key exists, so this needs no memory and cannot fail. */
		if (kept - 1 != i)
			dxa_map_put(&s->by_addr, e->addr, (void *)(uintptr_t)kept);
	}
	s->entries.len = kept;
}

void dxa_symbols_each(const struct dxa_symbols *s,
		      void (*fn)(void *priv, uint64_t addr, const struct dxa_symbol *sym),
		      void *priv)
{
	size_t i;

	for (i = 0; i < s->entries.len; i++) {
		const struct entry *e = dxa_vec_at(&s->entries, i);

		fn(priv, e->addr, &e->sym);
	}
}

size_t dxa_symbols_memory(const struct dxa_symbols *s)
{
	return s->text_bytes + s->entries.cap * sizeof(struct entry) +
	       (s->by_addr.cap + s->strings.cap) * sizeof(struct dxa_map_slot);
}
