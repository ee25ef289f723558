// SPDX-License-Identifier: GPL-2.0-only
#include "probe/kallsyms.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "daxaudit/snapshot.h"
#include "probe/modranges.h"
#include "probe/symline.h"

/* An address farther than this behind a symbol is not in it. */
#define FUNCTION_MAX (64 << 10)
/* The same for the last symbol of a module, and for generated code. */
#define LAST_MAX 4096

#define READ_SIZE 4096

struct symbol {
	uint64_t addr;
	uint32_t name; /* offset in pool */
	uint16_t module; /* index in modules; 0: the kernel proper */
	uint16_t data; /* a variable: matches its exact address only */
	uint32_t next; /* another function with the same hash, at a higher address; 0: none */
};

/* Chains of functions by the hash of their bare names; as many as a kernel's functions need. */
#define CHAINS (1u << 16)

struct module {
	char name[56];
};

struct dxa_kallsyms {
	FILE *file; /* stays open: see dxa_kallsyms_trim() */
	struct symbol *syms; /* by address */
	size_t n, cap;
	uint32_t *chains; /* index in syms plus one */
	char *pool;
	size_t pool_len, pool_cap;
	struct module *modules;
	size_t n_modules, cap_modules;
	struct dxa_modranges ranges; /* outlive the symbols */
	/* The first part of the file and the table: the kernel proper, which never changes. */
	struct {
		size_t n, pool_len;
		off_t bytes; /* of the file; 0: it is not the first part */
	} core;
	bool stale;
	char bare[128]; /* the last returned name, without suffix */
	char module[56]; /* the module of the last parsed text */
};

/* Make room for `need` elements; doubles the capacity. */
static bool reserve(void **array, size_t *cap, size_t need, size_t size)
{
	size_t to = *cap ? *cap : 1024;
	void *p;

	if (need <= *cap)
		return true;
	while (to < need)
		to *= 2;
	p = realloc(*array, to * size);
	if (!p)
		return false;
	*array = p;
	*cap = to;
	return true;
}

/* The index of a module's name; adds it. The last one is likely: kallsyms is grouped. */
static int module_index(struct dxa_kallsyms *k, const char *name)
{
	for (size_t i = k->n_modules; i-- > 1;)
		if (!strcmp(k->modules[i].name, name))
			return (int)i;
	if (!reserve((void **)&k->modules, &k->cap_modules, k->n_modules + 1, sizeof(*k->modules)))
		return -1;
	snprintf(k->modules[k->n_modules].name, sizeof(k->modules[0].name), "%s", name);
	return (int)k->n_modules++;
}

static bool add_symbol(struct dxa_kallsyms *k, uint64_t addr, bool data, const char *name,
		       const char *module)
{
	size_t len = strlen(name) + 1;
	int mod = module ? module_index(k, module) : 0;

	if (mod < 0 || !reserve((void **)&k->syms, &k->cap, k->n + 1, sizeof(*k->syms)) ||
	    !reserve((void **)&k->pool, &k->pool_cap, k->pool_len + len, 1))
		return false;
	k->syms[k->n++] = (struct symbol){ addr, (uint32_t)k->pool_len, (uint16_t)mod, data, 0 };
	memcpy(k->pool + k->pool_len, name, len);
	k->pool_len += len;
	return true;
}

/* Is it a variable that is kept: an ops table, or the start of a walk? */
static bool is_wanted_data(const char *name)
{
	static const char *const walked[] = {
#define ROW(id, program, variable, config, what) #variable,
		DXA_WALKS(ROW)
#undef ROW
			DXA_SUPERS_VARIABLE,
	};

	for (size_t i = 0; i < sizeof(walked) / sizeof(walked[0]); i++)
		if (!strcmp(name, walked[i]))
			return true;
	return dxa_symbol_is_ops(name);
}

