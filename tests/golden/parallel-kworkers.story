# SPDX-License-Identifier: GPL-2.0-only
# Two probes at once on two kworkers; only one of them fails and leaks.
task 10 kworker/u4:1
enter really_probe obj=ns0 name=namespace0.0 bus=nd driver=nd_pmem
task 11 kworker/u4:2
enter really_probe obj=ns1 name=namespace1.0 bus=nd driver=nd_pmem
alloc_dax ret=Y ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive rdev=1
task 10 kworker/u4:1
alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive rdev=0
task 11 kworker/u4:2
dax_add_host dax=Y obj=disk1 name=pmem1 ret=-ENOMEM refs=1 flags=alive
kill_dax dax=NULL
task 10 kworker/u4:1
dax_add_host dax=X obj=disk0 name=pmem0 ret=0 refs=1 flags=alive
task 11 kworker/u4:2
put_dax dax=NULL
leave really_probe ret=ENOMEM
task 10 kworker/u4:1
leave really_probe ret=0
