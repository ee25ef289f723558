# SPDX-License-Identifier: GPL-2.0-only
# Legal: alloc_dax fails. The one difference: the error is EOPNOTSUPP, because the data
# cache aliases, and the probe goes on without DAX, which is a fallback.
kernel mips64 6.12.0
eopnotsupp 122
aliasing yes
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=-EOPNOTSUPP ops=pmem_dax_ops[nd_pmem]
leave really_probe ret=0
