# SPDX-License-Identifier: GPL-2.0-only
# Legal: a driver is unbound under a mounted file system, and the device is still there when
# the unbind ends. The one difference: the driver killed and put it, so that the umount ends
# it.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
task 200 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 arg=sb holder=sb refs=2 flags=alive
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=X holder=sb refs=2 flags=alive
  put_dax dax=X refs=2
leave device_release_driver_internal
task 201 umount
fs_put_dax dax=X arg=sb refs=1
dax_destroy_inode dax=X refs=0
wait 1000
