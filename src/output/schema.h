/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The JSON Schemas of the formats json and jsonl, and of a sweep. Names of rules, drivers,
 * hooks and so on are generated from their tables; docs/schema/ has the schemas as files.
 */
#ifndef DAXAUDIT_OUTPUT_SCHEMA_H
#define DAXAUDIT_OUTPUT_SCHEMA_H

#include <stdio.h>

#include "base/err.h"

/* Write the schema of "json", "jsonl" (of each line) or "sweep". INPUT error for another name. */
struct dxa_err *dxa_schema_write(FILE *out, const char *format);

#endif
