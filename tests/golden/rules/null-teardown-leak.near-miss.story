# SPDX-License-Identifier: GPL-2.0-only
# Legal: dax_add_host fails, and the driver cleans up. The one difference: it has stored the
# device first, as since v6.9, and kills and puts it.
kernel x86_64 6.9.0
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  enter pmem_attach_disk obj=ns name=namespace0.0 bus=nd driver=nd_pmem
    alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive from=pmem_attach_disk[nd_pmem]
    dax_add_host dax=X obj=disk name=pmem0 ret=-ENOMEM refs=1 flags=alive
    kill_dax dax=X refs=1 flags=alive
    put_dax dax=X refs=1
    dax_destroy_inode dax=X refs=0
  leave pmem_attach_disk ret=-ENOMEM
leave really_probe ret=ENOMEM
