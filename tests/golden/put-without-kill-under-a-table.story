# SPDX-License-Identifier: GPL-2.0-only
# Wrong: a driver puts its device without killing it, while a dm table has it; the table's
# put destroys it alive, later.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
leave really_probe ret=0
task 300 dmsetup
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 refs=2 flags=alive
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  put_dax dax=X refs=2 flags=alive
leave device_release_driver_internal ret=0
task 300 dmsetup
put_dax dax=X refs=1 flags=alive
dax_destroy_inode dax=X flags=alive refs=0
