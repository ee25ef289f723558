# SPDX-License-Identifier: GPL-2.0-only
# The data cache aliases: alloc_dax refuses virtio_fs, which must go on without DAX, and its
# probe fails because of that.
aliasing yes
enter really_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
  enter virtio_fs_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
    alloc_dax ret=-EOPNOTSUPP ops=virtio_fs_dax_ops[virtiofs]
  leave virtio_fs_probe ret=-EOPNOTSUPP
leave really_probe ret=EOPNOTSUPP
