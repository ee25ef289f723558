// SPDX-License-Identifier: GPL-2.0-only
#include "output/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "engine/errname.h"

/* syslog(3)'s numbers. */
static const int priorities[DXA_SEVERITY_COUNT] = {
	[DXA_SEVERITY_INFO] = 6,
	[DXA_SEVERITY_WARNING] = 4,
	[DXA_SEVERITY_ERROR] = 3,
};

int dxa_journal_open(struct dxa_journal *j, const char *path)
{
	*j = (struct dxa_journal){ .path = path };
	j->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (j->fd < 0)
		j->error = errno;
	else
		dxa_journal_check(j);
	return j->error;
}

void dxa_journal_check(struct dxa_journal *j)
{
	if (j->path && j->fd >= 0)
		j->error = access(j->path, W_OK) ? errno : 0;
}

void dxa_journal_close(struct dxa_journal *j)
{
	if (j->path && j->fd >= 0)
		close(j->fd);
	*j = (struct dxa_journal){ .fd = -1 };
}

/*
 * Send without blocking, by name each time, because a restarted journal has a new socket. 0
 * or errno.
 */
static int send_entry(struct dxa_journal *j, const char *data, size_t len)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (strlen(j->path) >= sizeof(to.sun_path))
		return ENAMETOOLONG;
	strcpy(to.sun_path, j->path);
	if (sendto(j->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return errno;
	return 0;
}

/* One half of a rule's number. */
static uint64_t half_id(const char *half, const char *rule)
{
	return dxa_hash_text(dxa_hash_text(DXA_HASH_START, half), rule);
}

const char *dxa_rule_message_id(char buf[DXA_MESSAGE_ID_LEN], enum dxa_rule rule)
{
	const char *name = dxa_rule_info(rule)->name;
	uint64_t high = half_id("daxaudit rule high ", name);
	uint64_t low = half_id("daxaudit rule low ", name);

	/* Version 8 and variant: RFC 9562, sections 4 and 5.8. */
	high = (high & ~0xf000ull) | 0x8000;
	low = (low & ~(3ull << 62)) | 2ull << 62;
	snprintf(buf, DXA_MESSAGE_ID_LEN, "%016" PRIx64 "%016" PRIx64, high, low);
	return buf;
}

/*
 * A value of one line; an empty one is left out. A comm may be any bytes: with a
 * newline in it, a task could write fields of its own.
 */
static void field(FILE *out, const char *name, const char *value)
{
	if (!value || !value[0])
		return;
	fprintf(out, "%s=", name);
	dxa_utf8_print(out, value);
	fputc('\n', out);
}

/* A value of several lines goes with its length: name, newline, 64 bits little endian, bytes. */
static void long_field(FILE *out, const char *name, const char *value, size_t len)
{
	fprintf(out, "%s\n", name);
	for (int i = 0; i < 8; i++)
		fputc((int)((uint64_t)len >> (8 * i) & 0xff), out);
	fwrite(value, 1, len, out);
	fputc('\n', out);
}

static void write_evidence(FILE *out, const struct dxa_finding *f, const struct dxa_story_env *env)
{
	char call[DXA_WORDS_LEN], caller[DXA_WORDS_LEN];
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *mem = open_memstream(&text, &len);

	if (!mem)
		return;
	for (size_t i = 0; i < f->evidence_len; i++) {
		const char *from = dxa_story_caller(caller, &f->evidence[i], env);

		fputs(i ? "\n" : "", mem);
		dxa_utf8_print(mem, dxa_story_call(call, &f->evidence[i], env));
		if (from) {
			fputs(" from ", mem);
			dxa_utf8_print(mem, from);
		}
	}
	if (!fclose(mem) && len)
		long_field(out, "DAXAUDIT_EVIDENCE", text, len);
}

static void write_device(FILE *out, const struct dxa_finding *f)
{
	const struct dxa_life_id *life = &f->life;

	field(out, "DAXAUDIT_DEVICE", life->disk[0] ? life->disk : f->context.device);
	field(out, "DAXAUDIT_DRIVER", dxa_driver_name(life->driver));
	if (!life->dax)
		return;
	fprintf(out, "DAXAUDIT_DAX=0x%" PRIx64 "\n", life->dax);
	fprintf(out, "DAXAUDIT_GENERATION=%u\n", life->generation);
}

static void write_context(FILE *out, const struct dxa_finding *f)
{
	char words[DXA_WORDS_LEN];

	if (!f->context.id)
		return;
	field(out, "DAXAUDIT_CONTEXT", dxa_story_context(words, &f->context));
	field(out, "DAXAUDIT_COMM", f->context.comm);
	fprintf(out, "DAXAUDIT_TID=%u\n", f->context.tid);
}

static void write_finding(FILE *out, const struct dxa_finding *f, const struct dxa_run *run,
			  bool withdrawn)
{
	const struct dxa_rule_info *rule = dxa_rule_info(f->rule);
	char id[DXA_MESSAGE_ID_LEN], name[DXA_ERRNAME_LEN];

	fprintf(out, "MESSAGE=%s%s: %s: ", withdrawn ? "withdrawn " : "",
		dxa_severity_name(f->severity), rule->name);
	dxa_utf8_print(out, f->detail);
	fputc('\n', out);
	fprintf(out, "MESSAGE_ID=%s\n", dxa_rule_message_id(id, f->rule));
	/* An allowed or withdrawn finding must not raise an alert. */
	fprintf(out, "PRIORITY=%d\n",
		f->policy.allowed_by || withdrawn ? 6 : priorities[f->severity]);
	field(out, "DAXAUDIT_WITHDRAWN", withdrawn ? "1" : NULL);
	field(out, "SYSLOG_IDENTIFIER", "daxaudit");
	field(out, "DAXAUDIT_RULE", rule->name);
	field(out, "DAXAUDIT_SEVERITY", dxa_severity_name(f->severity));
	field(out, "DAXAUDIT_ALLOWED_BY", f->policy.allowed_by);
	write_device(out, f);
	write_context(out, f);
	if (f->err)
		field(out, "DAXAUDIT_ERRNO", dxa_errname(name, f->err, run->story.eopnotsupp));
	write_evidence(out, f, &run->story);
}

static void send_finding(struct dxa_sink *s, const struct dxa_finding *f, bool withdrawn)
{
	struct dxa_journal *j = s->state;
	_cleanup_free_ char *data = NULL;
	size_t len = 0;
	FILE *mem = open_memstream(&data, &len);

	if (mem)
		write_finding(mem, f, s->run, withdrawn);
	j->error = !mem || fclose(mem) ? ENOMEM : send_entry(j, data, len);
	j->failures += j->error != 0;
}

static void journal_finding(struct dxa_sink *s, const struct dxa_finding *f)
{
	send_finding(s, f, false);
}

static void journal_withdrawn(struct dxa_sink *s, const struct dxa_finding *f)
{
	send_finding(s, f, true);
}

static void journal_end(struct dxa_sink *s, const struct dxa_result *r)
{
	/* The service manager writes the entry on how a service ended. */
	(void)s;
	(void)r;
}

const struct dxa_sink_ops dxa_sink_journal = {
	.name = "journal",
	.what = "findings to systemd's journal, with fields",
	.finding = journal_finding,
	.withdrawn = journal_withdrawn,
	.end = journal_end,
};

void dxa_journal_catalog(FILE *out)
{
	char id[DXA_MESSAGE_ID_LEN];

	for (int r = 0; r < DXA_RULE_COUNT; r++) {
		const struct dxa_rule_info *rule = dxa_rule_info((enum dxa_rule)r);

		fprintf(out,
			"-- %s\nSubject: %s (@DAXAUDIT_DEVICE@): %s\nDefined-By: daxaudit\n"
			"Documentation: man:daxaudit(8)\n\n%s\n\n%s\n\n"
			"Driver: @DAXAUDIT_DRIVER@, while: @DAXAUDIT_CONTEXT@.\n"
			"'daxaudit explain %s' says more.\n\n",
			dxa_rule_message_id(id, (enum dxa_rule)r), rule->name, rule->title,
			rule->meaning, rule->consequence, rule->name);
	}
}
