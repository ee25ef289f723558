# SPDX-License-Identifier: GPL-2.0-only
# alloc_dax returns NULL to virtio_fs, which finds no cache window and releases what it
# takes for its device.
enter really_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
  enter virtio_fs_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
    alloc_dax ret=NULL ops=virtio_fs_dax_ops[virtiofs]
    kill_dax dax=NULL
    put_dax dax=NULL
  leave virtio_fs_probe ret=0
leave really_probe ret=0
