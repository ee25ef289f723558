// SPDX-License-Identifier: GPL-2.0-only
// The memory may be that of a former device. Its constructor runs once only, for the slab.
@@
identifier dax_dev, inode;
@@
  inode = &dax_dev->inode;
  inode->i_rdev = 0;
+ dax_dev->flags = 0;
