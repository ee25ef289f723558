# SPDX-License-Identifier: GPL-2.0-only
# A driver kept the ERR_PTR of a refused alloc_dax and tore it down.
aliasing yes
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=-EOPNOTSUPP ops=pmem_dax_ops[nd_pmem]
leave really_probe ret=0
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  kill_dax dax=-EOPNOTSUPP
  put_dax dax=-EOPNOTSUPP
leave device_release_driver_internal
