// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of tasks, devices, drivers, symbols and files. They may contain any bytes, and come from
 * the kernel, from recordings and from command lines. What is printed of them must be one line of
 * valid text.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"
#include "base/procstat.h"
#include "base/suggest.h"
#include "base/symbols.h"
#include "base/utf8.h"
#include "output/xml.h"

#define NAME_LEN 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assertion that must hold for any name. */
static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Valid text; a line has no control characters either. */
static void must_be_text(const char *s, bool line)
{
	uint32_t cp;
	size_t n;

	for (; (n = dxa_utf8_next(s, &cp)); s += n) {
		must(cp != DXA_UTF8_BAD || n == 3);
		must(!line || (cp >= 0x20 && !(cp >= 0x7f && cp < 0xa0)));
	}
}

static void print(const char *name)
{
	static char buf[16 * NAME_LEN];
	static FILE *out;
	char *clean = dxa_utf8_clean(name);

	must(clean && strlen(clean) <= 3 * strlen(name));
	must_be_text(clean, false);
	free(clean);
	if (!out)
		out = fmemopen(buf, sizeof(buf), "w");
	rewind(out);
	dxa_utf8_print(out, name);
	fputc('\0', out);
	fflush(out);
	must_be_text(buf, true);
	rewind(out);
	dxa_xml_put(out, name);
	fputc('\0', out);
	fflush(out);
	must_be_text(buf, false);
	must(!strpbrk(buf, "<>\""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[NAME_LEN], line[NAME_LEN], symbol[DXA_NAME_LEN], module[DXA_NAME_LEN];

	if (size >= sizeof(name))
		return 0;
	memcpy(name, data, size);
	name[size] = '\0';
	/* A stream would take longer than everything else. */
	if (size % 4 == 0)
		print(name);
	strcpy(line, name);
	dxa_utf8_make_line(line);
	must(strlen(line) == strlen(name));
	must_be_text(line, true);
	if (dxa_symbol_split(name, symbol, module))
		must(symbol[0] && strlen(symbol) < sizeof(symbol) &&
		     strlen(module) < sizeof(module));
	dxa_symbol_is_ops(name);
	dxa_suggest_matches(name, "null-teardown-leak");
	dxa_stack_waits(name, "unregister_dev_dax", "__devm_create_dev_dax");
	return 0;
}
