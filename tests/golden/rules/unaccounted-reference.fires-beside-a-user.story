# SPDX-License-Identifier: GPL-2.0-only
# Two snapshots show a device with three references. A file system has its disk open once, and the
# driver has one: nobody accounts for the third.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=3 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=3 flags=alive
disk_used obj=disk name=pmem0 driver=ext4 arg=sb ret=1 rdev=259:0
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=3 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=3 flags=alive
disk_used obj=disk name=pmem0 driver=ext4 arg=sb ret=1 rdev=259:0
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs|outside ret=1
