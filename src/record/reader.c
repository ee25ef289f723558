// SPDX-License-Identifier: GPL-2.0-only
#include "record/reader.h"

#include <byteswap.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/slowio.h"
#include "record/codec.h"
#include "record/header.h"
#include "record/items.h"

/* A longer part of a block is read to its place. */
#define READ_SIZE (4u << 10)
/* Names that a recording may bring; what a kernel has is far below. */
#define SYMBOLS_MEMORY_MAX ((size_t)64 << 20)

struct dxa_reader {
	const char *name; /* for messages; borrowed from the caller while opening only */
	int fd;
	int error; /* errno of a read that failed */
	uint64_t offset; /* in the file, of what was taken so far */
	unsigned char *input; /* read ahead */
	size_t input_at, input_len;
	unsigned char *packed, *plain; /* the current block; grown to what was seen */
	size_t packed_cap, plain_cap;
	size_t plain_len, plain_at;
	uint32_t chain; /* the checksum of the next block begins with it */
	size_t used; /* by the last record in plain */
	bool in_events; /* plain holds events, up to plain_at decoded */
	bool swap;
	z_stream z;
	bool z_ready;
	struct dxr_codec codec;
	struct dxr_header header;
	struct dxr_trailer trailer;
	struct dxa_symbols *symbols;
	char forget[DXA_NAME_LEN]; /* module whose names end with the event handed out last, or "" */
	uint64_t n_events, last_ts, unknown_blocks;
	bool done;
	bool ended; /* the trailer was read */
	char cut[192];
};

/* ---- bytes ---- */

/* Read up to len bytes; 0 at the end of the file or on an error. */
static size_t read_some(struct dxa_reader *r, void *to, size_t len)
{
	ssize_t n;
	int err;

	do {
		/* The writer of a pipe may stall. */
		err = dxa_slowio_wait(r->fd, POLLIN);
		n = err ? -1 : read(r->fd, to, len);
	} while (n < 0 && !err && errno == EINTR);
	if (n < 0)
		r->error = err ? err : errno;
	return n > 0 ? (size_t)n : 0;
}

/* Fill the input; false at the end of the file or on an error. */
static bool fill(struct dxa_reader *r)
{
	r->input_at = 0;
	r->input_len = read_some(r, r->input, READ_SIZE);
	return r->input_len;
}

/* Take len bytes. Returns how many there were. */
static size_t take(struct dxa_reader *r, void *to, size_t len)
{
	unsigned char *at = to;
	size_t got = 0;

	while (got < len) {
		size_t n = r->input_len - r->input_at;

		if (!n && len - got >= READ_SIZE) {
			n = read_some(r, at + got, len - got);
			if (!n)
				break;
			got += n;
			continue;
		}
		if (!n) {
			if (!fill(r))
				break;
			continue;
		}
		if (n > len - got)
			n = len - got;
		memcpy(at + got, r->input + r->input_at, n);
		r->input_at += n;
		got += n;
	}
	r->offset += got;
	return got;
}

static bool reserve(unsigned char **buf, size_t *cap, size_t len)
{
	unsigned char *bigger;

	if (len <= *cap)
		return true;
	bigger = realloc(*buf, len);
	if (!bigger)
		return false;
	*buf = bigger;
	*cap = len;
	return true;
}

/* ---- blocks ---- */

/* The recording is no use from here on. */
__attribute__((format(printf, 2, 3))) static bool stop(struct dxa_reader *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->cut, sizeof(r->cut), fmt, ap);
	va_end(ap);
	r->done = true;
	return false;
}

static bool stop_short(struct dxa_reader *r, uint64_t at)
{
	if (r->error)
		return stop(r, "the recording cannot be read beyond byte %" PRIu64 ": %s", at,
			    strerror(r->error));
	return stop(r, "the recording was cut off: its last whole block ends at byte %" PRIu64, at);
}

__attribute__((noinline)) static bool stop_damaged(struct dxa_reader *r, uint64_t at)
{
	return stop(r, "the recording is damaged at byte %" PRIu64 ": nothing behind it was used",
		    at);
}

