# SPDX-License-Identifier: GPL-2.0-only
# Legal: a snapshot shows a task that waits where it could wait for its own lock. The one
# difference: the next snapshot does not show it.
task_waits tid=700 name=unregister_dev_dax driver=__devm_create_dev_dax
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_end known=devices|hosts|holders|sysfs ret=1
