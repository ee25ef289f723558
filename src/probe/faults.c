// SPDX-License-Identifier: GPL-2.0-only
#include "probe/faults.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/errinject.h"
#include "base/log.h"
#include "faults.skel.h"
#include "probe/kallsyms.h"
#include "probe/preflight.h"

#define PROBE "really_probe"
#define LINKS_MAX 96
/* ___GFP_NOFAIL in include/linux/gfp_types.h, which is an enumerator since v6.10. */
#define GFP_NOFAIL_OLD 0x8000ull

/*
 * The brackets of each driver: a function, or the driver core's probe of a driver with
 * that name. Sources: drivers/nvdimm/pmem.c, drivers/md/dm-ioctl.c (every
 * ioctl: create, load, suspend, resume, remove), drivers/dax/{bus,device,pmem,cxl,
 * kmem,fsdev}.c, drivers/dax/hmem/hmem.c, fs/fuse/virtio_fs.c, drivers/s390/block/dcssblk.c,
 * fs/namespace.c, fs/super.c, mm/memory_hotplug.c (6.12.107, 7.2.13, 7.3-rc7). kmem's attribute
 * `state` (7.3) plugs memory outside of a probe. A mount is mount(2), or fsconfig(2) with its
 * vfs_get_tree(); its end is the last deactivate_locked_super().
 */
static const struct bracket {
	const char *driver; /* the user's name */
	const char *function; /* of the bracket */
	const char *probed; /* with PROBE: the driver's name in the driver core */
} brackets[] = {
	{ "pmem", PROBE, "nd_pmem" },
	{ "dm", "dm_ctl_ioctl", NULL },
	{ "virtiofs", PROBE, "virtiofs" },
	{ "dcssblk", "dcssblk_add_store", NULL },
	{ "device-dax", PROBE, "device_dax" },
	{ "device-dax", PROBE, "dax_pmem" },
	{ "device-dax", PROBE, "hmem" },
	{ "device-dax", PROBE, "cxl_dax_region" },
	{ "device-dax", "__devm_create_dev_dax", NULL },
	{ "device-dax", "devm_create_dev_dax", NULL },
	{ "kmem", PROBE, "kmem" },
	{ "kmem", "dax_kmem_init_resources", NULL },
	{ "kmem", "dax_kmem_do_hotplug", NULL },
	{ "kmem", "dax_kmem_do_hotremove", NULL },
	{ "kmem", "offline_and_remove_memory_ranges", NULL },
	{ "fsdev", PROBE, "fsdev_dax" },
	{ "mount", "path_mount", NULL },
	{ "mount", "vfs_get_tree", NULL },
	{ "mount", "deactivate_locked_super", NULL },
};

#define N_BRACKETS (sizeof(brackets) / sizeof(brackets[0]))

struct dxa_faults {
	struct faults_bpf *skel;
	struct bpf_link *links[LINKS_MAX];
	size_t n_links;
	size_t n_brackets; /* that are attached */
	struct dxa_fault_call *calls; /* mapped */
	size_t mapped; /* bytes */
};

/* ---- tables ---- */

const char *dxa_faults_driver(int i)
{
	const char *last = "";

	for (size_t k = 0; k < N_BRACKETS; k++) {
		if (!strcmp(brackets[k].driver, last))
			continue;
		last = brackets[k].driver;
		if (!i--)
			return last;
	}
	return NULL;
}

static bool chosen(const struct bracket *b, uint32_t drivers)
{
	const char *name;

	for (int i = 0; (name = dxa_faults_driver(i)); i++)
		if (!strcmp(name, b->driver))
			return drivers >> i & 1;
	return false;
}

bool dxa_faults_is_bracket(const char *function)
{
	for (size_t i = 0; i < N_BRACKETS; i++)
		if (!strcmp(function, brackets[i].function))
			return true;
	return false;
}

/* ---- sites ---- */

/* The enum has no name, so CO-RE cannot look up its enumerators: search the BTF. */
static uint64_t gfp_nofail(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	uint64_t ret = GFP_NOFAIL_OLD;

	for (uint32_t id = 1; btf && id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const struct btf_enum *e = btf_enum(t);

		if (!btf_is_enum(t) || t->name_off)
			continue;
		for (int i = 0; i < btf_vlen(t); i++)
			if (!strcmp(btf__name_by_offset(btf, e[i].name_off), "___GFP_NOFAIL_BIT"))
				ret = 1ull << e[i].val;
	}
	btf__free(btf);
	return ret;
}

static uint32_t filter_of(const char *function)
{
	if (!strcmp(function, dxa_errinject_function("slab")))
		return DXA_FAULT_SLAB;
	if (!strcmp(function, dxa_errinject_function("page")))
		return DXA_FAULT_PAGE;
	return DXA_FAULT_ANY;
}

