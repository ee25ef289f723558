// SPDX-License-Identifier: GPL-2.0-only
#include "base/kinds.h"

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

const struct dxa_kind_info *dxa_kind_info(unsigned int kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

const char *dxa_kind_name(unsigned int kind)
{
	const struct dxa_kind_info *info = dxa_kind_info(kind);

	return info ? info->name : "unknown";
}
