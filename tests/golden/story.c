// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compile a story, a recording in readable form, into a recording.
 * Usage: story FILE.story FILE.dxr
 *
 * One statement per line, "#" at the beginning of a word begins a comment:
 *
 *   kernel MACHINE RELEASE      the audited kernel; default x86_64 6.12.0
 *   word BITS                   of that kernel; default 64
 *   aliasing yes|no|unknown     default: no
 *   eopnotsupp N                default: 95
 *   command WORD...             the audited command
 *   hook NAME MODE [REASON...]  how a function is attached; default fentry
 *   deep                        the audit was: --deep
 *   task TID COMM               who acts from here on
 *   wait MS                     time passes; each event takes 10 us besides
 *   count NAME seen|submitted|dropped|missed|repeated N
 *   lost N                      N records are missing here
 *   exit N                      the command's exit code
 *   interrupted                 the audit was
 *   cut                         the recording has no trailer
 *   [enter|leave|args|ret] KIND [FIELD=VALUE...]
 *
 * KIND is a kernel function or synthetic kind of daxaudit/hooks.h, or a
 * number. enter and leave are for brackets; args and ret for an acquiring
 * call told in two records, as kprobes see it. Fields are those of struct
 * dxa_event, and
 *
 *   from=SYMBOL                 the innermost return address
 *   known=WALK|WALK...          in what a snapshot is complete, for snap_end: the bits of
 *                               daxaudit/snapshot.h
 *   bound=yes|no|unknown        has a driver of the dax bus the device, for snap_device
 *   switches=N                  context switches of the task, for task_state
 *
 * Values: numbers, MAJOR:MINOR, 'X' a letter, ENAME and -ENAME, NULL, names of flags
 * (alive|sync); any other word is an object, or for ops and from a symbol (with
 * "[module]"), and gets an address of its own. An address without a symbol around it
 * is a number. A record that reads a dax_device without telling its ops and rdev has
 * those of the device's last record that told them.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event_kinds.h"
#include "record/writer.h"
#include "words.h"

#define US 1000ull
#define MS 1000000ull
#define WORDS_MAX 32
#define OBJECTS_MAX 64
#define OBJECTS_AT 0xffff888100000000ull
#define TEXT_AT 0xffffffffc0000000ull
#define OBJECT_SIZE 0x1000

/* A name, whose address follows from its index; for a dax_device also what was recorded of it. */
struct object {
	char name[64];
	uint64_t ops;
	uint32_t rdev;
};

struct story {
	const char *path;
	int line;
	char machine[32], release[64];
	struct dxa_record_head head;
	struct dxa_record_end end;
	struct dxa_hook_status hooks[DXA_HOOK_MAX];
	const char *argv[WORDS_MAX];
	struct dxa_symbols *symbols;
	struct dxa_recorder *out;
	bool begun, cut;
	struct object objects[OBJECTS_MAX];
	size_t n_objects;
	uint64_t now, seq;
	uint32_t tid;
	char comm[DXA_COMM_LEN];
};

