# SPDX-License-Identifier: GPL-2.0-only
# The final free is not hooked: a device that seems to stay proves nothing.
hook dax_destroy_inode none refused by the kernel
hook dax_free_inode none refused by the kernel
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
  kill_dax dax=X refs=1 flags=alive
  put_dax dax=X refs=1
leave really_probe ret=ENOMEM
