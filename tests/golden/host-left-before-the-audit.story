# SPDX-License-Identifier: GPL-2.0-only
# A lookup found the device before the audit, and returns in it. Meanwhile dax_remove_host
# was called, also before the audit. The mount holds the device for long after the kill.
task 106 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 arg=sb refs=2 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem] holder=sb
task 100 ndctl
wait 1
kill_dax dax=X refs=2 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem] holder=sb
put_dax dax=X refs=2 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
leave device_release_driver_internal ret=0
task 110 umount
wait 30000
fs_put_dax dax=X arg=sb refs=1 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
dax_destroy_inode dax=X refs=0 rdev=252:0 ops=pmem_dax_ops[nd_pmem]
