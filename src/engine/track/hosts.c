// SPDX-License-Identifier: GPL-2.0-only
/*
 * dax_hosts: the disk of each device.
 *
 * dax_remove_host is recorded before it removes the entry. A lookup or a snapshot that
 * found the entry before may be recorded after it; it must not restore the entry.
 */
#include <stdlib.h>

#include "engine/core.h"
#include "engine/track/handlers.h"

static void forget_left(struct dxa_engine *e, struct left_disk *d)
{
	dxa_map_del(&e->left, d->disk);
	dxa_list_del(&e->left_order, &d->link);
	free(d);
}

static void forget_old(struct dxa_engine *e, uint64_t now)
{
	struct left_disk *d;

	while ((d = DXA_LIST_OF(e->left_order.first, struct left_disk, link))) {
		if (now < d->since || now - d->since <= LONG_AGO_NS)
			break;
		forget_left(e, d);
	}
}

bool host_has_left(const struct dxa_engine *e, uint64_t disk)
{
	return dxa_map_get(&e->left, disk);
}

static void note_left(struct dxa_engine *e, uint64_t disk, uint64_t now)
{
	struct left_disk *d;

	forget_old(e, now);
	d = dxa_map_get(&e->left, disk);
	if (d)
		forget_left(e, d);
	d = malloc(sizeof(*d));
	if (!d || dxa_map_put(&e->left, disk, d)) {
		free(d);
		e->nomem = true;
		return;
	}
	d->disk = disk;
	d->since = now;
	dxa_list_add(&e->left_order, &d->link);
}

void life_set_host(struct dxa_engine *e, struct life *l, uint64_t disk, uint64_t since)
{
	struct life *former = dxa_map_get(&e->hosts, disk);
	struct left_disk *left = dxa_map_get(&e->left, disk);

	if (former)
		former->host = 0;
	life_clear_host(e, l);
	if (left)
		forget_left(e, left);
	dxa_map_del(&e->left_behind, disk);
	if (dxa_map_put(&e->hosts, disk, l)) {
		e->nomem = true;
		return;
	}
	l->host = disk;
	l->host_since = since;
}

bool life_has_host(const struct dxa_context *ctx, const struct life *l, uint64_t now)
{
	if (!l->host)
		return false;
	if (!l->host_since || (ctx && ctx->id && ctx->start > l->host_since))
		return true;
	return now >= l->host_since && now - l->host_since > LONG_AGO_NS;
}

void on_remove_host(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l = dxa_map_get(&e->hosts, r->ev.obj);

	(void)t;
	e->hosts_changed = r->n;
	note_left(e, r->ev.obj, r->ev.ts);
	if (!l)
		return;
	life_add_record(e, l, r);
	life_clear_host(e, l);
}

void hosts_free(struct dxa_engine *e)
{
	struct left_disk *d;

	while ((d = DXA_LIST_OF(e->left_order.first, struct left_disk, link)))
		forget_left(e, d);
	dxa_map_free(&e->left);
	dxa_map_free(&e->left_behind);
}
