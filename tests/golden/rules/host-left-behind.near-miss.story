# SPDX-License-Identifier: GPL-2.0-only
# Legal: the driver takes the device out of dax_hosts first, which is the one difference.
# The mount has found it there just before, and its record, written when its lookup returns,
# follows.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
task 200 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 arg=sb holder=sb refs=2 flags=alive
task 202 ndctl
  kill_dax dax=X holder=sb refs=2 flags=alive
  put_dax dax=X refs=2
leave device_release_driver_internal
task 200 mount
fs_put_dax dax=X arg=sb refs=1
dax_destroy_inode dax=X refs=0
