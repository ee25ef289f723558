# SPDX-License-Identifier: GPL-2.0-only
# Legal so far: the creation of a device-dax takes as long, and three snapshots show it
# asleep in the same function. The one difference: it sleeps because there is no memory, and
# wakes up between them, as its context switches show. Not a pass: the audit ends before the
# probe does.
task 60 kworker/0:2
enter really_probe obj=region name=dax0.0 bus=nd driver=dax_pmem
  enter __devm_create_dev_dax
    alloc_dax ret=X ops=NULL rdev=252:0 refs=1 flags=alive
    kill_dax dax=X refs=1 flags=alive
    enter really_probe obj=dev name=dax0.0 bus=dax driver=device_dax dax=X refs=1
      run_dax dax=X refs=1 flags=alive
    leave really_probe ret=0
wait 31000
task_state tid=60 ret='D name=reclaim_throttle switches=40
wait 1000
task_state tid=60 ret='D name=reclaim_throttle switches=55
wait 1000
task_state tid=60 ret='D name=reclaim_throttle switches=71
