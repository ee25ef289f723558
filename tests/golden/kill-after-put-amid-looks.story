# SPDX-License-Identifier: GPL-2.0-only
# Broken: a driver kills its device, puts it, and kills it again when alloc_dax has given
# the address to dm. Looks showed the new device before its alloc_dax returned.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 rdev=252:0 refs=1 flags=alive
leave really_probe ret=0
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=X rdev=252:0 refs=1 flags=alive
  put_dax dax=X rdev=252:0 refs=1
  dax_destroy_inode dax=X rdev=252:0 refs=0
task 0 swapper/0
dax_free_inode dax=X rdev=252:0 refs=0
task 400 dmsetup
enter dm_create
args alloc_dax ops=dm_dax_ops
task 99 daxaudit
wait 500
snap_device dax=X refs=1 rdev=252:1 flags=alive ops=dm_dax_ops[dm_mod]
snap_end arg=79
wait 1500
snap_device dax=X refs=1 rdev=252:1 flags=alive ops=dm_dax_ops[dm_mod]
snap_end arg=79
task 400 dmsetup
ret alloc_dax dax=X ret=X rdev=252:1 refs=1 flags=alive ops=dm_dax_ops[dm_mod]
task 202 ndctl
  kill_dax dax=X rdev=252:1 refs=1 flags=alive
leave device_release_driver_internal ret=0
