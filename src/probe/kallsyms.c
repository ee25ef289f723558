// SPDX-License-Identifier: GPL-2.0-only
#include "probe/kallsyms.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "probe/modranges.h"
#include "probe/symline.h"
#include "probe/symtab.h"
#include "probe/wanted.h"

/* Beyond this an address is not in the function before it, but in no symbol that we keep. */
#define FUNCTION_MAX (64 << 10)
/* The same behind the last symbol of a module, where another may have been, and in generated code. */
#define LAST_MAX 4096

#define READ_SIZE 4096

struct dxa_kallsyms {
	FILE *file; /* open as long as this lives: see dxa_kallsyms_trim() */
	const struct dxa_kallsyms_walk *walk; /* NULL: none */
	struct dxa_symtab table;
	bool partial; /* the walk filled the table: of the kernel proper it has what is asked for */
	bool exact; /* the search has told where the code of each loaded module is */
	struct dxa_modranges ranges; /* outlive the symbols */
	/* The kernel proper, which never changes: what comes first of the file and of the table. */
	struct {
		size_t n, pool_len;
		off_t bytes; /* of the file; 0: it does not come first */
	} core;
	bool stale;
	char bare[128]; /* the last name handed out without its suffix */
	char module[56]; /* the last that the kernel named */
};

/* Keep text and wanted data. False without memory. */
static bool keep_line(struct dxa_kallsyms *k, char *text)
{
	struct dxa_symline l;

	if (!dxa_symline_split(text, &l))
		return true;
	if (dxa_wanted_data(l.name))
		return dxa_symtab_add(&k->table, l.addr, true, l.name, l.module);
	if (!strchr("tTwW", l.type) || !strncmp(l.name, "__pfx_", 6) ||
	    dxa_symline_is_label(l.name))
		return true;
	return dxa_symtab_add(&k->table, l.addr, false, l.name, l.module);
}

static const char *module_of(const struct dxa_kallsyms *k, const struct dxa_symtab_symbol *s)
{
	return dxa_symtab_module(&k->table, s);
}

/* Code that is generated: listed as modules are, but in many places, and each of its own. */
static bool is_generated(const char *module)
{
	return !strcmp(module, "bpf") || !strncmp(module, "__builtin__", 11);
}

/* Does the module's code that begins at `first` go on from `last` to `s`? */
static bool goes_on(const struct dxa_symtab_symbol *first, const struct dxa_symtab_symbol *last,
		    const struct dxa_symtab_symbol *s)
{
	return first && s->module == first->module && !s->data &&
	       s->addr - last->addr <= FUNCTION_MAX;
}

/* A run of a module's symbols, and what is behind it, if anything. */
static void note_run(struct dxa_kallsyms *k, const struct dxa_symtab_symbol *first,
		     const struct dxa_symtab_symbol *last, const struct dxa_symtab_symbol *next)
{
	uint64_t length = last->addr - first->addr, rest = LAST_MAX;

	if (next && next->addr - last->addr < rest)
		rest = next->addr - last->addr;
	dxa_modranges_note(&k->ranges, module_of(k, first), first->addr, length + 1, length + rest);
}

/*
 * Remember where each module is, for when it is gone. Its code is a run of symbols,
 * two while it is being initialised; how long the last function is nothing tells.
 */
static void note_modules(struct dxa_kallsyms *k)
{
	const struct dxa_symtab_symbol *first = NULL, *last = NULL,
				       *end = k->table.syms + k->table.n;

	for (const struct dxa_symtab_symbol *s = k->table.syms; s < end; s++) {
		if (!goes_on(first, last, s)) {
			if (first)
				note_run(k, first, last, s);
			first = s->module && !s->data && !is_generated(module_of(k, s)) ? s : NULL;
		}
		last = s;
	}
	if (first)
		note_run(k, first, last, NULL);
}

