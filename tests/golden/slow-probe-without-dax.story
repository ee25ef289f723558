# SPDX-License-Identifier: GPL-2.0-only
# Legal: the probe of a driver without DAX waits long for its hardware.
task 60 modprobe
enter really_probe obj=pci name=0000:01:00.0 bus=pci driver=mpt3sas
wait 31000
task_state tid=60 ret='D
wait 1000
task_state tid=60 ret='D
wait 1000
task_state tid=60 ret='D
wait 3000
leave really_probe ret=0
exit 0
