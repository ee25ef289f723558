# SPDX-License-Identifier: GPL-2.0-only
# Legal: a look shows a task that waits where it could be waiting for itself. The one
# difference: the next look does not show it.
task_waits tid=700 name=unregister_dev_dax driver=__devm_create_dev_dax
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_end known=devices|hosts|holders|sysfs ret=1
