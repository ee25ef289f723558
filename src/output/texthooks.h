/* SPDX-License-Identifier: GPL-2.0-only */
/* The hooks in the text report, with -v. */
#ifndef DAXAUDIT_OUTPUT_TEXTHOOKS_H
#define DAXAUDIT_OUTPUT_TEXTHOOKS_H

#include "output/sink.h"
#include "output/wrap.h"

/* Write how each hook was attached, and its counters. w is a wrap that has not begun a line. */
void dxa_texthooks_write(struct dxa_wrap w, const struct dxa_result *r);

#endif
