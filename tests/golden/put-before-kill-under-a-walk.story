# SPDX-License-Identifier: GPL-2.0-only
# Wrong: a driver puts its device before it kills it. An inode walk holds the device
# meanwhile, so it is dead when it is destroyed.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
leave really_probe ret=0
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  put_dax dax=X refs=2 flags=alive
  kill_dax dax=X refs=1 flags=alive
task 300 bash
dax_destroy_inode dax=X refs=0
task 202 ndctl
leave device_release_driver_internal ret=0
