# SPDX-License-Identifier: GPL-2.0-only
# Wrong: a driver puts its device twice while a file system holds it. The put of the file
# system comes after the end, when a device of dm has the address: one finding.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
leave really_probe ret=0
task 300 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 arg=sb refs=2 flags=alive holder=sb
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=X refs=2 flags=alive holder=sb
  put_dax dax=X refs=2
  put_dax dax=X refs=1
  dax_destroy_inode dax=X refs=0
leave device_release_driver_internal ret=0
task 0 swapper/0
dax_free_inode dax=X refs=0
task 400 dmsetup
enter dm_create
  alloc_dax ret=X ops=dm_dax_ops[dm_mod] refs=1 flags=alive
  dax_add_host dax=X obj=disk2 name=dm-0 ret=-12 refs=1 flags=alive
  kill_dax dax=X refs=1 flags=alive
  put_dax dax=X refs=1
  dax_destroy_inode dax=X refs=0
leave dm_create ret=-12
task 0 swapper/0
dax_free_inode dax=X refs=0
task 300 umount
fs_put_dax dax=X arg=sb refs=0
