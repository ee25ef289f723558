# SPDX-License-Identifier: GPL-2.0-only
# There is no memory for a dax_device, and the probe fails.
aliasing yes
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=-ENOMEM ops=pmem_dax_ops[nd_pmem]
leave really_probe ret=ENOMEM
