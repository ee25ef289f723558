# SPDX-License-Identifier: GPL-2.0-only
# alloc_dax refuses dm on a CPU whose data cache does not alias. That dm continues without
# DAX is correct, and reported as well.
kernel armv5tel 6.12.0
word 32
aliasing no
enter dev_create
  enter dm_create
    alloc_dax ret=-EOPNOTSUPP ops=dm_dax_ops[dm_mod]
  leave dm_create ret=0
leave dev_create ret=0
