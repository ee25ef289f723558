// SPDX-License-Identifier: GPL-2.0-only
// A connection of FUSE uses its dax_device until it ends: so it needs a reference of its own.

// ---- drivers/dax/super.c, include/linux/dax.h: one more reference ----
@ source @
@@
+ /* Take one more reference; put_dax() drops it. NULL when the device is being freed. */
+ struct dax_device *dax_get(struct dax_device *dax_dev)
+ {
+	return igrab(&dax_dev->inode) ? dax_dev : NULL;
+ }
+ EXPORT_SYMBOL_GPL(dax_get);
+
struct inode *dax_inode(struct dax_device *dax_dev)
{
	...
}

@ header @
@@
  bool dax_write_cache_enabled(struct dax_device *dax_dev);
+ struct dax_device *dax_get(struct dax_device *dax_dev);

// ---- fs/fuse/dax.c ----
@ start @
identifier dax_dev, fcd, err;
@@
int fuse_dax_conn_alloc(..., struct dax_device *dax_dev)
{
	...
-	fcd->dev = dax_dev;
+	fcd->dev = dax_get(dax_dev);
+	if (!fcd->dev) {
+		kfree(fcd);
+		return -ENXIO;
+	}
	err = fuse_dax_mem_range_init(fcd);
	if (err) {
+		put_dax(fcd->dev);
		kfree(fcd);
		return err;
	}
	...
}

@ end @
identifier fc;
@@
  fuse_free_dax_mem_ranges(&fc->dax->free_ranges);
+ put_dax(fc->dax->dev);
  kfree(fc->dax);
