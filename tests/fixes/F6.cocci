// SPDX-License-Identifier: GPL-2.0-only
// The attributes of the disk use the dax_device: it has to outlive them.
@@
expression owner;
@@
  kill_dax(owner->dax_dev);
- put_dax(owner->dax_dev);
  del_gendisk(owner->disk);
+ put_dax(owner->dax_dev);
