// SPDX-License-Identifier: GPL-2.0-only
/*
 * dax_hosts: for which disk each device is registered.
 *
 * dax_remove_host is recorded before it takes the entry away. A lookup that had
 * found the device then, or a snapshot that was passing, is recorded after it:
 * neither brings the entry back.
 */
#include <stdlib.h>

#include "engine/model.h"

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
	dxa_map_del(&e->host_told, disk);
	if (dxa_map_put(&e->hosts, disk, l)) {
		e->nomem = true;
		return;
	}
	l->host = disk;
	l->host_since = since;
}

void life_clear_host(struct dxa_engine *e, struct life *l)
{
	if (l->host)
		dxa_map_del(&e->hosts, l->host);
	l->host = 0;
}

void on_remove_host(struct dxa_engine *e, struct task *t, const struct rec *r)
{
	struct life *l = dxa_map_get(&e->hosts, r->ev.obj);

	(void)t;
	e->hosts_changed = r->n;
	note_left(e, r->ev.obj, r->ev.ts);
	if (!l)
		return;
	life_note(e, l, r);
	life_clear_host(e, l);
}

static void report_left_behind(struct dxa_engine *e, const struct dxa_context *ctx, struct life *l,
			       const struct rec *r)
{
	struct dxa_finding f;

	report_begin(e, &f, DXA_RULE_HOST_LEFT_BEHIND, l, ctx);
	say_life(&f, &l->id);
	say(&f,
	    r ? " was %s while dax_hosts still had it for its disk" :
		" was %s by its driver while dax_hosts still had it for its disk",
	    r ? r->ev.kind == DXA_KIND_DAX_FREE_INODE ? "freed" : "destroyed" : "killed and put");
	prove_life(e, l);
	if (r)
		prove(e, r);
	/* A snapshot would show the same once more. */
	if (dxa_map_put(&e->host_told, l->host, l) || dxa_map_put(&e->host_told, l->id.dax, l))
		e->nomem = true;
	report(e, &f);
}

/*
 * Where a lookup or a snapshot showed the host, its driver may have been in
 * dax_remove_host before the audit could see it. Not so when the driver began its
 * teardown later, or when all this is long ago.
 */
static bool may_have_left(const struct dxa_context *ctx, const struct life *l, uint64_t now)
{
	if (!l->host_since || (ctx && ctx->id && ctx->start > l->host_since))
		return false;
	return now < l->host_since || now - l->host_since <= LONG_AGO_NS;
}

void judge_host(struct dxa_engine *e, const struct dxa_context *ctx, struct life *l,
		const struct rec *r, uint64_t now)
{
	if (!l->host || life_unsure(e, l) || blind(e, DXA_KIND_DAX_REMOVE_HOST))
		return;
	if (may_have_left(ctx, l, now))
		gap(e, DXA_GAP_UNCERTAIN);
	else
		report_left_behind(e, ctx, l, r);
	life_clear_host(e, l);
}

void hosts_free(struct dxa_engine *e)
{
	struct left_disk *d;

	while ((d = DXA_LIST_OF(e->left_order.first, struct left_disk, link)))
		forget_left(e, d);
	dxa_map_free(&e->left);
	dxa_map_free(&e->host_told);
}
