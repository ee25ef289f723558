#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# PID 1 of a guest: run one script, hand its output, exit code and files to the
# host, end the guest. /guest/config is written by initramfs.py.

# shellcheck disable=SC2154 # from /guest/config

export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM="${TERM:-linux}"

fail() {
	echo "guest: $*" >/dev/console
	poweroff -f
	exec sleep 1000
}

mount_all() {
	mount -t devtmpfs dev /dev
	mount -t proc proc /proc
	mount -t sysfs sys /sys
	mount -t tmpfs tmp /tmp
	mount -t tmpfs run /run
	mkdir -p /dev/pts /dev/shm
	mount -t devpts devpts /dev/pts
	mount -t tmpfs shm /dev/shm
	# A kernel may lack any of these; the script finds out.
	mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
	mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
	mount -t securityfs security /sys/kernel/security 2>/dev/null
	mount -t bpf bpf /sys/fs/bpf 2>/dev/null
	mount -t configfs configfs /sys/kernel/config 2>/dev/null
	mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null
	ln -s /proc/self/fd /dev/fd
	ln -s /proc/self/fd/0 /dev/stdin
	ln -s /proc/self/fd/1 /dev/stdout
	ln -s /proc/self/fd/2 /dev/stderr
	ln -s /proc/mounts /etc/mtab
}

# The port of that name; it appears some time after the driver was loaded.
virtio_port() {
	tries=0
	while [ "$tries" -lt 500 ]; do
		for entry in /sys/class/virtio-ports/*/name; do
			name=''
			[ ! -r "$entry" ] || read -r name <"$entry"
			entry=${entry%/name}
			port=/dev/${entry##*/}
			[ "$name" = "$1" ] && [ -c "$port" ] && return
		done
		usleep 10000
		tries=$((tries + 1))
	done
	fail "no virtio port $1 appeared"
}

open_channel() {
	for module in $channel_modules; do
		modprobe -q "$module"
	done
	if [ "$channel" = virtio ]; then
		virtio_port guest.out && out=$port
		virtio_port guest.err && err=$port
		virtio_port guest.ctl && ctl=$port
	else
		for port in "$out" "$err" "$ctl"; do
			tries=0
			until [ -c "$port" ] || [ "$tries" -ge 500 ]; do
				usleep 10000
				tries=$((tries + 1))
			done
			stty -F "$port" raw -echo || fail "no $port"
		done
	fi
	exec 5>"$out" 6>"$err" 7>"$ctl" || fail "cannot open the data channel"
}

# Its state is saved while it waits here (snapshot.py); all that follows is in a guest that was
# restored. Its clock has stood still meanwhile, and it must not be as random as its siblings.
receive() {
	virtio_port guest.in && exec 8<"$port"
	echo ready >&7
	(cd / && cpio -idu --quiet <&8) || fail "cannot unpack what was sent"
	exec 8<&-
	# shellcheck source=/dev/null
	. /guest/config
	date -s "@$clock" >/dev/null
	echo "$token" >/dev/urandom
}

# Through a pipe, because a port cannot be opened twice and so /dev/stdout would fail.
run_piped() {
	mkfifo /run/out /run/err
	{ cat /run/out >&5; : >/run/out.end; } &
	{ cat /run/err >&6; : >/run/err.end; } &
	sh /guest/script </dev/null >/run/out 2>/run/err 5>&- 6>&- 7>&-
	code=$?
	# A process left behind by the script may hold the pipe for ever.
	tries=0
	until [ -e /run/out.end ] && [ -e /run/err.end ] || [ "$tries" -ge 100 ]; do
		usleep 10000
		tries=$((tries + 1))
	done
}

run_on_tty() {
	# Held open, for the settings are lost with the last close.
	exec 8<>"$tty"
	# shellcheck disable=SC2086 # several words
	stty -F "$tty" sane $tty_size
	# shellcheck disable=SC2094 # a terminal, not a file
	setsid -c sh /guest/script <"$tty" >"$tty" 2>&1 5>&- 6>&- 7>&- 8>&-
	code=$?
}

collect() {
	mkdir /run/collect
	number=0
	while read -r path; do
		number=$((number + 1))
		if [ -d "$path" ]; then
			cp -a "$path" "/run/collect/$number"
		elif [ -e "$path" ]; then
			# Not cp: the size of a file in /proc is 0 until it is read.
			cat "$path" >"/run/collect/$number"
		fi
	done </guest/collect
	tar -C /run/collect -cf - .
}

mount_all
# shellcheck source=/dev/null
. /guest/config
hostname guest
open_channel
ip link set lo up 2>/dev/null
[ -z "$waits" ] || receive
cd /root || fail "no /root"
echo start >&7
if [ -n "$tty" ]; then run_on_tty; else run_piped; fi
printf '%s' "$token" >&5
printf '%s' "$token" >&6
echo "exit $code" >&7
collect >&7
printf '%s' "$token" >&7
# A port's data waits in the guest until the host takes it, and would be lost with
# it: so the host ends us when it has everything.
sleep 60
poweroff -f
exec sleep 1000
