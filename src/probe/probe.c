// SPDX-License-Identifier: GPL-2.0-only
#include "probe/probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/ktime.h"
#include "base/log.h"
#include "daxaudit.skel.h"
#include "probe/attach.h"
#include "probe/collect_sysfs.h"
#include "probe/counters.h"
#include "probe/daxmodule.h"
#include "probe/drain.h"
#include "probe/kallsyms.h"
#include "probe/kernelbtf.h"
#include "probe/symwalk.h"
#include "probe/losses.h"
#include "probe/load.h"
#include "probe/ksym.h"
#include "probe/opsnames.h"
#include "probe/preflight.h"
#include "probe/shared.h"
#include "probe/snapshot.h"
#include "probe/targets.h"
#include "probe/tracefs.h"

/* How long a program that is running when the audit stops has to submit its record. */
#define DRAIN_NS 1000000000ull

struct dxa_probe {
	struct dxa_kernelbtf *btf; /* NULL: it cannot be read */
	struct dxa_symwalk *symwalk;
	struct dxa_kallsyms *kallsyms;
	struct dxa_ksym_reader ksyms;
	struct dxa_symbols *symbols;
	struct dxa_tracefs *tracefs;
	size_t swept, left; /* kprobe events of killed auditors: removed, and still in use */
	struct dxa_opsnames ops;
	struct daxaudit_bpf *skel;
	struct ring_buffer *ring;
	uint32_t budget; /* records that this call may still deliver */
	uint32_t came; /* records that the last call delivered */
	struct dxa_hook *hooks;
	struct dxa_hook_status *status; /* an array for dxa_probe_hooks() */
	size_t n_hooks;
	struct dxa_walker walkers[DXA_WALK_COUNT];
	struct dxa_wakeup wakeup;
	uint64_t delivered[DXA_HOOK_MAX]; /* records by hook, ... */
	uint64_t delivered_all; /* ... and of all hooks */
	struct dxa_silence silence;
	bool used_gone; /* the last snapshot shows a removed disk in use, or cannot tell */
	uint32_t dropped; /* the largest count in any record */
	uint64_t missed; /* recursion misses of the programs, when read last ... */
	uint64_t missed_asked; /* ... at this ktime, ns */
	uint64_t missed_besides; /* calls missed by kprobes, when recording stopped last */
	dxa_event_fn fn;
	void *priv;
};

static struct dxa_err *make_hooks(struct dxa_probe *p, bool deep)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	p->hooks = calloc(n, sizeof(*p->hooks));
	p->status = calloc(n, sizeof(*p->status));
	if (!p->hooks || !p->status)
		return dxa_err_nomem();
	for (size_t i = 0; i < n; i++)
		if (!kinds[i].synthetic && (deep || kinds[i].need != DXA_NEED_DEEP))
			p->hooks[p->n_hooks++].status.info = &kinds[i];
	return NULL;
}

/* Take the symbol of the ops from the record: "pmem_dax_ops [nd_pmem]". */
static void learn_ops(struct dxa_probe *p, const struct dxa_event *ev)
{
	char name[DXA_NAME_LEN], module[DXA_NAME_LEN];
	struct dxa_symbol sym = { .name = name };

	if (ev->kind != DXA_KIND_ALLOC_DAX || !ev->ops ||
	    !dxa_symbol_split(ev->name, name, module) || !dxa_symbol_is_ops(name))
		return;
	sym.module = module[0] ? module : NULL;
	dxa_symbols_add(p->symbols, ev->ops, &sym);
}

/*
 * On a preemptible kernel a task can be preempted inside a program. If another task makes
 * the same call on that CPU meanwhile, the kernel skips the program and only counts it
 * (kernel/bpf/trampoline.c, __bpf_prog_enter_recur). So before a record with stamp `ts`
 * is delivered, the counts must have been read at ts or later: the engine must know about
 * the gap first.
 */
static void tell_missed(struct dxa_probe *p, uint64_t ts)
{
	struct dxa_event lost;
	uint64_t missed = 0, n;

	p->missed_asked = dxa_ktime_now();
	for (size_t i = 0; i < p->n_hooks; i++)
		if (dxa_counters_recursion_misses(&p->hooks[i], &n))
			missed += n;
	if (missed <= p->missed)
		return;
	lost = (struct dxa_event){ .kind = DXA_KIND_LOST,
				   .ts = ts < p->missed_asked ? ts : p->missed_asked,
				   /* Includes calls that were missed during the loop. */
				   .arg = dxa_ktime_now(),
				   .ret = (int64_t)(missed - p->missed) };
	p->missed = missed;
	p->fn(p->priv, &lost);
}

