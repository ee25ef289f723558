// SPDX-License-Identifier: GPL-2.0-only
#include "output/wrap.h"

#include <string.h>

#include "base/utf8.h"

/* Characters between words: the lines of a script are joined by one blank. */
#define BLANKS " \n\t"

static unsigned int columns_of(const char *text, size_t len)
{
	unsigned int n = 0;
	uint32_t cp;

	for (size_t i = 0; i < len && text[i]; n++)
		i += dxa_utf8_next(text + i, &cp);
	return n;
}

unsigned int dxa_wrap_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

static void blanks(struct dxa_wrap *w, unsigned int n)
{
	fprintf(w->out, "%*s", (int)n, "");
	w->column += n;
}

static void break_line(struct dxa_wrap *w)
{
	fputc('\n', w->out);
	w->column = 0;
	blanks(w, w->indent);
	w->start = w->column;
}

/* Is the line empty so far? */
static bool is_fresh(const struct dxa_wrap *w)
{
	return w->column <= w->start;
}

static bool fits(const struct dxa_wrap *w, unsigned int n)
{
	return !w->width || w->column + n <= w->width;
}

static void put(struct dxa_wrap *w, const char *text, size_t len)
{
	uint32_t cp;

	for (size_t i = 0; i < len && text[i]; w->column++) {
		i += dxa_utf8_next(text + i, &cp);
		dxa_utf8_put(w->out, dxa_utf8_printable(cp));
	}
}

/* Add the words of text, the first one after `gap` blanks. */
static void put_words(struct dxa_wrap *w, const char *text, unsigned int gap)
{
	while (*text) {
		size_t len = strcspn(text, BLANKS);

		if (len && !is_fresh(w) && !fits(w, gap + columns_of(text, len)))
			break_line(w);
		else if (len && gap)
			blanks(w, gap);
		put(w, text, len);
		text += len;
		len = strspn(text, BLANKS);
		/* A line of a script is indented; behind another it is not. */
		gap = memchr(text, '\n', len) ? 1 : (unsigned int)len;
		text += len;
	}
}

void dxa_wrap_begin(struct dxa_wrap *w, unsigned int first, unsigned int indent)
{
	w->column = 0;
	w->indent = indent;
	blanks(w, first);
	w->start = w->column;
}

static void paint(struct dxa_wrap *w, enum dxa_colour colour)
{
	if (colour != DXA_RESET)
		fputs(dxa_paint(w->colour, colour), w->out);
}

static void unpaint(struct dxa_wrap *w, enum dxa_colour colour)
{
	if (colour != DXA_RESET)
		fputs(dxa_paint(w->colour, DXA_RESET), w->out);
}

void dxa_wrap_words(struct dxa_wrap *w, const char *text, enum dxa_colour colour)
{
	if (!text[0])
		return;
	paint(w, colour);
	put_words(w, text, is_fresh(w) ? 0 : 1);
	unpaint(w, colour);
}

void dxa_wrap_piece(struct dxa_wrap *w, const char *text, unsigned int gap, enum dxa_colour colour)
{
	bool fresh = is_fresh(w);

	if (!text[0])
		return;
	if (!fresh && !fits(w, gap + dxa_wrap_columns(text))) {
		break_line(w);
		gap = 0;
	}
	paint(w, colour);
	put_words(w, text, fresh ? 0 : gap);
	unpaint(w, colour);
}

void dxa_wrap_to(struct dxa_wrap *w, unsigned int column)
{
	if (w->column >= column)
		return;
	blanks(w, column - w->column);
	w->start = w->column;
}

void dxa_wrap_end(struct dxa_wrap *w)
{
	fputc('\n', w->out);
	w->column = 0;
}
