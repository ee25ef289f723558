# SPDX-License-Identifier: GPL-2.0-only
# The audit begins within an unbind whose task then kills and puts the device, and puts it
# once more. Whose reference the first put dropped is not known: no finding, and no pass.
snap_device dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:1 refs=2 flags=alive
snap_end known=devices|hosts|holders|sysfs
kill_dax dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:1 refs=2 flags=alive
put_dax dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:1 refs=2 flags=
put_dax dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:1 refs=1 flags=
dax_destroy_inode dax=X ops=pmem_dax_ops[nd_pmem] rdev=252:1 refs=0 flags=
leave device_release_driver_internal obj=ns
