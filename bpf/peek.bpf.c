// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the kernel variable that decides whether the data cache aliases. User space
 * runs it once. It is an object of its own, because most architectures do not need it.
 */
#include "read.bpf.h"

#include "daxaudit/peek.h"

char LICENSE[] SEC("license") = "GPL";

/* arch/mips/include/asm/cpu-info.h */
struct cache_desc___dxa {
	unsigned char flags;
} __attribute__((preserve_access_index));

struct cpuinfo_mips___dxa {
	struct cache_desc___dxa dcache;
} __attribute__((preserve_access_index));

static __always_inline long read_u32(struct dxa_peek *p)
{
	__u32 value = 0;
	long err = bpf_probe_read_kernel(&value, sizeof(value), (const void *)p->address);

	p->value = value;
	return err;
}

static __always_inline long read_mips_dcache_flags(struct dxa_peek *p)
{
	const struct cpuinfo_mips___dxa *cpu = (const void *)p->address;
	__u8 flags = 0;
	long err;

	if (!bpf_core_field_exists(cpu->dcache.flags))
		return -1;
	err = bpf_core_read(&flags, sizeof(flags), &cpu->dcache.flags);
	p->value = flags;
	return err;
}

SEC("syscall")
int peek(struct dxa_peek *p)
{
	long err = -1;

	if (p->what == DXA_PEEK_U32)
		err = read_u32(p);
	else if (p->what == DXA_PEEK_MIPS_DCACHE_FLAGS)
		err = read_mips_dcache_flags(p);
	p->found = !err;
	return 0;
}
