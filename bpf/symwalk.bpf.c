// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find single symbols, or print the kernel's symbols in the format of /proc/kallsyms, but only
 * those that daxaudit needs: printing and parsing a line costs more than finding the symbol.
 * This is a separate object because its result decides which hooks are loaded.
 */
#include "modtext.bpf.h"

#include "daxaudit/symfind.h"
#include "daxaudit/symwalk.h"

char LICENSE[] SEC("license") = "GPL";

/* commit 647cafa22349 ("bpf: add a ksym BPF iterator") (in v6.0) */
struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct kallsym_iter {
	unsigned long value;
	char type;
	char name[512];
	char module_name[56];
	int show_value;
} __attribute__((preserve_access_index));

struct bpf_iter__ksym {
	struct bpf_iter_meta *meta;
	struct kallsym_iter *ksym;
} __attribute__((preserve_access_index));

/* A bit for each prefix of a name that is looked up; set by the loader. */
const volatile __u64 wanted[DXA_SYMWALK_WORDS] = {};

/*
 * May this process see addresses? The kernel checks the process that creates the iterator, and
 * the daemon drops its privileges after the first walk. As with an open /proc/kallsyms, the
 * first answer stays valid.
 */
__u32 shown = 0;

/* Names are compared by words. Longer names are printed, and user space compares them. */
#define NAME_WORDS 8

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BYTE(word, n) ((word) >> 8 * (n)&0xff)
#define PREFIX(word) ((word) & ~0ull >> (64 - 8 * DXA_SYMWALK_PREFIX))
#define OPS_SUFFIX 0x73706f5f7861645full /* "_dax_ops" */
#define LAST_EIGHT(before, word, n) \
	((n) ? (before) >> 8 * (n) | (word) << (64 - 8 * (n)) : (before))
#else
#define BYTE(word, n) ((word) >> (56 - 8 * (n)) & 0xff)
#define PREFIX(word) (__builtin_bswap64(word) & ~0ull >> (64 - 8 * DXA_SYMWALK_PREFIX))
#define OPS_SUFFIX 0x5f6461785f6f7073ull
#define LAST_EIGHT(before, word, n) \
	((n) ? (before) << 8 * (n) | (word) >> (64 - 8 * (n)) : (before))
#endif

static __always_inline int has_zero(__u64 word)
{
	return ((word - 0x0101010101010101ull) & ~word & 0x8080808080808080ull) != 0;
}

/* Does the name end like a struct dax_operations? */
static __always_inline int is_ops(const __u64 *name)
{
	__u64 before = 0, word = 0;
	int found = 0;

#pragma unroll
	for (int i = 0; i < NAME_WORDS; i++) {
		if (found)
			continue;
		word = name[i];
		found = has_zero(word);
		if (!found)
			before = word;
	}
	if (!found)
		return 1;
#pragma unroll
	for (int n = 0; n < 8; n++)
		if (!BYTE(word, n))
			return LAST_EIGHT(before, word, n) == OPS_SUFFIX;
	return 0;
}

static __always_inline int is_wanted(__u64 first)
{
	__u32 bit = dxa_symwalk_bit(PREFIX(first));

	return wanted[bit / 64 % DXA_SYMWALK_WORDS] >> bit % 64 & 1;
}

static __always_inline int is_text(char type)
{
	return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

SEC("iter/ksym")
int symwalk(struct bpf_iter__ksym *ctx)
{
	struct kallsym_iter *k = ctx->ksym;
	const __u64 *name;
	__u64 value;

	if (!k)
		return 0;
	name = (const void *)k + bpf_core_field_offset(struct kallsym_iter, name);
	/* All code of modules: their address ranges are derived from it. */
	if (!(k->module_name[0] && is_text(k->type)) && !is_wanted(name[0]) && !is_ops(name))
		return 0;
	if (k->show_value)
		shown = 1;
	value = shown ? k->value : 0;
	if (k->module_name[0])
		BPF_SEQ_PRINTF(ctx->meta->seq, "%llx %c %s\t[%s]\n", value, k->type, k->name,
			       k->module_name);
	else
		BPF_SEQ_PRINTF(ctx->meta->seq, "%llx %c %s\n", value, k->type, k->name);
	return 0;
}

/*
 * Find one symbol by its name; user space runs the program. bpf_kallsyms_lookup_name: commit
 * d6aef08a872b ("bpf: Add bpf_kallsyms_lookup_name helper") (in v5.16).
 */
SEC("?syscall")
int find_symbol(struct dxa_symfind *q)
{
	union {
		char text[8 * DXA_SYMFIND_WORDS];
		__u64 words[DXA_SYMFIND_WORDS];
	} name;
	__u64 address = 0, start = 0, size = 0;
	__u32 length = q->length;

	if (length > sizeof(name))
		return 0;
#pragma unroll
	for (int i = 0; i < DXA_SYMFIND_WORDS; i++)
		name.words[i] = q->words[i];
	q->result = bpf_kallsyms_lookup_name(name.text, length, 0, &address);
	if (address && q->is_module)
		read_module_text((const void *)address, &start, &size);
	q->address = address;
	q->start = start;
	q->size = size;
	return 0;
}
