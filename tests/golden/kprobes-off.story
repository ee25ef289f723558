# SPDX-License-Identifier: GPL-2.0-only
# kprobes are switched off: only the hooks that are kprobes are affected. A switch of
# kernel.ftrace_enabled that leaves it on affects none.
command stress
hook pmem_attach_disk kprobe
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
leave really_probe ret=0
proc_dointvec arg=1
write_enabled_file_bool arg=0
lost 1
exit 0
