# SPDX-License-Identifier: GPL-2.0-only
# Legal: a device-dax is unbound and bound again. The one difference: /dev/dax0.0 is not
# open.
snap_device dax=X ops=NULL rdev=252:0 refs=1 flags=alive|sync|nocache|nomc cdev_refs=1 bound=yes
bus_device name=dax0.0 bus=dax driver=device_dax rdev=252:0 arg=1000
snap_end known=devices|hosts|holders|sysfs
task 202 ndctl
enter device_release_driver_internal obj=dev name=dax0.0 bus=dax driver=device_dax
  kill_dax dax=X refs=1 flags=alive|sync|nocache|nomc cdev_refs=1
leave device_release_driver_internal
enter really_probe obj=dev name=dax0.0 bus=dax driver=device_dax dax=X refs=1 flags=sync|nocache|nomc cdev_refs=0
  run_dax dax=X refs=1 flags=alive|sync|nocache|nomc cdev_refs=1
leave really_probe ret=0
