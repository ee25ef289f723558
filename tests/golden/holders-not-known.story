# SPDX-License-Identifier: GPL-2.0-only
# A check without a command finds a device with a holder, but the openers of disks could not
# be read. Whether the holder is still there is not known: no finding, and no pass.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:1 refs=2 flags=alive holder=holder
snap_host dax=X obj=disk name=pmem0 refs=2 flags=alive
disk_state name=pmem0 ret=1 arg=1000
snap_end known=devices|hosts|sysfs ret=1
