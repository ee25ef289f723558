// SPDX-License-Identifier: GPL-2.0-only
#include "probe/shared.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "base/log.h"

#define PROGRAM "shared_entry"

static const unsigned int kinds[] = {
#define ROW(id, ...) DXA_KIND_##id,
	DXA_SHARED_ENTRIES(ROW)
#undef ROW
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The beginning of struct bpf_link_info for such a link: include/uapi/linux/bpf.h, v6.7. */
struct link_info {
	__u32 type, id, prog_id, unused;
	__u64 addrs;
	__u32 count, flags;
	__u64 missed;
};

static bool may_share(const struct dxa_hook *hook)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (hook->status.info->kind == kinds[i])
			return hook->status.mode == DXA_ATTACH_FENTRY && hook->address;
	return false;
}

void dxa_shared_plan(struct dxa_hook *hooks, size_t n, const struct dxa_kernelbtf *btf)
{
	if (!dxa_kernelbtf_function(btf, DXA_SHARED_FPROBE) ||
	    !dxa_kernelbtf_function(btf, DXA_SHARED_COUNTS))
		return;
	for (size_t i = 0; i < n; i++)
		hooks[i].shared = may_share(&hooks[i]);
}

bool dxa_shared_refuse(struct dxa_hook *hooks, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		any |= hooks[i].shared;
		hooks[i].shared = false;
	}
	return any;
}

bool dxa_shared_has(const struct dxa_hook *hook)
{
	return hook->shared && hook->status.mode == DXA_ATTACH_FENTRY;
}

void dxa_shared_select(const struct dxa_hook *hooks, size_t n, struct bpf_object *obj)
{
	for (size_t i = 0; i < n; i++)
		if (dxa_shared_has(&hooks[i]))
			bpf_program__set_autoload(bpf_object__find_program_by_name(obj, PROGRAM),
						  true);
}

static void own(struct dxa_hook *hook, struct bpf_program *prog, struct bpf_link *link)
{
	dxa_attach_add_link(hook, prog, link);
	hook->shares = link;
}

bool dxa_shared_attach(struct dxa_hook *hooks, size_t n, struct bpf_object *obj)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, PROGRAM);
	unsigned long addrs[N_KINDS];
	__u64 cookies[N_KINDS];
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .addrs = addrs, .cookies = cookies);
	struct dxa_hook *owner = NULL;
	struct bpf_link *link;

	for (size_t i = 0; i < n && opts.cnt < N_KINDS; i++) {
		if (!dxa_shared_has(&hooks[i]))
			continue;
		owner = owner ? owner : &hooks[i];
		addrs[opts.cnt] = hooks[i].address;
		cookies[opts.cnt++] = hooks[i].status.info->kind;
	}
	if (!owner)
		return true;
	link = bpf_program__attach_kprobe_multi_opts(prog, NULL, &opts);
	if (!link) {
		dxa_log(DXA_LOG_INFO, "no shared link for the entries of %zu functions: %s",
			opts.cnt, strerror(errno));
		dxa_shared_refuse(hooks, n);
		return false;
	}
	dxa_log(DXA_LOG_INFO, "the entries of %zu functions share a link", opts.cnt);
	own(owner, prog, link);
	return true;
}

bool dxa_shared_missed(const struct dxa_hook *hook, uint64_t *missed)
{
	struct link_info info = { 0 };
	__u32 length = sizeof(info);

	if (!hook->shares)
		return true;
	if (bpf_obj_get_info_by_fd(bpf_link__fd(hook->shares), &info, &length))
		return false;
	*missed += info.missed;
	return true;
}
