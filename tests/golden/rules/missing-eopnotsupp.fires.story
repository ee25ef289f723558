# SPDX-License-Identifier: GPL-2.0-only
# alloc_dax grants dm a file-system DAX device on a CPU whose data cache aliases.
kernel sparc64 6.12.0
eopnotsupp 45
aliasing yes
enter dm_create
  alloc_dax ret=X ops=dm_dax_ops[dm_mod] rdev=252:0 refs=1 flags=alive
leave dm_create ret=0
