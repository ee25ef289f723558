#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the cases of one guest, one after the other. /live/N holds the scripts of
# case N; its results go to standard output as a frame: a line
# "@end N SIZE" and a tar archive of SIZE bytes. /live/cases has a line
# "N TIMEOUT OTHERS ATTACH" for each: the seconds that the case may take, and its
# other scripts.

events=/sys/kernel/tracing/kprobe_events

# A process takes a fiftieth of a second here: builtins of the shell are preferred.

unload() {
	for module in device_dax dax_pmem nd_pmem; do
		[ ! -d /sys/module/$module ] || modprobe -r $module
	done >/dev/null 2>&1
	echo "$number" >&9
}

# An auditor's child waits for the kernel to detach the trampolines; it has ten seconds.
await_detached() {
	tries=0
	while pidof daxaudit daxaudit-leave >/dev/null && [ $tries -lt 50 ]; do
		usleep 200000
		tries=$((tries + 1))
	done
}

# Record what the case left behind, then remove it for the next case.
sweep() {
	[ ! -s "$1/cleanup" ] || sh "$1/cleanup" >cleanup.out 2>&1 8>&- 9>&-
	while IFS= read -r line; do
		printf '%s\n' "$line"
	done 2>/dev/null <$events >left.events
	await_detached
	pidof daxaudit daxaudit-leave >left.pids
	[ ! -s left.pids ] || killall -q -9 daxaudit
	for disk in /sys/block/dm-*; do
		[ -e "$disk" ] || break
		! command -v dmsetup >/dev/null || dmsetup remove_all --force >/dev/null 2>&1
		break
	done
	# A process that waits for a deadlocked lock must not block this script.
	unload &
	# shellcheck disable=SC3045 # busybox's shell has it
	while read -r -t 5 whose <&9 && [ "$whose" != "$number" ]; do :; done
	# In a subshell, because a failed redirection exits the shell.
	(: >$events) 2>/dev/null
	dmesg -c >kernel.log
}

observe() {
	for script in "$1"/after.*; do
		[ -e "$script" ] || continue
		name=${script##*/}
		timeout -s KILL "$others" sh "$script" >"$name.out" 2>&1 9>&-
		echo $? >"$name.code"
	done
}

# Appends "NAME SECONDS" to the file phases: NAME has begun at that time since the boot.
phase() {
	read -r uptime _ </proc/uptime
	echo "$1 $uptime" >>phases
}

play() {
	number=$1 limit=$2 others=$3
	here=/tmp/live/$number
	mkdir -p "$here"
	cd "$here" || exit 1
	echo "@begin $number"
	export REPORT="-o text -o json:$here/report.json" ATTACH="--attach=$4"
	phase setup
	[ ! -s "/live/$number/setup" ] || timeout -s KILL "$others" sh "/live/$number/setup" >setup.out 2>&1 9>&-
	code=$?
	echo $code >setup.code
	if [ $code -eq 0 ]; then
		phase run
		timeout -s KILL "$limit" sh "/live/$number/run" >out 2>err 9>&-
		echo $? >code
		phase after
		observe "/live/$number"
	fi
	phase sweep
	sweep "/live/$number"
	phase end
	tar -cf "../$number.tar" .
	cd ..
	echo "@end $number $(stat -c %s "$number.tar")"
	cat "$number.tar"
	rm -rf "$number" "$number.tar"
}

mkfifo /tmp/live.unloaded
exec 9<>/tmp/live.unloaded
while read -r number limit others attach; do
	play "$number" "$limit" "$others" "$attach" </dev/null
done </live/cases
