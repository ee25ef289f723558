# SPDX-License-Identifier: GPL-2.0-only
# alloc_dax fails because there is no memory, and so does the probe.
kernel mips64 6.12.0
eopnotsupp 122
aliasing yes
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=-ENOMEM ops=pmem_dax_ops[nd_pmem]
leave really_probe ret=ENOMEM
