# SPDX-License-Identifier: GPL-2.0-only
# Legal: a module is unloaded, and the memory of the device that its driver allocated is
# still there. The one difference: the driver was unbound, and has released the device; RCU
# frees the memory a moment later.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
task 300 modprobe
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=X refs=1 flags=alive
  put_dax dax=X refs=1
  dax_destroy_inode dax=X refs=0
leave device_release_driver_internal
module_free name=nd_pmem
task 0 swapper/0
dax_free_inode dax=X refs=0
