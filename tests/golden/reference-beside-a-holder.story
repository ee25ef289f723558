# SPDX-License-Identifier: GPL-2.0-only
# Two snapshots show a device with a holder, which has its disk open, and one reference too many. A
# walk of all inodes may hold that one: the recording does not tell what the tasks did.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=3 flags=alive holder=sb
snap_host dax=X obj=disk name=pmem0 refs=3 flags=alive holder=sb
disk_used obj=disk name=pmem0 driver=xfs arg=sb ret=1 rdev=259:0
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=3 flags=alive holder=sb
snap_host dax=X obj=disk name=pmem0 refs=3 flags=alive holder=sb
disk_used obj=disk name=pmem0 driver=xfs arg=sb ret=1 rdev=259:0
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
