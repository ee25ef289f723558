# SPDX-License-Identifier: GPL-2.0-only
# A check without a command takes both snapshots while pmem is being unbound: the device is
# killed and out of dax_hosts, and its disk is still there. It is no orphan, and its disk
# does not advertise a missing device; it is no pass either.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:1 refs=2 flags=
disk_used obj=disk name=pmem0 driver=ext4 ret=1 arg=holder rdev=259:0
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 500
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:1 refs=2 flags=
disk_used obj=disk name=pmem0 driver=ext4 ret=1 arg=holder rdev=259:0
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