static struct dxa_err *find_site(const char *site, struct dxa_fault_forced *ret)
{
	_cleanup_fclose_ FILE *f = fopen(DXA_ERRINJECT_LIST, "re");
	const char *function = dxa_errinject_function(site);
	struct dxa_errinject row;
	char line[256];

	if (!f && errno == EACCES)
		return dxa_err_new(DXA_ERR_REFUSED, EACCES,
				   "not enough privilege to make calls fail: run as root");
	if (!f)
		return dxa_err_new(DXA_ERR_REFUSED, errno,
				   "this kernel does not say which calls can be made to fail "
				   "(" DXA_ERRINJECT_LIST ": %s): boot one with "
				   "CONFIG_BPF_KPROBE_OVERRIDE=y, and mount debugfs",
				   strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		if (!dxa_errinject_parse(line, &row) || strcmp(row.function, function) != 0)
			continue;
		ret->value = row.value;
		ret->filter = filter_of(function);
		snprintf(ret->function, sizeof(ret->function), "%s", function);
		return NULL;
	}
	return dxa_err_new(
		DXA_ERR_INPUT, 0,
		"--sites %s: this kernel cannot make %s fail: it is not in " DXA_ERRINJECT_LIST,
		site, function);
}

/* ---- attaching ---- */

static int attach(struct dxa_faults *f, const struct bpf_program *prog, const char *function,
		  bool ret, uint64_t cookie)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .retprobe = ret, .bpf_cookie = cookie);
	struct bpf_link *link;

	if (f->n_links == LINKS_MAX)
		return -E2BIG;
	link = bpf_program__attach_kprobe_opts(prog, function, &opts);
	if (!link)
		return -errno;
	f->links[f->n_links++] = link;
	return 0;
}

/* Attach to entry and return of a function, or to neither. */
static int attach_pair(struct dxa_faults *f, const struct bpf_program *entry, const char *function)
{
	int err = attach(f, f->skel->progs.leave, function, true, 0);

	return err ? err : attach(f, entry, function, false, 0);
}

static bool attached_before(const struct bracket *b, uint32_t drivers)
{
	for (const struct bracket *k = brackets; k < b; k++)
		if (chosen(k, drivers) && !strcmp(k->function, b->function))
			return true;
	return false;
}

static void attach_brackets(struct dxa_faults *f, uint32_t drivers)
{
	unsigned int n = 0;

	for (const struct bracket *b = brackets; b < brackets + N_BRACKETS; b++) {
		int err;

		if (!chosen(b, drivers))
			continue;
		if (b->probed && n < DXA_FAULT_PROBES_MAX)
			strncpy((char *)f->skel->bss->probes[n++], b->probed,
				DXA_FAULT_DRIVER_LEN - 1);
		if (attached_before(b, drivers))
			continue;
		err = attach_pair(
			f, b->probed ? f->skel->progs.enter_probe : f->skel->progs.enter_bracket,
			b->function);
		f->n_brackets += !err;
		if (err)
			dxa_log(DXA_LOG_INFO, "no bracket %s of %s: %s", b->function, b->driver,
				strerror(-err));
	}
}

/* The functions that are watched around a call: at their return the retries of callers end. */
static void attach_watched(struct dxa_faults *f)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	for (size_t i = 0; i < n; i++)
		if (!kinds[i].synthetic && !dxa_faults_is_bracket(kinds[i].name) &&
		    (kinds[i].shape == DXA_SHAPE_ACQUIRE || kinds[i].shape == DXA_SHAPE_BRACKET))
			attach_pair(f, f->skel->progs.enter_watched, kinds[i].name);
}

static struct dxa_err *attach_sites(struct dxa_faults *f, const struct dxa_faults_config *config)
{
	for (size_t i = 0; i < config->n_sites; i++) {
		const char *function = f->skel->bss->forced[i].function;
		int err = attach(f, f->skel->progs.fallible, function, false, i);

		if (err)
			return dxa_err_new(DXA_ERR_REFUSED, -err,
					   "this kernel does not let BPF make %s fail (%s): boot "
					   "one with CONFIG_BPF_KPROBE_OVERRIDE=y",
					   function, strerror(-err));
	}
	return NULL;
}

static struct dxa_err *load(struct dxa_faults *f, struct dxa_probe *p)
{
	int err;

	f->skel = faults_bpf__open();
	if (!f->skel)
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "cannot open the fault programs: %s",
				   strerror(errno));
	bpf_map__set_autocreate(f->skel->maps.counts, false);
	err = bpf_map__reuse_fd(f->skel->maps.events, dxa_probe_fd(p));
	if (!err)
		err = faults_bpf__load(f->skel);
	if (err == -EINVAL)
		return dxa_err_new(DXA_ERR_REFUSED, EINVAL,
				   "this kernel does not let BPF make calls fail: boot one with "
				   "CONFIG_BPF_KPROBE_OVERRIDE=y");
	return err ? dxa_preflight_explain(-err) : NULL;
}

