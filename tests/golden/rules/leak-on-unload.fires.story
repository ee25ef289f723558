# SPDX-License-Identifier: GPL-2.0-only
# A module is unloaded, and the device that its driver allocated was never released.
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
  device_add_disk obj=disk name=pmem0 ret=0
leave really_probe ret=0
task 300 modprobe
module_free name=nd_pmem
