# SPDX-License-Identifier: GPL-2.0-only
# A probe of pmem sleeps so long that it seems stuck, and then succeeds.
task 60 modprobe
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
wait 31000
task_state tid=60 ret='D
wait 1000
task_state tid=60 ret='D
wait 1000
task_state tid=60 ret='D
wait 3000
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
  dax_add_host dax=X obj=disk name=pmem0 ret=0 refs=1 flags=alive
leave really_probe ret=0
exit 0
