/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines for people that fit a width: they break between words, never inside one. */
#ifndef DAXAUDIT_OUTPUT_WRAP_H
#define DAXAUDIT_OUTPUT_WRAP_H

#include <stdbool.h>
#include <stdio.h>

#include "output/prose.h"

/* Columns where neither the terminal nor COLUMNS tells. */
#define DXA_WIDTH_DEFAULT 80
/* Narrower than this nothing is laid out. */
#define DXA_WIDTH_MIN 40

/* One logical line that is being written. */
struct dxa_wrap {
	FILE *out; /* borrowed */
	unsigned int width; /* columns; 0: the line is never broken */
	unsigned int indent; /* of the lines that continue it */
	unsigned int column; /* where the next character goes */
	unsigned int start; /* where the line's first word begins */
	bool colour;
};

/* Begin a line with `first` blanks; the lines that continue it begin with `indent`. */
void dxa_wrap_begin(struct dxa_wrap *w, unsigned int first, unsigned int indent);

/*
 * Write words, with one blank between what is there and them. They are
 * broken between words where they do not fit. Control characters are replaced.
 */
void dxa_wrap_words(struct dxa_wrap *w, const char *text, enum dxa_colour colour);

/*
 * Write text that belongs together, `gap` blanks behind what is there: where it does
 * not fit it begins a line of its own, and is broken only when that is not enough.
 */
void dxa_wrap_piece(struct dxa_wrap *w, const char *text, unsigned int gap, enum dxa_colour colour);

/* Blanks up to a column, where words begin as on a fresh line; none when the line is there. */
void dxa_wrap_to(struct dxa_wrap *w, unsigned int column);

/* End the line. */
void dxa_wrap_end(struct dxa_wrap *w);

/* Columns that a string takes: its characters, as dxa_utf8_print() writes them. */
unsigned int dxa_wrap_columns(const char *text);

#endif
