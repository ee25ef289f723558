# SPDX-License-Identifier: GPL-2.0-only
# null-teardown-leak as kprobes record it: every call in two halves.
kernel x86_64 6.1.0
hook alloc_dax kprobe
hook dax_add_host kprobe
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  args alloc_dax ops=pmem_dax_ops[nd_pmem]
  ret alloc_dax ret=X refs=1 flags=alive
  args dax_add_host dax=X obj=disk name=pmem0 refs=1 flags=alive
  ret dax_add_host ret=-ENOMEM
  kill_dax dax=NULL
  put_dax dax=NULL
leave really_probe ret=ENOMEM
