# SPDX-License-Identifier: GPL-2.0-only
# Legal: a probe fails with ENOMEM after the allocation. The one difference: dax_add_host
# succeeded, and the disk could not be added.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  enter pmem_attach_disk obj=ns name=namespace0.0 bus=nd driver=nd_pmem
    alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive from=pmem_attach_disk[nd_pmem]
    dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
    device_add_disk obj=disk name=pmem0 ret=-ENOMEM
    dax_remove_host obj=disk name=pmem0
    kill_dax dax=X refs=1 flags=alive
    put_dax dax=X refs=1
    dax_destroy_inode dax=X refs=0
  leave pmem_attach_disk ret=-ENOMEM
leave really_probe ret=ENOMEM