__attribute__((noreturn, format(printf, 2, 3))) static void die(const struct story *s,
								const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s:%d: ", s->path, s->line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

static void fail(const struct story *s, struct dxa_err *err)
{
	if (err)
		die(s, "%s", err->msg);
}

/* ---- words ---- */

static uint64_t object(struct story *s, const char *name, uint64_t at)
{
	size_t i;

	for (i = 0; i < s->n_objects; i++)
		if (!strcmp(s->objects[i].name, name))
			return at + i * OBJECT_SIZE;
	if (i == OBJECTS_MAX || strlen(name) >= sizeof(s->objects[0].name))
		die(s, "too many objects, or too long a name");
	strcpy(s->objects[s->n_objects++].name, name);
	return at + i * OBJECT_SIZE;
}

/* The object at this address, or NULL. */
static struct object *object_at(struct story *s, uint64_t addr)
{
	uint64_t i = (addr - OBJECTS_AT) / OBJECT_SIZE;

	return i < s->n_objects && !((addr - OBJECTS_AT) % OBJECT_SIZE) ? &s->objects[i] : NULL;
}

static uint64_t symbol(struct story *s, const char *word)
{
	char name[64], module[64] = "";
	uint64_t addr = object(s, word, TEXT_AT);
	struct dxa_symbol sym = { .name = name, .module = module };

	if (sscanf(word, "%63[^[][%63[^]]", name, module) < 1)
		die(s, "no symbol: %s", word);
	if (!module[0])
		sym.module = NULL;
	if (dxa_symbols_add(s->symbols, addr, &sym))
		die(s, "out of memory");
	return addr;
}

static uint64_t bits(const struct story *s, const struct word *list, char *names)
{
	uint64_t ret;
	const char *wrong = words_bits(list, names, &ret);

	if (wrong)
		die(s, "no such name: %s", wrong);
	return ret;
}

static uint64_t value(struct story *s, const char *word)
{
	bool minus = word[0] == '-';
	int64_t err;
	char *end;
	uint64_t n = strtoull(word + minus, &end, 0);
	unsigned int major, minor;

	if (!*end && end != word)
		return minus ? -n : n;
	if (sscanf(word, "%u:%u", &major, &minor) == 2)
		return DXA_DEV(major, minor);
	/* This error has the number of the audited kernel. */
	if (!strcmp(word + minus, "EOPNOTSUPP"))
		return (uint64_t)(minus ? -s->head.eopnotsupp : s->head.eopnotsupp);
	if (words_errno(word + minus, &err))
		return (uint64_t)(minus ? -err : err);
	if (word[0] == '\'' && word[1])
		return (uint64_t)word[1];
	if (!strcmp(word, "NULL"))
		return 0;
	return object(s, word, OBJECTS_AT);
}

/* ---- events ---- */

static void copy(const struct story *s, char *to, size_t size, const char *from)
{
	if (strlen(from) >= size)
		die(s, "longer than %zu: %s", size - 1, from);
	strcpy(to, from);
}

static void set_text(const struct story *s, struct dxa_event *ev, const char *key, const char *word)
{
	if (!strcmp(key, "name"))
		copy(s, ev->name, sizeof(ev->name), word);
	else if (!strcmp(key, "bus"))
		copy(s, ev->bus, sizeof(ev->bus), word);
	else if (!strcmp(key, "driver"))
		copy(s, ev->driver, sizeof(ev->driver), word);
	else
		die(s, "no field: %s", key);
	if (strcmp(key, "name") != 0 && ev->kind < DXA_HOOK_MAX)
		ev->has |= DXA_HAS_DEVICE;
}

static bool set_number(struct story *s, struct dxa_event *ev, const char *key, char *word)
{
#define FIELD(field, bits)                                         \
	if (!strcmp(key, #field)) {                                \
		ev->field = (__typeof__(ev->field))value(s, word); \
		ev->has |= (bits);                                 \
		return true;                                       \
	}
	FIELD(dax, 0)
	FIELD(obj, 0)
	FIELD(arg, 0)
	FIELD(ret, 0)
	FIELD(holder, DXA_HAS_DAX)
	FIELD(rdev, DXA_HAS_DAX)
	FIELD(refs, DXA_HAS_DAX)
	FIELD(cdev_refs, DXA_HAS_DAX)
	FIELD(cpu, 0)
	FIELD(tid, 0)
	FIELD(seq, 0)
#undef FIELD
	return false;
}

static void set_field(struct story *s, struct dxa_event *ev, char *pair)
{
	char *word = strchr(pair, '=');

	if (!word)
		die(s, "expected FIELD=VALUE: %s", pair);
	*word++ = '\0';
	if (!strcmp(pair, "ops")) {
		bool plain = isdigit((unsigned char)word[0]) || !strcmp(word, "NULL");

		ev->ops = plain ? value(s, word) : symbol(s, word);
		ev->has |= DXA_HAS_DAX;
	} else if (!strcmp(pair, "from")) {
		ev->stack[0] = symbol(s, word);
		ev->has |= DXA_HAS_STACK;
	} else if (!strcmp(pair, "flags")) {
		ev->dax_flags = (uint32_t)bits(s, words_dax_flags, word);
		ev->has |= DXA_HAS_DAX;
	} else if (!strcmp(pair, "known")) {
		ev->arg = bits(s, words_walks, word);
	} else if (!strcmp(pair, "bound")) {
		ev->arg = bits(s, words_bounds, word);
	} else if (!strcmp(pair, "switches")) {
		ev->arg = value(s, word);
	} else if (!set_number(s, ev, pair, word)) {
		set_text(s, ev, pair, word);
	}
}

static void begin(struct story *s)
{
	if (s->begun)
		return;
	s->begun = true;
	s->head.start = s->now;
	dxa_recorder_begin(s->out, &s->head, s->symbols);
}

static void tell(struct story *s, const struct dxa_event *ev)
{
	begin(s);
	dxa_recorder_event(s->out, ev);
	if (ev->kind < DXA_HOOK_MAX) {
		for (size_t i = 0; i < s->head.n_hooks; i++) {
			struct dxa_hook_status *h = &s->hooks[i];

			h->count.seen += h->info->kind == ev->kind;
			h->count.submitted += h->info->kind == ev->kind;
		}
	}
}

static unsigned int kind_of(const struct story *s, const char *word)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(kinds[i].name, word))
			return kinds[i].kind;
	if (isdigit((unsigned char)word[0]))
		return (unsigned int)strtoul(word, NULL, 0);
	die(s, "no statement and no kind: %s", word);
}

