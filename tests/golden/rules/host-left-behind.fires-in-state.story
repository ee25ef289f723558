# SPDX-License-Identifier: GPL-2.0-only
# Two snapshots show a disk in dax_hosts whose device no longer exists.
snap_host dax=X ops=pmem_dax_ops[nd_pmem] obj=disk name=pmem0 rdev=252:0 refs=0
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_host dax=X ops=pmem_dax_ops[nd_pmem] obj=disk name=pmem0 rdev=252:0 refs=0
snap_end known=devices|hosts|holders|sysfs ret=1
