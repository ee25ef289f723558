# SPDX-License-Identifier: GPL-2.0-only
# A call in a loop is recorded once; the others are counted, and are no loss.
command sh -c unmounts
task 201 dmsetup
put_dax dax=NULL
count put_dax seen 40000
count put_dax repeated 40000
exit 0
