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
	X(DESTROYED_ALIVE)

/* X(fact, which of its judges this is, function) */
#define DXA_JUDGES(X) \
	X(FACT_BOUND_IN_USE, 0, judge_cdev) \
	X(FACT_HOST_FAILED, 0, judge_host_failure) \
	X(FACT_ENDS, 0, judge_host_at_end) \
	X(FACT_RELEASED, 0, judge_host_at_release) \
	X(FACT_SHOWN_HOST, 0, judge_shown_host) \
	X(FACT_DISK_SAYS_DAX, 0, judge_refused_disk) \
	X(FACT_SHOWN_DISK, 0, judge_shown_disk) \
	X(FACT_ALLOC_LEFT, 0, judge_failed_probe) \
	X(FACT_DUE, 0, judge_late_leak) \
	X(FACT_UNBOUND, 0, judge_unbound) \
	X(FACT_MODULE_GONE, 0, judge_unloaded) \
	X(FACT_SHOWN_DEVICE, 0, judge_shown_unloaded) \
	X(FACT_SNAPSHOT, 0, judge_twice) \
	X(FACT_AUDIT_ENDS, 0, judge_once) \
	X(FACT_SHOWN_DEVICE, 1, judge_orphan) \
	X(FACT_SHOWN_DEVICE, 2, judge_alive) \
	X(FACT_ALLOC_ANSWERED, 0, judge_refusal) \
	X(FACT_ALLOC_ANSWERED, 1, judge_granted) \
	X(FACT_ALLOC_ANSWERED, 2, judge_null) \
	X(FACT_ALLOC_DECIDED, 0, judge_refused) \
	X(FACT_PUT, 0, judge_last_put) \
	X(FACT_DUE, 1, judge_references) \
	X(FACT_SHOWN_DEVICE, 3, judge_holder) \
	X(FACT_IN_USE, 0, judge_kept_flags) \
	X(FACT_TASK_SAMPLED, 0, judge_stuck) \
	X(FACT_CONTEXT_ENDED, 0, judge_came_back) \
	X(FACT_SHOWN_WAITER, 0, judge_waiter) \
	X(FACT_ERR_PTR, 0, judge_err_ptr) \
	X(FACT_AFTER_END, 0, judge_after_end) \
	X(FACT_PUT_BEGINS, 0, judge_put_again) \
	X(FACT_RELEASED, 1, judge_unkilled) \
	X(FACT_ENDS, 1, judge_alive_at_end) \
	X(FACT_PUT, 1, judge_put_alive) \
	X(FACT_DUE, 2, judge_put_alive_by_time)
/* clang-format on */

#endif
