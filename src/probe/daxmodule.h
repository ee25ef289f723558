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
 * The kernel's types and those of module dax as one BTF, in a file of memory
 * only; *fd gets its descriptor, the caller closes it. btf: the kernel's BTF, as
 * a file, or NULL for its own. A file that has struct dax_device was made of vmlinux and
 * dax.ko together: then *fd is that file. Otherwise struct dax_device is in the module's BTF alone,
 * which the kernel shows when the module is loaded: too late for hooks that must
 * be there before. Fails with REFUSED.
 */
struct dxa_err *dxa_dax_module_btf(const char *btf, int *fd);

#endif
