// SPDX-License-Identifier: GPL-2.0-only
#include "probe/preflight.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/caps.h"
#include "base/cleanup.h"
#include "base/infile.h"
#include "probe/daxmodule.h"
#include "probe/tracefs.h"

#define SECURITYFS "/sys/kernel/security"
#define LOCKDOWN SECURITYFS "/lockdown"
#define JIT "/proc/sys/net/core/bpf_jit_enable"
#define KCORE "/proc/kcore"
#define FTRACE "/proc/sys/kernel/ftrace_enabled"
#define OSTYPE "/proc/sys/kernel/ostype" /* in every kernel */
/* include/linux/errno.h; jit_subprogs() of kernel/bpf/verifier.c returns it. */
#define KERNEL_ENOTSUPP 524
#define KPROBES "/sys/kernel/debug/kprobes/enabled"

/* The subject of the checks. */
struct asked {
	const struct dxa_kallsyms *syms;
	const char *btf;
	const char *release; /* uname -r */
};

struct dxa_err *dxa_preflight_core(const struct dxa_kallsyms *syms)
{
	struct dxa_kallsym sym;
	struct utsname uts;
	char path[512];

	if (dxa_kallsyms_by_name(syms, "alloc_dax", &sym) ||
	    dxa_dax_module_find(path, sizeof(path)))
		return NULL;
	if (uname(&uts))
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "uname: %s", strerror(errno));
	return dxa_err_new(DXA_ERR_NO_DAX, 0,
			   "kernel %s has no DAX core (no alloc_dax: CONFIG_DAX is not set): "
			   "nothing to audit",
			   uts.release);
}

/*
 * With CAP_SYS_RAWIO, /proc/kcore can be opened unless lockdown is in confidentiality
 * mode: open_kcore() in fs/proc/kcore.c checks LOCKDOWN_KCORE (commit 02e935bf5b34,
 * v5.4), which include/linux/security.h lists for that mode.
 */
static bool kcore_refused(void)
{
	_cleanup_close_ int fd = open(KCORE, O_RDONLY | O_CLOEXEC);

	return fd < 0 && errno == EPERM && (dxa_caps_effective() & DXA_CAP(CAP_SYS_RAWIO));
}

static bool is_mounted(const char *path, long magic)
{
	struct statfs fs;

	return !statfs(path, &fs) && (long)fs.f_type == magic;
}

/* A container may have something else in its place. */
static bool kcore_opened(void)
{
	_cleanup_close_ int fd = open(KCORE, O_RDONLY | O_CLOEXEC);
	struct statfs fs;

	return fd >= 0 && !fstatfs(fd, &fs) && fs.f_type == PROC_SUPER_MAGIC;
}

/*
 * Why the mode of lockdown cannot be known, or NULL. Where securityfs is mounted, the file is
 * missing only in a kernel without the LSM (lockdown_secfs_init() in
 * security/lockdown/lockdown.c, v5.4). Elsewhere a /proc/kcore that can be opened shows that
 * the mode is not confidentiality.
 */
static const char *lockdown_unknown(const struct asked *q)
{
	(void)q;
	if (!access(LOCKDOWN, R_OK) || kcore_opened() ||
	    (access(LOCKDOWN, F_OK) && errno == ENOENT && is_mounted(SECURITYFS, SECURITYFS_MAGIC)))
		return NULL;
	return "not known: " LOCKDOWN
	       " cannot be read: run 'mount -t securityfs securityfs " SECURITYFS "' as root";
}

/* The mode in brackets is active: "none [integrity] confidentiality". */
static bool locked_down(void)
{
	char buf[128] = "";
	_cleanup_fclose_ FILE *f = fopen(LOCKDOWN, "re");

	/* Without securityfs or without the LSM the file does not exist. */
	if (!f || !fgets(buf, sizeof(buf), f))
		return kcore_refused();
	return strstr(buf, "[confidentiality]");
}

static struct dxa_err *lockdown_error(void)
{
	return dxa_err_new(DXA_ERR_REFUSED, EPERM,
			   "kernel lockdown is in confidentiality mode, which forbids BPF to read "
			   "kernel memory: boot with lockdown=integrity or lockdown=none");
}

