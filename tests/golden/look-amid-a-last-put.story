# SPDX-License-Identifier: GPL-2.0-only
# Broken: a driver puts its device without a kill. Two looks come when the device has left
# the list of the kernel, and is not destroyed yet: it did not vanish unseen.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 rdev=252:0 refs=1 flags=alive
leave really_probe ret=0
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  put_dax dax=X refs=1 rdev=252:0 flags=alive
task 99 daxaudit
wait 500
snap_end arg=79
wait 500
snap_end arg=79
task 202 ndctl
  dax_destroy_inode dax=X refs=0 rdev=252:0 flags=alive
leave device_release_driver_internal ret=0
