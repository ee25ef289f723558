// SPDX-License-Identifier: GPL-2.0-only
#include "probe/load.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "probe/preflight.h"
#include "probe/shared.h"
#include "probe/symwalk.h"
#include "probe/wanted.h"

#define RING_SIZE (2u << 20)
/* Must have room for all devices of a snapshot. */
#define SNAPSHOT_RING_SIZE (16u << 20)

static struct daxaudit_bpf *open_object(const struct dxa_load_parts *p,
					const struct dxa_probe_config *config, const char *types)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = types ? types : config->btf);
	struct daxaudit_bpf *skel = daxaudit_bpf__open_opts(&opts);
	size_t size = config->no_hooks ? SNAPSHOT_RING_SIZE : RING_SIZE;

	if (!skel)
		return NULL;
	bpf_map__set_max_entries(skel->maps.events, config->ring_size ? config->ring_size : size);
	skel->rodata->kernel_has_btf = !access(DXA_VMLINUX_BTF, F_OK);
	skel->rodata->deep = config->deep;
	if (!config->deep)
		bpf_map__set_max_entries(skel->maps.gone, 1);
	for (int i = 0; i < DXA_RETURN_HOOKS; i++) {
		struct dxa_kallsym sym;

		if (dxa_kallsyms_by_name(p->kallsyms, dxa_wanted_return_hooks[i], &sym))
			skel->rodata->return_hooks[i] = sym.addr;
	}
	return skel;
}

/* Does the kernel accept the trampolines of this hook? Load them in an object of their own. */
static int try_trampoline(const struct dxa_load_parts *p, const struct dxa_hook *hook,
			  const struct dxa_probe_config *config)
{
	struct daxaudit_bpf *skel = open_object(p, config, NULL);
	struct dxa_hook one = *hook;
	int err;

	if (!skel)
		return -errno;
	dxa_attach_select(&one, 1, skel->obj);
	err = daxaudit_bpf__load(skel);
	daxaudit_bpf__destroy(skel);
	return err;
}

/*
 * Loading all programs failed, and libbpf does not report which one was refused: try the
 * trampolines of each hook alone, and plan kprobes where they fail.
 */
static void drop_refused_trampolines(const struct dxa_load_parts *p,
				     const struct dxa_probe_config *config)
{
	char reason[128];

	for (size_t i = 0; i < p->n_hooks; i++) {
		int err;

		if (p->hooks[i].status.mode != DXA_ATTACH_FENTRY)
			continue;
		err = try_trampoline(p, &p->hooks[i], config);
		if (!err)
			continue;
		snprintf(reason, sizeof(reason), "trampoline not loaded: %s", strerror(-err));
		dxa_attach_no_trampoline(&p->hooks[i], reason);
	}
}

/* Do the walks load alone? They need callbacks, which the BPF interpreter does not have. */
static bool can_walk(const struct dxa_load_parts *p, const struct dxa_probe_config *config)
{
	struct daxaudit_bpf *skel = open_object(p, config, NULL);
	bool ok;

	if (!skel)
		return false;
	dxa_snapshot_select(p->walkers, skel->obj, p->kallsyms);
	ok = !daxaudit_bpf__load(skel);
	daxaudit_bpf__destroy(skel);
	return ok;
}

struct daxaudit_bpf *dxa_load(const struct dxa_load_parts *p, const struct dxa_probe_config *config,
			      int *code)
{
	bool walk = true;

	for (int attempt = 0; attempt < 2; attempt++) {
		/* Should a type be lacking there, the second attempt has all of them. */
		struct daxaudit_bpf *skel = open_object(p, config, attempt ? NULL : p->types);

		if (!skel) {
			*code = errno;
			return NULL;
		}
		dxa_attach_select(p->hooks, p->n_hooks, skel->obj);
		dxa_shared_select(p->hooks, p->n_hooks, skel->obj);
		dxa_ksym_select(p->ksyms, skel->obj);
		if (walk)
			dxa_snapshot_select(p->walkers, skel->obj, p->kallsyms);
		else
			dxa_snapshot_refuse(p->walkers);
		*code = -daxaudit_bpf__load(skel);
		if (!*code) {
			p->ksyms->freed_at = &skel->bss->module_freed_at;
			p->ksyms->loaded_at = &skel->bss->module_loaded_at;
			return skel;
		}
		daxaudit_bpf__destroy(skel);
		/* If all BPF is refused, trying one program at a time does not help. */
		if (*code == EPERM || *code == EACCES)
			break;
		walk = can_walk(p, config);
		dxa_shared_refuse(p->hooks, p->n_hooks);
		drop_refused_trampolines(p, config);
	}
	return NULL;
}

/* One message may be a whole verifier log: hand it on line by line. */
static int libbpf_log(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text, *save = NULL;
	int n;

	if (level == LIBBPF_DEBUG)
		return 0;
	n = vasprintf(&text, fmt, ap);
	if (n < 0)
		return n;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		dxa_log(DXA_LOG_DEBUG, "%s", line);
	free(text);
	return n;
}

struct dxa_kernelbtf *dxa_load_types(void)
{
	struct dxa_vec names = DXA_VEC_OF(char *);
	struct dxa_kernelbtf *btf;
	struct daxaudit_bpf *skel;

	libbpf_set_print(libbpf_log);
	skel = daxaudit_bpf__open();
	if (skel)
		dxa_kernelbtf_note(&names, skel->obj);
	daxaudit_bpf__destroy(skel);
	dxa_symwalk_note_types(&names);
	btf = dxa_kernelbtf_read(names.data, names.len);
	for (size_t i = 0; i < names.len; i++)
		free(*(char **)dxa_vec_at(&names, i));
	dxa_vec_free(&names);
	return btf;
}
