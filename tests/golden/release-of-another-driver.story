# SPDX-License-Identifier: GPL-2.0-only
# Legal: a module that goes away releases its device, waits for the lock, and finds
# another driver bound when it has it: then it releases nothing.
task 50 rmmod
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_btt
task 100 bash
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
leave really_probe ret=0
task 50 rmmod
leave device_release_driver_internal ret=0
