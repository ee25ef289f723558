/* SPDX-License-Identifier: GPL-2.0-only */
/* A short description of a life, for comparing two audits. */
#ifndef DAXAUDIT_OUTPUT_SHAPE_H
#define DAXAUDIT_OUTPUT_SHAPE_H

#include "output/lives.h"

/*
 * Write the calls of a life in order, without addresses and times: "alloc, host, get x2,
 * put x2, kill, put, destroyed". Cut to fit. Returns buf.
 */
#define DXA_SHAPE_LEN 512
const char *dxa_shape(char buf[DXA_SHAPE_LEN], const struct dxa_lived *life);

#endif
