// SPDX-License-Identifier: GPL-2.0-only
#include "probe/load.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe/preflight.h"

#define RING_SIZE (2u << 20)
/* Must have room for all devices of a snapshot. */
#define SNAPSHOT_RING_SIZE (16u << 20)

/*
 * Return tracers replace a return address by the address of one of these: the graph tracer,
 * and kretprobes with rethook (since v5.18) and without it, by their newer and older name.
 */
static const char *const return_hooks[DXA_RETURN_HOOKS] = {
	"return_to_handler",
	"arch_rethook_trampoline",
	"__kretprobe_trampoline",
	"kretprobe_trampoline",
};

static struct daxaudit_bpf *open_object(const struct dxa_load_parts *p,
					const struct dxa_probe_config *config)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = config->btf);
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

		if (dxa_kallsyms_by_name(p->kallsyms, return_hooks[i], &sym))
			skel->rodata->return_hooks[i] = sym.addr;
	}
	return skel;
}

/* Does the kernel accept the trampolines of this hook? Load them in an object of their own. */
static int try_trampoline(const struct dxa_load_parts *p, const struct dxa_hook *hook,
			  const struct dxa_probe_config *config)
{
	struct daxaudit_bpf *skel = open_object(p, config);
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
	struct daxaudit_bpf *skel = open_object(p, config);
	bool ok;

	if (!skel)
		return false;
	dxa_snapshot_select(p->walkers, skel->obj, p->kallsyms);
	ok = !daxaudit_bpf__load(skel);
	daxaudit_bpf__destroy(skel);
	return ok;
}

/* The hooks that are being loaded: libbpf has no other way to pass them to the callback. */
static const struct dxa_load_parts *loading;

/* Set the BTF ids: libbpf would search all types of the kernel for each function. */
static int tell_target(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const char *symbol = strchr(bpf_program__section_name(prog), '/');

	(void)cookie;
	for (size_t i = 0; symbol && i < loading->n_hooks; i++)
		if (!strcmp(loading->hooks[i].status.info->name, symbol + 1))
			opts->attach_btf_id = loading->hooks[i].btf_id;
	return opts->attach_btf_id ? 0 : -ESRCH;
}

static int attach_trampoline(const struct bpf_program *prog, long cookie, struct bpf_link **link)
{
	(void)cookie;
	*link = bpf_program__attach_trace(prog);
	return *link ? 0 : -errno;
}

static void take_over_trampolines(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = tell_target,
		    .prog_attach_fn = attach_trampoline);
	static bool done;

	if (done)
		return;
	done = libbpf_register_prog_handler("fentry+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY,
					    &opts) >= 0 &&
	       libbpf_register_prog_handler("fexit+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT,
					    &opts) >= 0;
}

struct daxaudit_bpf *dxa_load(const struct dxa_load_parts *p, const struct dxa_probe_config *config,
			      int *code)
{
	bool walk = true;

	take_over_trampolines();
	loading = p;
	for (int attempt = 0; attempt < 2; attempt++) {
		struct daxaudit_bpf *skel = open_object(p, config);

		if (!skel) {
			*code = errno;
			return NULL;
		}
		dxa_attach_select(p->hooks, p->n_hooks, skel->obj);
		dxa_ksym_select(p->ksyms, skel->obj);
		if (walk)
			dxa_snapshot_select(p->walkers, skel->obj, p->kallsyms);
		else
			dxa_snapshot_refuse(p->walkers);
		*code = -daxaudit_bpf__load(skel);
		if (!*code)
			return skel;
		daxaudit_bpf__destroy(skel);
		/* If all BPF is refused, trying one program at a time does not help. */
		if (*code == EPERM || *code == EACCES)
			break;
		walk = can_walk(p, config);
		drop_refused_trampolines(p, config);
	}
	return NULL;
}
