# SPDX-License-Identifier: GPL-2.0-only
# alloc_dax refuses device-dax with EOPNOTSUPP, although a device without file-system
# operations needs no cache without aliases.
enter really_probe obj=dax_region name=dax0.0 bus=nd driver=dax_pmem
  enter __devm_create_dev_dax
    alloc_dax ret=-EOPNOTSUPP ops=NULL
  leave __devm_create_dev_dax ret=-EOPNOTSUPP
leave really_probe ret=EOPNOTSUPP