static void swap_block_head(struct dxr_block_head *h)
{
	h->type = bswap_32(h->type);
	h->packed = bswap_32(h->packed);
	h->length = bswap_32(h->length);
	h->crc = bswap_32(h->crc);
}

static bool unpack(struct dxa_reader *r, const struct dxr_block_head *h)
{
	unsigned char *plain = r->plain;
	size_t cap = r->plain_cap;

	if (r->codec.format > 1 && h->packed == h->length) {
		r->plain = r->packed;
		r->plain_cap = r->packed_cap;
		r->packed = plain;
		r->packed_cap = cap;
		return true;
	}
	inflateReset(&r->z);
	r->z.next_in = r->packed;
	r->z.avail_in = h->packed;
	r->z.next_out = r->plain;
	r->z.avail_out = h->length;
	return inflate(&r->z, Z_FINISH) == Z_STREAM_END && r->z.total_out == h->length &&
	       !r->z.avail_in;
}

/* Read the next block into plain. False at the end, and where it is cut off or damaged. */
static bool next_block(struct dxa_reader *r, uint32_t *type)
{
	uint64_t at = r->offset;
	struct dxr_block_head head, h;
	size_t n = take(r, &head, sizeof(head));
	uint32_t crc;

	if (n < sizeof(head))
		return stop_short(r, at);
	h = head;
	if (r->swap)
		swap_block_head(&h);
	if (h.packed > DXR_BLOCK_MAX || h.length > DXR_BLOCK_MAX)
		return stop_damaged(r, at);
	if (!reserve(&r->packed, &r->packed_cap, h.packed) ||
	    !reserve(&r->plain, &r->plain_cap, h.length))
		return stop(r, "out of memory at byte %" PRIu64 " of the recording", at);
	if (take(r, r->packed, h.packed) < h.packed)
		return stop_short(r, at);
	crc = (uint32_t)crc32(r->chain, (const Bytef *)&head, offsetof(struct dxr_block_head, crc));
	crc = (uint32_t)crc32(crc, r->packed, h.packed);
	if (crc != h.crc || !unpack(r, &h))
		return stop_damaged(r, at);
	if (r->codec.format >= DXR_CHAINED)
		r->chain = crc;
	*type = h.type;
	r->plain_len = h.length;
	r->plain_at = 0;
	return true;
}

/* A cursor over the unpacked block. */
static struct dxr_cursor block_items(const struct dxa_reader *r)
{
	return (struct dxr_cursor){ .at = r->plain, .left = r->plain_len, .swap = r->swap };
}

static bool read_symbols(struct dxa_reader *r)
{
	struct dxr_cursor items = block_items(r), v;
	uint16_t tag;

	while (dxr_next_item(&items, &tag, &v)) {
		struct dxa_symbol sym;
		uint64_t addr;

		if (tag != DXR_TAG_SYMBOL)
			continue;
		addr = dxr_get_u64(&v);
		sym.offset = dxr_get_u64(&v);
		sym.name = dxr_get_string(&v);
		sym.module = dxr_get_string(&v);
		if (!sym.module[0])
			sym.module = NULL;
		if (v.bad || !addr || !sym.name[0])
			return false;
		if (dxa_symbols_memory(r->symbols) > SYMBOLS_MEMORY_MAX ||
		    dxa_symbols_add(r->symbols, addr, &sym))
			return false;
	}
	return !items.bad;
}

static bool read_end(struct dxa_reader *r)
{
	struct dxr_cursor items = block_items(r);
	unsigned char more;

	if (!dxr_read_trailer(&r->trailer, items))
		return false;
	r->ended = true;
	r->done = true;
	if (r->trailer.has_events && r->trailer.events != r->n_events)
		stop(r, "the recording holds %" PRIu64 " events of %" PRIu64 ": blocks are missing",
		     r->n_events, r->trailer.events);
	else if (take(r, &more, 1))
		stop(r, "there is more behind the recording's end at byte %" PRIu64 ": not used",
		     r->offset - 1);
	return true;
}

