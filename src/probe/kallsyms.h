/* SPDX-License-Identifier: GPL-2.0-only */
/* The symbols of the running kernel: functions, and a few variables of the DAX core. */
#ifndef DAXAUDIT_PROBE_KALLSYMS_H
#define DAXAUDIT_PROBE_KALLSYMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/symbols.h"

#define DXA_KALLSYMS "/proc/kallsyms"

struct dxa_kallsyms;

/* A function found by name. Its strings are valid until the next reload or free. */
struct dxa_kallsym {
	uint64_t addr; /* 0 where kptr_restrict hides addresses */
	const char *name; /* with its suffix, if any, as a kprobe needs it */
	const char *module; /* NULL when built in */
};

/*
 * Read path (normally DXA_KALLSYMS). The caller frees *ret with dxa_kallsyms_free().
 * Fails with REFUSED when the file cannot be read.
 */
struct dxa_err *dxa_kallsyms_open(const char *path, struct dxa_kallsyms **ret);

/* Free the symbols. NULL is allowed. */
void dxa_kallsyms_free(struct dxa_kallsyms *k);

/*
 * Find the function `name`, else its .isra.N, .part.N or .constprop.N variant;
 * never a .cold part. Returns false when the kernel has none.
 */
bool dxa_kallsyms_by_name(const struct dxa_kallsyms *k, const char *name, struct dxa_kallsym *ret);

/* The address of a kept variable (one of daxaudit/snapshot.h, or an ops table); 0: not known. */
uint64_t dxa_kallsyms_data(const struct dxa_kallsyms *k, const char *name);

/* Look one symbol of the kernel proper up in path: its address, 0 when not known. */
uint64_t dxa_kallsyms_look_up(const char *path, const char *name);

/* Call fn with the name of every ops table (*_dax_ops). */
void dxa_kallsyms_each_ops(const struct dxa_kallsyms *k, void (*fn)(void *priv, const char *name),
			   void *priv);

/* Is the module loaded, that is, does it have a symbol? */
bool dxa_kallsyms_has_module(const struct dxa_kallsyms *k, const char *module);

/* Are all addresses zero (kernel.kptr_restrict)? */
bool dxa_kallsyms_hidden(const struct dxa_kallsyms *k);

/* A module was loaded or unloaded: read the file again before the next lookup of an address. */
void dxa_kallsyms_invalidate(struct dxa_kallsyms *k);

/*
 * Free the symbols until the next lookup. The file stays open: whether it shows addresses
 * is decided when it is opened (kallsyms_open() in kernel/kallsyms.c), so it can be read
 * again without CAP_SYSLOG.
 */
void dxa_kallsyms_trim(struct dxa_kallsyms *k);

/* Read the file again if it was invalidated; if that fails, keep the old symbols. */
void dxa_kallsyms_refresh(struct dxa_kallsyms *k);

/*
 * The code of a module begins at start and has size bytes. An address in it without a
 * symbol, because the module was unloaded before the lookup, gets the name of the
 * module. The same for modules that were loaded when the file was read.
 */
void dxa_kallsyms_note_module(struct dxa_kallsyms *k, const char *module, uint64_t start,
			      uint64_t size);

/* A dxa_symbols_source_fn; priv is the struct dxa_kallsyms. Reads the file again if invalidated. */
bool dxa_kallsyms_source(void *priv, uint64_t addr, struct dxa_symbol *ret);

/*
 * The same from text, the kernel's %pS output for addr, such as
 * "pmem_attach_disk+0x303/0x650 [nd_pmem]". Reads the file only if the text contradicts
 * the known modules.
 */
bool dxa_kallsyms_parse(struct dxa_kallsyms *k, uint64_t addr, const char *text,
			struct dxa_symbol *ret);

#endif
