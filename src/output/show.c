// SPDX-License-Identifier: GPL-2.0-only
#include "output/show.h"

#include <stdio.h>
#include <string.h>

#include "engine/owner.h"

bool dxa_show_narrows(const struct dxa_show *show)
{
	return show->drivers || show->rules || show->n_devices || show->n_pids;
}

static bool has_name(const struct dxa_show *show, const char *name)
{
	for (size_t i = 0; i < show->n_devices; i++)
		if (!strcmp(show->devices[i], name))
			return true;
	return !show->n_devices;
}

static bool has_task(const struct dxa_show *show, uint32_t tgid, uint32_t tid)
{
	for (size_t i = 0; i < show->n_pids; i++)
		if (show->pids[i] == tgid || show->pids[i] == tid)
			return true;
	return !show->n_pids;
}

static bool has_driver(const struct dxa_show *show, enum dxa_driver driver)
{
	return !show->drivers || show->drivers >> driver & 1;
}

/* The driver of the device in a record; UNKNOWN if it is not known. */
static enum dxa_driver owner_of(const struct dxa_event *ev, struct dxa_symbols *symbols)
{
	char module[DXA_NAME_LEN];

	if (!(ev->has & DXA_HAS_DAX) && ev->kind != DXA_KIND_ALLOC_DAX)
		return DXA_DRIVER_UNKNOWN;
	return dxa_owner_of_event(symbols, ev, module);
}

bool dxa_show_event(const struct dxa_show *show, const struct dxa_event *ev,
		    struct dxa_symbols *symbols, bool named)
{
	return has_task(show, ev->tgid, ev->tid) && (named || has_name(show, ev->name)) &&
	       (!show->drivers || has_driver(show, owner_of(ev, symbols)));
}

bool dxa_show_names(const struct dxa_show *show, const struct dxa_event *ev)
{
	return show->n_devices && ev->dax && ev->name[0] && has_name(show, ev->name);
}

bool dxa_show_context(const struct dxa_show *show, const struct dxa_context *ctx,
		      struct dxa_symbols *symbols)
{
	bool named = has_name(show, ctx->device), owned = !show->drivers;

	if (show->rules || !has_task(show, ctx->tgid, ctx->tid))
		return false;
	for (size_t i = 0; i < ctx->story_len && !(named && owned); i++) {
		named |= has_name(show, ctx->story[i].name);
		owned |= has_driver(show, owner_of(&ctx->story[i], symbols));
	}
	return named && owned;
}

bool dxa_show_finding(const struct dxa_show *show, const struct dxa_finding *f)
{
	bool named = has_name(show, f->life.disk) || has_name(show, f->context.device);
	bool ours = has_task(show, f->context.tgid, f->context.tid);

	for (size_t i = 0; i < f->evidence_len && !(named && ours); i++) {
		named |= has_name(show, f->evidence[i].name);
		ours |= has_task(show, f->evidence[i].tgid, f->evidence[i].tid);
	}
	return named && ours && has_driver(show, f->life.driver) &&
	       (!show->rules || show->rules >> f->rule & 1);
}

bool dxa_show_device(const struct dxa_show *show, const struct dxa_device *dev)
{
	return has_name(show, dev->id.disk) && has_driver(show, dev->id.driver);
}

uint32_t dxa_show_which(const struct dxa_show *show, const struct dxa_device *dev)
{
	uint32_t which = 0;

	for (size_t i = 0; i < show->n_devices; i++)
		if (!strcmp(show->devices[i], dev->id.disk))
			which |= 1u << i;
	return which;
}

static void add(char *buf, size_t size, const char *what, const char *name)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s%s %s", len ? ", " : "", what, name);
}

const char *dxa_show_words(char *buf, size_t size, const struct dxa_show *show)
{
	char pid[16];

	buf[0] = '\0';
	for (int d = 0; d < DXA_DRIVER_COUNT; d++)
		if (show->drivers >> d & 1)
			add(buf, size, "driver", dxa_driver_name((enum dxa_driver)d));
	for (size_t i = 0; i < show->n_devices; i++)
		add(buf, size, "device", show->devices[i]);
	for (size_t i = 0; i < show->n_pids; i++) {
		snprintf(pid, sizeof(pid), "%u", show->pids[i]);
		add(buf, size, "pid", pid);
	}
	for (int rule = 0; rule < DXA_RULE_COUNT; rule++)
		if (show->rules >> rule & 1)
			add(buf, size, "rule", dxa_rule_info((enum dxa_rule)rule)->name);
	return buf;
}
