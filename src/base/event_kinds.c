// SPDX-License-Identifier: GPL-2.0-only
#include "base/event_kinds.h"

static const struct dxa_kind_info kinds[] = {
#define HOOK(id_, num, sym, mod, shape_, need_, what_) \
	{ .kind = (num),                               \
	  .id = #id_,                                  \
	  .name = #sym,                                \
	  .module = (mod),                             \
	  .shape = DXA_SHAPE_##shape_,                 \
	  .need = DXA_NEED_##need_,                    \
	  .what = (what_) },
	DXA_HOOKS(HOOK)
#undef HOOK
#define SYNTHETIC(id_, num, name_, what_) \
	{ .kind = (num),                  \
	  .id = #id_,                     \
	  .name = #name_,                 \
	  .module = "",                   \
	  .what = (what_),                \
	  .synthetic = true },
		DXA_SYNTHETIC_KINDS(SYNTHETIC)
#undef SYNTHETIC
};

const unsigned char dxa_hook_shapes[DXA_HOOK_MAX] = {
#define HOOK(id_, num, sym, mod, shape_, ...) [num] = DXA_SHAPE_##shape_,
	DXA_HOOKS(HOOK)
#undef HOOK
};

const struct dxa_kind_info *dxa_kinds(size_t *n)
{
	*n = sizeof(kinds) / sizeof(kinds[0]);
	return kinds;
}

/* The position of each kind in the table, from 1. */
enum {
	NOWHERE,
#define POSITION(id, ...) AT_##id,
	DXA_HOOKS(POSITION) DXA_SYNTHETIC_KINDS(POSITION)
#undef POSITION
};

static const unsigned char positions[] = {
#define ROW(id, num, ...) [num] = AT_##id,
	DXA_HOOKS(ROW) DXA_SYNTHETIC_KINDS(ROW)
#undef ROW
};

const struct dxa_kind_info *dxa_kind_info(unsigned int kind)
{
	if (kind >= sizeof(positions) || !positions[kind])
		return NULL;
	return &kinds[positions[kind] - 1];
}

const char *dxa_kind_name(unsigned int kind)
{
	const struct dxa_kind_info *info = dxa_kind_info(kind);

	return info ? info->name : "unknown";
}
