# SPDX-License-Identifier: GPL-2.0-only
# virtio_fs is unbound under a mount with dax: the mount has a pointer to the device, and no
# reference, and uses it after the device was freed.
deep
task 200 sh
enter really_probe obj=vfs name=virtio0 bus=virtio driver=virtiofs
  enter virtio_fs_probe obj=vfs
    alloc_dax ret=X ops=virtio_fs_dax_ops rdev=252:0 refs=1 flags=alive
  leave virtio_fs_probe ret=0
leave really_probe ret=0
enter device_release_driver_internal obj=vfs name=virtio0 bus=virtio driver=virtiofs
  kill_dax dax=X refs=1 flags=alive
  put_dax dax=X refs=1
  dax_destroy_inode dax=X refs=0
leave device_release_driver_internal
task 0 swapper/0
dax_free_inode dax=X refs=0
task 300 cat
dax_direct_access dax=X arg=3 refs=0
