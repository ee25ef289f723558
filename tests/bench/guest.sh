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

# The functions of a life: those of bare.bpf.c.
returns='alloc_dax dax_add_host device_add_disk'
entries='dax_remove_host kill_dax put_dax set_dax_nocache dax_destroy_inode dax_free_inode'

# The others that daxaudit hooks in this guest: at one end, at both, in a module at both.
more_returns='run_dax fs_dax_get_by_bdev'
more_entries='fs_put_dax set_dax_synchronous set_dax_nomc dax_write_cache proc_dointvec
	write_enabled_file_bool'
brackets='really_probe device_release_driver_internal virtio_fs_probe __devm_create_dev_dax'
modular='dm_create dev_create'

# PROBE FUNCTION FORMAT ARGUMENTS: a probe of bpftrace.
probe() {
	printf '%s\n' "$1:$2 { printf(\"$2 $3\\n\", $4) }"
}

# FORMAT ARGUMENTS: a script for bpftrace that prints so at each call of a life.
script() {
	for function in $returns; do
		probe kretfunc "$function" "$@"
	done
	for function in $entries; do
		probe kfunc "$function" "$@"
	done
}

# The same for all that daxaudit hooks.
whole_script() {
	script "$@"
	for function in $more_returns $brackets; do
		probe kretfunc "$function" "$@"
	done
	for function in $more_entries $brackets; do
		probe kfunc "$function" "$@"
	done
	for function in $modular; do
		probe kprobe "$function" "$@"
		probe kretprobe "$function" "$@"
	done
	probe tracepoint:module module_load "$@"
	probe tracepoint:module module_free "$@"
}

# PREFIX SCRIPT: calls with bpftrace running.
bpftraced() {
	bpftrace "$2" >/tmp/out 2>/tmp/err &
	pid=$!
	wait_for Attaching /tmp/out
	until quiet; do :; done
	calls "$1" $pid
	kill -INT "$pid"
	wait "$pid"
}

# PREFIX STACKTRACE: calls with kprobe events.
ftraced() {
	events=/sys/kernel/tracing
	[ -e $events/kprobe_events ] || mount -t tracefs tracefs $events
	for function in $returns; do
		echo "r:bench/$function $function ret=\$retval" >>$events/kprobe_events
	done
	for function in $entries; do
		echo "p:bench/$function $function" >>$events/kprobe_events
	done
	echo "$2" >$events/options/stacktrace
	echo 1 >$events/events/bench/enable
	calls "$1" ''
	echo 0 >$events/events/bench/enable
	echo >$events/kprobe_events
}

peers() {
	script '%d %s' 'pid, comm' >/root/plain.bt
	script '%d %s%s' 'pid, comm, kstack(6)' >/root/stack.bt
	calls alone ''
	watched daxaudit daxaudit trace -v -q
	bpftraced bpftrace /root/plain.bt
	bpftraced bpftrace_stack /root/stack.bt
	ftraced ftrace 0
	ftraced ftrace_stack 1
	attached start.daxaudit daxaudit check --allow-idle -- /root/attached
	whole_script '%d %s' 'pid, comm' >/root/whole.bt
	attached start.bpftrace bpftrace -c '/bin/sh /root/attached' /root/whole.bt
}

# NAME COMMAND...: the instructions until it runs /root/attached.
attached() {
	name=$1
	shift
	printf '#!/bin/sh\ngrep ^cpu /proc/schedstat >/tmp/attached\n' >/root/attached
	chmod +x /root/attached
	before=$(busy)
	rm -f /tmp/attached
	"$@" >/tmp/out 2>/tmp/err
	read -r _ _ _ _ _ _ _ after _ </tmp/attached
	echo "$name $((after - before))"
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
	peers) peers ;;
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
