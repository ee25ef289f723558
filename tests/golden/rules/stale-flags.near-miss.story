# SPDX-License-Identifier: GPL-2.0-only
# Legal: a device reuses the memory of another one, with its flags. The one difference: it
# is synchronous, too, and its driver declares that.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  set_dax_nocache dax=X
  set_dax_nomc dax=X
  set_dax_synchronous dax=X
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive|sync|nocache|nomc
  dax_write_cache dax=X arg=1
leave really_probe ret=0
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=X refs=1 flags=alive|write_cache|sync|nocache|nomc
  put_dax dax=X refs=1 flags=write_cache|sync|nocache|nomc
  dax_destroy_inode dax=X refs=0 flags=write_cache|sync|nocache|nomc
leave device_release_driver_internal
task 0 swapper/0
dax_free_inode dax=X refs=0 flags=write_cache|sync|nocache|nomc
task 203 modprobe
enter really_probe obj=ns1 name=namespace1.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive|write_cache|sync|nocache|nomc
  set_dax_nocache dax=X
  set_dax_nomc dax=X
  set_dax_synchronous dax=X
  dax_add_host dax=X obj=disk1 name=pmem1 ret=0 refs=1 flags=alive|write_cache|sync|nocache|nomc
  dax_write_cache dax=X arg=1
leave really_probe ret=0
