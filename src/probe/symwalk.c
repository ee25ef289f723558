// SPDX-License-Identifier: GPL-2.0-only
#include "probe/symwalk.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "symwalk.skel.h"
#include "probe/symfind.h"
#include "probe/wanted.h"

#define MODULES "/proc/modules"

struct dxa_symwalk {
	struct dxa_kallsyms_walk walk;
	const struct dxa_kernelbtf *btf;
	struct symwalk_bpf *skel;
	struct bpf_link *link;
};

static void log_absent(void)
{
	dxa_log(DXA_LOG_INFO, "no iterator over the kernel's symbols: reading " DXA_KALLSYMS ": %s",
		strerror(errno));
}

/* Each walk needs a new iterator: one cannot seek back. */
static FILE *begin(void *priv)
{
	const struct dxa_symwalk *w = priv;
	int fd = bpf_iter_create(bpf_link__fd(w->link));
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (!f && fd >= 0)
		close(fd);
	if (!f)
		log_absent();
	return f;
}

static bool look_up(void *priv, struct dxa_symfind *q)
{
	const struct dxa_symwalk *w = priv;
	/* The kernel copies the context of such a program back to where it came from. */
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = q, .ctx_size_in = sizeof(*q));

	return !bpf_prog_test_run_opts(bpf_program__fd(w->skel->progs.find_symbol), &run);
}

static bool in_btf(void *priv, const char *name)
{
	const struct dxa_symwalk *w = priv;

	return dxa_kernelbtf_function(w->btf, name);
}

static bool find(void *priv, struct dxa_kallsyms *k)
{
	struct dxa_symwalk *w = priv;
	const struct dxa_symfind_source source = { look_up, in_btf, w, MODULES };

	if (!dxa_symfind_all(&source, k))
		return false;
	/* Here the kernel made the same check as for the iterator. */
	w->skel->bss->shown = 1;
	return true;
}

/* finds: with the program that finds single symbols. */
static bool load(struct dxa_symwalk *w, bool finds)
{
	const char *types = dxa_kernelbtf_types(w->btf);
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = types);
	uint64_t set[DXA_SYMWALK_WORDS];

	w->skel = symwalk_bpf__open_opts(&opts);
	if (!w->skel)
		return false;
	bpf_program__set_autoload(w->skel->progs.find_symbol, finds);
	dxa_wanted_set(set);
	for (int i = 0; i < DXA_SYMWALK_WORDS; i++)
		w->skel->rodata->wanted[i] = set[i];
	if (symwalk_bpf__load(w->skel))
		return false;
	w->link = bpf_program__attach_iter(w->skel->progs.symwalk, NULL);
	return w->link;
}

static void unload(struct dxa_symwalk *w)
{
	bpf_link__destroy(w->link);
	symwalk_bpf__destroy(w->skel);
	w->link = NULL;
	w->skel = NULL;
}

struct dxa_symwalk *dxa_symwalk_open(const struct dxa_kernelbtf *btf)
{
	struct dxa_symwalk *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->btf = btf;
	w->walk = (struct dxa_kallsyms_walk){ .begin = begin, .priv = w };
	if (dxa_kernelbtf_function(btf, DXA_SYMFIND_FAST)) {
		if (load(w, true)) {
			w->walk.find = find;
			return w;
		}
		unload(w);
	}
	if (load(w, false))
		return w;
	log_absent();
	dxa_symwalk_close(w);
	return NULL;
}

void dxa_symwalk_note_types(struct dxa_vec *names)
{
	struct symwalk_bpf *skel = symwalk_bpf__open();

	if (skel)
		dxa_kernelbtf_note(names, skel->obj);
	symwalk_bpf__destroy(skel);
}

const struct dxa_kallsyms_walk *dxa_symwalk_walk(const struct dxa_symwalk *w)
{
	return w ? &w->walk : NULL;
}

void dxa_symwalk_close(struct dxa_symwalk *w)
{
	if (!w)
		return;
	unload(w);
	free(w);
}
