/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rule table: names, severities and texts of everything daxaudit can find.
 * Help, `explain`, documentation, man page and schema are drawn from it.
 */
#ifndef DAXAUDIT_ENGINE_RULES_H
#define DAXAUDIT_ENGINE_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* Ascending: a comparison tells whether one is at least as severe as another. */
enum dxa_severity {
	DXA_SEVERITY_INFO, /* worth knowing, nothing is wrong */
	DXA_SEVERITY_WARNING, /* wrong, without a lost device or a broken guarantee */
	DXA_SEVERITY_ERROR, /* a lifetime or the policy is broken */
	DXA_SEVERITY_COUNT,
};

/* X(ID, "name", default severity, "one-line title") */
#define DXA_RULES(X)                                                                             \
	X(NULL_TEARDOWN_LEAK, "null-teardown-leak", ERROR,                                       \
	  "kill_dax/put_dax got NULL because the device was not stored yet: it is lost")         \
	X(LEAK_ON_FAILED_PROBE, "leak-on-failed-probe", ERROR,                                   \
	  "a probe failed and a dax_device it allocated is still there")                         \
	X(LEAK_ON_UNLOAD, "leak-on-unload", ERROR,                                               \
	  "the module that owns a live dax_device is gone")                                      \
	X(LEAK_ON_UNBIND, "leak-on-unbind", ERROR,                                               \
	  "a driver was unbound and a dax_device that its probe allocated is still there")       \
	X(ORPHAN, "orphan", ERROR,                                                               \
	  "a dax_device that no disk, no bus device and no holder refers to")                    \
	X(UNACCOUNTED_REFERENCE, "unaccounted-reference", ERROR,                                 \
	  "a dax_device has a holder, but nobody has its disk open")                             \
	X(ERR_PTR_TEARDOWN, "err-ptr-teardown", ERROR, "kill_dax or put_dax got an ERR_PTR")     \
	X(PUT_WITHOUT_KILL, "put-without-kill", ERROR,                                           \
	  "the final reference was dropped while the device was alive")                          \
	X(PUT_AFTER_FREE, "put-after-free", ERROR, "put_dax on a device whose life was over")    \
	X(KILL_AFTER_FREE, "kill-after-free", ERROR, "kill_dax on a device whose life was over") \
	X(HOST_LEFT_BEHIND, "host-left-behind", ERROR,                                           \
	  "a device was freed, or killed and put by its driver, while still in dax_hosts")       \
	X(FALLBACK, "fallback", INFO,                                                            \
	  "alloc_dax refused with EOPNOTSUPP and the probe went on without DAX")                 \
	X(FALLBACK_FATAL, "fallback-fatal", ERROR,                                               \
	  "EOPNOTSUPP from alloc_dax made a probe fail that must go on without DAX")             \
	X(UNEXPECTED_EOPNOTSUPP, "unexpected-eopnotsupp", ERROR,                                 \
	  "alloc_dax refused with EOPNOTSUPP although the data cache does not alias")            \
	X(MISSING_EOPNOTSUPP, "missing-eopnotsupp", ERROR,                                       \
	  "alloc_dax granted a file-system DAX device although the data cache aliases")          \
	X(DEVICE_DAX_REFUSED, "device-dax-refused", ERROR,                                       \
	  "alloc_dax refused device-dax with EOPNOTSUPP, which is exempt from aliasing")         \
	X(ALLOC_NULL, "alloc-null", ERROR, "alloc_dax returned NULL")                            \
	X(ALLOC_FAILED, "alloc-failed", INFO, "alloc_dax failed with another error")             \
	X(HOST_FAILED, "host-failed", INFO, "dax_add_host failed")                               \
	X(DAX_ADVERTISED_WITHOUT_DEVICE, "dax-advertised-without-device", WARNING,               \
	  "the disk's queue says DAX, but there is no dax_device behind it")                     \
	X(REFERENCE_LEAK, "reference-leak", ERROR,                                               \
	  "the driver's own put left references that no holder accounts for")                    \
	X(STALE_FLAGS, "stale-flags", ERROR,                                                     \
	  "a device is in use with flags that only its former life had set")                     \
	X(CDEV_REINIT, "cdev-reinit", ERROR,                                                     \
	  "a device-dax was bound again while its cdev was still open")                          \
	X(STUCK_PROBE, "stuck-probe", ERROR,                                                     \
	  "a probe has not ended and its task sleeps uninterruptibly")                           \
	X(ALIVE_CONTRADICTS_SYSFS, "alive-contradicts-sysfs", WARNING,                           \
	  "a device-dax is alive without a driver that runs it, or dead with one")               \
	X(DESTROYED_ALIVE, "destroyed-alive", ERROR,                                             \
	  "the dax inode was destroyed while the device was alive")

enum dxa_rule {
#define DXA_ENUM(id, ...) DXA_RULE_##id,
	DXA_RULES(DXA_ENUM)
#undef DXA_ENUM
		DXA_RULE_COUNT,
};

/* A kernel commit that has to do with what a rule finds. */
struct dxa_rule_commit {
	const char *relation; /* "introduced by", "fixed by", "decided by" */
	const char *driver; /* whom it concerns, by dxa_driver_name(); NULL: all */
	const char *id; /* full or abbreviated hash; "" when the change has no commit yet */
	const char *subject;
	const char *first_release; /* "v6.9": the first release that has it; "" when none has */
};

struct dxa_rule_info {
	enum dxa_rule rule;
	const char *name; /* stable, kebab-case */
	enum dxa_severity severity;
	const char *title;
	const char *meaning; /* what was seen, in one paragraph */
	const char *consequence; /* why it matters */
	const char *example; /* a small story, several lines */
	const struct dxa_rule_commit *commits; /* or NULL */
	size_t n_commits;
};

/* The table's row for a rule. Static. */
const struct dxa_rule_info *dxa_rule_info(enum dxa_rule rule);

/* What can show that a rule is broken. */
enum dxa_shown_by {
	DXA_SHOWN_BY_EVENTS = 1 << 0, /* calls, as they happen */
	DXA_SHOWN_BY_STATE = 1 << 1, /* a snapshot of what is there */
};

/* A set of enum dxa_shown_by: a rule of which no such thing was seen is not judged. */
unsigned int dxa_rule_shown_by(enum dxa_rule rule);

/* Does a commit concern this driver? Every one concerns an unknown driver, NULL. */
bool dxa_commit_concerns(const struct dxa_rule_commit *commit, const char *driver);

/* The rule of that name, or -1. */
int dxa_rule_by_name(const char *name);

/* "info", "warning", "error". Static. */
const char *dxa_severity_name(enum dxa_severity severity);

#endif
