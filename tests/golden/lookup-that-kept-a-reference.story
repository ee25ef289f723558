# SPDX-License-Identifier: GPL-2.0-only
# A lookup finds another holder, which stays, and keeps its reference: the count shows it
# at the end. Not a pass.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=1 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
task 110 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 arg=sb rdev=252:0 refs=2 flags=alive holder=sb
task 111 mount
fs_dax_get_by_bdev ret=NULL obj=disk name=pmem0 arg=sb2
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=3 flags=alive holder=sb
snap_host dax=X obj=disk name=pmem0 refs=3 flags=alive holder=sb
disk_used obj=disk name=pmem0 driver=xfs arg=sb ret=1 rdev=259:0
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