static bool is_told(char *const *words, const char *field)
{
	size_t len = strlen(field);

	while (*words && !(!strncmp(*words, field, len) && (*words)[len] == '='))
		words++;
	return *words;
}

/* What a story has recorded of a device need not be repeated, until its memory is reused. */
static void remember_device(struct story *s, struct dxa_event *ev, bool ops, bool rdev)
{
	struct object *o = object_at(s, ev->dax);

	if (!o || !(ev->has & DXA_HAS_DAX))
		return;
	if (ops || ev->kind == DXA_KIND_ALLOC_DAX)
		o->ops = ev->ops;
	if (rdev || ev->kind == DXA_KIND_ALLOC_DAX)
		o->rdev = ev->rdev;
	ev->ops = o->ops;
	ev->rdev = o->rdev;
}

static void event(struct story *s, char **words)
{
	const struct dxa_kind_info *info;
	bool ops, rdev;
	struct dxa_event ev = {
		.ts = s->now += 10 * US, .seq = ++s->seq, .tid = s->tid, .tgid = s->tid
	};

	memcpy(ev.comm, s->comm, sizeof(ev.comm));
	for (const struct word *w = words_phases; w->name; w++)
		if (!strcmp(*words, w->name))
			ev.phase = (uint8_t)w->bits;
	if (ev.phase && !*++words)
		die(s, "of what?");
	ev.kind = (uint16_t)kind_of(s, *words++);
	info = dxa_kind_info(ev.kind);
	if (info && !info->synthetic && info->shape == DXA_SHAPE_BRACKET && !ev.phase)
		die(s, "enter or leave?");
	if (!ev.phase)
		ev.phase = info && !info->synthetic && info->shape == DXA_SHAPE_ACQUIRE ?
				   DXA_PHASE_CALL :
				   DXA_PHASE_ARGS;
	ops = is_told(words, "ops");
	rdev = is_told(words, "rdev");
	while (*words)
		set_field(s, &ev, *words++);
	if ((ev.kind == DXA_KIND_ALLOC_DAX || ev.kind == DXA_KIND_FS_DAX_GET_BY_BDEV) && !ev.dax)
		ev.dax = (uint64_t)ev.ret;
	remember_device(s, &ev, ops, rdev);
	if (ev.obj && ev.name[0] && !(ev.has & DXA_HAS_DEVICE))
		ev.has |= DXA_HAS_DISK;
	tell(s, &ev);
}

/* ---- statements ---- */

