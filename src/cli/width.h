/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAXAUDIT_CLI_WIDTH_H
#define DAXAUDIT_CLI_WIDTH_H

#include <stdbool.h>

/*
 * The columns of text for people: those of COLUMNS, else of standard output if the text goes
 * there and it is a terminal, else DXA_WIDTH_DEFAULT.
 */
unsigned int dxa_text_width(bool terminal);

#endif
