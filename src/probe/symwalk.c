// SPDX-License-Identifier: GPL-2.0-only
#include "probe/symwalk.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "symwalk.skel.h"
#include "probe/wanted.h"

struct dxa_symwalk {
	struct dxa_kallsyms_walk walk;
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

static bool load(struct dxa_symwalk *w, const char *types)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = types);
	uint64_t set[DXA_SYMWALK_WORDS];

	w->skel = symwalk_bpf__open_opts(&opts);
	if (!w->skel)
		return false;
	dxa_wanted_set(set);
	for (int i = 0; i < DXA_SYMWALK_WORDS; i++)
		w->skel->rodata->wanted[i] = set[i];
	if (symwalk_bpf__load(w->skel))
		return false;
	w->link = bpf_program__attach_iter(w->skel->progs.symwalk, NULL);
	return w->link;
}

struct dxa_symwalk *dxa_symwalk_open(const char *types)
{
	struct dxa_symwalk *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->walk = (struct dxa_kallsyms_walk){ begin, w };
	if (load(w, types))
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
	bpf_link__destroy(w->link);
	symwalk_bpf__destroy(w->skel);
	free(w);
}
