# SPDX-License-Identifier: GPL-2.0-only
# Legal: a driver goes on without DAX when alloc_dax refuses. The one difference: it has
# stored nothing, so its teardown passes NULL.
kernel mips64 6.12.0
eopnotsupp 122
aliasing yes
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=-EOPNOTSUPP ops=pmem_dax_ops[nd_pmem]
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  kill_dax dax=NULL
  put_dax dax=NULL
leave device_release_driver_internal
