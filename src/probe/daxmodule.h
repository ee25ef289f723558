/* SPDX-License-Identifier: GPL-2.0-only */
/* The DAX core as a module (CONFIG_DAX=m, as Debian's 6.1 for arm64 has it). */
#ifndef DAXAUDIT_PROBE_DAXMODULE_H
#define DAXAUDIT_PROBE_DAXMODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Does the running kernel have the DAX core as a module, loaded or not? Then path gets
 * the path of its file.
 */
bool dxa_dax_module_find(char *path, size_t size);

/*
 * Join the types of the kernel and of module dax in one BTF, in a memfd; *fd gets its
 * descriptor, which the caller closes. btf: a file with the kernel's BTF, or NULL for
 * the kernel's own. struct dax_device is only in the module's BTF, which is in sysfs
 * once the module is loaded; the hooks must be loaded before. Fails with REFUSED.
 */
struct dxa_err *dxa_dax_module_btf(const char *btf, int *fd);

#endif
