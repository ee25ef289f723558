# SPDX-License-Identifier: GPL-2.0-only
# An unbind meets an oops, and its task is killed: the unbind does not run any more.
task 70 rmmod
enter device_release_driver_internal obj=ns name=namespace0.0 bus=nd driver=nd_pmem
  kill_dax dax=X refs=1 flags=alive
wait 5
task_state tid=70 ret='X
exit 0