/* Add a function or a wanted variable. False without memory. */
static bool keep_line(struct dxa_kallsyms *k, char *text)
{
	struct dxa_symline l;

	if (!dxa_symline_split(text, &l))
		return true;
	if (is_wanted_data(l.name))
		return add_symbol(k, l.addr, true, l.name, l.module);
	if (!strchr("tTwW", l.type) || !strncmp(l.name, "__pfx_", 6) ||
	    dxa_symline_is_label(l.name))
		return true;
	return add_symbol(k, l.addr, false, l.name, l.module);
}

static uint32_t chain_of(const char *name)
{
	size_t len = strcspn(name, ".");

	return (uint32_t)dxa_hash(DXA_HASH_START, name, len) & (CHAINS - 1);
}

/* From last to first, so that each chain begins with its lowest address. */
static bool make_chains(struct dxa_kallsyms *k)
{
	k->chains = calloc(CHAINS, sizeof(*k->chains));
	if (!k->chains)
		return false;
	for (size_t i = k->n; i--;) {
		struct symbol *s = &k->syms[i];
		uint32_t *chain;

		if (s->data)
			continue;
		chain = &k->chains[chain_of(k->pool + s->name)];
		s->next = *chain;
		*chain = (uint32_t)i + 1;
	}
	return true;
}

