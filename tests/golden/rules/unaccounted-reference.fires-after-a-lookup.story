# SPDX-License-Identifier: GPL-2.0-only
# A lookup finds another holder and keeps its reference. When both users are gone, two looks
# show a device with two references, and nobody has its disk open.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=1 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
task 110 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 arg=sb rdev=252:0 refs=2 flags=alive holder=sb
task 111 mount
fs_dax_get_by_bdev ret=NULL obj=disk name=pmem0 arg=sb2
task 110 umount
fs_put_dax dax=X arg=sb rdev=252:0 refs=3 flags=alive holder=sb
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=2 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=2 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=2 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=2 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
