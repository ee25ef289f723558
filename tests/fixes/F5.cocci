// SPDX-License-Identifier: GPL-2.0-only
// The function that creates the device holds the semaphore for writing: when the clean-up cannot
// be registered, the function has to undo all that it did without taking the semaphore again.
@ split @
identifier dev;
@@
- static void unregister_dev_dax(void *dev)
+ static void unregister_dev_dax_locked(void *dev)
{
	...
-	down_write(&dax_region_rwsem);
	...
-	up_write(&dax_region_rwsem);
}
+
+ static void unregister_dev_dax(void *dev)
+ {
+	down_write(&dax_region_rwsem);
+	unregister_dev_dax_locked(dev);
+	up_write(&dax_region_rwsem);
+ }

@ depends on split @
expression owner, dev;
identifier rc;
@@
- rc = devm_add_action_or_reset(owner, unregister_dev_dax, dev);
+ rc = devm_add_action(owner, unregister_dev_dax, dev);
  if (rc)
-	return ERR_PTR(rc);
+ {
+	unregister_dev_dax_locked(dev);
+	return ERR_PTR(rc);
+ }