/* Begin with the kernel proper as `old` has it, and behind it in the file. False: from the start. */
static bool take_core(struct dxa_kallsyms *k, const struct dxa_kallsyms *old)
{
	if (!old || !old->table.n || !old->core.bytes ||
	    !dxa_symtab_take(&k->table, &old->table, old->core.n, old->core.pool_len))
		return false;
	if (!fseeko(k->file, old->core.bytes, SEEK_SET))
		return true;
	dxa_symtab_clear(&k->table);
	return false;
}

/* Read on to the end of the file; where the kernel proper ends is noted. False without memory. */
static bool read_lines(struct dxa_kallsyms *k, FILE *file)
{
	_cleanup_free_ char *line = NULL;
	bool core = true;
	off_t bytes = 0;
	size_t cap = 0;
	ssize_t length;

	while ((length = getline(&line, &cap, file)) > 0) {
		if (core && memchr(line, '\t', (size_t)length)) {
			core = false;
			k->core.n = k->table.n;
			k->core.pool_len = k->table.pool_len;
			k->core.bytes = bytes;
		}
		bytes += length;
		if (!keep_line(k, line))
			return false;
	}
	return true;
}

/* The table is filled: order it. */
static struct dxa_err *finish(struct dxa_kallsyms *k)
{
	/* What sorting moves is not first any more. */
	if (dxa_symtab_sort(&k->table) < k->core.n || k->partial)
		k->core.bytes = 0;
	if (!dxa_symtab_index(&k->table))
		return dxa_err_nomem();
	note_modules(k);
	k->stale = false;
	return NULL;
}

/* Fill the table, which is empty, by searching for single names. False: that is not possible. */
static bool find(struct dxa_kallsyms *k)
{
	k->exact = k->walk && k->walk->find && k->walk->find(k->walk->priv, k) && k->table.n;
	k->partial = k->exact;
	if (!k->partial)
		dxa_symtab_clear(&k->table);
	return k->partial;
}

/* Fill the table, which is empty, by the walk. False: there is none, or it failed. */
static bool walk(struct dxa_kallsyms *k)
{
	_cleanup_fclose_ FILE *f = k->walk ? k->walk->begin(k->walk->priv) : NULL;

	k->partial = f && read_lines(k, f) && !ferror(f) && k->table.n;
	if (!k->partial)
		dxa_symtab_clear(&k->table);
	return k->partial;
}

/*
 * Fill the table, which is empty. What does not change is taken from `old`, if that is not NULL;
 * whole: the kernel proper is to be in it, too.
 */
static struct dxa_err *read_all(struct dxa_kallsyms *k, const struct dxa_kallsyms *old, bool whole)
{
	bool taken;

	k->partial = k->exact = false;
	if (!whole && (find(k) || walk(k)))
		return finish(k);
	rewind(k->file);
	taken = take_core(k, old);
	if (!read_lines(k, k->file))
		return dxa_err_nomem();
	if (taken)
		k->core = old->core;
	if (ferror(k->file))
		return dxa_err_new(DXA_ERR_REFUSED, errno, "cannot read the kernel's symbols: %s",
				   strerror(errno));
	return finish(k);
}

struct dxa_err *dxa_kallsyms_open(const char *path, const struct dxa_kallsyms_walk *walk,
				  struct dxa_kallsyms **ret)
{
	struct dxa_kallsyms *k = calloc(1, sizeof(*k));
	struct dxa_err *err;

	if (!k)
		return dxa_err_nomem();
	k->walk = walk;
	k->file = fopen(path, "re");
	if (!k->file) {
		err = dxa_err_new(DXA_ERR_REFUSED, errno,
				  "cannot read the kernel's symbols: %s: %s", path,
				  strerror(errno));
		free(k);
		return err;
	}
	/* /proc asks for reads of 1 KiB; the kernel fills a page at a time. */
	setvbuf(k->file, NULL, _IOFBF, READ_SIZE);
	err = read_all(k, NULL, false);
	if (err) {
		dxa_kallsyms_free(k);
		return err;
	}
	*ret = k;
	return NULL;
}

