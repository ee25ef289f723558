# SPDX-License-Identifier: GPL-2.0-only
# Two snapshots show a device that is alive, and its operations are at an address that
# belongs to no module.
snap_device dax=X ops=0xffffffffc0a01000 driver=0xffffffffc0a01000 rdev=252:0 refs=1 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=1 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=0xffffffffc0a01000 driver=0xffffffffc0a01000 rdev=252:0 refs=1 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=1 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
