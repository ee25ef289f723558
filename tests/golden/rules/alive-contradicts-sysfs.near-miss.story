# SPDX-License-Identifier: GPL-2.0-only
# Legal: two snapshots show a device-dax that is dead, with a driver bound. The one
# difference: the driver is kmem, which takes the memory and never runs the device.
snap_device dax=X ops=NULL rdev=252:0 refs=1 flags=sync|nocache|nomc bound=yes
bus_device name=dax0.0 bus=dax driver=kmem rdev=252:0 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=NULL rdev=252:0 refs=1 flags=sync|nocache|nomc bound=yes
bus_device name=dax0.0 bus=dax driver=kmem rdev=252:0 arg=1000
snap_end known=devices|hosts|holders|sysfs ret=1
