/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's symbols: text, and the few variables of the DAX core that matter. */
#ifndef DAXAUDIT_PROBE_KALLSYMS_H
#define DAXAUDIT_PROBE_KALLSYMS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/symbols.h"

/* Where the running kernel shows its symbols. */
#define DXA_KALLSYMS "/proc/kallsyms"

struct dxa_kallsyms;

/* A function as found by name. Strings are valid until the next reload or free. */
struct dxa_kallsym {
	uint64_t addr; /* 0 where kptr_restrict hides addresses */
	const char *name; /* with its suffix, if any: what a kprobe must name */
	const char *module; /* NULL when built in */
};

/* Shorter ways than the file. */
struct dxa_kallsyms_walk {
	/*
	 * All code of modules, and of the kernel proper at least what probe/wanted.h names, in the
	 * file's format. The caller closes it; NULL: it cannot be had.
	 */
	FILE *(*begin)(void *priv);
	/*
	 * Where all modules are, and what probe/wanted.h names, by dxa_kallsyms_add_module() and
	 * dxa_kallsyms_add(). It is tried first. False: not possible. NULL: there is none.
	 */
	bool (*find)(void *priv, struct dxa_kallsyms *k);
	void *priv;
};

/* For find(): add a loaded module and its code. False without memory. */
bool dxa_kallsyms_add_module(struct dxa_kallsyms *k, const char *module, uint64_t start,
			     uint64_t size);

/* For find(): add a symbol of the kernel proper or of an added module. False without memory. */
bool dxa_kallsyms_add(struct dxa_kallsyms *k, uint64_t addr, const char *name);

/* For find(): was a symbol of this name added? */
bool dxa_kallsyms_has(const struct dxa_kallsyms *k, const char *name);

/*
 * Read path (normally /proc/kallsyms), or by walk, which is borrowed and may be NULL, what is
 * asked for by name; the file is read when a walk fails, and when an address is to be named.
 * The caller frees *ret with dxa_kallsyms_free(). Fails with REFUSED when the file cannot be read.
 */
struct dxa_err *dxa_kallsyms_open(const char *path, const struct dxa_kallsyms_walk *walk,
				  struct dxa_kallsyms **ret);

/* Free it. NULL is allowed. */
void dxa_kallsyms_free(struct dxa_kallsyms *k);

/*
 * Find the function `name`, else its .isra.N, .part.N or .constprop.N variant;
 * never a .cold part. name: one of those in probe/wanted.h, if there is a walk. Returns
 * false when the kernel has none.
 */
bool dxa_kallsyms_by_name(const struct dxa_kallsyms *k, const char *name, struct dxa_kallsym *ret);

/* The address of a kept variable (those of daxaudit/snapshot.h, an ops table); 0: not known. */
uint64_t dxa_kallsyms_data(const struct dxa_kallsyms *k, const char *name);

/* The address of one symbol of the kernel proper, read from path; 0 when not known. Keeps nothing. */
uint64_t dxa_kallsyms_look_up(const char *path, const char *name);

/* Call fn with the name of every ops table (*_dax_ops): of every driver that is there. */
void dxa_kallsyms_each_ops(const struct dxa_kallsyms *k, void (*fn)(void *priv, const char *name),
			   void *priv);

/* Is any symbol of this module known, that is, is the module loaded? */
bool dxa_kallsyms_has_module(const struct dxa_kallsyms *k, const char *module);

/* Are all addresses zero (kernel.kptr_restrict)? */
bool dxa_kallsyms_hidden(const struct dxa_kallsyms *k);

/* A module came or went: read the file again before the next address is looked up. */
void dxa_kallsyms_invalidate(struct dxa_kallsyms *k);

/*
 * Free the names until they are asked for again. The file stays open: what the
 * kernel shows of it is decided when it is opened (kallsyms_open() in
 * kernel/kallsyms.c), so it can be read again without CAP_SYSLOG.
 */
void dxa_kallsyms_trim(struct dxa_kallsyms *k);

/*
 * Read the file again if it was invalidated; an unreadable one leaves the old names. Returns
 * whether it was.
 */
bool dxa_kallsyms_refresh(struct dxa_kallsyms *k);

/*
 * A module's code begins at start and has size bytes: an address in it that no symbol
 * names, because the module is gone by the time somebody looks, is named after
 * the module. So are those of modules that were there when the file was read.
 */
void dxa_kallsyms_note_module(struct dxa_kallsyms *k, const char *module, uint64_t start,
			      uint64_t size);

/* A dxa_symbols_source_fn; priv is the struct dxa_kallsyms. Re-reads the file after an invalidate. */
bool dxa_kallsyms_source(void *priv, uint64_t addr, struct dxa_symbol *ret);

/*
 * The same, for an answer of the kernel: text is what its %pS prints for addr, such as
 * "pmem_attach_disk+0x303/0x650 [nd_pmem]". Reads the file only when that contradicts
 * what is known of modules.
 */
bool dxa_kallsyms_parse(struct dxa_kallsyms *k, uint64_t addr, const char *text,
			struct dxa_symbol *ret);

#endif
