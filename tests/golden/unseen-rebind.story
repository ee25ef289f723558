# SPDX-License-Identifier: GPL-2.0-only
# The hooks were silent while a disk was removed and added again: its dax_device is at the
# same address, but its directory in sysfs has another inode.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive rdev=1
snap_host dax=X obj=disk name=pmem0 refs=1 flags=alive rdev=1 ops=pmem_dax_ops[nd_pmem]
disk_state name=pmem0 ret=1 arg=1000
snap_end arg=15
wait 5000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive rdev=1
snap_host dax=X obj=disk name=pmem0 refs=1 flags=alive rdev=1 ops=pmem_dax_ops[nd_pmem]
disk_state name=pmem0 ret=1 arg=2000
snap_end arg=15