/* Read blocks up to the next one with events. */
static bool next_events(struct dxa_reader *r)
{
	uint64_t at = r->offset;
	uint32_t type;
	bool good;

	while (!r->done && next_block(r, &type)) {
		switch (type) {
		case DXR_BLOCK_EVENTS:
			dxr_codec_reset(&r->codec);
			return true;
		case DXR_BLOCK_SYMBOLS:
			good = read_symbols(r);
			break;
		case DXR_BLOCK_TRAILER:
			good = read_end(r);
			break;
		case DXR_BLOCK_HEADER: /* a second one */
			good = false;
			break;
		default:
			r->unknown_blocks++;
			good = true;
		}
		if (!good)
			return stop_damaged(r, at);
		at = r->offset;
	}
	return false;
}

/* Between two events. False: there are no more. */
__attribute__((noinline)) static bool prepare_next(struct dxa_reader *r)
{
	if (r->forget[0]) {
		dxa_symbols_forget_module(r->symbols, r->forget);
		r->forget[0] = '\0';
	}
	while (r->plain_at == r->plain_len || !r->in_events) {
		r->in_events = next_events(r);
		if (!r->in_events)
			return false;
	}
	return true;
}

const struct dxa_event *dxa_reader_next(struct dxa_reader *r)
{
	const struct dxa_event *ev;

	if ((r->plain_at == r->plain_len || !r->in_events || r->forget[0]) && !prepare_next(r))
		return NULL;
	ev = dxr_decode(&r->codec, r->plain + r->plain_at, r->plain_len - r->plain_at, &r->used);
	if (!ev) {
		r->in_events = false;
		stop_damaged(r, r->offset);
		return NULL;
	}
	r->plain_at += r->used;
	r->n_events++;
	if (ev->ts > r->last_ts)
		r->last_ts = ev->ts;
	if (ev->kind == DXA_KIND_MODULE_FREE)
		memcpy(r->forget, ev->name, sizeof(r->forget));
	return ev;
}

/* ---- opening ---- */

static struct dxa_err *bad(const struct dxa_reader *r, const char *what)
{
	return dxa_err_new(DXA_ERR_INPUT, 0, "%s: %s", r->name, what);
}

static struct dxa_err *open_file(struct dxa_reader *r, const char *path)
{
	struct stat st;

	if (!strcmp(path, "-")) {
		r->name = "standard input";
		r->fd = dup(STDIN_FILENO);
	} else {
		r->fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (r->fd < 0 || fstat(r->fd, &st))
		return dxa_err_new(DXA_ERR_INPUT, errno, "cannot read %s: %s", r->name,
				   strerror(errno));
	if (S_ISDIR(st.st_mode))
		return bad(r, "is a directory, not a recording");
	return NULL;
}

static struct dxa_err *check_versions(struct dxa_reader *r, const struct dxr_file_head *h)
{
	if (!h->format || h->format > DXR_FORMAT)
		return dxa_err_new(
			DXA_ERR_INPUT, 0,
			"%s: a recording in format %u; this daxaudit reads formats up to %d: use the "
			"version that wrote it, or a newer one",
			r->name, h->format, DXR_FORMAT);
	if (h->event_version != DXA_EVENT_VERSION)
		return dxa_err_new(
			DXA_ERR_INPUT, 0,
			"%s: a recording of events of version %u; this daxaudit reads version %d: "
			"use the version that wrote it, or a newer one",
			r->name, h->event_version, DXA_EVENT_VERSION);
	if (h->event_size < sizeof(struct dxa_event) || h->event_size > DXR_EVENT_MAX ||
	    h->event_size % 8)
		return bad(r, "damaged: its events have an impossible size");
	return NULL;
}

static struct dxa_err *read_file_head(struct dxa_reader *r)
{
	struct dxr_file_head h = { 0 };
	size_t n = take(r, &h, sizeof(h));
	uint32_t crc = (uint32_t)crc32(0, (const Bytef *)&h, offsetof(struct dxr_file_head, crc));

