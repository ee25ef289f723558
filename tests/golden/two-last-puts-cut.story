# SPDX-License-Identifier: GPL-2.0-only
# Legal so far: an umount and the driver put on two CPUs, each at a count of 2, and the
# recording ends before either has destroyed the device.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
leave really_probe ret=0
task 200 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 refs=2 flags=alive
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=X refs=2 flags=alive
task 201 umount
fs_put_dax dax=X refs=2
task 202 ndctl
  put_dax dax=X refs=2
cut
