# SPDX-License-Identifier: GPL-2.0-only
# Broken: a driver puts its device twice while a file system holds it, in an unbinding that
# began before the audit. The file system's put takes a reference of the device of dm that
# has the address now. Only that put looks odd: not a pass.
task 99 daxaudit
snap_device dax=X refs=2 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
snap_end arg=79
task 202 ndctl
wait 1
put_dax dax=X refs=2 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
task 300 umount
fs_put_dax dax=X refs=1 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
dax_destroy_inode dax=X refs=0 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
task 0 swapper/0
dax_free_inode dax=X refs=0 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
task 400 dmsetup
enter dm_create
  alloc_dax ret=X ops=dm_dax_ops[dm_mod] rdev=252:5 refs=1 flags=alive
  kill_dax dax=X rdev=252:5 refs=1 flags=alive
  task 301 umount
  fs_put_dax dax=X arg=sb rdev=252:5 refs=1
  task 400 dmsetup
  put_dax dax=X rdev=252:5 refs=1
  dax_destroy_inode dax=X rdev=252:5 refs=0
leave dm_create ret=-6
