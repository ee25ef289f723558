#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The installed unit under a real systemd, with a real journald, on a stock kernel.
# systemd is PID 1 of a PID namespace of its own: the guest's own is taken.
set -e
modprobe nd_e820
# Merged, as on the machine that its files are from.
mkdir -p /usr/lib /usr/bin
[ -e /usr/lib/systemd ] || ln -s /lib/systemd /usr/lib/systemd
for tool in kill rm; do
	[ -e /usr/bin/$tool ] || ln -s /bin/$tool /usr/bin/$tool
done
mkdir -p /etc/default /var/lib/prometheus/node-exporter /var/log /etc/systemd/system
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
# Its mounts are its own: all that looks at it goes there.
tries=0
until init=$(pidof systemd | tr ' ' '\n' | sort -n | head -n 1) && [ -n "$init" ] &&
	nsenter -t "$init" -m -p systemctl is-active systemd-journald.service >/dev/null 2>&1; do
	usleep 200000
	tries=$((tries + 1))
	[ $tries -lt 150 ] || { echo "systemd did not come up: $init"; exit 3; }
done
there() { nsenter -t "$init" -m -p "$@"; }
field() { there journalctl --no-pager -o export "$@"; }

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
tries=0
until field DAXAUDIT_RULE=null-teardown-leak | grep -q MESSAGE_ID; do
	usleep 200000
	tries=$((tries + 1))
	[ $tries -lt 150 ] || exit 5
done
# The next of the rate-limited reports has come.
sleep 6
there systemctl show -p StatusText daxaudit.service >/root/status
field DAXAUDIT_RULE=null-teardown-leak >/root/entry
there journalctl --no-pager -o cat -u daxaudit.service >/root/messages
ls -l /var/lib/prometheus/node-exporter >/root/listing
cat /var/log/daxaudit/daxaudit.jsonl >/root/log
pid=$(there systemctl show -p MainPID --value daxaudit.service)
there grep -E '^(Cap|NoNew|Seccomp:|VmRSS)' "/proc/$pid/status" >/root/proc
there systemctl stop daxaudit.service
there systemctl show -p ActiveState,Result,ExecMainStatus daxaudit.service >/root/stopped
ls /var/lib/prometheus/node-exporter >>/root/stopped
for name in audit.dxr.1 audit.dxr; do
	daxaudit replay -q "/var/log/daxaudit/$name" >>/root/replayed 2>&1 || :
done
grep -c . /sys/kernel/tracing/kprobe_events >>/root/stopped || :
