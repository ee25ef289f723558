# SPDX-License-Identifier: GPL-2.0-only
# Legal: a device at the address of a freed one is put. The one difference: the address was
# given to a new device, of dm, for which the put is.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=X refs=1 flags=alive
  put_dax dax=X refs=1
  dax_destroy_inode dax=X refs=0
leave device_release_driver_internal
task 0 swapper/0
dax_free_inode dax=X refs=0
task 300 dmsetup
enter dev_create
  enter dm_create
    alloc_dax ret=X ops=dm_dax_ops[dm_mod] rdev=252:1 refs=1 flags=alive
    dax_add_host dax=X obj=disk1 name=dm-0 ret=0 refs=1 flags=alive
  leave dm_create ret=0
leave dev_create ret=0
task 301 dmsetup
dax_remove_host obj=disk1 name=dm-0
kill_dax dax=X refs=1 flags=alive
put_dax dax=X refs=1
dax_destroy_inode dax=X refs=0