static const char *need(const struct story *s, char **words, int i)
{
	for (int j = 0; j <= i; j++)
		if (!words[j])
			die(s, "something is missing");
	return words[i];
}

static struct dxa_hook_status *hook(struct story *s, const char *name)
{
	for (size_t i = 0; i < s->head.n_hooks; i++)
		if (!strcmp(s->hooks[i].info->name, name))
			return &s->hooks[i];
	die(s, "no hook: %s", name);
}

static void on_hook(struct story *s, char **words)
{
	struct dxa_hook_status *h = hook(s, need(s, words, 1));
	const char *mode = need(s, words, 2);
	int i = DXA_ATTACH_NONE;

	while (i <= DXA_ATTACH_TRACEPOINT &&
	       strcmp(dxa_attach_mode_name((enum dxa_attach_mode)i), mode) != 0)
		i++;
	if (i > DXA_ATTACH_TRACEPOINT)
		die(s, "no mode: %s", mode);
	h->mode = (enum dxa_attach_mode)i;
	/* A function that is absent has no symbol. */
	if (h->mode == DXA_ATTACH_NONE && words[3] && !strcmp(words[3], "absent"))
		h->symbol[0] = '\0';
	for (char **w = words + 3; *w; w++) {
		strncat(h->reason, w == words + 3 ? "" : " ",
			sizeof(h->reason) - strlen(h->reason) - 1);
		strncat(h->reason, *w, sizeof(h->reason) - strlen(h->reason) - 1);
	}
}

/* Attach all hooks that are for --deep, or all others. */
static void add_hooks(struct story *s, bool deep)
{
	size_t n;
	const struct dxa_kind_info *kinds = dxa_kinds(&n);

	for (size_t i = 0; i < n; i++) {
		struct dxa_hook_status *h = &s->hooks[s->head.n_hooks];

		if (kinds[i].synthetic || (kinds[i].need == DXA_NEED_DEEP) != deep)
			continue;
		h->info = &kinds[i];
		h->mode = kinds[i].shape == DXA_SHAPE_TRACEPOINT ? DXA_ATTACH_TRACEPOINT :
								   DXA_ATTACH_FENTRY;
		snprintf(h->symbol, sizeof(h->symbol), "%s", kinds[i].name);
		s->head.n_hooks++;
	}
}

static void on_count(struct story *s, char **words)
{
	struct dxa_hook_status *h = hook(s, need(s, words, 1));
	const char *what = need(s, words, 2);
	uint64_t n = value(s, need(s, words, 3));

	if (!strcmp(what, "seen"))
		h->count.seen += n;
	else if (!strcmp(what, "submitted"))
		h->count.submitted += n;
	else if (!strcmp(what, "dropped"))
		h->count.dropped += n;
	else if (!strcmp(what, "missed"))
		h->missed += n;
	else if (!strcmp(what, "repeated"))
		h->count.repeated += n;
	else
		die(s, "no counter: %s", what);
}

static void on_aliasing(struct story *s, const char *word)
{
	s->head.aliasing = !strcmp(word, "yes") ? DXA_ALIASING_YES :
			   !strcmp(word, "no")	? DXA_ALIASING_NO :
						  DXA_ALIASING_UNKNOWN;
}

static void on_command(struct story *s, char **words)
{
	int n = 0;

	for (; words[n + 1]; n++)
		s->argv[n] = strdup(words[n + 1]);
	s->head.argv = s->argv;
}

static void on_lost(struct story *s, uint64_t n)
{
	const struct dxa_event ev = { .kind = DXA_KIND_LOST,
				      .ts = s->now += 10 * US,
				      .ret = (int64_t)n };

	s->seq += n;
	tell(s, &ev);
}

