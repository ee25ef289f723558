# SPDX-License-Identifier: GPL-2.0-only
# Two snapshots show a pmem device that is alive and not in dax_hosts. But a task may be
# between alloc_dax and dax_add_host all the time: its probe began before the audit.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
snap_end known=devices|hosts|holders|sysfs|maybe_inside ret=1
