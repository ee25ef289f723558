#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The installed unit under a real systemd, with a real journald, on a stock kernel.
# systemd is PID 1 of a PID namespace of its own: the guest's own is taken.
set -e
modprobe nd_e820
# Merged directories, as on the machine from which its files come.
mkdir -p /usr/lib /usr/bin
[ -e /usr/lib/systemd ] || ln -s /lib/systemd /usr/lib/systemd
for tool in kill rm sh; do
	[ -e /usr/bin/$tool ] || ln -s /bin/$tool /usr/bin/$tool
done
# Not the directory of the metrics: the unit creates it.
mkdir -p /etc/default /var/log /etc/systemd/system
grep -qs root /etc/passwd || echo 'root:x:0:0:root:/root:/bin/sh' >/etc/passwd
grep -qs root /etc/group || echo 'root:x:0:' >/etc/group
echo 4711471147114711471147114711471f >/etc/machine-id
echo 'ID=guest' >/etc/os-release
cat >/etc/systemd/system/boot.target <<'END'
[Unit]
Description=Only what is tested
Wants=systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service
DefaultDependencies=no
END
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\n' >/etc/systemd/journald.conf.d/guest.conf
ln -sf /etc/systemd/system/boot.target /etc/systemd/system/default.target
export PATH="/usr/local/bin:$PATH"
unshare --pid --fork --mount --mount-proc env -i container=guest PATH="$PATH" \
	/usr/local/bin/systemd --system --unit=boot.target --log-target=null >/dev/null 2>&1 &
# Its mounts are in its own namespace: commands that inspect it run there.
tries=0
until init=$(pidof systemd | tr ' ' '\n' | sort -n | head -n 1) && [ -n "$init" ] &&
	nsenter -t "$init" -m -p systemctl is-active systemd-journald.service >/dev/null 2>&1; do
	usleep 200000
	tries=$((tries + 1))
	[ $tries -lt 150 ] || { echo "systemd did not come up: $init"; exit 3; }
done
there() { nsenter -t "$init" -m -p "$@"; }
field() { there journalctl --no-pager -o export "$@"; }
unit() { there systemctl show -p "$1" --value daxaudit.service; }
# until_is WHAT COMMAND...: wait until the command succeeds.
until_is() {
	what=$1
	shift
	tries=0
	until "$@"; do
		usleep 200000
		tries=$((tries + 1))
		[ $tries -lt 300 ] || {
			echo "never: $what"
			there systemctl status --no-pager daxaudit.service || :
			there journalctl --no-pager | tail -n 30
			exit 5
		}
	done
}
metrics=/var/lib/prometheus/node-exporter/daxaudit.prom

# A kernel without DAX, as programs see it.
dropins=/etc/systemd/system/daxaudit.service.d
mkdir -p $dropins /srv/metrics
grep -v -w alloc_dax /proc/kallsyms >/srv/kallsyms
printf '[Service]\nBindReadOnlyPaths=/srv/kallsyms:/proc/kallsyms\n' >$dropins/no-dax.conf
there systemctl daemon-reload
there systemctl start daxaudit.service
there systemctl show -p ActiveState daxaudit.service >/root/skipped
there systemctl list-units --failed --no-legend | wc -l >>/root/skipped
[ ! -e ${metrics%/*} ] || { echo "started where there is no DAX"; exit 6; }
there journalctl --no-pager -o cat -u daxaudit.service >>/root/skipped
rm $dropins/no-dax.conf
there systemctl daemon-reload

# A daemon that was started by hand: the unit is refused each time, and removes nothing.
there systemd-tmpfiles --create daxaudit.conf
there daxaudit daemon --metrics $metrics 2>/root/by-hand &
by_hand=$!
until_is "one by hand" grep -q 'watches Linux' /root/by-hand
for _ in 1 2; do
	there systemctl start daxaudit.service && exit 7
	there systemctl show -p ActiveState,ExecMainStatus daxaudit.service >>/root/refused
done
ls $metrics >>/root/refused
kill "$(pidof daxaudit)"
wait $by_hand
there systemctl reset-failed daxaudit.service
rmdir "${metrics%/*}"

echo 'DAXAUDIT_OPTIONS=-v --record /var/log/daxaudit/audit.dxr' >/etc/default/daxaudit
there systemctl start daxaudit.service || {
	there systemctl status --no-pager daxaudit.service || :
	there journalctl --no-pager | tail -n 30
	exit 4
}
there systemctl show -p ActiveState,StatusText,NRestarts,Type daxaudit.service >/root/ready
mv /var/log/daxaudit/audit.dxr /var/log/daxaudit/audit.dxr.1
there systemctl reload daxaudit.service
modprobe nd_pmem
leaked() { field DAXAUDIT_RULE=null-teardown-leak | grep -q MESSAGE_ID; }
until_is "the leak" leaked
# The next of the rate-limited reports was written.
sleep 6
there systemctl show -p StatusText daxaudit.service >/root/status
field DAXAUDIT_RULE=null-teardown-leak >/root/entry
there journalctl --no-pager -o cat -u daxaudit.service >/root/messages
ls -l ${metrics%/*} >/root/listing
cat /var/log/daxaudit/daxaudit.jsonl >/root/log
pid=$(there systemctl show -p MainPID --value daxaudit.service)
there grep -E '^(Cap|NoNew|Seccomp:|VmRSS)' "/proc/$pid/status" >/root/proc
there systemctl stop daxaudit.service
there systemctl show -p ActiveState,Result,ExecMainStatus daxaudit.service >/root/stopped
ls ${metrics%/*} >>/root/stopped
for name in audit.dxr.1 audit.dxr; do
	daxaudit replay -q "/var/log/daxaudit/$name" >>/root/replayed 2>&1 || :
done
grep -c . /sys/kernel/tracing/kprobe_events >>/root/stopped || :

# Metrics elsewhere and a group for the log, as docs/daemon.md shows; and a short watchdog.
grep -q '^adm:' /etc/group || echo 'adm:x:4:' >>/etc/group
rm -f /var/log/daxaudit/* /etc/default/daxaudit
metrics=/srv/metrics/daxaudit.prom
mv /root/paths.conf $dropins/
printf '[Service]\nWatchdogSec=6s\n' >$dropins/watchdog.conf
there systemctl daemon-reload
there systemctl start daxaudit.service
pid=$(unit MainPID)
written=$(stat -c %Y $metrics)
stat -c 'log: %a %u %g' /var/log/daxaudit/daxaudit.jsonl >/root/elsewhere
# No events: it is healthy, and reports that.
sleep 15
[ "$(unit MainPID) $(unit NRestarts)" = "$pid 0" ] || { echo "restarted while well"; exit 8; }
[ "$(stat -c %Y $metrics)" -gt "$written" ] || { echo "the metrics are not renewed"; exit 9; }
# It hangs: its last metrics are removed, and another daemon starts.
there kill -STOP "$pid"
until_is "the end of a hanging one" [ ! -e $metrics ]
restarted() { [ "$(unit NRestarts)" = 1 ] && [ "$(unit ActiveState)" = active ]; }
until_is "a restart" restarted
ls $metrics >>/root/elsewhere
there systemctl stop daxaudit.service
