# SPDX-License-Identifier: GPL-2.0-only
# dax_hosts has an entry of a device that was freed before the audit. No walk of the devices
# shows it: the entry is reported, and it is neither a device nor a gap.
snap_host dax=X ops=pmem_dax_ops[nd_pmem] obj=disk name=pmem0 rdev=252:0 refs=0
snap_end known=devices|hosts|holders|sysfs
wait 2000
snap_host dax=X ops=pmem_dax_ops[nd_pmem] obj=disk name=pmem0 rdev=252:0 refs=0
snap_end known=devices|hosts|holders|sysfs
wait 2000
snap_host dax=X ops=pmem_dax_ops[nd_pmem] obj=disk name=pmem0 rdev=252:0 refs=0
snap_end known=devices|hosts|holders|sysfs
wait 2000
snap_host dax=X ops=pmem_dax_ops[nd_pmem] obj=disk name=pmem0 rdev=252:0 refs=0
snap_end known=devices|hosts|holders|sysfs
