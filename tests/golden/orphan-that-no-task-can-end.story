# SPDX-License-Identifier: GPL-2.0-only
# Three snapshots show a pmem device that is alive and not in dax_hosts. A task may cause it
# before the second one, and none before the third.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
snap_end known=devices|hosts|holders|sysfs|maybe_inside ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
snap_end known=devices|hosts|holders|sysfs|outside ret=1