static struct dxa_err *map_calls(struct dxa_faults *f)
{
	f->mapped = sizeof(struct dxa_fault_call) * DXA_FAULT_CALLS_MAX;
	f->calls =
		mmap(NULL, f->mapped, PROT_READ, MAP_SHARED, bpf_map__fd(f->skel->maps.calls), 0);
	if (f->calls != MAP_FAILED)
		return NULL;
	f->calls = NULL;
	return dxa_err_new(DXA_ERR_SYSTEM, errno, "cannot map the list of calls: %s",
			   strerror(errno));
}

static struct dxa_err *find_sites(const struct dxa_faults_config *config,
				  struct dxa_fault_forced forced[DXA_FAULT_SITES_MAX])
{
	struct dxa_err *err = NULL;

	if (config->n_sites > DXA_FAULT_SITES_MAX)
		return dxa_err_new(DXA_ERR_INPUT, 0, "--sites: more than %d", DXA_FAULT_SITES_MAX);
	for (size_t i = 0; i < config->n_sites && !err; i++)
		err = find_site(config->sites[i], &forced[i]);
	return err;
}

struct dxa_err *dxa_faults_check(const struct dxa_faults_config *config)
{
	struct dxa_fault_forced forced[DXA_FAULT_SITES_MAX] = { 0 };

	return find_sites(config, forced);
}

/* If addresses are hidden, all of them count as the kernel proper. */
static void find_text(struct dxa_faults *f)
{
	uint64_t start = dxa_kallsyms_look_up(DXA_KALLSYMS, "_stext");
	uint64_t end = dxa_kallsyms_look_up(DXA_KALLSYMS, "_etext");

	f->skel->bss->text_start = start;
	f->skel->bss->text_bytes = start && end > start ? end - start : UINT64_MAX;
}

static struct dxa_err *open_all(struct dxa_faults *f, const struct dxa_faults_config *config,
				struct dxa_probe *p)
{
	struct dxa_fault_forced forced[DXA_FAULT_SITES_MAX] = { 0 };
	struct dxa_err *err = find_sites(config, forced);

	if (!err)
		err = load(f, p);
	if (!err)
		err = map_calls(f);
	if (err)
		return err;
	f->skel->bss->gfp_nofail = gfp_nofail();
	find_text(f);
	memcpy(f->skel->bss->forced, forced, sizeof(forced));
	attach_brackets(f, config->drivers);
	if (!f->n_brackets)
		return dxa_err_new(DXA_ERR_REFUSED, 0,
				   "the functions in which these drivers create devices do not "
				   "exist: load their modules");
	attach_watched(f);
	return attach_sites(f, config);
}

struct dxa_err *dxa_faults_open(const struct dxa_faults_config *config, struct dxa_probe *p,
				struct dxa_faults **ret)
{
	struct dxa_faults *f = calloc(1, sizeof(*f));
	struct dxa_err *err;

	if (!f)
		return dxa_err_nomem();
	err = open_all(f, config, p);
	if (err) {
		dxa_faults_close(f);
		return err;
	}
	*ret = f;
	return NULL;
}

/* ---- rounds ---- */

void dxa_faults_arm(struct dxa_faults *f, enum dxa_fault_mode mode, uint64_t key, uint32_t before)
{
	f->skel->bss->wanted_key = key;
	f->skel->bss->wanted_before = before;
	f->skel->bss->n_calls = 0;
	f->skel->bss->n_wanted = 0;
	f->skel->bss->n_failed = 0;
	f->skel->bss->n_entered = 0;
	__sync_synchronize();
	f->skel->bss->mode = mode;
}

void dxa_faults_disarm(struct dxa_faults *f)
{
	f->skel->bss->mode = DXA_FAULT_OFF;
	__sync_synchronize();
}

const struct dxa_fault_call *dxa_faults_calls(const struct dxa_faults *f, size_t *n, size_t *total,
					      size_t *entered)
{
	*total = f->skel->bss->n_calls;
	*entered = f->skel->bss->n_entered;
	*n = *total < DXA_FAULT_CALLS_MAX ? *total : DXA_FAULT_CALLS_MAX;
	return f->calls;
}

size_t dxa_faults_failed(const struct dxa_faults *f)
{
	return f->skel->bss->n_failed;
}

const char *dxa_faults_site(const struct dxa_faults *f, uint32_t site)
{
	return site < DXA_FAULT_SITES_MAX ? f->skel->bss->forced[site].function : "";
}

void dxa_faults_close(struct dxa_faults *f)
{
	if (!f)
		return;
	if (f->skel && f->skel->bss)
		dxa_faults_disarm(f);
	for (size_t i = 0; i < f->n_links; i++)
		bpf_link__destroy(f->links[i]);
	if (f->calls)
		munmap(f->calls, f->mapped);
	if (f->skel)
		faults_bpf__destroy(f->skel);
	free(f);
}
