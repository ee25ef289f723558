# SPDX-License-Identifier: GPL-2.0-only
# Two snapshots show a device-dax that is dead, although a driver is bound to it that runs
# its devices.
snap_device dax=X ops=NULL rdev=252:0 refs=1 flags=sync|nocache|nomc bound=yes
bus_device name=dax0.0 bus=dax driver=device_dax rdev=252:0 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=NULL rdev=252:0 refs=1 flags=sync|nocache|nomc bound=yes
bus_device name=dax0.0 bus=dax driver=device_dax rdev=252:0 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
