#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Audit each test of ndctl's suite, as a wrapper of meson:
#
#   meson test -C build --suite ndctl --wrapper /path/to/daxaudit-test.sh
#
# A failure or skip (77) of the test itself is not changed; a test that passed is reported as
# failed if the audit has findings. Reports go to DAXAUDIT_RESULTS (default: daxaudit-results in the
# directory of the build); on a kernel without DAX no test fails because of it.
set -u
[ $# -gt 0 ] || {
	echo "usage: daxaudit-test.sh TEST [ARGUMENT...]" >&2
	exit 2
}
results=${DAXAUDIT_RESULTS:-$PWD/daxaudit-results}
mkdir -p "$results" || exit 99
name=$(basename "$1")
status=$results/$name.status
rm -f "$status"
# shellcheck disable=SC2016,SC2086 # the inner shell expands; options are words
"${DAXAUDIT:-daxaudit}" check --mode 0644 --allow-idle --skip-code 77 -o text:"$results/$name.txt" \
	-o junit:"$results/$name.xml" --record "$results/$name.dxr" ${DAXAUDIT_OPTIONS-} -- \
	sh -c 'status=$1; shift; "$@"; echo $? >"$status"' sh "$status" "$@"
audit=$?
if [ -e "$status" ]; then
	own=$(cat "$status")
else
	# The audit did not begin: run the test without it.
	"$@"
	own=$?
fi
[ "$own" -eq 0 ] || exit "$own"
case $audit in
1) grep -E '^(error|warning): ' "$results/$name.txt" && exit 1 ;;
2 | 3) echo "daxaudit could not audit $name ($audit)" >&2 && exit 99 ;;
esac
exit 0
