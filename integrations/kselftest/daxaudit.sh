#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Audit every dax_device while pmem's driver is unloaded and loaded. The runner reads the KTAP.
# DAXAUDIT names the program; DAXAUDIT_COMMAND and DAXAUDIT_OPTIONS are for other drivers.
daxaudit=${DAXAUDIT:-daxaudit}
if ! command -v "$daxaudit" >/dev/null; then
	echo "TAP version 13"
	echo "1..0 # SKIP there is no program $daxaudit"
	exit 4
fi
# shellcheck disable=SC2086 # options are words
"$daxaudit" check -o ktap ${DAXAUDIT_OPTIONS---require pmem} -- \
	sh -c "${DAXAUDIT_COMMAND:-modprobe -r nd_pmem; modprobe nd_pmem}"
code=$?
# The runner would read 2 as an expected failure (KSFT_XFAIL).
case $code in
0 | 4) exit "$code" ;;
*) exit 1 ;;
esac
