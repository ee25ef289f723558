# SPDX-License-Identifier: GPL-2.0-only
# NULL is what file systems without DAX put at every unmount, dm tables too, and
# what drivers tear down after an alloc_dax that was refused.
command sh -c mounts
aliasing yes
task 200 umount
fs_put_dax dax=NULL
task 201 dmsetup
put_dax dax=NULL
task 100 modprobe
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=-EOPNOTSUPP ops=pmem_dax_ops[nd_pmem]
leave really_probe ret=0
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=NULL
  put_dax dax=NULL
leave device_release_driver_internal
exit 0
