/* SPDX-License-Identifier: GPL-2.0-only */
/* The hook table of daxaudit/hooks.h as C data, for callers that need its names. */
#ifndef DAXAUDIT_BASE_EVENT_KINDS_H
#define DAXAUDIT_BASE_EVENT_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "daxaudit/hooks.h"

/* One row: a hooked function, a tracepoint, or a synthetic kind. */
struct dxa_kind_info {
	unsigned int kind; /* enum dxa_kind */
	const char *id; /* "ALLOC_DAX": also the stem of its BPF programs' names */
	const char *name; /* the kernel's symbol, or the synthetic kind's name */
	const char *module; /* that contains the function unless built in; "": always built in */
	enum dxa_hook_shape shape;
	enum dxa_hook_need need;
	const char *what; /* one line */
	bool synthetic; /* added by user space; shape, need and module are not used */
};

/* All rows: the hooks in table order, then the synthetic kinds. Static; *n: their number. */
const struct dxa_kind_info *dxa_kinds(size_t *n);

/* The row of a kind, or NULL when this version does not know it. */
const struct dxa_kind_info *dxa_kind_info(unsigned int kind);

/* enum dxa_hook_shape of each hook, by its kind. */
extern const unsigned char dxa_hook_shapes[DXA_HOOK_MAX];

/* Is it the kind of a hook, as opposed to a synthetic or an unknown one? */
static inline bool dxa_kind_is_hook(unsigned int kind)
{
#define DXA_BIT(id, num, ...) | 1ULL << (num)
	return kind < DXA_HOOK_MAX && (0ULL DXA_HOOKS(DXA_BIT)) >> kind & 1;
#undef DXA_BIT
}

/* Is it a bracket: do its entry and return delimit a context? */
static inline bool dxa_kind_is_bracket(unsigned int kind)
{
	return kind < DXA_HOOK_MAX && dxa_hook_shapes[kind] == DXA_SHAPE_BRACKET;
}

/* Is the result of this function a dax_device, NULL or an ERR_PTR? */
static inline bool dxa_kind_returns_dax(unsigned int kind)
{
	return kind == DXA_KIND_ALLOC_DAX || kind == DXA_KIND_FS_DAX_GET_BY_BDEV;
}

/* The name of a kind, or "unknown". Static. */
const char *dxa_kind_name(unsigned int kind);

#endif
