# SPDX-License-Identifier: GPL-2.0-only
# Legal: a walk over all inodes drops the last reference, and the device is destroyed. The
# one difference: its driver has killed and put it, while the walk held it.
enter really_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
  alloc_dax ret=X ops=virtio_fs_dax_ops[virtiofs] rdev=252:0 refs=1 flags=alive
leave really_probe ret=0
task 202 sh
enter device_release_driver_internal obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
  kill_dax dax=X refs=2 flags=alive
  put_dax dax=X refs=2
leave device_release_driver_internal
task 300 sh
dax_destroy_inode dax=X refs=0
