# SPDX-License-Identifier: GPL-2.0-only
# The unbinding began before the audit, and so did kill_dax: its effect is seen later. The
# put of the driver is not recorded. Whether it follows is not known: not a pass.
task 99 daxaudit
snap_device dax=X refs=2 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem]
disk_used obj=disk name=pmem0 driver=ext4 ret=1 arg=sb
disk_state name=pmem0 ret=1
snap_end arg=79
task 202 ndctl
wait 100
leave device_release_driver_internal ret=0
task 99 daxaudit
wait 500
snap_device dax=X refs=2 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
used_gone obj=disk name=pmem0 driver=ext4 ret=1 arg=sb
snap_end arg=79
