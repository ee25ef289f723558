# SPDX-License-Identifier: GPL-2.0-only
# Two snapshots show a task that waits for a lock which its own caller holds.
task_waits tid=700 name=unregister_dev_dax driver=__devm_create_dev_dax
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
task_waits tid=700 name=unregister_dev_dax driver=__devm_create_dev_dax
snap_end known=devices|hosts|holders|sysfs ret=1
