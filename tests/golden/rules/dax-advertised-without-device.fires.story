# SPDX-License-Identifier: GPL-2.0-only
# alloc_dax refuses, and the disk comes up without DAX. Its queue advertises DAX.
kernel mips64 6.12.0
eopnotsupp 122
aliasing yes
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=-EOPNOTSUPP ops=pmem_dax_ops[nd_pmem]
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
disk_state obj=disk name=pmem0 ret=1
