#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# One audited command with all its reports, for CI systems, configured by the environment.
#
#   DAXAUDIT_COMMAND   the command, for a shell; required
#   DAXAUDIT           the program (default: daxaudit)
#   DAXAUDIT_OPTIONS   more options of `daxaudit check`, for example "--require pmem"
#   DAXAUDIT_RESULTS   directory of the reports (default: daxaudit-results)
#
# The exit code is that of daxaudit. If nothing could be audited (3, 4), the reports say why.
set -eu
: "${DAXAUDIT_COMMAND:?is not set: there is nothing to audit}"
results=${DAXAUDIT_RESULTS:-daxaudit-results}
mkdir -p "$results"
rm -f "$results"/dax.*
# shellcheck disable=SC2086 # options are words
exec "${DAXAUDIT:-daxaudit}" check --mode 0644 -o text:"$results/dax.txt" \
	-o junit:"$results/dax.xml" -o json:"$results/dax.json" -o text --record "$results/dax.dxr" \
	${DAXAUDIT_OPTIONS-} -- sh -c "$DAXAUDIT_COMMAND"