void dxa_kallsyms_free(struct dxa_kallsyms *k)
{
	if (!k)
		return;
	fclose(k->file);
	dxa_symtab_clear(&k->table);
	dxa_modranges_clear(&k->ranges);
	free(k);
}

bool dxa_kallsyms_by_name(const struct dxa_kallsyms *k, const char *name, struct dxa_kallsym *ret)
{
	const struct dxa_symtab_symbol *s = dxa_symtab_by_name(&k->table, name);

	if (!s)
		return false;
	*ret = (struct dxa_kallsym){ s->addr, dxa_symtab_name(&k->table, s), module_of(k, s) };
	return true;
}

uint64_t dxa_kallsyms_data(const struct dxa_kallsyms *k, const char *name)
{
	const struct dxa_symtab *t = &k->table;

	for (size_t i = 0; i < t->n; i++)
		if (t->syms[i].data && !strcmp(dxa_symtab_name(t, &t->syms[i]), name))
			return t->syms[i].addr;
	return 0;
}

void dxa_kallsyms_each_ops(const struct dxa_kallsyms *k, void (*fn)(void *priv, const char *name),
			   void *priv)
{
	const struct dxa_symtab *t = &k->table;

	for (size_t i = 0; i < t->n; i++)
		if (t->syms[i].data && dxa_symbol_is_ops(dxa_symtab_name(t, &t->syms[i])))
			fn(priv, dxa_symtab_name(t, &t->syms[i]));
}

uint64_t dxa_kallsyms_look_up(const char *path, const char *name)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	_cleanup_free_ char *text = NULL;
	size_t cap = 0;
	struct dxa_symline l;

	while (f && getline(&text, &cap, f) > 0)
		if (dxa_symline_split(text, &l) && !l.module && !strcmp(l.name, name))
			return l.addr;
	return 0;
}

bool dxa_kallsyms_has_module(const struct dxa_kallsyms *k, const char *module)
{
	return dxa_symtab_has_module(&k->table, module);
}

bool dxa_kallsyms_add_module(struct dxa_kallsyms *k, const char *module, uint64_t start,
			     uint64_t size)
{
	dxa_kallsyms_note_module(k, module, start, size);
	return dxa_symtab_add_module(&k->table, module);
}

bool dxa_kallsyms_add(struct dxa_kallsyms *k, uint64_t addr, const char *name)
{
	const struct dxa_modrange *r = dxa_modranges_find(&k->ranges, addr);
	/* Ranges outlive their modules. */
	const char *module = r && dxa_kallsyms_has_module(k, r->module) ? r->module : NULL;

	return dxa_symtab_add(&k->table, addr, dxa_wanted_data(name), name, module);
}

bool dxa_kallsyms_has(const struct dxa_kallsyms *k, const char *name)
{
	const struct dxa_symtab *t = &k->table;

	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(dxa_symtab_name(t, &t->syms[i]), name))
			return true;
	return false;
}

bool dxa_kallsyms_hidden(const struct dxa_kallsyms *k)
{
	return k->table.n && !k->table.syms[k->table.n - 1].addr;
}

/* Read again; what cannot be read leaves the old names, which serve until the new ones are whole. */
static void read_again(struct dxa_kallsyms *k, bool whole)
{
	struct dxa_kallsyms old = *k;
	struct dxa_err *err;

	k->table = (struct dxa_symtab){ 0 };
	err = read_all(k, &old, whole);
	if (err) {
		dxa_symtab_clear(&k->table);
		/* The search may have added to them. */
		old.ranges = k->ranges;
		*k = old;
		k->exact = false;
	} else {
		dxa_symtab_clear(&old.table);
	}
	dxa_err_free(err);
}

bool dxa_kallsyms_refresh(struct dxa_kallsyms *k)
{
	bool stale = k->stale;

	if (stale)
		read_again(k, false);
	return stale;
}

