// SPDX-License-Identifier: GPL-2.0-only
#include "record/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "base/outfile.h"
#include "record/codec.h"
#include "record/items.h"

/* Level 1: it costs the audited machine a fifth of level 6, for files a fifth longer. */
#define LEVEL 1
/* Large blocks are alike: after one that stays as it is, so many are not tried. */
#define PLAIN_RUN 15
/* zlib's default: 128 KiB. */
#define MEM_LEVEL 8
/* The memory of names that were written; when it is full, they are written again. */
#define WRITTEN_MAX 65536
/* A file that is removed between its open and its lock is opened again so often. */
#define OPENS_MAX 100

struct dxa_recorder {
	char *path; /* as given */
	struct dxa_outfile place; /* where it leads */
	mode_t mode; /* of a new file */
	int fd; /* -1: none */
	bool created; /* the file was not there before, and is locked by us */
	bool begun;
	int error; /* errno of the first write that failed; nothing is written after it */
	off_t good; /* where the last whole block ends */
	z_stream z;
	bool z_ready;
	unsigned char *packed; /* of packed_cap bytes: a block's head and its packed bytes */
	size_t packed_cap;
	uint32_t chain; /* the checksum of the next block begins with it */
	unsigned int plain_left; /* so many large blocks are not compressed without trying it */
	struct dxr_codec codec;
	unsigned char *events; /* coded, of the open block */
	size_t events_len;
	uint64_t n_events;
	struct dxa_symbols *symbols; /* borrowed */
	struct dxr_bytes names; /* items, of the open block */
	struct dxa_map written; /* address -> fingerprint of the name in the file */
	uintptr_t forgotten; /* how often names were forgotten */
};

/* ---- the file ---- */

static struct dxa_err *cannot_write(const char *path, int code)
{
	return dxa_err_new(DXA_ERR_INPUT, code, "cannot record to %s: %s", path, strerror(code));
}

static struct dxa_err *cannot(struct dxa_err *err, const char *path)
{
	return dxa_err_wrap(err, "cannot record to %s", path);
}

/* Only a recording, or an empty file, may be replaced: a mistyped name must not cost a file. */
static struct dxa_err *check_content(const struct dxa_recorder *r)
{
	char magic[DXR_MAGIC_LEN];

	if (!r->place.st.st_size || (pread(r->fd, magic, sizeof(magic), 0) == sizeof(magic) &&
				     !memcmp(magic, DXR_MAGIC, sizeof(magic))))
		return NULL;
	return dxa_err_new(DXA_ERR_INPUT, 0,
			   "cannot record to %s: it exists and is no recording; name "
			   "another file or remove it",
			   r->path);
}

