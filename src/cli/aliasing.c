// SPDX-License-Identifier: GPL-2.0-only
#include "cli/aliasing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "probe/peek.h"

/* syslog(2) */
#define ACTION_READ_ALL 3
#define ACTION_SIZE_BUFFER 10

#define CPUINFO_MAX (64 << 10)

/* The caller frees it; NULL when it cannot be read. */
static char *read_cpuinfo(void)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/cpuinfo", "re");
	char *text = f ? calloc(1, CPUINFO_MAX) : NULL;

	if (text)
		text[fread(text, 1, CPUINFO_MAX - 1, f)] = '\0';
	return text;
}

/* The caller frees it; NULL when it cannot be read. */
static char *read_log(void)
{
	int size = klogctl(ACTION_SIZE_BUFFER, NULL, 0), n;
	char *text = size > 0 ? malloc((size_t)size + 1) : NULL;

	if (!text)
		return NULL;
	n = klogctl(ACTION_READ_ALL, text, size);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

void dxa_aliasing_ask(const char *machine, const char *btf, struct dxa_aliasing_answer *ret)
{
	struct dxa_aliasing_facts facts = { .page_size = (uint64_t)sysconf(_SC_PAGESIZE) };
	const struct dxa_arch *arch = dxa_arch_by_machine(machine);
	const struct dxa_arch_runtime *r = arch ? arch->runtime : NULL;
	_cleanup_free_ char *cpuinfo = r && r->cpuinfo_key ? read_cpuinfo() : NULL;
	_cleanup_free_ char *log = r && r->log ? read_log() : NULL;

	facts.cpuinfo = cpuinfo;
	facts.log = log;
	facts.has_value = r && r->variable && dxa_peek(r->what, r->symbol, btf, &facts.value);
	dxa_aliasing_decide(arch, &facts, ret);
}
