# SPDX-License-Identifier: GPL-2.0-only
# Legal: virtio_fs goes on without DAX. The one difference: the data cache does not alias
# and alloc_dax grants the device. virtio_fs releases it, because its host offers no cache
# window.
aliasing no
enter really_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
  enter virtio_fs_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
    alloc_dax ret=X ops=virtio_fs_dax_ops[virtiofs] rdev=252:0 refs=1 flags=alive
    kill_dax dax=X refs=1 flags=alive
    put_dax dax=X refs=1
    dax_destroy_inode dax=X refs=0
  leave virtio_fs_probe ret=0
leave really_probe ret=0
