# SPDX-License-Identifier: GPL-2.0-only
# Legal: two snapshots show a device with three references. The one difference: the file system
# has opened two partitions of its disk.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=3 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=3 flags=alive
disk_used obj=disk name=pmem0 driver=ext4 arg=sb ret=1 rdev=259:0
disk_used obj=disk name=pmem0 driver=ext4 arg=sb ret=1 rdev=259:1
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=3 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=3 flags=alive
disk_used obj=disk name=pmem0 driver=ext4 arg=sb ret=1 rdev=259:0
disk_used obj=disk name=pmem0 driver=ext4 arg=sb ret=1 rdev=259:1
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs|outside ret=1