static void deliver(struct dxa_probe *p, const struct dxa_event *ev)
{
	struct dxa_event named;

	if (ev->kind == DXA_KIND_ALLOC_DAX && ev->ops) {
		named = *ev;
		if (ev->name[0])
			dxa_opsnames_learn(&p->ops, ev);
		else
			dxa_opsnames_fill(&p->ops, &named);
		ev = &named;
	}
	if (ev->kind == DXA_KIND_SNAP_DEVICE && ev->ops) {
		named = *ev;
		dxa_opsnames_device(&p->ops, &named);
		ev = &named;
	}

	/* The snapshot has the names of file systems; sysfs has those of other users of a disk. */
	if ((ev->kind == DXA_KIND_DISK_USED || ev->kind == DXA_KIND_USED_GONE) && !ev->driver[0]) {
		named = *ev;
		dxa_read_disk_user(ev, named.driver);
		ev = &named;
	}
	p->used_gone |= ev->kind == DXA_KIND_USED_GONE;
	p->fn(p->priv, ev);
}

/* Deliver a record, with what only user space can add to it. */
static int on_record(void *priv, void *data, size_t size)
{
	const struct dxa_event *ev = data;
	struct dxa_probe *p = priv;
	uint32_t dropped;

	if (size < sizeof(*ev))
		return 0;
	if (ev->ts > p->missed_asked)
		tell_missed(p, ev->ts);
	if (ev->kind < DXA_HOOK_MAX) {
		p->delivered[ev->kind]++;
		p->delivered_all++;
	}
	dropped = dxa_dropped_since(&p->dropped, ev->dropped);
	if (dropped) {
		struct dxa_event lost = {
			.kind = DXA_KIND_LOST, .ts = ev->ts, .seq = ev->seq, .ret = dropped
		};

		p->fn(p->priv, &lost);
	}
	if (ev->kind == DXA_KIND_MODULE_LOAD) {
		dxa_kallsyms_invalidate(p->kallsyms);
		dxa_kallsyms_note_module(p->kallsyms, ev->name, ev->obj, ev->arg);
		for (size_t i = 0; i < p->n_hooks; i++)
			dxa_attach_module_came(&p->hooks[i], ev->name);
	}
	learn_ops(p, ev);
	dxa_ksym_look_up(&p->ksyms, p->symbols, ev);
	dxa_silence_event(&p->silence, ev, p->hooks, p->n_hooks, p->fn, p->priv);
	deliver(p, ev);
	if (ev->kind == DXA_KIND_MODULE_FREE) {
		dxa_kallsyms_invalidate(p->kallsyms);
		dxa_symbols_forget_module(p->symbols, ev->name);
		dxa_ksym_forget(&p->ksyms);
	}
	/* Limit the records of one call: libbpf continues as long as new records arrive. */
	return --p->budget ? 0 : -EAGAIN;
}

static struct dxa_err *open_hooks(struct dxa_probe *p, const struct dxa_probe_config *config)
{
	struct dxa_err *err;

	if (dxa_preflight_ftrace_off())
		return dxa_err_new(
			DXA_ERR_REFUSED, 0,
			"kernel.ftrace_enabled=0: the kernel would never call the hooks: "
			"run 'sysctl kernel.ftrace_enabled=1'");
	if (dxa_preflight_kprobes_off())
		return dxa_err_new(DXA_ERR_REFUSED, 0,
				   "kprobes are switched off: the kernel would not call all hooks: "
				   "run 'echo 1 >/sys/kernel/debug/kprobes/enabled'");
	err = dxa_tracefs_open(&p->tracefs);
	if (err)
		return err;
	p->swept = dxa_tracefs_sweep(p->tracefs, &p->left);
	if (p->swept)
		dxa_log(DXA_LOG_INFO,
			"removed %zu kprobe events that a killed daxaudit left behind", p->swept);
	if (p->left)
		dxa_log(DXA_LOG_INFO,
			"%zu kprobe events of a killed daxaudit are still in use: trying again",
			p->left);
	err = make_hooks(p, config->deep);
	if (err)
		return err;
	dxa_attach_plan(
		p->hooks, p->n_hooks, p->kallsyms, p->btf,
		config->kprobes_only ? "kprobes were requested" :
		config->btf ? "trampolines need the kernel's own BTF, and --btf gives a file" :
			      NULL);
	dxa_shared_plan(p->hooks, p->n_hooks, p->btf);
	dxa_attach_try_kprobes(p->hooks, p->n_hooks, config->btf, p->tracefs);
	return NULL;
}