	if (r->error)
		return dxa_err_new(DXA_ERR_INPUT, r->error, "cannot read %s: %s", r->name,
				   strerror(r->error));
	if (!n)
		return bad(r, "empty, not a recording");
	if (memcmp(h.magic, DXR_MAGIC, n < DXR_MAGIC_LEN ? n : DXR_MAGIC_LEN) != 0)
		return bad(r, "not a daxaudit recording");
	if (n < sizeof(h))
		return bad(r, "a recording that was cut off before its first event");
	r->swap = h.byte_order == bswap_32(DXR_BYTE_ORDER);
	if (r->swap) {
		h.format = bswap_16(h.format);
		h.event_version = bswap_16(h.event_version);
		h.event_size = bswap_16(h.event_size);
		h.word_bits = bswap_16(h.word_bits);
		h.crc = bswap_32(h.crc);
	}
	if ((!r->swap && h.byte_order != DXR_BYTE_ORDER) || crc != h.crc)
		return bad(r, "a recording that is damaged in its first bytes");
	r->header.head.word_bits = h.word_bits;
	dxr_codec_init(&r->codec, h.format, h.event_size, r->swap);
	return check_versions(r, &h);
}

static struct dxa_err *read_header(struct dxa_reader *r)
{
	uint32_t type = 0;

	if (!next_block(r, &type))
		return dxa_err_new(DXA_ERR_INPUT, r->error, "%s: %s, before its first event",
				   r->name, r->cut);
	if (type != DXR_BLOCK_HEADER || !dxr_read_header(&r->header, block_items(r)))
		return bad(r, "a recording with a damaged header");
	return NULL;
}

struct dxa_err *dxa_reader_open(const char *path, struct dxa_reader **ret)
{
	struct dxa_reader *r = calloc(1, sizeof(*r));
	struct dxa_err *err = NULL;

	if (!r)
		return dxa_err_nomem();
	r->fd = -1;
	r->name = path[0] ? path : "''";
	r->input = malloc(READ_SIZE);
	r->symbols = dxa_symbols_new(NULL, NULL);
	r->z_ready = inflateInit2(&r->z, DXR_WINDOW_BITS) == Z_OK;
	if (!r->input || !r->symbols || !r->z_ready)
		err = dxa_err_nomem();
	if (!err)
		err = open_file(r, path);
	if (!err)
		err = read_file_head(r);
	if (!err)
		err = read_header(r);
	r->name = NULL;
	if (err) {
		dxa_reader_free(r);
		return err;
	}
	*ret = r;
	return NULL;
}

void dxa_reader_free(struct dxa_reader *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	if (r->z_ready)
		inflateEnd(&r->z);
	dxr_header_free(&r->header);
	dxr_trailer_free(&r->trailer);
	dxa_symbols_free(r->symbols);
	free(r->input);
	free(r->packed);
	free(r->plain);
	free(r);
}

/* ---- what was read ---- */

const struct dxa_record_head *dxa_reader_head(const struct dxa_reader *r)
{
	return &r->header.head;
}

struct dxa_symbols *dxa_reader_symbols(struct dxa_reader *r)
{
	return r->symbols;
}

const struct dxa_record_end *dxa_reader_end(struct dxa_reader *r)
{
	struct dxa_record_end *end = &r->trailer.end;

	if (r->ended)
		return end;
	*end = (struct dxa_record_end){ .end = r->last_ts,
					.hooks = r->header.head.hooks,
					.n_hooks = r->header.head.n_hooks };
	return end;
}

const char *dxa_reader_cut(const struct dxa_reader *r)
{
	return r->cut[0] ? r->cut : NULL;
}

uint64_t dxa_reader_unknown_blocks(const struct dxa_reader *r)
{
	return r->unknown_blocks;
}

bool dxa_reader_swapped(const struct dxa_reader *r)
{
	return r->swap;
}