static int by_addr(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Usually sorted: the kernel proper is listed by address, and modules are mostly above it. */
static size_t sorted_length(const struct dxa_kallsyms *k)
{
	size_t n = 0;

	while (n < k->n && !k->syms[n].module && (!n || k->syms[n - 1].addr <= k->syms[n].addr))
		n++;
	for (size_t i = n; n && i < k->n; i++)
		if (k->syms[i].addr < k->syms[n - 1].addr)
			return 0;
	return n;
}

static void sort(struct dxa_kallsyms *k)
{
	size_t n = sorted_length(k);

	/* After sorting, the kernel proper may not be the first part any more. */
	if (n < k->core.n)
		k->core.bytes = 0;
	if (n < k->n)
		qsort(k->syms + n, k->n - n, sizeof(*k->syms), by_addr);
}

static const char *module_of(const struct dxa_kallsyms *k, const struct symbol *s)
{
	return s->module ? k->modules[s->module].name : NULL;
}

/* Is it generated code? It is listed like a module, but consists of scattered pieces. */
static bool is_generated(const char *module)
{
	return !strcmp(module, "bpf") || !strncmp(module, "__builtin__", 11);
}

/* Does the module's code that begins at `first` go on from `last` to `s`? */
static bool goes_on(const struct symbol *first, const struct symbol *last, const struct symbol *s)
{
	return first && s->module == first->module && !s->data &&
	       s->addr - last->addr <= FUNCTION_MAX;
}

/* Note the range of a run of symbols of one module; next: the symbol after it, or NULL. */
static void note_run(struct dxa_kallsyms *k, const struct symbol *first, const struct symbol *last,
		     const struct symbol *next)
{
	uint64_t length = last->addr - first->addr, rest = LAST_MAX;

	if (next && next->addr - last->addr < rest)
		rest = next->addr - last->addr;
	dxa_modranges_note(&k->ranges, module_of(k, first), first->addr, length + 1, length + rest);
}

/*
 * Note the range of each module, for when it is unloaded. Its code is a run of symbols, two
 * runs while it is being initialised; the length of the last function is not known.
 */
static void note_modules(struct dxa_kallsyms *k)
{
	const struct symbol *first = NULL, *last = NULL, *end = k->syms + k->n;

	for (const struct symbol *s = k->syms; s < end; s++) {
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

/* Move the table to another object; it is empty here afterwards. */
static void empty_table(struct dxa_kallsyms *k)
{
	k->syms = NULL;
	k->chains = NULL;
	k->pool = NULL;
	k->modules = NULL;
	k->n = k->cap = k->pool_len = k->pool_cap = k->n_modules = k->cap_modules = 0;
}

static void free_table(struct dxa_kallsyms *k)
{
	free(k->syms);
	free(k->chains);
	free(k->pool);
	free(k->modules);
	empty_table(k);
}

/* Take the kernel proper from `old`, and seek behind it in the file. False: read all. */
static bool take_core(struct dxa_kallsyms *k, const struct dxa_kallsyms *old)
{
	if (!old || !old->n || !old->core.bytes ||
	    !reserve((void **)&k->syms, &k->cap, old->core.n, sizeof(*k->syms)) ||
	    !reserve((void **)&k->pool, &k->pool_cap, old->core.pool_len, 1) ||
	    fseeko(k->file, old->core.bytes, SEEK_SET))
		return false;
	memcpy(k->syms, old->syms, old->core.n * sizeof(*k->syms));
	memcpy(k->pool, old->pool, old->core.pool_len);
	k->n = old->core.n;
	k->pool_len = old->core.pool_len;
	return true;
}

/* Read to the end of the file, and note the end of the kernel proper. False without memory. */
static bool read_lines(struct dxa_kallsyms *k)
{
	_cleanup_free_ char *line = NULL;
	bool core = true;
	off_t bytes = 0;
	size_t cap = 0;
	ssize_t length;

	while ((length = getline(&line, &cap, k->file)) > 0) {
		if (core && memchr(line, '\t', (size_t)length)) {
			core = false;
			k->core.n = k->n;
			k->core.pool_len = k->pool_len;
			k->core.bytes = bytes;
		}
		bytes += length;
		if (!keep_line(k, line))
			return false;
	}
	return true;
}

/* Fill the empty table. The kernel proper is taken from `old`, if that is not NULL. */
static struct dxa_err *read_all(struct dxa_kallsyms *k, const struct dxa_kallsyms *old)
{
	bool taken;

	rewind(k->file);
	k->n_modules = 1;
	if (!reserve((void **)&k->modules, &k->cap_modules, 1, sizeof(*k->modules)))
		return dxa_err_nomem();
	taken = take_core(k, old);
	if (!read_lines(k))
		return dxa_err_nomem();
	if (taken)
		k->core = old->core;
	if (ferror(k->file))
		return dxa_err_new(DXA_ERR_REFUSED, errno, "cannot read the kernel's symbols: %s",
				   strerror(errno));
	sort(k);
	if (!make_chains(k))
		return dxa_err_nomem();
	note_modules(k);
	k->stale = false;
	return NULL;
}

struct dxa_err *dxa_kallsyms_open(const char *path, struct dxa_kallsyms **ret)
{
	struct dxa_kallsyms *k = calloc(1, sizeof(*k));
	struct dxa_err *err;

	if (!k)
		return dxa_err_nomem();
	k->file = fopen(path, "re");
	if (!k->file) {
		err = dxa_err_new(DXA_ERR_REFUSED, errno,
				  "cannot read the kernel's symbols: %s: %s", path,
				  strerror(errno));
		free(k);
		return err;
	}
	/* st_blksize of /proc is 1 KiB, but the kernel fills a page at a time. */
	setvbuf(k->file, NULL, _IOFBF, READ_SIZE);
	err = read_all(k, NULL);
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
	free_table(k);
	dxa_modranges_clear(&k->ranges);
	free(k);
}

/* Is `name` the function `want`, or a specialised copy of it by the compiler? */
static bool is_variant(const char *name, const char *want)
{
	size_t n = strlen(want);

	if (strncmp(name, want, n) != 0)
		return false;
	name += n;
	return !strncmp(name, ".isra.", 6) || !strncmp(name, ".part.", 6) ||
	       !strncmp(name, ".constprop.", 11);
}

bool dxa_kallsyms_by_name(const struct dxa_kallsyms *k, const char *name, struct dxa_kallsym *ret)
{
	const struct symbol *found = NULL;

	for (uint32_t i = k->chains ? k->chains[chain_of(name)] : 0; i; i = k->syms[i - 1].next) {
		const struct symbol *s = &k->syms[i - 1];
		const char *have = k->pool + s->name;

		if (!strcmp(have, name)) {
			found = s;
			break;
		}
		if (!found && is_variant(have, name))
			found = s;
	}
	if (!found)
		return false;
	*ret = (struct dxa_kallsym){ found->addr, k->pool + found->name, module_of(k, found) };
	return true;
}

uint64_t dxa_kallsyms_data(const struct dxa_kallsyms *k, const char *name)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->syms[i].data && !strcmp(k->pool + k->syms[i].name, name))
			return k->syms[i].addr;
	return 0;
}

void dxa_kallsyms_each_ops(const struct dxa_kallsyms *k, void (*fn)(void *priv, const char *name),
			   void *priv)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->syms[i].data && dxa_symbol_is_ops(k->pool + k->syms[i].name))
			fn(priv, k->pool + k->syms[i].name);
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
	for (size_t i = 1; i < k->n_modules; i++)
		if (!strcmp(k->modules[i].name, module))
			return true;
	return false;
}

