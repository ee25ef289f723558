# SPDX-License-Identifier: GPL-2.0-only
# A driver drops the last reference to its device without having killed it. A dm table had
# put the device before that, alive.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
task 300 dmsetup
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 refs=2 flags=alive
put_dax dax=X refs=2 flags=alive
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  put_dax dax=X refs=1 flags=alive
  dax_destroy_inode dax=X refs=0 flags=alive
leave device_release_driver_internal
