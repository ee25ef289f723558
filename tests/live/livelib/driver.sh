#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the cases of one guest, one after the other. /live/N holds the scripts of
# case N; what came of it goes to standard output as a frame: a line
# "@end N SIZE" and a tar archive of SIZE bytes. /live/cases has a line
# "N TIMEOUT ATTACH" for each.

events=/sys/kernel/tracing/kprobe_events

unload() {
	for module in device_dax dax_pmem nd_pmem; do
		modprobe -r $module
	done >/dev/null 2>&1
}

# Whatever the case left behind is an observation; then the next starts clean.
sweep() {
	sh "$1/cleanup" >cleanup.out 2>&1 8>&-
	cat $events >left.events 2>/dev/null
	pidof daxaudit >left.pids
	killall -q -9 daxaudit
	command -v dmsetup >/dev/null && dmsetup remove_all --force >/dev/null 2>&1
	unload &
	unloading=$!
	# What waits for a lock that is held for ever must not stop us.
	tries=0
	while kill -0 $unloading 2>/dev/null && [ $tries -lt 100 ]; do
		usleep 50000
		tries=$((tries + 1))
	done
	# In a shell of its own, which a failed redirection may end.
	(: >$events) 2>/dev/null
	dmesg -c >kernel.log
}

observe() {
	for script in "$1"/after.*; do
		[ -e "$script" ] || continue
		name=${script##*/}
		timeout -s KILL 30 sh "$script" >"$name.out" 2>&1
		echo $? >"$name.code"
	done
}

play() {
	number=$1 limit=$2
	here=/tmp/live/$number
	mkdir -p "$here"
	cd "$here" || exit 1
	echo "@begin $number"
	export REPORT="-o text -o json:$here/report.json" ATTACH="--attach=$3"
	timeout -s KILL 30 sh "/live/$number/setup" >setup.out 2>&1
	echo $? >setup.code
	if [ "$(cat setup.code)" -eq 0 ]; then
		timeout -s KILL "$limit" sh "/live/$number/run" >out 2>err
		echo $? >code
		observe "/live/$number"
	fi
	sweep "/live/$number"
	tar -cf "../$number.tar" .
	cd ..
	echo "@end $number $(stat -c %s "$number.tar")"
	cat "$number.tar"
	rm -rf "$number" "$number.tar"
}

while read -r number limit attach; do
	play "$number" "$limit" "$attach" </dev/null
done </live/cases
