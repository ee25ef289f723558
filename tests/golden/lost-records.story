# SPDX-License-Identifier: GPL-2.0-only
# Records are missing in the middle: findings from before stay, and there are no false ones.
command stress
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  alloc_dax ret=X ops=pmem_dax_ops[nd_pmem] refs=1 flags=alive
lost 17
count kill_dax seen 17
count kill_dax dropped 17
leave really_probe ret=ENOMEM
exit 0
