# SPDX-License-Identifier: GPL-2.0-only
# Two snapshots show a device with two references and no holder, nobody has its disk open, and
# between them no task was where one takes or drops such a reference.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=2 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=2 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=2 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=2 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs|outside ret=1
