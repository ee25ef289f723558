// SPDX-License-Identifier: GPL-2.0-only
#include "output/guilt.h"

#include <stdbool.h>
#include <stddef.h>

#include "engine/errname.h"

/* Which of the calls of a kind are meant. */
enum which {
	ANY,
	IS_NULL, /* dax is NULL */
	IS_ERROR, /* dax is an ERR_PTR */
	FAILED, /* the result is an error, or NULL where a pointer was asked for */
	GRANTED, /* the result is none */
};

struct row {
	enum dxa_rule rule;
	unsigned int kind;
	enum which which;
	const char *why;
};

/* The first row that fits counts. test_guilt looks for a rule without any. */
static const struct row rows[] = {
	{ DXA_RULE_NULL_TEARDOWN_LEAK, DXA_KIND_KILL_DAX, IS_NULL,
	  "not stored yet: the device is not killed" },
	{ DXA_RULE_NULL_TEARDOWN_LEAK, DXA_KIND_PUT_DAX, IS_NULL,
	  "not stored yet: the device is not put, and lost" },
	{ DXA_RULE_LEAK_ON_FAILED_PROBE, DXA_KIND_ALLOC_DAX, GRANTED, "nobody puts this device" },
	{ DXA_RULE_LEAK_ON_UNLOAD, DXA_KIND_MODULE_FREE, ANY, "the device's code goes away" },
	{ DXA_RULE_LEAK_ON_UNBIND, DXA_KIND_RELEASE_DRIVER, ANY, "the driver lets go of it unput" },
	{ DXA_RULE_UNACCOUNTED_REFERENCE, DXA_KIND_SNAP_DEVICE, ANY, "nobody has its disk open" },
	{ DXA_RULE_ORPHAN, DXA_KIND_SNAP_DEVICE, ANY, "nothing refers to it" },
	{ DXA_RULE_ERR_PTR_TEARDOWN, DXA_KIND_KILL_DAX, IS_ERROR, "an error is no device" },
	{ DXA_RULE_ERR_PTR_TEARDOWN, DXA_KIND_PUT_DAX, IS_ERROR, "an error is no device" },
	{ DXA_RULE_ERR_PTR_TEARDOWN, DXA_KIND_FS_PUT_DAX, IS_ERROR, "an error is no device" },
	{ DXA_RULE_PUT_WITHOUT_KILL, DXA_KIND_PUT_DAX, ANY, "still alive: nobody has killed it" },
	{ DXA_RULE_PUT_WITHOUT_KILL, DXA_KIND_FS_PUT_DAX, ANY,
	  "still alive: nobody has killed it" },
	{ DXA_RULE_PUT_AFTER_FREE, DXA_KIND_PUT_DAX, ANY, "its life is over" },
	{ DXA_RULE_PUT_AFTER_FREE, DXA_KIND_FS_PUT_DAX, ANY, "its life is over" },
	{ DXA_RULE_KILL_AFTER_FREE, DXA_KIND_KILL_DAX, ANY, "its life is over" },
	{ DXA_RULE_HOST_LEFT_BEHIND, DXA_KIND_DAX_DESTROY_INODE, ANY, "still in dax_hosts" },
	{ DXA_RULE_HOST_LEFT_BEHIND, DXA_KIND_DAX_FREE_INODE, ANY, "still in dax_hosts" },
	{ DXA_RULE_HOST_LEFT_BEHIND, DXA_KIND_PUT_DAX, ANY, "still in dax_hosts" },
	{ DXA_RULE_FALLBACK, DXA_KIND_ALLOC_DAX, FAILED, "refused" },
	{ DXA_RULE_FALLBACK_FATAL, DXA_KIND_ALLOC_DAX, FAILED, "no reason to fail" },
	{ DXA_RULE_UNEXPECTED_EOPNOTSUPP, DXA_KIND_ALLOC_DAX, FAILED,
	  "refused, but the data cache does not alias" },
	{ DXA_RULE_MISSING_EOPNOTSUPP, DXA_KIND_ALLOC_DAX, GRANTED,
	  "granted, but the data cache aliases" },
	{ DXA_RULE_DEVICE_DAX_REFUSED, DXA_KIND_ALLOC_DAX, FAILED, "device-dax is exempt" },
	{ DXA_RULE_ALLOC_NULL, DXA_KIND_ALLOC_DAX, FAILED, "neither a device nor an error" },
	{ DXA_RULE_ALLOC_FAILED, DXA_KIND_ALLOC_DAX, FAILED, "failed" },
	{ DXA_RULE_HOST_FAILED, DXA_KIND_DAX_ADD_HOST, FAILED, "failed" },
	{ DXA_RULE_DAX_ADVERTISED_WITHOUT_DEVICE, DXA_KIND_DISK_STATE, ANY, "no device behind it" },
	{ DXA_RULE_REFERENCE_LEAK, DXA_KIND_FS_DAX_GET_BY_BDEV, FAILED,
	  "holder taken: its reference is not dropped" },
	{ DXA_RULE_REFERENCE_LEAK, DXA_KIND_PUT_DAX, ANY, "references stay: it is never freed" },
	{ DXA_RULE_STALE_FLAGS, DXA_KIND_ALLOC_DAX, GRANTED, "flags of its former life" },
	{ DXA_RULE_CDEV_REINIT, DXA_KIND_REALLY_PROBE, ANY, "its cdev is open" },
	{ DXA_RULE_CDEV_REINIT, DXA_KIND_RUN_DAX, ANY, "its cdev is initialised over a live one" },
	{ DXA_RULE_STUCK_PROBE, DXA_KIND_TASK_STATE, ANY, "it does not wake" },
	{ DXA_RULE_STUCK_PROBE, DXA_KIND_TASK_WAITS, ANY, "it waits for itself" },
	{ DXA_RULE_ALIVE_CONTRADICTS_SYSFS, DXA_KIND_SNAP_DEVICE, ANY, "sysfs says otherwise" },
	{ DXA_RULE_ALIVE_CONTRADICTS_SYSFS, DXA_KIND_BUS_DEVICE, ANY,
	  "its alive bit says otherwise" },
	{ DXA_RULE_DESTROYED_ALIVE, DXA_KIND_DAX_DESTROY_INODE, ANY, "still alive" },
};

static bool has_failed(const struct dxa_event *ev)
{
	bool pointer = ev->kind == DXA_KIND_ALLOC_DAX || ev->kind == DXA_KIND_FS_DAX_GET_BY_BDEV;

	return ev->phase & DXA_PHASE_RET &&
	       (pointer ? !ev->ret || dxa_is_err_ptr((uint64_t)ev->ret) : ev->ret != 0);
}

static bool is_meant(enum which which, const struct dxa_event *ev)
{
	switch (which) {
	case IS_NULL:
		return !ev->dax;
	case IS_ERROR:
		return dxa_is_err_ptr(ev->dax);
	case FAILED:
		return has_failed(ev);
	case GRANTED:
		return ev->phase & DXA_PHASE_RET && !has_failed(ev);
	default:
		return true;
	}
}

const char *dxa_guilt(enum dxa_rule rule, const struct dxa_event *ev)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].rule == rule && rows[i].kind == ev->kind && is_meant(rows[i].which, ev))
			return rows[i].why;
	return NULL;
}
