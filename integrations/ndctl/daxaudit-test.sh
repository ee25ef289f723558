#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each test of ndctl's suite under an audit, as meson's wrapper:
#
#   meson test -C build --suite ndctl --wrapper /path/to/daxaudit-test.sh
#
# A test's own failure, and its skip (77), stay what they are; a test that passes fails when
# the audit has findings. Reports go to DAXAUDIT_RESULTS (default: daxaudit-results in the
# directory of the build); a kernel without DAX is no failure of a test.
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
	# The audit did not begin: the test is run all the same.
	"$@"
	own=$?
fi
[ "$own" -eq 0 ] || exit "$own"
case $audit in
1) grep -E '^(error|warning): ' "$results/$name.txt" && exit 1 ;;
2 | 3) echo "daxaudit could not audit $name ($audit)" >&2 && exit 99 ;;
esac
exit 0
