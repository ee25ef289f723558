# SPDX-License-Identifier: GPL-2.0-only
# Wrong: a driver puts its device before it kills it, in an unbinding that began before the
# audit.
task 99 daxaudit
snap_device dax=X refs=1 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem]
snap_end arg=79
task 202 ndctl
wait 100
put_dax dax=X refs=1 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem]
kill_dax dax=X refs=1 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem]
task 300 bash
dax_destroy_inode dax=X refs=0 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
