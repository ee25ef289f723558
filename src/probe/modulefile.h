/* SPDX-License-Identifier: GPL-2.0-only */
/* Modules as files: which of them the running kernel could load. */
#ifndef DAXAUDIT_PROBE_MODULEFILE_H
#define DAXAUDIT_PROBE_MODULEFILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is a module of this name installed for the running kernel, loaded or not? By
 * modules.dep, as modprobe(8) does it: '-' and '_' are the same. Then path gets where its
 * file is. What is built in has no file.
 */
bool dxa_module_find(const char *name, char *path, size_t size);

#endif
