# SPDX-License-Identifier: GPL-2.0-only
# Two snapshots show a disk whose queue advertises DAX, and which is not in dax_hosts.
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
