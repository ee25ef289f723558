#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs in a guest that counts instructions; tests/bench/guest makes its tables of the lines "NAME
# VALUE" that this prints. CPU time in ns is instructions there.

# The time that all CPUs have spent in tasks and interrupts, without idle time.
busy() {
	total=0
	while read -r name _ _ _ _ _ _ ns _; do
		case $name in cpu*) total=$((total + ns)) ;; esac
	done </proc/schedstat
	echo $total
}

# The time that one process has spent, 0 for none.
spent() {
	used=0
	[ -z "$1" ] || read -r used _ <"/proc/$1/schedstat"
	echo "$used"
}

fixture() {
	insmod /root/daxbench.ko "$@" 2>/dev/null
	dmesg | sed -n 's/.*daxbench: //p' | tail -n 1
}

# NAME PID COUNT COMMAND...: the cost of one unit outside of process PID, and in it.
unit() {
	name=$1 pid=$2 count=$3
	shift 3
	"$@" >/dev/null
	sleep 1
	before=$(busy) own=$(spent "$pid")
	"$@" >/dev/null
	sleep 1
	after=$(busy) then=$(spent "$pid")
	echo "$name.work $(((after - before - then + own) / count))"
	echo "$name.reader $(((then - own) / count))"
}

# PREFIX: what one call takes.
each_call() {
	for what in put again nocache; do
		fixture what=$what n=200 >/dev/null
		sleep 1
		# The smallest ring in use has room for so many.
		fixture what=$what n=1000 | {
			read -r _ count ns
			echo "$1.$what $((ns / count))"
		}
		sleep 1
	done
}

# PREFIX PID: one line for each kind of call.
calls() {
	each_call "$1"
	# busybox loads a module that refuses to stay a second time: everything is done twice.
	unit "$1.life" "$2" 400 fixture what=life n=200
	unit "$1.dm" "$2" 200 dmstorm 1 200
	unit "$1.event" "$2" 4000 fixture what=put n=2000
}

wait_for() {
	until grep -q "$1" "$2" 2>/dev/null; do
		sleep 1
	done
}

# COMMAND...: start it; it prints "watching" on standard error when it does. Sets pid.
watch() {
	"$@" >/tmp/out 2>/tmp/err &
	pid=$!
	wait_for watching /tmp/err
	sleep 2
}

# PREFIX COMMAND...: calls with it running.
watched() {
	prefix=$1
	shift
	watch "$@"
	calls "$prefix" $pid
	awk -v name="$prefix" '/^VmHWM/ { print name ".peak_kib", $2 }
		/^VmRSS/ { print name ".steady_kib", $2 }' /proc/"$pid"/status
	# A shell without job control starts background commands with SIGINT ignored.
	kill -TERM "$pid"
	wait "$pid"
}

start_and_end() {
	busy >/tmp/before
	# shellcheck disable=SC2016 # for the command's shell
	daxaudit check --allow-idle -- sh -c "$(cat <<'SH'
grep ^cpu /proc/schedstat >/tmp/attached
insmod /root/daxbench.ko what=life n=20 2>/dev/null
stamp >/tmp/command
SH
	)" >/tmp/out 2>/tmp/err
	stamp >/tmp/exit
	busy >/tmp/after
	read -r _ _ _ _ _ _ _ attached _ </tmp/attached
	echo "start.attached $((attached - $(cat /tmp/before)))"
	echo "end.work $(($(cat /tmp/after) - attached))"
	echo "end.exit $((($(cat /tmp/exit) - $(cat /tmp/command)) / 1000000))"
	# Once more through a pipe, to measure when the verdict is printed.
	daxaudit check --allow-idle -- sh -c "$(cat <<'SH'
insmod /root/daxbench.ko what=life n=20 2>/dev/null
stamp >/tmp/command
SH
	)" 2>/tmp/err | stamp lines >/tmp/lines
	verdict=$(awk '$2 ~ /^(verdict|PASS|pass)/ || /verdict/ { print $1; exit }' /tmp/lines)
	echo "end.verdict $((${verdict:-0} ? (verdict - $(cat /tmp/command)) / 1000000 : -1))"
	cat /tmp/lines >&2
}

list() {
	before=$(busy)
	daxaudit list >/dev/null 2>&1 || exit
	echo "list.$1 $(($(busy) - before))"
}

lists() {
	# The first list pays for what stays: pages of the program, slabs of the kernel.
	daxaudit list >/dev/null || exit
	list 0
	dmstorm 1 500 create
	list 500
	dmstorm 1 500 remove
}

# KIND TASKS ROUNDS: calls faster than they can be read: how many records are lost?
storm() {
	for round in $3; do
		watch daxaudit trace -v -q -o json:/tmp/storm.json
		fixture what="$1" n=40000 tasks="$2" >/dev/null
		sleep 2
		kill -INT $pid
		wait $pid
		# The total is the greatest number among the total and its parts.
		echo "$1.$2.$round $(sed -n 's/.*"dropped": *\([0-9]*\).*/\1/p' /tmp/storm.json |
			awk '$1 > n { n = $1 } END { print n + 0 }')"
	done
}

# The first rows, and what becomes of the calls of a storm.
guard() {
	each_call none
	watch daxaudit trace -v -q -o json:/tmp/guard.json
	each_call auto
	kill -INT $pid
	wait $pid
	watch daxaudit trace -v -q -o json:/tmp/guard.json
	fixture what=mixed n=40000 tasks=2 >/dev/null
	sleep 1
	kill -INT $pid
	wait $pid
	for count in seen submitted dropped; do
		echo "storm.$count $(sed -n '/"function": *"put_dax"/,/}/s/.*"'$count'": *\([0-9]*\).*/\1/p' \
			/tmp/guard.json)"
	done
}

# The kernel tests its ciphers for some time after the boot.
quiet() {
	before=$(busy)
	sleep 1
	[ $(($(busy) - before)) -lt 20000000 ]
}

modprobe dm-mod
until quiet; do :; done
for part in $PARTS; do
	case $part in
	calls)
		calls none ''
		watched bare bare /root/bare.bpf.o
		watched auto daxaudit trace -v -q
		;;
	guard) guard ;;
	kprobe) watched kprobe daxaudit trace -v -q --attach=kprobe ;;
	ends) start_and_end ;;
	list) lists ;;
	storm)
		storm storm 1 '1 2 3 4 5'
		storm storm 2 '1 2 3 4 5'
		storm mixed 1 '1 2 3 4 5'
		storm mixed 2 '1 2 3 4 5'
		storm many 1 '1 2'
		storm many 2 '1 2'
		;;
	esac
done
