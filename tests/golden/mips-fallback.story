# SPDX-License-Identifier: GPL-2.0-only
# MIPS numbers EOPNOTSUPP 122, and its data cache may alias: the fallback is right.
kernel mips 6.12.0
word 32
aliasing yes
eopnotsupp 122
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=-122 ops=pmem_dax_ops[nd_pmem]
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
