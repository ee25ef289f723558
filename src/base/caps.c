// SPDX-License-Identifier: GPL-2.0-only
#include "base/caps.h"

#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int get(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capget, &head, data) ? -errno : 0;
}

static int set(uint64_t effective, uint64_t permitted)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){
			.effective = (uint32_t)(effective >> (32 * i)),
			.permitted = (uint32_t)(permitted >> (32 * i)),
		};
	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

uint64_t dxa_caps_effective(void)
{
	struct __user_cap_data_struct data[2];

	return get(data) ? 0 : data[0].effective | (uint64_t)data[1].effective << 32;
}

static uint64_t permitted(void)
{
	struct __user_cap_data_struct data[2];

	return get(data) ? 0 : data[0].permitted | (uint64_t)data[1].permitted << 32;
}

int dxa_caps_use(uint64_t caps)
{
	uint64_t have = permitted();

	return set(have & caps, have);
}

int dxa_caps_give_up(uint64_t keep)
{
	dxa_caps_use(~0ull);
	/* Best effort: without CAP_SETPCAP the bounding set stays, and no_new_privs protects. */
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (!(keep >> cap & 1))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	keep &= permitted();
	return set(keep, keep);
}

const char *dxa_caps_names(uint64_t caps, char *buf, size_t size)
{
	/* Only those that an audit uses; others are printed as numbers. */
	static const char *const names[64] = {
		[CAP_DAC_OVERRIDE] = "CAP_DAC_OVERRIDE",
		[CAP_SYS_ADMIN] = "CAP_SYS_ADMIN",
		[CAP_SYSLOG] = "CAP_SYSLOG",
		[CAP_PERFMON] = "CAP_PERFMON",
		[CAP_BPF] = "CAP_BPF",
	};
	size_t len = 0;

	snprintf(buf, size, "none");
	for (int cap = 0; cap < 64 && len < size; cap++) {
		if (!(caps >> cap & 1))
			continue;
		len += (size_t)(names[cap] ? snprintf(buf + len, size - len, "%s%s", len ? " " : "",
						      names[cap]) :
					     snprintf(buf + len, size - len, "%s%d", len ? " " : "",
						      cap));
	}
	return buf;
}