/* Does the switch exist, and is it off? */
static bool is_off(const char *path)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");

	return f && fgetc(f) == '0';
}

static struct dxa_err *check_core(const struct asked *q)
{
	return dxa_preflight_core(q->syms);
}

struct dxa_err *dxa_preflight_privilege(void)
{
	const uint64_t enough = DXA_CAP(CAP_BPF) | DXA_CAP(CAP_PERFMON) | DXA_CAP(CAP_SYSLOG);
	uint64_t caps = dxa_caps_effective();

	if (caps & DXA_CAP(CAP_SYS_ADMIN) || (caps & enough) == enough)
		return NULL;
	return dxa_err_new(
		DXA_ERR_REFUSED, EPERM,
		"not enough privilege to trace the kernel: run as root (or with CAP_BPF, "
		"CAP_PERFMON, CAP_SYSLOG and access to tracefs)");
}

static struct dxa_err *check_privilege(const struct asked *q)
{
	(void)q;
	return dxa_preflight_privilege();
}

static struct dxa_err *check_lockdown(const struct asked *q)
{
	(void)q;
	return locked_down() ? lockdown_error() : NULL;
}

static struct dxa_err *check_addresses(const struct asked *q)
{
	if (!dxa_kallsyms_hidden(q->syms))
		return NULL;
	return dxa_err_new(DXA_ERR_REFUSED, EPERM,
			   "the kernel hides the addresses of symbols: run as root; if sysctl "
			   "kernel.kptr_restrict is 2, run 'sysctl kernel.kptr_restrict=1'");
}

static struct dxa_err *check_btf(const struct asked *q)
{
	_cleanup_close_ int fd = -1;
	/* libbpf would block on a FIFO without a writer. */
	struct dxa_err *err = q->btf ? dxa_infile_open(q->btf, &fd) : NULL;

	if (err)
		return dxa_err_wrap(err, "cannot read the BTF file %s", q->btf);
	if (q->btf || access(DXA_VMLINUX_BTF, R_OK) == 0)
		return NULL;
	return dxa_err_new(DXA_ERR_REFUSED, errno,
			   "kernel %s has no BTF (" DXA_VMLINUX_BTF
			   ": %s): give its BTF with --btf FILE, or boot a kernel with "
			   "CONFIG_DEBUG_INFO_BTF=y",
			   q->release, strerror(errno));
}

static struct dxa_err *check_tracefs(const struct asked *q)
{
	struct dxa_tracefs *t = NULL;
	struct dxa_err *err = dxa_tracefs_open(&t);

	(void)q;
	dxa_tracefs_close(t);
	return err;
}

/* A kernel without ftrace has no such switch, but others beside it. */
static const char *ftrace_unknown(const struct asked *q)
{
	(void)q;
	if (!access(FTRACE, R_OK) || (errno == ENOENT && !access(OSTYPE, R_OK)))
		return NULL;
	return "not known: " FTRACE " cannot be read: if it is 0, no hook is called; mount proc on "
	       "/proc";
}

static struct dxa_err *check_ftrace(const struct asked *q)
{
	(void)q;
	if (!dxa_preflight_ftrace_off())
		return NULL;
	return dxa_err_new(DXA_ERR_REFUSED, 0,
			   "kernel.ftrace_enabled=0 keeps hooks from being called: run 'sysctl "
			   "kernel.ftrace_enabled=1'");
}

static const char *variables_unknown(const struct asked *q)
{
	return dxa_kallsyms_hidden(q->syms) ? "not known: the addresses of symbols are hidden" :
					      NULL;
}

/* Any variable of a kernel with block devices serves: all or none have symbols. */
static struct dxa_err *check_variables(const struct asked *q)
{
	if (dxa_kallsyms_hidden(q->syms) || dxa_kallsyms_data(q->syms, "blockdev_superblock"))
		return NULL;
	return dxa_err_new(DXA_ERR_REFUSED, 0,
			   "/proc/kallsyms has no variables (CONFIG_KALLSYMS_ALL is not set): "
			   "existing devices are found in sysfs only, and lost ones not at all: "
			   "boot a kernel with CONFIG_KALLSYMS_ALL=y");
}

