// SPDX-License-Identifier: GPL-2.0-only
#include "engine/owner.h"

#include <string.h>

/*
 * fsdev has no module here: its devices belong to the dax bus, which keeps them
 * when fsdev_dax is unbound.
 */
static const struct dxa_owner owners[DXA_DRIVER_COUNT] = {
#define ROW(id, ...) [DXA_DRIVER_##id] = { __VA_ARGS__ }
#define Y true
#define N false
	/*   name, ops, module; goes_on, releases_at_unbind, of_disk, on_dax_bus, declares_late,
	     fails_with_enxio */
	ROW(UNKNOWN, "unknown", NULL, NULL, N, N, Y, N, N, N),
	ROW(PMEM, "pmem", DXA_OPS_PMEM, "nd_pmem", Y, Y, Y, N, N, N),
	/* Its properties come with its table (dm_table_set_restrictions() in
	   drivers/md/dm-table.c). */
	ROW(DM, "dm", DXA_OPS_DM, "dm_mod", Y, N, Y, N, Y, Y),
	ROW(VIRTIOFS, "virtiofs", DXA_OPS_VIRTIOFS, "virtiofs", Y, Y, N, N, N, N),
	ROW(DCSSBLK, "dcssblk", DXA_OPS_DCSSBLK, "dcssblk", N, N, Y, N, N, N),
	ROW(DEVICE_DAX, "device-dax", NULL, NULL, N, N, N, Y, N, N),
	ROW(FSDEV, "fsdev", DXA_OPS_FSDEV, NULL, N, N, N, Y, N, N),
	ROW(OTHER, "other", NULL, NULL, N, N, Y, N, N, N),
#undef ROW
#undef Y
#undef N
};

const struct dxa_owner *dxa_owner_of(enum dxa_driver driver)
{
	return &owners[driver];
}

const char *dxa_driver_name(enum dxa_driver driver)
{
	return owners[driver].name;
}

const char *dxa_aliasing_name(enum dxa_aliasing aliasing)
{
	static const char *const names[] = {
		[DXA_ALIASING_UNKNOWN] = "unknown", [DXA_ALIASING_NO] = "no", [DXA_ALIASING_YES] = "yes"
	};

	return names[aliasing];
}

int dxa_driver_by_name(const char *name)
{
	for (int i = 0; i < DXA_DRIVER_COUNT; i++)
		if (i != DXA_DRIVER_UNKNOWN && i != DXA_DRIVER_OTHER &&
		    !strcmp(owners[i].name, name))
			return i;
	return -1;
}

enum dxa_driver dxa_driver_by_ops(const char *symbol)
{
	int i;

	for (i = 0; i < DXA_DRIVER_COUNT; i++)
		if (owners[i].ops && !strcmp(owners[i].ops, symbol))
			return i;
	return dxa_symbol_is_ops(symbol) ? DXA_DRIVER_OTHER : DXA_DRIVER_UNKNOWN;
}

/*
 * The drivers that the driver core binds. Sources (v7.2): drivers/nvdimm/pmem.c,
 * drivers/dax/{pmem,cxl,device,kmem,fsdev}.c, drivers/dax/hmem/{hmem,device}.c,
 * fs/fuse/virtio_fs.c.
 */
static const struct {
	const char *bus, *name;
	int runs; /* on the dax bus: the owner whose devices it runs; -1: it runs none */
} bound[] = {
	{ "nd", "nd_pmem", -1 },
	{ "nd", "dax_pmem", -1 },
	{ "cxl", "cxl_dax_region", -1 },
	{ "platform", "hmem", -1 },
	{ "platform", "hmem_platform", -1 },
	{ "virtio", "virtiofs", -1 },
	{ "dax", "device_dax", DXA_DRIVER_DEVICE_DAX },
	{ "dax", "fsdev_dax", DXA_DRIVER_FSDEV },
	{ "dax", "fsdev", DXA_DRIVER_FSDEV },
	{ "dax", "kmem", -1 },
};

#define N_BOUND (sizeof(bound) / sizeof(*bound))

bool dxa_is_dax_driver(const char *bus, const char *driver)
{
	if (!strcmp(bus, "dax"))
		return true;
	for (size_t i = 0; i < N_BOUND; i++)
		if (!strcmp(bound[i].bus, bus) && !strcmp(bound[i].name, driver))
			return true;
	return false;
}

int dxa_driver_of_dax_bus(const char *driver)
{
	for (size_t i = 0; i < N_BOUND; i++)
		if (!strcmp(bound[i].bus, "dax") && !strcmp(bound[i].name, driver))
			return bound[i].runs;
	return -1;
}

/* Are these the names of one module? modprobe(8) treats '-' and '_' as equal. */
static bool is_module(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

const char *dxa_driver_alias(const char *given)
{
	if (dxa_driver_by_name(given) >= 0)
		return given;
	for (int i = 0; i < DXA_DRIVER_COUNT; i++)
		if (owners[i].module && is_module(owners[i].module, given))
			return owners[i].name;
	/* Drivers that run no devices of their own create or use those of device-dax. */
	for (size_t i = 0; i < N_BOUND; i++)
		if (is_module(bound[i].name, given))
			return owners[bound[i].runs < 0 ? DXA_DRIVER_DEVICE_DAX : bound[i].runs]
				.name;
	return given;
}

/*
 * Without CONFIG_KALLSYMS_ALL the kernel resolves the ops to the last function before
 * them, of which only the module is of use.
 */
static enum dxa_driver driver_by_module(const char *module)
{
	for (int i = 0; i < DXA_DRIVER_COUNT; i++)
		if (owners[i].module && !strcmp(owners[i].module, module))
			return (enum dxa_driver)i;
	return DXA_DRIVER_UNKNOWN;
}

/* The kernel's own name of the ops, where the record has it, else "". */
static const char *ops_symbol(const struct dxa_event *ev)
{
	return ev->kind == DXA_KIND_ALLOC_DAX	? ev->name :
	       ev->kind == DXA_KIND_SNAP_DEVICE ? ev->driver :
						  "";
}

bool dxa_owner_by_name(const char *words, enum dxa_driver *driver, char module[DXA_NAME_LEN])
{
	char name[DXA_NAME_LEN];

	if (!dxa_symbol_split(words, name, module))
		return false;
	*driver = dxa_symbol_is_ops(name) ? dxa_driver_by_ops(name) : driver_by_module(module);
	return true;
}

enum dxa_driver dxa_owner_of_event(struct dxa_symbols *symbols, const struct dxa_event *ev,
				   char module[DXA_NAME_LEN])
{
	enum dxa_driver driver;
	struct dxa_symbol sym;

	module[0] = '\0';
	if (!ev->ops)
		return DXA_DRIVER_DEVICE_DAX;
	if (dxa_owner_by_name(ops_symbol(ev), &driver, module))
		return driver;
	if (!symbols || !dxa_symbols_find(symbols, ev->ops, &sym) || sym.offset)
		return DXA_DRIVER_UNKNOWN;
	if (sym.module && strlen(sym.module) < DXA_NAME_LEN)
		strcpy(module, sym.module);
	return dxa_driver_by_ops(sym.name);
}
