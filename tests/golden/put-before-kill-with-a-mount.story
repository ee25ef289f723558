# SPDX-License-Identifier: GPL-2.0-only
# Broken: a driver puts its device before it kills it, in an unbinding that began before
# the audit. A file system puts it in between. A dm table and an unbinding of one task
# would look the same: not a pass.
task 99 daxaudit
snap_device dax=X refs=2 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem]
snap_end arg=79
task 123 ndctl
wait 1
put_dax dax=X refs=2 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem]
task 102 umount
fs_put_dax dax=X refs=2 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem]
task 123 ndctl
kill_dax dax=X refs=1 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem]
task 102 umount
dax_destroy_inode dax=X refs=0 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
