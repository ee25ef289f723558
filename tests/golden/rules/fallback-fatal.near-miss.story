# SPDX-License-Identifier: GPL-2.0-only
# Legal: alloc_dax refuses virtio_fs, and the probe fails. The one difference: it has gone
# on without DAX, and fails because another file system has the same tag.
aliasing yes
enter really_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
  enter virtio_fs_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
    alloc_dax ret=-EOPNOTSUPP ops=virtio_fs_dax_ops[virtiofs]
  leave virtio_fs_probe ret=-EEXIST
leave really_probe ret=EEXIST