/*
 * Load the programs. If the types of the DAX core are in a module, libbpf finds them once
 * that is loaded, unless it uses a BTF file.
 */
static struct dxa_err *load_all(struct dxa_probe *p, const struct dxa_probe_config *config)
{
	struct dxa_load_parts parts = { p->kallsyms, p->hooks,	p->n_hooks,
					p->walkers,  &p->ksyms, NULL };
	struct dxa_probe_config with = *config;
	_cleanup_close_ int fd = -1;
	struct dxa_kallsym sym;
	struct dxa_err *err;
	char path[32];
	bool loaded;
	int code;

	loaded = dxa_kallsyms_by_name(p->kallsyms, "alloc_dax", &sym);
	if (!loaded || (sym.module && config->btf)) {
		err = dxa_dax_module_btf(config->btf, &fd);
		if (err)
			return err;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		with.btf = path;
	}
	/* Those of a module are not among the kernel's. */
	if (!with.btf && !sym.module)
		parts.types = dxa_kernelbtf_types(p->btf);
	p->skel = dxa_load(&parts, &with, &code);
	return p->skel ? NULL : dxa_preflight_explain(code);
}

/* Attach the hooks as planned. False when some are refused: the plan has changed. */
static bool attach_as_planned(struct dxa_probe *p)
{
	bool all = true;

	if (!dxa_shared_attach(p->hooks, p->n_hooks, p->skel->obj))
		return false;
	for (size_t i = 0; i < p->n_hooks; i++)
		all &= dxa_attach_hook(&p->hooks[i], p->skel->obj, p->tracefs);
	return all;
}

/* Detach and unload all programs. */
static void unload(struct dxa_probe *p)
{
	for (size_t i = 0; i < p->n_hooks; i++)
		dxa_detach_hook(&p->hooks[i]);
	dxa_tracefs_undo(p->tracefs, 0);
	ring_buffer__free(dxa_take(p->ring));
	daxaudit_bpf__destroy(dxa_take(p->skel));
}

static struct dxa_err *load_and_map(struct dxa_probe *p, const struct dxa_probe_config *config)
{
	struct dxa_err *err = load_all(p, config);

	if (err)
		return err;
	p->ring = ring_buffer__new(bpf_map__fd(p->skel->maps.events), on_record, p, NULL);
	if (!p->ring)
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "cannot map the ring buffer: %s",
				   strerror(errno));
	return NULL;
}

static struct dxa_err *attach_all(struct dxa_probe *p, const struct dxa_probe_config *config)
{
	/* It ends: each try refuses the shared link or trampolines, which are not planned again. */
	while (!attach_as_planned(p)) {
		struct dxa_err *err;

		unload(p);
		err = load_and_map(p, config);
		if (err)
			return err;
	}
	for (size_t i = 0; i < p->n_hooks; i++) {
		const struct dxa_hook_status *s = &p->hooks[i].status;

		dxa_log(DXA_LOG_INFO, "hook %s: %s%s%s", s->info->name,
			dxa_attach_mode_name(s->mode), s->reason[0] ? ": " : "", s->reason);
	}
	return dxa_attach_check_core(p->hooks, p->n_hooks);
}

static struct dxa_err *open_all(struct dxa_probe *p, const struct dxa_probe_config *config)
{
	struct dxa_err *err;

	p->btf = dxa_load_types();
	dxa_targets_use(p->btf);
	p->symwalk = dxa_symwalk_open(p->btf);
	err = dxa_kallsyms_open(DXA_KALLSYMS, dxa_symwalk_walk(p->symwalk), &p->kallsyms);
	if (!err)
		err = dxa_preflight(p->kallsyms, config->btf);
	if (!err && !config->no_hooks)
		err = open_hooks(p, config);
	if (err)
		return err;
	p->ksyms.kallsyms = p->kallsyms;
	p->symbols = dxa_symbols_new(dxa_ksym_source, &p->ksyms);
	if (!p->symbols)
		return dxa_err_nomem();
	err = load_and_map(p, config);
	return err || config->no_hooks ? err : attach_all(p, config);
}

struct dxa_err *dxa_probe_open(const struct dxa_probe_config *config, struct dxa_probe **ret)
{
	struct dxa_probe *p = calloc(1, sizeof(*p));
	struct dxa_err *err;

