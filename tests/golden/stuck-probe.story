# SPDX-License-Identifier: GPL-2.0-only
# A probe waits for a lock that it holds itself.
task 60 kworker/0:2
enter really_probe obj=dax0.0 name=dax0.0 bus=nd driver=dax_pmem
  enter __devm_create_dev_dax obj=region name=dax_region0
    alloc_dax ret=X ops=NULL refs=1 flags=alive
    kill_dax dax=X refs=1 flags=alive
wait 40000
task_state tid=60 ret='D
wait 1000
task_state tid=60 ret='D
wait 1000
task_state tid=60 ret='D
interrupted
