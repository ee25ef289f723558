# SPDX-License-Identifier: GPL-2.0-only
# A later version records a kind that this one does not know: it is counted and reported.
command modprobe nd_pmem
enter really_probe obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  4242 dax=X ret=1
leave really_probe ret=0
exit 0
