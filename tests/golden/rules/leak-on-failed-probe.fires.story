# SPDX-License-Identifier: GPL-2.0-only
# virtio_fs has allocated its device when it finds that another file system has the same
# tag. Its probe fails, and the device is not released.
enter really_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
  enter virtio_fs_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
    alloc_dax ret=X ops=virtio_fs_dax_ops[virtiofs] rdev=252:0 refs=1 flags=alive
  leave virtio_fs_probe ret=-EEXIST
leave really_probe ret=EEXIST
