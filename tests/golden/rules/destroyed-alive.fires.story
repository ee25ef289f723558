# SPDX-License-Identifier: GPL-2.0-only
# A walk over all inodes drops a reference that it did not take: the device is destroyed
# alive, without a call of its driver.
enter really_probe obj=virtio0 name=virtio0 bus=virtio driver=virtiofs
  alloc_dax ret=X ops=virtio_fs_dax_ops[virtiofs] rdev=252:0 refs=1 flags=alive
leave really_probe ret=0
task 300 sh
dax_destroy_inode dax=X refs=0 flags=alive
