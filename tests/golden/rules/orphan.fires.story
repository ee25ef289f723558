# SPDX-License-Identifier: GPL-2.0-only
# Two snapshots show a pmem device that is killed and has a reference left. Its disk was
# removed and is not in use.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=nocache|nomc
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:0 refs=1 flags=nocache|nomc
snap_end known=devices|hosts|holders|sysfs ret=1
