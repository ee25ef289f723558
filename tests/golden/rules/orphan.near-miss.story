# SPDX-License-Identifier: GPL-2.0-only
# Legal: two snapshots show a pmem device that is killed and has a reference left. The one
# difference: a file system is still mounted from the removed disk.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=nocache|nomc
used_gone obj=disk name=pmem0 driver=ext4 arg=sb ret=1 rdev=259:0
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=nocache|nomc
used_gone obj=disk name=pmem0 driver=ext4 arg=sb ret=1 rdev=259:0
snap_end known=devices|hosts|holders|sysfs ret=1