static void close_fd(struct dxa_recorder *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

/* Open and lock it once. With *gone it was removed or replaced in between: try again. */
static struct dxa_err *try_open(struct dxa_recorder *r, bool *gone)
{
	bool created;
	/* O_NONBLOCK: not to wait here for the other end of a FIFO. */
	struct dxa_err *err =
		dxa_outfile_open(&r->place, O_RDWR | O_NONBLOCK, r->mode, true, &r->fd, &created);

	*gone = false;
	if (err)
		return cannot(err, r->path);
	err = check_content(r);
	if (err)
		return err;
	if (flock(r->fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			return cannot_write(r->path, errno);
		return dxa_err_new(DXA_ERR_INPUT, 0,
				   "cannot record to %s: another daxaudit is recording to it",
				   r->path);
	}
	*gone = !dxa_outfile_holds(&r->place, r->fd);
	/* Only who holds the lock may remove it again: another one may have been faster. */
	r->created = created && !*gone;
	return NULL;
}

static struct dxa_err *open_path(struct dxa_recorder *r)
{
	struct dxa_err *err;
	bool gone;

	for (int i = 0; i < OPENS_MAX; i++) {
		err = try_open(r, &gone);
		if (err) {
			close_fd(r);
			return err;
		}
		if (!gone)
			return NULL;
		close_fd(r);
	}
	return cannot_write(r->path, EAGAIN);
}

/* What is recorded there already gets another name, and the new recording a file of its own. */
static struct dxa_err *set_aside(struct dxa_recorder *r)
{
	const struct dxa_outfile *p = &r->place;
	char aside[NAME_MAX + 1];
	char number[16] = "";
	int n = 0;

	do {
		if (n)
			snprintf(number, sizeof(number), ".%d", n);
		if ((size_t)snprintf(aside, sizeof(aside), "%s" DXA_RECORDER_ASIDE "%s", p->name,
				     number) >= sizeof(aside))
			return cannot_write(r->path, ENAMETOOLONG);
	} while (++n < DXA_RECORDER_ASIDE_MAX &&
		 !faccessat(p->dir, aside, F_OK, AT_SYMLINK_NOFOLLOW));
	if (renameat(p->dir, p->name, p->dir, aside))
		return cannot_write(r->path, errno);
	close_fd(r);
	return open_path(r);
}

static struct dxa_err *open_target(struct dxa_recorder *r, const char *path, bool keep)
{
	struct dxa_err *err;

	r->path = strdup(path);
	if (!r->path)
		return dxa_err_nomem();
	err = dxa_outfile_find(path, &r->place);
	if (err)
		return cannot(err, path);
	err = open_path(r);
	if (!err && keep && r->place.st.st_size)
		err = set_aside(r);
	return err;
}

struct dxa_err *dxa_recorder_open(const char *path, mode_t mode, bool keep,
				  struct dxa_recorder **ret)
{
	struct dxa_recorder *r = calloc(1, sizeof(*r));
	struct dxa_err *err = NULL;

	if (!r)
		return dxa_err_nomem();
	r->fd = r->place.dir = -1;
	r->mode = mode;
	r->names.max = DXR_BLOCK_FULL;
	r->events = malloc(DXR_BLOCK_FULL + DXR_CODED_MAX);
	r->z_ready = deflateInit2(&r->z, LEVEL, Z_DEFLATED, DXR_WINDOW_BITS, MEM_LEVEL,
				  Z_DEFAULT_STRATEGY) == Z_OK;
	if (!r->events || !r->z_ready)
		err = dxa_err_nomem();
	if (!err)
		err = open_target(r, path, keep);
	if (err) {
		dxa_recorder_free(r);
		return err;
	}
	*ret = r;
	return NULL;
}

void dxa_recorder_free(struct dxa_recorder *r)
{
	if (!r)
		return;
	if (r->created && !r->begun && dxa_outfile_holds(&r->place, r->fd))
		unlinkat(r->place.dir, r->place.name, 0);
	close_fd(r);
	dxa_outfile_close(&r->place);
	if (r->z_ready)
		deflateEnd(&r->z);
	dxa_map_free(&r->written);
	free(r->names.data);
	free(r->events);
	free(r->packed);
	free(r->path);
	free(r);
}

bool dxa_recorder_moved(const struct dxa_recorder *r)
{
	return r->fd >= 0 && !dxa_outfile_holds(&r->place, r->fd);
}

/* ---- blocks ---- */

/* A write failed: what is after the last whole block is no use to a reader. */
static void give_up(struct dxa_recorder *r, int code)
{
	r->error = code;
	/* Best effort: a reader finds the last whole block without it, too. */
	if (r->fd >= 0 && ftruncate(r->fd, r->good))
		return;
}

int dxa_recorder_error(const struct dxa_recorder *r)
{
	return r->error;
}

static void write_bytes(struct dxa_recorder *r, const void *data, size_t len)
{
	const unsigned char *at = data;
	size_t left = len;

	while (left && !r->error) {
		ssize_t n = write(r->fd, at, left);

		if (n > 0) {
			at += n;
			left -= (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			give_up(r, n ? errno : ENOSPC);
		}
	}
	if (!r->error)
		r->good += (off_t)len;
}

static bool reserve_packed(struct dxa_recorder *r, size_t len)
{
	unsigned char *packed;

	if (len <= r->packed_cap)
		return true;
	packed = realloc(r->packed, len);
	if (!packed)
		return false;
	r->packed = packed;
	r->packed_cap = len;
	return true;
}

/* Compress into r->packed, behind room for a head. Returns the length; 0: that failed. */
static size_t compress_block(struct dxa_recorder *r, const void *data, size_t len)
{
	deflateReset(&r->z);
	r->z.next_in = (Bytef *)data;
	r->z.avail_in = (uInt)len;
	r->z.next_out = r->packed + sizeof(struct dxr_block_head);
	r->z.avail_out = (uInt)(r->packed_cap - sizeof(struct dxr_block_head));
	return deflate(&r->z, Z_FINISH) == Z_STREAM_END ? r->z.total_out : 0;
}

/* The payload of a block, compressed if that helps. Returns its length; 0: that failed. */
static size_t pack(struct dxa_recorder *r, uint32_t type, const void *data, size_t len)
{
	bool large = type == DXR_BLOCK_EVENTS && len >= DXR_PLAIN_MIN;
	size_t packed = len;

	if (large && r->plain_left) {
		r->plain_left--;
	} else {
		packed = compress_block(r, data, len);
		if (large && packed * DXR_PLAIN_GAIN > len * 100) {
			packed = len;
			r->plain_left = PLAIN_RUN;
		}
	}
	if (packed < len)
		return packed;
	memcpy(r->packed + sizeof(struct dxr_block_head), data, len);
	return len;
}

static void write_block(struct dxa_recorder *r, uint32_t type, const void *data, size_t len)
{
	struct dxr_block_head head = { .type = type, .length = (uint32_t)len };

	if (r->error)
		return;
	if (!reserve_packed(r, sizeof(head) + deflateBound(&r->z, len))) {
		give_up(r, ENOMEM);
		return;
	}
	head.packed = (uint32_t)pack(r, type, data, len);
	if (!head.packed) {
		give_up(r, EIO);
		return;
	}
	head.crc = (uint32_t)crc32(r->chain, (const Bytef *)&head,
				   offsetof(struct dxr_block_head, crc));
	head.crc = (uint32_t)crc32(head.crc, r->packed + sizeof(head), head.packed);
	r->chain = head.crc;
	memcpy(r->packed, &head, sizeof(head));
	write_bytes(r, r->packed, sizeof(head) + head.packed);
}

/* ---- header and trailer ---- */

static uint16_t attach_number(enum dxa_attach_mode mode)
{
	switch (mode) {
#define X(id, num)            \
	case DXA_ATTACH_##id: \
		return num;
		DXR_ATTACHES(X)
#undef X
	}
	return 0;
}

static uint32_t aliasing_number(enum dxa_aliasing aliasing)
{
	switch (aliasing) {
#define X(id, num)              \
	case DXA_ALIASING_##id: \
		return num;
		DXR_ALIASINGS(X)
#undef X
	}
	return 0;
}

static void add_hooks(struct dxr_bytes *b, const struct dxa_hook_status *hooks, size_t n,
		      bool counters)
{
	for (size_t i = 0; i < n; i++) {
		const struct dxa_hook_status *h = &hooks[i];

		dxr_item_begin(b, DXR_TAG_HOOK);
		dxr_add_u16(b, (uint16_t)h->info->kind);
		dxr_add_u16(b, attach_number(h->mode));
		dxr_add_u64(b, counters ? h->count.seen - h->count.repeated : 0);
		dxr_add_u64(b, counters ? h->count.submitted : 0);
		dxr_add_u64(b, counters ? h->count.dropped : 0);
		dxr_add_u64(b, counters ? h->missed : 0);
		dxr_add_string(b, h->symbol);
		dxr_add_string(b, h->reason);
		dxr_add_u16(b, counters && h->unreadable ? DXR_HOOK_UNREADABLE : 0);
		dxr_add_u64(b, counters ? h->count.repeated : 0);
		dxr_item_end(b);
	}
}

/* A command that is too long is cut and ends in "...". */
static void add_argv(struct dxr_bytes *b, const char *const *argv)
{
	const size_t room_for_dots = 64;

	b->max -= room_for_dots;
	for (size_t i = 0; argv && argv[i]; i++) {
		if (i + 1 < DXR_ARGV_MAX && dxr_item_string(b, DXR_TAG_ARG, argv[i]))
			continue;
		b->max += room_for_dots;
		dxr_item_string(b, DXR_TAG_ARG, "...");
		return;
	}
}

static void write_header(struct dxa_recorder *r, const struct dxa_record_head *h)
{
	struct dxr_bytes b = { .max = DXR_BLOCK_MAX / 2 };

	dxr_item_string(&b, DXR_TAG_TOOL, h->tool);
	dxr_item_string(&b, DXR_TAG_MODE, h->mode);
	dxr_item_string(&b, DXR_TAG_RELEASE, h->release);
	dxr_item_string(&b, DXR_TAG_VERSION, h->version);
	dxr_item_string(&b, DXR_TAG_MACHINE, h->machine);
	dxr_item_u32(&b, DXR_TAG_ALIASING, aliasing_number(h->aliasing));
	dxr_item_string(&b, DXR_TAG_ALIASING_FROM, h->aliasing_from);
	dxr_item_u32(&b, DXR_TAG_EOPNOTSUPP, (uint32_t)h->eopnotsupp);
	dxr_item_u64(&b, DXR_TAG_STUCK_AFTER, h->stuck_after_ns);
	dxr_item_u64(&b, DXR_TAG_START, h->start);
	if (h->start_wall)
		dxr_item_u64(&b, DXR_TAG_START_WALL, h->start_wall);
	add_hooks(&b, h->hooks, h->n_hooks, false);
	add_argv(&b, h->argv);
	write_block(r, DXR_BLOCK_HEADER, b.data, b.len);
	free(b.data);
}

static void write_trailer(struct dxa_recorder *r, const struct dxa_record_end *e)
{
	struct dxr_bytes b = { .max = DXR_BLOCK_MAX / 2 };

	dxr_item_u64(&b, DXR_TAG_END, e->end);
	if (e->has_cmd_status)
		dxr_item_u32(&b, DXR_TAG_CMD_STATUS, (uint32_t)e->cmd_status);
	dxr_item_u32(&b, DXR_TAG_INTERRUPTED, e->interrupted);
	dxr_item_u64(&b, DXR_TAG_EVENTS, r->n_events);
	add_hooks(&b, e->hooks, e->n_hooks, true);
	write_block(r, DXR_BLOCK_TRAILER, b.data, b.len);
	free(b.data);
}

void dxa_recorder_begin(struct dxa_recorder *r, const struct dxa_record_head *head,
			struct dxa_symbols *symbols)
{
	struct dxr_file_head file = { .byte_order = DXR_BYTE_ORDER,
				      .format = DXR_FORMAT,
				      .event_version = DXA_EVENT_VERSION,
				      .event_size = sizeof(struct dxa_event),
				      .word_bits = (uint16_t)head->word_bits };

	memcpy(file.magic, DXR_MAGIC, sizeof(file.magic));
	r->begun = true;
	r->symbols = symbols;
	dxr_codec_init(&r->codec, DXR_FORMAT, sizeof(struct dxa_event), false);
	if (ftruncate(r->fd, 0)) {
		give_up(r, errno);
		return;
	}
	file.crc = (uint32_t)crc32(0, (const Bytef *)&file, offsetof(struct dxr_file_head, crc));
	write_bytes(r, &file, sizeof(file));
	write_header(r, head);
}

/* ---- events and their names ---- */

bool dxa_recorder_pending(const struct dxa_recorder *r)
{
	return r->events_len != 0;
}

void dxa_recorder_flush(struct dxa_recorder *r)
{
	if (!r->events_len)
		return;
	if (r->names.len)
		write_block(r, DXR_BLOCK_SYMBOLS, r->names.data, r->names.len);
	write_block(r, DXR_BLOCK_EVENTS, r->events, r->events_len);
	r->names.len = 0;
	r->events_len = 0;
	dxr_codec_reset(&r->codec);
}

void dxa_recorder_sync(struct dxa_recorder *r)
{
	dxa_recorder_flush(r);
	/* EINVAL: this file system has nothing to sync. */
	if (!r->error && fdatasync(r->fd) && errno != EINVAL)
		r->error = errno;
}

/*
 * Tells one name from another, and from itself before it was forgotten; never
 * 0. Equal strings of one dxa_symbols are one pointer.
 */
static uintptr_t fingerprint(const struct dxa_recorder *r, const struct dxa_symbol *sym)
{
	uintptr_t mixed = (uintptr_t)sym->name ^ (uintptr_t)sym->module << 7 ^
			  (uintptr_t)sym->offset << 1 ^ r->forgotten << 20;

	return mixed | 1;
}

static bool add_name(struct dxr_bytes *b, uint64_t addr, const struct dxa_symbol *sym)
{
	dxr_item_begin(b, DXR_TAG_SYMBOL);
	dxr_add_u64(b, addr);
	dxr_add_u64(b, sym->offset);
	dxr_add_string(b, sym->name);
	dxr_add_string(b, sym->module);
	return dxr_item_end(b);
}

/* The names of a block come before its events: one that changes begins a new block. */
static void record_name(struct dxa_recorder *r, uint64_t addr)
{
	struct dxa_symbol sym;
	uintptr_t now, before;

	if (!addr || !dxa_symbols_find(r->symbols, addr, &sym))
		return;
	now = fingerprint(r, &sym);
	before = (uintptr_t)dxa_map_get(&r->written, addr);
	if (now == before)
		return;
	if (before)
		dxa_recorder_flush(r);
	if (!add_name(&r->names, addr, &sym)) {
		dxa_recorder_flush(r);
		add_name(&r->names, addr, &sym);
	}
	if (r->written.len >= WRITTEN_MAX) {
		dxa_recorder_flush(r);
		dxa_map_free(&r->written);
	}
	/* Without memory the name is written again next time, no more. */
	(void)dxa_map_put(&r->written, addr, (void *)now);
}

void dxa_recorder_event(struct dxa_recorder *r, const struct dxa_event *ev)
{
	if (r->error)
		return;
	record_name(r, ev->ops);
	for (int i = 0; i < DXA_STACK_MAX; i++)
		record_name(r, ev->stack[i]);
	r->events_len += dxr_encode(&r->codec, ev, r->events + r->events_len);
	r->n_events++;
	if (r->events_len >= DXR_BLOCK_FULL || ev->kind == DXA_KIND_MODULE_FREE)
		dxa_recorder_flush(r);
	/* The module's names are forgotten now, here as in a replay. */
	if (ev->kind == DXA_KIND_MODULE_FREE)
		r->forgotten++;
}

struct dxa_err *dxa_recorder_finish(struct dxa_recorder *r, const struct dxa_record_end *end)
{
	dxa_recorder_flush(r);
	write_trailer(r, end);
	/* Some file systems tell of a full disk only now. */
	if (!r->error && fsync(r->fd) && errno != EINVAL)
		r->error = errno;
	if (close(r->fd) && !r->error)
		r->error = errno;
	r->fd = -1;
	if (!r->error)
		return NULL;
	return dxa_err_new(DXA_ERR_SYSTEM, r->error,
			   "the recording %s is incomplete: %s; it can be replayed up to there",
			   r->path, strerror(r->error));
}
