# SPDX-License-Identifier: GPL-2.0-only
# Legal: a mount has found the device, which was there before the audit, when an unbind
# enters dax_remove_host. Its record, written at its return, follows that of
# dax_remove_host.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive rdev=1
snap_host dax=X obj=disk name=pmem0 refs=1 flags=alive rdev=1 ops=pmem_dax_ops[nd_pmem]
snap_end arg=15
wait 20000
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
task 200 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 refs=2 flags=alive
task 202 ndctl
  kill_dax dax=X refs=2 flags=alive
  put_dax dax=X refs=2
leave device_release_driver_internal ret=0
task 200 mount
fs_put_dax dax=X refs=1
dax_destroy_inode dax=X
task 0 swapper/0
dax_free_inode dax=X
