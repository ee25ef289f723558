# SPDX-License-Identifier: GPL-2.0-only
# The mount of a second XFS of the same disk finds another holder and fails, but
# fs_dax_get_by_bdev keeps the reference that it took.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
task 200 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 arg=xfs1 holder=xfs1 refs=2 flags=alive
task 201 mount
fs_dax_get_by_bdev ret=NULL obj=disk name=pmem0 arg=xfs2
task 202 umount
fs_put_dax dax=X arg=xfs1 holder=xfs1 refs=3 flags=alive
task 203 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=X refs=2 flags=alive
  put_dax dax=X refs=2
leave device_release_driver_internal
# Two snapshots show that it stays.
task 204 daxaudit
wait 500
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=
snap_end known=devices|hosts|holders|sysfs
wait 600
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=
snap_end known=devices|hosts|holders|sysfs
