# SPDX-License-Identifier: GPL-2.0-only
# A module was unloaded under a live device, and BPF reuses the memory of its operations:
# one snapshot finds no symbol there, the other one a trampoline. Both show that the module
# is gone.
snap_device dax=X ops=0xffffffffc0a01000 driver=0xffffffffc0a01000 rdev=252:0 refs=1 flags=alive
snap_end known=devices|hosts|holders|sysfs ret=1
wait 2000
snap_device dax=X ops=0xffffffffc0a01000 driver=bpf_trampoline_6442492679 rdev=252:0 refs=1 flags=alive
snap_end known=devices|hosts|holders|sysfs ret=1
