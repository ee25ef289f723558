# SPDX-License-Identifier: GPL-2.0-only
# The write_cache attribute of a pmem disk is written while its driver is being unbound: the
# device is put before the disk is removed. It is seen without --deep.
task 202 ndctl
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_write_cache dax=X arg=1 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=X refs=1 flags=alive
  put_dax dax=X refs=1
  dax_destroy_inode dax=X refs=0
task 300 tee
dax_write_cache dax=X arg=0 refs=0
task 202 ndctl
leave device_release_driver_internal
task 0 swapper/0
dax_free_inode dax=X refs=0
