/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The JSON Schema of what the json and jsonl formats write, and of a sweep's json. Names of rules,
 * drivers, hooks and the like come from their tables, so that it cannot lag
 * behind them; docs/schema/ has it as files.
 */
#ifndef DAXAUDIT_OUTPUT_SCHEMA_H
#define DAXAUDIT_OUTPUT_SCHEMA_H

#include <stdio.h>

#include "base/err.h"

/* Write the schema of "json", "jsonl" (of each line) or "sweep". INPUT error for another name. */
struct dxa_err *dxa_schema_write(FILE *out, const char *format);

#endif
