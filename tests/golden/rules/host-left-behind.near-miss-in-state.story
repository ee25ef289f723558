# SPDX-License-Identifier: GPL-2.0-only
# Legal: a snapshot shows a disk in dax_hosts whose device does not exist. The one
# difference: the device was created between its walks of the devices and of dax_hosts, and
# the next snapshot shows it.
snap_host dax=X ops=pmem_dax_ops[nd_pmem] obj=disk name=pmem0 rdev=252:0 refs=1 flags=alive
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X refs=1 flags=alive
snap_host dax=X obj=disk name=pmem0 refs=1 flags=alive
snap_end known=devices|hosts|holders|sysfs ret=1