bool dxa_kallsyms_hidden(const struct dxa_kallsyms *k)
{
	return k->n && !k->syms[k->n - 1].addr;
}

void dxa_kallsyms_refresh(struct dxa_kallsyms *k)
{
	struct dxa_kallsyms old = *k;
	struct dxa_err *err;

	if (!k->stale)
		return;
	/* Keep the old symbols until the new ones are complete. */
	empty_table(k);
	err = read_all(k, &old);
	if (err) {
		free_table(k);
		*k = old;
	} else {
		free_table(&old);
	}
	dxa_err_free(err);
}

void dxa_kallsyms_trim(struct dxa_kallsyms *k)
{
	free(dxa_take(k->syms));
	free(dxa_take(k->chains));
	free(dxa_take(k->pool));
	k->n = k->cap = k->pool_len = k->pool_cap = 0;
	k->stale = true;
}

void dxa_kallsyms_invalidate(struct dxa_kallsyms *k)
{
	k->stale = true;
}

/* The last symbol at or below addr, or NULL. */
static const struct symbol *below(const struct dxa_kallsyms *k, uint64_t addr)
{
	size_t lo = 0, hi = k->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->syms[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &k->syms[lo - 1] : NULL;
}

/* How far behind s an address can be and still be in it. */
static uint64_t max_offset(const struct dxa_kallsyms *k, const struct symbol *s)
{
	bool last = s + 1 == k->syms + k->n || s[1].module != s->module || s[1].data;
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

/* Did another module than `module` (NULL: none) last use addr? Then *ret gets that module. */
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
	const struct symbol *s;
	const char *module;

	dxa_kallsyms_refresh(k);
	s = below(k, addr);
	if (s && (!s->addr || addr - s->addr > max_offset(k, s)))
		s = NULL;
	module = s ? module_of(k, s) : NULL;
	if (is_another(k, addr, module, ret))
		return true;
	if (!s)
		return false;
	snprintf(k->bare, sizeof(k->bare), "%s", k->pool + s->name);
	k->bare[strcspn(k->bare, ".")] = '\0';
	*ret = (struct dxa_symbol){ k->bare, module, addr - s->addr };
	return true;
}

/* Parse %pS output. False for a plain number, which is printed without a symbol. */
static bool parse(struct dxa_kallsyms *k, const char *text, struct dxa_symbol *ret)
{
	uint64_t offset, size;
	int parts = sscanf(text, "%127[^+ ]+0x%" SCNx64 "/0x%" SCNx64 " [%55[^]]", k->bare, &offset,
			   &size, k->module);

	/* The kernel uses the nearest symbol of a module, even in another section. */
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
	/* The module of the range is not certain: the record of its load may be lost. */
	if (is_another(k, addr, ret->module, &other))
		return dxa_kallsyms_source(k, addr, ret);
	return true;
}
