# SPDX-License-Identifier: GPL-2.0-only
# A lookup finds another holder and drops its reference again, as it must. Another lookup
# runs, and may have a reference: that the device is still there at the end is no leak.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 rdev=252:0 refs=1 flags=alive
leave really_probe ret=0
task 110 mount
args fs_dax_get_by_bdev obj=disk name=pmem0
task 111 mount
args fs_dax_get_by_bdev obj=disk name=pmem0 arg=sb
ret fs_dax_get_by_bdev dax=X ret=X rdev=252:0 refs=3 flags=alive holder=sb
task 112 mount
args fs_dax_get_by_bdev obj=disk name=pmem0 arg=sb2
ret fs_dax_get_by_bdev ret=NULL
task 111 umount
fs_put_dax dax=X arg=sb rdev=252:0 refs=3 flags=alive holder=sb
task 114 umount
fs_put_dax dax=X rdev=252:0 refs=2 flags=alive
task 99 daxaudit
wait 1500
snap_device dax=X refs=1 rdev=252:0 flags=alive ops=pmem_dax_ops[nd_pmem]
snap_end arg=79
wait 10
