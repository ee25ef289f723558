/* SPDX-License-Identifier: GPL-2.0-only */
/* A description of the machine that daxaudit runs on, as text and JSON. */
#ifndef DAXAUDIT_CLI_MACHINE_H
#define DAXAUDIT_CLI_MACHINE_H

#include <stdio.h>

#include "policy/policy.h"

struct json_object;

/*
 * A new object: release, machine, architecture, the kernel file that decides whether the
 * data cache of the architecture aliases, aliasing and its source, eopnotsupp, the drivers
 * that can allocate a dax_device (missing if the symbols cannot be read, which is logged as
 * a warning), drivers that are installed and not loaded, and those that policy requires.
 * btf: as in struct dxa_probe_config.
 */
struct json_object *dxa_machine_object(const struct dxa_policy *policy, const char *btf);

/* Write that object as text, each line after prefix. */
void dxa_machine_print(FILE *out, struct json_object *machine, const char *prefix);

/* Write a member of o that is a list of names, and a newline. */
void dxa_machine_print_list(FILE *out, struct json_object *o, const char *key);

#endif
