# SPDX-License-Identifier: GPL-2.0-only
# Legal: virtio_fs has allocated its device when it finds that another file system has the
# same tag, and its own function returns without releasing it. The one difference: the
# driver core then runs the driver-managed clean-up, which kills and puts the device.
enter really_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
  enter virtio_fs_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
    alloc_dax ret=X ops=virtio_fs_dax_ops[virtiofs] rdev=252:0 refs=1 flags=alive
  leave virtio_fs_probe ret=-EEXIST
  kill_dax dax=X refs=1 flags=alive
  put_dax dax=X refs=1
  dax_destroy_inode dax=X refs=0
leave really_probe ret=EEXIST
