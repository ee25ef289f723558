# SPDX-License-Identifier: GPL-2.0-only
# ftrace is switched off, and on again: the verdict reports it, also in a replay.
command stress
hook write_enabled_file_bool kprobe
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
leave really_probe ret=0
proc_dointvec arg=0
lost 1
write_enabled_file_bool arg=1
exit 0
