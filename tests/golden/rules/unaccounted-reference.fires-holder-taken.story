# SPDX-License-Identifier: GPL-2.0-only
# A lookup took a reference, found the holder taken and kept it. Both mounts are gone, the driver
# is still bound: the lookup is evidence.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
leave really_probe ret=0
task 200 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 arg=xfs1 holder=xfs1 refs=2 flags=alive
task 201 mount
fs_dax_get_by_bdev ret=NULL obj=disk name=pmem0 arg=xfs2
task 202 umount
fs_put_dax dax=X arg=xfs1 refs=3 flags=alive
task 204 daxaudit
wait 500
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=2 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=2 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=2 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=2 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
