// SPDX-License-Identifier: GPL-2.0-only
// The caller gets no pointer if there is another holder: so the reference has to be dropped here.
@@
identifier dax_dev, holder, ops;
@@
- if (!cmpxchg(&dax_dev->holder_data, NULL, holder))
-	dax_dev->holder_ops = ops;
- else
-	dax_dev = NULL;
+ if (!cmpxchg(&dax_dev->holder_data, NULL, holder)) {
+	dax_dev->holder_ops = ops;
+ } else {
+	iput(&dax_dev->inode);
+	dax_dev = NULL;
+ }
