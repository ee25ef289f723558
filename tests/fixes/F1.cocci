// SPDX-License-Identifier: GPL-2.0-only
// The error path behind dax_add_host() kills and puts what is stored in the driver's own
// structure: so the device has to be there before.
@@
expression owner;
identifier rc, dax_dev, disk, failed;
@@
+ owner->dax_dev = dax_dev;
  rc = dax_add_host(dax_dev, disk);
  if (rc)
    goto failed;
  ...
- owner->dax_dev = dax_dev;
