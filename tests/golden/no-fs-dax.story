# SPDX-License-Identifier: GPL-2.0-only
# CONFIG_FS_DAX=n: the kernel has no dax_add_host, and no hook is missing.
hook dax_add_host none absent
hook dax_remove_host none absent
hook fs_dax_get_by_bdev none absent
hook fs_put_dax none absent
hook fs_dax_get none absent
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
leave really_probe ret=0