	if (!p)
		return dxa_err_nomem();
	err = open_all(p, config);
	if (err) {
		dxa_probe_close(p);
		return err;
	}
	*ret = p;
	return NULL;
}

bool dxa_probe_refresh(struct dxa_probe *p)
{
	return dxa_kallsyms_refresh(p->kallsyms);
}

static void tell_driver(void *priv, const char *ops)
{
	struct dxa_event ev = { .kind = DXA_KIND_DRIVER, .ts = dxa_ktime_now() };
	struct dxa_probe *p = priv;

	snprintf(ev.name, sizeof(ev.name), "%s", ops);
	p->fn(p->priv, &ev);
}

/* Add an event for each driver of this kernel that can allocate, for the coverage. */
static void tell_drivers(struct dxa_probe *p)
{
	struct dxa_kallsym sym;

	dxa_probe_refresh(p);
	dxa_kallsyms_each_ops(p->kallsyms, tell_driver, p);
	if (dxa_kallsyms_by_name(p->kallsyms, "devm_create_dev_dax", &sym))
		tell_driver(p, "");
}

void dxa_probe_start(struct dxa_probe *p, dxa_event_fn fn, void *priv)
{
	p->wakeup = (struct dxa_wakeup){ .wake_seq = (volatile uint64_t *)&p->skel->bss->wake_seq,
					 .next_seq = (volatile uint64_t *)&p->skel->bss->next_seq,
					 .dropped = &p->skel->bss->dropped_so_far };
	p->fn = fn;
	p->priv = priv;
	for (size_t i = 0; i < p->n_hooks; i++)
		if (p->hooks[i].status.info->kind == DXA_KIND_MODULE_FREE)
			p->skel->bss->modules_watched = p->hooks[i].n_links > 0;
	/* What was recorded before is not repeated. No program runs that adds to it. */
	p->skel->bss->changes++;
	__sync_synchronize();
	p->skel->bss->enabled = 1;
	tell_drivers(p);
}

uint32_t dxa_probe_snapshot(struct dxa_probe *p, const char **why)
{
	const struct dxa_walker *w = p->walkers;
	uint32_t known;

	p->used_gone = false;
	known = dxa_snapshot_run(p->walkers);
	*why = NULL;
	for (int i = DXA_WALK_COUNT; i--;)
		if (!(known >> i & 1) && !(i == DXA_WALK_HOSTS && known & DXA_SNAP_NO_HOSTS))
			*why = w[i].reason;
	dxa_probe_consume(p);
	p->used_gone |= !(known & DXA_SNAP_HOLDERS);
	return known;
}

bool dxa_probe_used_gone(const struct dxa_probe *p)
{
	return p->used_gone;
}

static int counts_fd(const struct dxa_probe *p)
{
	return bpf_map__fd(p->skel->maps.counts);
}

/* The number of counted calls whose records are neither delivered nor dropped. */
static uint64_t outstanding(void *priv)
{
	struct dxa_probe *p = priv;
	uint64_t n = 0;

	for (size_t i = 0; i < p->n_hooks; i++) {
		struct dxa_hook_status *s = &p->hooks[i].status;
		uint64_t known = p->delivered[s->info->kind];

		if (!dxa_counters_read(counts_fd(p), s))
			continue;
		known += s->count.dropped + s->count.repeated;
		n += s->count.seen > known ? s->count.seen - known : 0;
	}
	return n;
}

static void consume(void *priv)
{
	dxa_probe_consume(priv);
}

/* Report losses that no later record shows; `left` records were never submitted. */
static void add_final_losses(struct dxa_probe *p, uint64_t left)
{
	struct dxa_event lost = { .kind = DXA_KIND_LOST };
	uint64_t missed = 0;

	tell_missed(p, UINT64_MAX);
	for (size_t i = 0; i < p->n_hooks; i++) {
		dxa_counters_read_missed(&p->hooks[i], p->tracefs);
		missed += p->hooks[i].status.missed;
	}
	/* p->missed does not include calls that kprobes missed. */
	if (missed > p->missed + p->missed_besides) {
		left += missed - p->missed - p->missed_besides;
		p->missed_besides = missed - p->missed;
	}
	left += dxa_dropped_since(&p->dropped, p->skel->bss->dropped_so_far);
	lost.ret = (int64_t)left;
	lost.ts = dxa_ktime_now();
	if (left)
		p->fn(p->priv, &lost);
}

