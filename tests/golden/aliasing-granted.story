# SPDX-License-Identifier: GPL-2.0-only
# The data cache aliases, and a file-system DAX device is granted nevertheless.
kernel parisc64 6.12.0
aliasing yes
eopnotsupp 223
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
leave really_probe ret=0
