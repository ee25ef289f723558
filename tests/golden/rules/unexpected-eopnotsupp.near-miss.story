# SPDX-License-Identifier: GPL-2.0-only
# Legal: alloc_dax refuses dm. The one difference: the CPU's data cache aliases.
kernel armv5tel 6.12.0
word 32
aliasing yes
enter dev_create
  enter dm_create
    alloc_dax ret=-EOPNOTSUPP ops=dm_dax_ops[dm_mod]
  leave dm_create ret=0
leave dev_create ret=0