void dxa_kallsyms_trim(struct dxa_kallsyms *k)
{
	struct dxa_symtab *t = &k->table;

	free(dxa_take(t->syms));
	free(dxa_take(t->chains));
	free(dxa_take(t->pool));
	t->n = t->cap = t->pool_len = t->pool_cap = 0;
	k->stale = true;
}

void dxa_kallsyms_invalidate(struct dxa_kallsyms *k)
{
	k->stale = true;
}

/* How far behind s an address can be and still belong to it. */
static uint64_t max_offset(const struct dxa_kallsyms *k, const struct dxa_symtab_symbol *s)
{
	bool last = s + 1 == k->table.syms + k->table.n || s[1].module != s->module || s[1].data;
	const char *module = module_of(k, s);

	if (s->data)
		return 0;
	if (module && (last || is_generated(module)))
		return LAST_MAX;
	return FUNCTION_MAX;
}

void dxa_kallsyms_note_module(struct dxa_kallsyms *k, const char *module, uint64_t start,
			      uint64_t size)
{
	dxa_modranges_note(&k->ranges, module, start, size, size);
}

/* Was another module than `module` (NULL: no module) there last? Then *ret is its addr. */
static bool is_another(const struct dxa_kallsyms *k, uint64_t addr, const char *module,
		       struct dxa_symbol *ret)
{
	const struct dxa_modrange *r = dxa_modranges_find(&k->ranges, addr);

	if (!r || (module && !strcmp(module, r->module)))
		return false;
	*ret = (struct dxa_symbol){ r->module, r->module, addr - r->start };
	return true;
}

bool dxa_kallsyms_source(void *priv, uint64_t addr, struct dxa_symbol *ret)
{
	struct dxa_kallsyms *k = priv;
	const struct dxa_symtab_symbol *s;
	const char *module;

	if (k->stale || k->partial)
		read_again(k, true);
	/* In a part of the table the function before an address need not be its own. */
	s = k->partial ? NULL : dxa_symtab_below(&k->table, addr);
	if (s && (!s->addr || addr - s->addr > max_offset(k, s)))
		s = NULL;
	module = s ? module_of(k, s) : NULL;
	if (is_another(k, addr, module, ret))
		return true;
	if (!s)
		return false;
	snprintf(k->bare, sizeof(k->bare), "%s", dxa_symtab_name(&k->table, s));
	k->bare[strcspn(k->bare, ".")] = '\0';
	*ret = (struct dxa_symbol){ k->bare, module, addr - s->addr };
	return true;
}

/* Take the kernel's words apart. False when it has no name: it prints the number then. */
static bool parse(struct dxa_kallsyms *k, const char *text, struct dxa_symbol *ret)
{
	uint64_t offset, size;
	int parts = sscanf(text, "%127[^+ ]+0x%" SCNx64 "/0x%" SCNx64 " [%55[^]]", k->bare, &offset,
			   &size, k->module);

	/* Among a module's symbols the kernel takes the nearest, though it be in another section. */
	if (parts < 3 || (offset && offset >= size))
		return false;
	k->bare[strcspn(k->bare, ".")] = '\0';
	*ret = (struct dxa_symbol){ k->bare, parts == 4 ? k->module : NULL, offset };
	return true;
}

bool dxa_kallsyms_parse(struct dxa_kallsyms *k, uint64_t addr, const char *text,
			struct dxa_symbol *ret)
{
	struct dxa_symbol other;

	if (!parse(k, text, ret))
		return is_another(k, addr, NULL, ret);
	if (!is_another(k, addr, ret->module, &other))
		return true;
	/*
	 * Whose it was is not known well: its coming may have been lost. Or the kernel names a
	 * function from the initialisation of a module, which it remembers while functions are
	 * traced (ftrace_mod_address_lookup() in kernel/trace/ftrace.c, 6.1.176, 7.2.13).
	 */
	read_again(k, false);
	if (!k->exact)
		return dxa_kallsyms_source(k, addr, ret);
	if (is_another(k, addr, ret->module, &other))
		*ret = other;
	return true;
}
