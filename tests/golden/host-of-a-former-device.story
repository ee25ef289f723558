# SPDX-License-Identifier: GPL-2.0-only
# Broken: an entry of dax_hosts was left behind by a device whose life was not recorded. A
# device of virtio_fs, which has no disk, has its address now.
snap_device dax=X refs=1 rdev=252:4 flags=alive ops=virtio_fs_dax_ops[virtiofs]
snap_host dax=X obj=disk name=pmem0 rdev=252:4 refs=1 flags=alive ops=virtio_fs_dax_ops[virtiofs]
bus_device name=virtio0 bus=virtio driver=virtiofs
snap_end arg=79
wait 500
snap_device dax=X refs=1 rdev=252:4 flags=alive ops=virtio_fs_dax_ops[virtiofs]
snap_host dax=X obj=disk name=pmem0 rdev=252:4 refs=1 flags=alive ops=virtio_fs_dax_ops[virtiofs]
bus_device name=virtio0 bus=virtio driver=virtiofs
snap_end arg=79
