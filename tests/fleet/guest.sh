#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What a daemon writes for Prometheus on a machine with the pmem leak: before the driver is loaded,
# and when dax_add_host() has failed.
modprobe nd_e820 || exit 1
daxaudit daemon --metrics /root/daxaudit.prom 2>/root/said &
until grep -q 'watches Linux' /root/said; do usleep 100000; done
cp /root/daxaudit.prom /root/before.prom
modprobe nd_pmem
tries=0
until grep -q '^daxaudit_findings_total{' /root/daxaudit.prom; do
	usleep 100000
	tries=$((tries + 1))
	[ $tries -lt 300 ] || exit 2
done
cp /root/daxaudit.prom /root/after.prom
kill %1
wait %1
