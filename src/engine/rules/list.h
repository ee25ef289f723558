/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by tools/gen-rules from the files beside this one ("make rules"). */
#ifndef DAXAUDIT_ENGINE_RULES_LIST_H
#define DAXAUDIT_ENGINE_RULES_LIST_H

/* X(ID) */
/* clang-format off */
#define DXA_RULES(X) \
	X(NULL_TEARDOWN_LEAK) \
	X(LEAK_ON_FAILED_PROBE) \
	X(LEAK_ON_UNLOAD) \
	X(LEAK_ON_UNBIND) \
	X(ORPHAN) \
	X(UNACCOUNTED_REFERENCE) \
	X(ERR_PTR_TEARDOWN) \
	X(PUT_WITHOUT_KILL) \
	X(PUT_AFTER_FREE) \
	X(KILL_AFTER_FREE) \
	X(HOST_LEFT_BEHIND) \
	X(FALLBACK) \
	X(FALLBACK_FATAL) \
	X(UNEXPECTED_EOPNOTSUPP) \
	X(MISSING_EOPNOTSUPP) \
	X(DEVICE_DAX_REFUSED) \
	X(ALLOC_NULL) \
	X(ALLOC_FAILED) \
	X(HOST_FAILED) \
	X(DAX_ADVERTISED_WITHOUT_DEVICE) \
	X(REFERENCE_LEAK) \
	X(STALE_FLAGS) \
	X(CDEV_REINIT) \
	X(STUCK_PROBE) \
	X(ALIVE_CONTRADICTS_SYSFS) \
	X(DESTROYED_ALIVE) \
	X(USE_AFTER_FREE)

/* X(fact, which of its checks this is, function) */
#define DXA_CHECKS(X) \
	X(FACT_SNAPSHOT, 0, check_twice) \
	X(FACT_AUDIT_ENDS, 0, check_once) \
	X(FACT_BOUND_IN_USE, 0, check_cdev) \
	X(FACT_HOST_FAILED, 0, check_host_failure) \
	X(FACT_ENDS, 0, check_host_at_end) \
	X(FACT_RELEASED, 0, check_host_at_release) \
	X(FACT_SHOWN_HOST, 0, check_shown_host) \
	X(FACT_DISK_SAYS_DAX, 0, check_refused_disk) \
	X(FACT_SHOWN_DISK, 0, check_shown_disk) \
	X(FACT_ALLOC_CONTEXT_CLOSED, 0, check_failed_probe) \
	X(FACT_DUE, 0, check_late_leak) \
	X(FACT_UNBOUND, 0, check_unbound) \
	X(FACT_AUDIT_ENDS, 1, check_unput_at_end) \
	X(FACT_MODULE_GONE, 0, check_unloaded) \
	X(FACT_SHOWN_DEVICE, 0, check_shown_unloaded) \
	X(FACT_SHOWN_DEVICE, 1, check_orphan) \
	X(FACT_SHOWN_DEVICE, 2, check_alive) \
	X(FACT_ALLOC_RETURNED, 0, check_refusal) \
	X(FACT_ALLOC_RETURNED, 1, check_granted) \
	X(FACT_ALLOC_RETURNED, 2, check_null) \
	X(FACT_ALLOC_OUTCOME, 0, check_refused) \
	X(FACT_PUT, 0, check_last_put) \
	X(FACT_DUE, 1, check_references) \
	X(FACT_SHOWN_DEVICE, 3, check_users) \
	X(FACT_AUDIT_ENDS, 2, check_kept) \
	X(FACT_IN_USE, 0, check_kept_flags) \
	X(FACT_TASK_SAMPLED, 0, check_stuck) \
	X(FACT_CONTEXT_ENDED, 0, check_came_back) \
	X(FACT_SHOWN_DEADLOCK, 0, check_waiter) \
	X(FACT_ERR_PTR, 0, check_err_ptr) \
	X(FACT_AFTER_END, 0, check_after_end) \
	X(FACT_KILL_BEGINS, 0, check_kill_of_recycled) \
	X(FACT_PUT_BEGINS, 0, check_put_again) \
	X(FACT_PUT, 1, check_put_of_former) \
	X(FACT_KILL_BEGINS, 1, check_kill_after_put) \
	X(FACT_RELEASED, 1, check_unkilled) \
	X(FACT_ENDS, 1, check_alive_at_end) \
	X(FACT_PUT, 2, check_put_alive) \
	X(FACT_DUE, 2, check_put_alive_by_time) \
	X(FACT_USED_AFTER_END, 0, check_use)
/* clang-format on */

#endif
