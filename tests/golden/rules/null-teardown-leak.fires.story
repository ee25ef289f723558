# SPDX-License-Identifier: GPL-2.0-only
# dax_add_host fails, and the driver's clean-up reads the field in which it has not stored
# the device yet: it kills and puts NULL.
kernel x86_64 6.1.0
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  enter pmem_attach_disk obj=ns name=namespace0.0 bus=nd driver=nd_pmem
    alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive from=pmem_attach_disk[nd_pmem]
    dax_add_host dax=X obj=disk name=pmem0 ret=-ENOMEM refs=1 flags=alive
    kill_dax dax=NULL
    put_dax dax=NULL
  leave pmem_attach_disk ret=-ENOMEM
leave really_probe ret=ENOMEM
