/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of modules that the running kernel can load. */
#ifndef DAXAUDIT_PROBE_MODULEFILE_H
#define DAXAUDIT_PROBE_MODULEFILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is a module of this name installed for the running kernel, loaded or not? It is looked
 * up in modules.dep like by modprobe(8): '-' and '_' are equal. path gets the path of its
 * file. A built-in module has no file.
 */
bool dxa_module_find(const char *name, char *path, size_t size);

#endif
