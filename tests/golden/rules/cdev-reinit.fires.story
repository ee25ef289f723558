# SPDX-License-Identifier: GPL-2.0-only
# A device-dax is unbound and bound again while /dev/dax0.0 is open: the file's reference
# to the character device is still there when the driver initialises it.
snap_device dax=X ops=NULL rdev=252:0 refs=1 flags=alive|sync|nocache|nomc cdev_refs=2 bound=yes
bus_device name=dax0.0 bus=dax driver=device_dax rdev=252:0 arg=1000
snap_end known=devices|hosts|holders|sysfs
task 202 ndctl
enter device_release_driver_internal obj=dev name=dax0.0 bus=dax driver=device_dax
  kill_dax dax=X refs=1 flags=alive|sync|nocache|nomc cdev_refs=2
leave device_release_driver_internal
enter really_probe obj=dev name=dax0.0 bus=dax driver=device_dax dax=X refs=1 flags=sync|nocache|nomc cdev_refs=1
  run_dax dax=X refs=1 flags=alive|sync|nocache|nomc cdev_refs=1
leave really_probe ret=0
