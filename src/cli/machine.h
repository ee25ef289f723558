/* SPDX-License-Identifier: GPL-2.0-only */
/* What is concluded of the machine that daxaudit runs on, for people and programs to read. */
#ifndef DAXAUDIT_CLI_MACHINE_H
#define DAXAUDIT_CLI_MACHINE_H

#include <stdio.h>

#include "policy/policy.h"

struct json_object;

/*
 * A new object: release, machine, architecture and the kernel's file that says how
 * that one decides whether its data cache aliases, aliasing and the source of that,
 * eopnotsupp, the drivers that can allocate a dax_device (missing where the
 * symbols cannot be read, which is logged as a warning), those that are installed and
 * not loaded, and those that policy requires. btf as in struct dxa_probe_config, or NULL.
 */
struct json_object *dxa_machine_object(const struct dxa_policy *policy, const char *btf);

/* Write that object as text, each line behind prefix. */
void dxa_machine_print(FILE *out, struct json_object *machine, const char *prefix);

/* Write the list of names that is o's member of that name, and a newline. */
void dxa_machine_print_list(FILE *out, struct json_object *o, const char *key);

#endif