static const struct {
	const char *name;
	struct dxa_err *(*run)(const struct asked *q);
	bool needs_symbols;
	bool optional; /* an audit is possible without it, but sees less */
	const char *(*unknown)(
		const struct asked *q); /* why the check cannot be made, or NULL; static */
} checks[] = {
	{ "DAX core", check_core, true, false, NULL },
	{ "privilege", check_privilege, false, false, NULL },
	{ DXA_PREFLIGHT_LOCKDOWN, check_lockdown, false, false, lockdown_unknown },
	{ "kernel symbols", check_addresses, true, false, NULL },
	{ "kernel variables", check_variables, true, true, variables_unknown },
	{ "BTF", check_btf, false, false, NULL },
	{ "kprobe events", check_tracefs, false, true, NULL },
	{ "ftrace", check_ftrace, false, true, ftrace_unknown },
};

#define N_CHECKS (sizeof(checks) / sizeof(checks[0]))

struct dxa_err *dxa_preflight(const struct dxa_kallsyms *syms, const char *btf)
{
	struct asked q = { syms, btf, NULL };
	struct dxa_err *err = NULL;
	struct utsname uts;

	if (uname(&uts))
		return dxa_err_new(DXA_ERR_SYSTEM, errno, "uname: %s", strerror(errno));
	q.release = uts.release;
	for (size_t i = 0; i < N_CHECKS && !err; i++)
		if (!checks[i].optional)
			err = checks[i].run(&q);
	return err;
}

static void check_one(size_t i, const struct asked *q, dxa_preflight_fn *fn, void *priv)
{
	const char *unknown;
	struct dxa_err *err;

	if (!q->syms && checks[i].needs_symbols) {
		fn(priv, checks[i].name, DXA_PREFLIGHT_UNKNOWN,
		   "not known: the kernel's symbols cannot be read");
		return;
	}
	err = checks[i].run(q);
	unknown = !err && checks[i].unknown ? checks[i].unknown(q) : NULL;
	fn(priv, checks[i].name,
	   err	   ? DXA_PREFLIGHT_FAILED :
	   unknown ? DXA_PREFLIGHT_UNKNOWN :
		     DXA_PREFLIGHT_OK,
	   err ? err->msg : unknown);
	dxa_err_free(err);
}

void dxa_preflight_each(const struct dxa_kallsyms *syms, const char *btf, dxa_preflight_fn *fn,
			void *priv)
{
	struct asked q = { syms, btf, "" };
	struct utsname uts;

	if (!uname(&uts))
		q.release = uts.release;
	for (size_t i = 0; i < N_CHECKS; i++)
		check_one(i, &q, fn, priv);
}

bool dxa_preflight_ftrace_off(void)
{
	return is_off(FTRACE);
}

bool dxa_preflight_kprobes_off(void)
{
	return is_off(KPROBES);
}

struct dxa_err *dxa_preflight_explain(int code)
{
	if (locked_down())
		return lockdown_error();
	if (code == EPERM || code == EACCES)
		return dxa_err_new(
			DXA_ERR_REFUSED, code,
			"the kernel refuses tracing programs (%s): this machine, container "
			"or its security policy forbids BPF; run daxaudit on the host, as "
			"root, or in a guest",
			strerror(code));
	if (code == KERNEL_ENOTSUPP && !is_off(JIT))
		return dxa_err_new(DXA_ERR_REFUSED, code,
				   "the kernel's BPF JIT cannot compile the tracing programs: run "
				   "'sysctl net.core.bpf_jit_enable=0', then they are interpreted");
	/* 7.2 refuses such with "program requires BPF JIT compiler but it is not available". */
	if (is_off(JIT))
		return dxa_err_new(DXA_ERR_REFUSED, code,
				   "the kernel refuses tracing programs (%s) while its BPF JIT is "
				   "off: run 'sysctl net.core.bpf_jit_enable=1'",
				   strerror(code));
	return dxa_err_new(DXA_ERR_REFUSED, code, "cannot load the tracing programs: %s",
			   strerror(code));
}
