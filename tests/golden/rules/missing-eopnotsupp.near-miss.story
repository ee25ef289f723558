# SPDX-License-Identifier: GPL-2.0-only
# Legal: alloc_dax grants a device on a CPU whose data cache aliases. The one difference:
# it is for device-dax, which has no file-system operations and is exempt.
kernel sparc64 6.12.0
eopnotsupp 45
aliasing yes
enter __devm_create_dev_dax
  alloc_dax ret=X ops=NULL rdev=252:0 refs=1 flags=alive
  kill_dax dax=X refs=1 flags=alive
leave __devm_create_dev_dax ret=dev_dax
