// SPDX-License-Identifier: GPL-2.0-only
/* The recording reader, and everything that a replay does after it. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit.h"
#include "base/hash.h"
#include "recmutate.h"
#include "record/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
				 size_t size2, uint8_t *out, size_t max_out_size,
				 unsigned int seed);

static void replay(struct dxa_reader *r, uint64_t pick)
{
	const struct dxa_record_head *head = dxa_reader_head(r);
	struct audit a = { .pick = pick,
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
		.unobserved_hooks = dxa_hooks_unobserved(head->hooks, head->n_hooks),
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
	static int fd = -1;
	static char path[32];
	struct dxa_reader *r;
	struct dxa_err *err;

	if (fd < 0) {
		fd = memfd_create("recording", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	err = dxa_reader_open(path, &r);
	if (!err) {
		replay(r, dxa_hash(DXA_HASH_START, data, size));
		dxa_reader_free(r);
	}
	dxa_err_free(err);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return recording_mutate(data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
				 size_t size2, uint8_t *out, size_t max_out_size, unsigned int seed)
{
	return recording_cross(data1, size1, data2, size2, out, max_out_size, seed);
}