void dxa_probe_stop(struct dxa_probe *p)
{
	const struct dxa_drain drain = { outstanding, consume, p, DRAIN_NS };

	p->skel->bss->enabled = 0;
	/* A program counts before it reads `enabled` (event_begin() in bpf/emit.bpf.h). */
	__sync_synchronize();
	add_final_losses(p, dxa_drain(&drain));
	dxa_silence_check(&p->silence, true, p->fn, p->priv);
	tell_drivers(p);
	dxa_attach_settle(p->hooks, p->n_hooks, p->kallsyms);
}

int dxa_probe_fd(const struct dxa_probe *p)
{
	return bpf_map__fd(p->skel->maps.events);
}

/* How many the ring buffer holds. */
static uint32_t ring_records(const struct dxa_probe *p)
{
	return bpf_map__max_entries(p->skel->maps.events) / sizeof(struct dxa_event);
}

uint64_t dxa_probe_gather(struct dxa_probe *p, bool more)
{
	return dxa_wakeup_arm(&p->wakeup, p->delivered_all, more ? 1 : p->came, ring_records(p));
}

void dxa_probe_consume(struct dxa_probe *p)
{
	/* As many records as the ring buffer holds: all that are there now. */
	const uint32_t budget = ring_records(p);

	p->budget = budget;
	ring_buffer__consume(p->ring);
	p->came = budget - p->budget;
	dxa_silence_check(&p->silence, false, p->fn, p->priv);
}

uint64_t dxa_probe_silence(const struct dxa_probe *p)
{
	return p->silence.since ? p->silence.recheck_at : 0;
}

const struct dxa_hook_status *dxa_probe_hooks(struct dxa_probe *p, size_t *n)
{
	for (size_t i = 0; i < p->n_hooks; i++) {
		dxa_counters_read(counts_fd(p), &p->hooks[i].status);
		dxa_counters_read_missed(&p->hooks[i], p->tracefs);
		p->status[i] = p->hooks[i].status;
	}
	*n = p->n_hooks;
	return p->status;
}

bool dxa_probe_readable(const struct dxa_probe *p)
{
	struct dxa_hook_status status = p->hooks[0].status;

	return dxa_counters_read(counts_fd(p), &status);
}

size_t dxa_probe_swept(const struct dxa_probe *p, size_t *left)
{
	*left = p->left;
	return p->swept;
}

bool dxa_probe_sweep(struct dxa_probe *p)
{
	return p->tracefs && dxa_tracefs_sweep_again(p->tracefs);
}

void dxa_probe_trim(struct dxa_probe *p)
{
	dxa_kallsyms_trim(p->kallsyms);
	malloc_trim(0);
}

struct dxa_symbols *dxa_probe_symbols(struct dxa_probe *p)
{
	return p->symbols;
}

size_t dxa_probe_leave(struct dxa_probe *p, int **fds)
{
	size_t n = 0;

	*fds = NULL;
	if (!p || !p->tracefs)
		return 0;
	/*
	 * Kprobes go at once: their events outlive who would die before removing them. One whose
	 * module came without the function has an event, too, although its mode is none by now.
	 */
	for (size_t i = 0; i < p->n_hooks; i++)
		if (p->hooks[i].status.mode != DXA_ATTACH_FENTRY &&
		    p->hooks[i].status.mode != DXA_ATTACH_TRACEPOINT)
			dxa_detach_hook(&p->hooks[i]);
	dxa_tracefs_undo(p->tracefs, 0);
	*fds = calloc(p->n_hooks * DXA_HOOK_LINKS + 1, sizeof(**fds));
	for (size_t i = 0; *fds && i < p->n_hooks; i++)
		for (unsigned int k = 0; k < p->hooks[i].n_links; k++)
			(*fds)[n++] = bpf_link__fd(p->hooks[i].links[k]);
	return n;
}

void dxa_probe_close(struct dxa_probe *p)
{
	size_t left;

	if (!p)
		return;
	for (size_t i = 0; i < p->n_hooks; i++)
		dxa_detach_hook(&p->hooks[i]);
	ring_buffer__free(p->ring);
	if (p->skel)
		daxaudit_bpf__destroy(p->skel);
	/* Also the events of processes that were killed during this audit. */
	if (p->tracefs)
		dxa_tracefs_sweep(p->tracefs, &left);
	dxa_tracefs_close(p->tracefs);
	dxa_symbols_free(p->symbols);
	dxa_kallsyms_free(p->kallsyms);
	dxa_symwalk_close(p->symwalk);
	dxa_kernelbtf_free(p->btf);
	free(p->hooks);
	free(p->status);
	free(p);
}
