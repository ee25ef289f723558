# SPDX-License-Identifier: GPL-2.0-only
# Wrong: a driver puts its device twice while another task is inside alloc_dax, which
# kprobes record in two halves. At a count of 0 there is no reference to put.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
leave really_probe ret=0
task 300 dmsetup
args alloc_dax ops=dm_dax_ops[dm_mod]
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  kill_dax dax=X refs=1 flags=alive
  put_dax dax=X refs=1
  dax_destroy_inode dax=X
  put_dax dax=X refs=0
leave device_release_driver_internal ret=0
task 300 dmsetup
ret alloc_dax ret=Y dax=Y refs=1 flags=alive
kill_dax dax=Y refs=1 flags=alive
put_dax dax=Y refs=1
dax_destroy_inode dax=Y
