# SPDX-License-Identifier: GPL-2.0-only
# Legal: alloc_dax refuses device-dax. The one difference: the error is ENOMEM.
enter really_probe obj=dax_region name=dax0.0 bus=nd driver=dax_pmem
  enter __devm_create_dev_dax
    alloc_dax ret=-ENOMEM ops=NULL
  leave __devm_create_dev_dax ret=-ENOMEM
leave really_probe ret=ENOMEM
