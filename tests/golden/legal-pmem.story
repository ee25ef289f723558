# SPDX-License-Identifier: GPL-2.0-only
# A complete legal life: probe, mount, unmount, unbind, unload. No finding.
command modprobe nd_pmem
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  enter pmem_attach_disk obj=ns name=namespace0.0 bus=nd driver=nd_pmem
    alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive rdev=0 from=pmem_attach_disk[nd_pmem]
    dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
    device_add_disk obj=disk name=pmem0 ret=0
  leave pmem_attach_disk ret=0
leave really_probe ret=0
task 200 mount
fs_dax_get_by_bdev ret=X obj=disk name=pmem0 refs=2 flags=alive
wait 50
task 201 umount
fs_put_dax dax=X refs=2 flags=alive
task 202 ndctl
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  dax_remove_host obj=disk name=pmem0
  kill_dax dax=X refs=1 flags=alive
  put_dax dax=X refs=1
  dax_destroy_inode dax=X
leave device_release_driver_internal
task 0 swapper/0
dax_free_inode dax=X
task 203 modprobe
module_free name=nd_pmem
exit 0
