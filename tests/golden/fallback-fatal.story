# SPDX-License-Identifier: GPL-2.0-only
# virtio_fs must go on without DAX; here its probe fails.
aliasing yes
enter really_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
  enter virtio_fs_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
    alloc_dax ret=-EOPNOTSUPP ops=virtio_fs_dax_ops[virtiofs]
  leave virtio_fs_probe ret=-EOPNOTSUPP
leave really_probe ret=EOPNOTSUPP