static void statement(struct story *s, char **words)
{
	const char *what = words[0];
	static const char *const about_kernel[] = { "kernel",  "word", "aliasing", "eopnotsupp",
						    "command", "hook", "deep" };

	for (size_t i = 0; i < sizeof(about_kernel) / sizeof(about_kernel[0]); i++)
		if (s->begun && !strcmp(what, about_kernel[i]))
			die(s, "%s: too late, events came before", what);
	if (!strcmp(what, "kernel")) {
		copy(s, s->machine, sizeof(s->machine), need(s, words, 1));
		copy(s, s->release, sizeof(s->release), need(s, words, 2));
	} else if (!strcmp(what, "word")) {
		s->head.word_bits = (unsigned int)value(s, need(s, words, 1));
	} else if (!strcmp(what, "aliasing")) {
		on_aliasing(s, need(s, words, 1));
	} else if (!strcmp(what, "eopnotsupp")) {
		s->head.eopnotsupp = (int)value(s, need(s, words, 1));
	} else if (!strcmp(what, "command")) {
		on_command(s, words);
	} else if (!strcmp(what, "hook")) {
		on_hook(s, words);
	} else if (!strcmp(what, "deep")) {
		add_hooks(s, true);
	} else if (!strcmp(what, "task")) {
		s->tid = (uint32_t)value(s, need(s, words, 1));
		memset(s->comm, 0, sizeof(s->comm));
		copy(s, s->comm, sizeof(s->comm), need(s, words, 2));
	} else if (!strcmp(what, "wait")) {
		s->now += value(s, need(s, words, 1)) * MS;
	} else if (!strcmp(what, "count")) {
		on_count(s, words);
	} else if (!strcmp(what, "lost")) {
		on_lost(s, value(s, need(s, words, 1)));
	} else if (!strcmp(what, "exit")) {
		s->end.has_cmd_status = true;
		s->end.cmd_status = (int)value(s, need(s, words, 1)) << 8;
	} else if (!strcmp(what, "interrupted")) {
		s->end.interrupted = true;
	} else if (!strcmp(what, "cut")) {
		s->cut = true;
	} else {
		event(s, words);
	}
}

static void tell_all(struct story *s, FILE *in)
{
	char line[1024], *words[WORDS_MAX + 1], *save;

	while (fgets(line, sizeof(line), in)) {
		int n = 0;

		s->line++;
		line[strcspn(line, "\n")] = '\0';
		for (char *w = strtok_r(line, " \t", &save); w && w[0] != '#' && n < WORDS_MAX;
		     w = strtok_r(NULL, " \t", &save))
			words[n++] = w;
		words[n] = NULL;
		if (n)
			statement(s, words);
	}
}

static void set_defaults(struct story *s)
{
	strcpy(s->machine, "x86_64");
	strcpy(s->release, "6.12.0");
	strcpy(s->comm, "modprobe");
	s->tid = 100;
	s->now = 1000 * MS;
	s->head = (struct dxa_record_head){ .tool = "story",
					    .mode = "trace",
					    .release = s->release,
					    .version = "#1 SMP",
					    .machine = s->machine,
					    .word_bits = 64,
					    .aliasing = DXA_ALIASING_NO,
					    .aliasing_from = "the story says so",
					    .eopnotsupp = 95,
					    .stuck_after_ns = 30000 * MS,
					    .hooks = s->hooks };
	add_hooks(s, false);
}

int main(int argc, char **argv)
{
	static struct story s;
	FILE *in;

	if (argc != 3) {
		fprintf(stderr, "usage: story FILE.story FILE.dxr\n");
		return 2;
	}
	s.path = argv[1];
	s.symbols = dxa_symbols_new(NULL, NULL);
	in = fopen(argv[1], "re");
	if (!in || !s.symbols)
		die(&s, "cannot be read");
	fail(&s, dxa_recorder_open(argv[2], 0600, false, &s.out));
	set_defaults(&s);
	tell_all(&s, in);
	begin(&s);
	s.end.end = s.now + 500 * MS;
	s.end.hooks = s.hooks;
	s.end.n_hooks = s.head.n_hooks;
	if (s.cut)
		dxa_recorder_flush(s.out);
	else
		fail(&s, dxa_recorder_finish(s.out, &s.end));
	dxa_recorder_free(s.out);
	dxa_symbols_free(s.symbols);
	fclose(in);
	for (int i = 0; s.argv[i]; i++)
		free((char *)s.argv[i]);
	return 0;
}
