# SPDX-License-Identifier: GPL-2.0-only
# Legal: a device that was killed is used, and the kernel refuses it. The one difference:
# the caller has a reference, and drops it later.
deep
task 200 sh
enter really_probe obj=vfs name=virtio0 bus=virtio driver=virtiofs
  enter virtio_fs_probe obj=vfs
    alloc_dax ret=X ops=virtio_fs_dax_ops rdev=252:0 refs=1 flags=alive
  leave virtio_fs_probe ret=0
leave really_probe ret=0
task 300 mount
fs_dax_get dax=X arg=holder ret=0 refs=2 flags=alive
task 200 sh
enter device_release_driver_internal obj=vfs name=virtio0 bus=virtio driver=virtiofs
  kill_dax dax=X refs=2 flags=alive
  put_dax dax=X refs=2
leave device_release_driver_internal
task 300 cat
dax_direct_access dax=X arg=1 refs=1
dax_flush dax=X arg=1 refs=1
fs_put_dax dax=X arg=holder refs=1
dax_destroy_inode dax=X refs=0
task 0 swapper/0
dax_free_inode dax=X refs=0
