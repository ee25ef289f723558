// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recording reader, and all that a replay does behind it. Checksums are
 * not looked at in this build, and the mutator unpacks a block, changes what
 * is in it and packs it again: else nearly every input would end at the first
 * checksum.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "audit.h"
#include "record/format.h"
#include "record/reader.h"

#define FILE_HEAD sizeof(struct dxr_file_head)
#define BLOCK_HEAD sizeof(struct dxr_block_head)
#define PLAIN_MAX (64u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static void replay(struct dxa_reader *r, size_t size)
{
	const struct dxa_record_head *head = dxa_reader_head(r);
	struct audit a = { .pick = size,
			   .run = { .release = head->release,
				    .version = head->version,
				    .machine = head->machine,
				    .argv = head->argv,
				    .aliasing = head->aliasing,
				    .aliasing_from = head->aliasing_from,
				    .start = head->start,
				    .story = { dxa_reader_symbols(r), 95 } } };
	const struct dxa_engine_config config = {
		.aliasing = head->aliasing,
		.eopnotsupp = 95,
		.symbols = dxa_reader_symbols(r),
		.stuck_after_ns = head->stuck_after_ns,
		.blind_hooks = dxa_hooks_blind(head->hooks, head->n_hooks),
	};
	const struct dxa_record_end *end;
	const struct dxa_event *ev;

	audit_begin(&a, &config);
	while ((ev = dxa_reader_next(r)))
		audit_feed(&a, ev);
	end = dxa_reader_end(r);
	audit_end(&a, end->end, end->hooks, end->n_hooks, dxa_reader_cut(r));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[32];
	struct dxa_reader *r;
	struct dxa_err *err;
	int fd = memfd_create("recording", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = dxa_reader_open(path, &r);
	if (!err) {
		replay(r, size);
		dxa_reader_free(r);
	}
	dxa_err_free(err);
	close(fd);
	return 0;
}

/* Where block number i begins; 0 when there is none. */
static size_t find_block(const uint8_t *data, size_t size, unsigned int i, size_t *len)
{
	struct dxr_block_head h;
	size_t at = FILE_HEAD;

	while (at + BLOCK_HEAD <= size) {
		memcpy(&h, data + at, sizeof(h));
		*len = BLOCK_HEAD + h.packed;
		if (h.packed > size - at - BLOCK_HEAD)
			return 0;
		if (!i--)
			return at;
		at += *len;
	}
	return 0;
}

/* Change the plain bytes of a block; out gets its head and packed bytes. 0: it did not work. */
static size_t mutate_block(const uint8_t *block, uint8_t *out, size_t room)
{
	static uint8_t plain[PLAIN_MAX];
	struct dxr_block_head h;
	z_stream z = { .next_in = (Bytef *)block + BLOCK_HEAD,
		       .next_out = plain,
		       .avail_out = sizeof(plain) };
	int done;

	memcpy(&h, block, sizeof(h));
	z.avail_in = h.packed;
	inflateInit2(&z, DXR_WINDOW_BITS);
	done = inflate(&z, Z_FINISH);
	h.length = (uint32_t)LLVMFuzzerMutate(plain, z.total_out, sizeof(plain));
	inflateEnd(&z);
	if (done != Z_STREAM_END || room < BLOCK_HEAD)
		return 0;
	z = (z_stream){ .next_in = plain,
			.avail_in = h.length,
			.next_out = out + BLOCK_HEAD,
			.avail_out = (uInt)(room - BLOCK_HEAD) };
	deflateInit2(&z, 1, Z_DEFLATED, DXR_WINDOW_BITS, 8, Z_DEFAULT_STRATEGY);
	done = deflate(&z, Z_FINISH);
	h.packed = (uint32_t)z.total_out;
	deflateEnd(&z);
	memcpy(out, &h, sizeof(h));
	return done == Z_STREAM_END ? BLOCK_HEAD + h.packed : 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	static uint8_t block[2 * PLAIN_MAX];
	size_t len = 0, now;
	size_t at = seed % 4 ? find_block(data, size, seed / 4 % 8, &len) : 0;

	now = at ? mutate_block(data + at, block, sizeof(block)) : 0;
	if (!now || size - len + now > max_size)
		return LLVMFuzzerMutate(data, size, max_size);
	memmove(data + at + now, data + at + len, size - at - len);
	memcpy(data + at, block, now);
	return size - len + now;
}
