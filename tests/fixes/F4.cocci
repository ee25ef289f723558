// SPDX-License-Identifier: GPL-2.0-only
// A cdev that somebody still has open must not be initialised.
@@
expression inode;
identifier cdev;
@@
  cdev = inode->i_cdev;
+ if (kref_read(&cdev->kobj.kref))
+	return -EBUSY;
  cdev_init(cdev, ...);
