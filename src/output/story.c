// SPDX-License-Identifier: GPL-2.0-only
#include "output/story.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/event_kinds.h"
#include "engine/errname.h"
#include "engine/owner.h"

/* A value that may be a pointer, NULL or an ERR_PTR. */
static void spell_pointer(char *buf, size_t size, enum dxa_pseudonym_kind kind, uint64_t v,
			  const struct dxa_story_env *env)
{
	char name[DXA_ERRNAME_LEN], address[DXA_ADDRESS_LEN];

	if (!v)
		snprintf(buf, size, "NULL");
	else if (dxa_is_err_ptr(v))
		snprintf(buf, size, "-%s", dxa_errname(name, dxa_ptr_err(v), env->eopnotsupp));
	else
		snprintf(buf, size, "%s", dxa_pseudonym(address, env->pseudonyms, kind, "", v));
}

static void spell_int(char *buf, size_t size, int64_t v, const struct dxa_story_env *env)
{
	char name[DXA_ERRNAME_LEN];

	if (v < 0 && v >= -4095)
		snprintf(buf, size, "-%s", dxa_errname(name, (int)-v, env->eopnotsupp));
	else if (env->pseudonyms && (v < INT32_MIN || v > INT32_MAX))
		/* Of a kind that this version does not know: it may be a pointer. */
		spell_pointer(buf, size, DXA_PSEUDONYM_OBJECT, (uint64_t)v, env);
	else
		snprintf(buf, size, "%" PRId64, v);
}

static void spell_ops(char *buf, size_t size, const struct dxa_event *ev,
		      const struct dxa_story_env *env)
{
	char module[DXA_NAME_LEN];
	struct dxa_symbol sym;

	if (ev->ops && dxa_symbols_find(env->symbols, ev->ops, &sym) && !sym.offset)
		snprintf(buf, size, "%s", sym.name);
	else if (dxa_owner_of_event(env->symbols, ev, module) != DXA_DRIVER_UNKNOWN && module[0])
		snprintf(buf, size, "ops of %s", module);
	else
		spell_pointer(buf, size, DXA_PSEUDONYM_OPS, ev->ops, env);
}

/* The arguments that are of interest. */
static void spell_args(char *buf, size_t size, const struct dxa_event *ev,
		       const struct dxa_story_env *env)
{
	char dax[64], address[DXA_ADDRESS_LEN];

	spell_pointer(dax, sizeof(dax), DXA_PSEUDONYM_DEV, ev->dax, env);
	switch (ev->kind) {
	case DXA_KIND_ALLOC_DAX:
		spell_ops(buf, size, ev, env);
		break;
	case DXA_KIND_DAX_ADD_HOST:
	case DXA_KIND_SNAP_HOST:
		snprintf(buf, size, "%s, %s", dax, ev->name);
		break;
	case DXA_KIND_FS_DAX_GET_BY_BDEV:
		if (ev->arg)
			snprintf(buf, size, "%s, holder %s", ev->name,
				 dxa_pseudonym(address, env->pseudonyms, DXA_PSEUDONYM_HOLDER, "",
					       ev->arg));
		else
			snprintf(buf, size, "%s", ev->name);
		break;
	case DXA_KIND_REALLY_PROBE:
		snprintf(buf, size, "%s, %s", ev->name, ev->driver);
		break;
	case DXA_KIND_TASK_STATE:
		snprintf(buf, size, "%u", ev->tid);
		break;
	case DXA_KIND_TASK_WAITS:
		snprintf(buf, size, "%u, %s, %s", ev->tid, ev->name, ev->driver);
		break;
	default:
		if (ev->name[0])
			snprintf(buf, size, "%s", ev->name);
		else if (ev->dax || (ev->phase == DXA_PHASE_ARGS && !ev->obj))
			snprintf(buf, size, "%s", dax);
		else
			buf[0] = '\0';
	}
}

static bool takes_no_dax(unsigned int kind)
{
	return kind == DXA_KIND_DM_CREATE || kind == DXA_KIND_DM_DEV_CREATE ||
	       kind == DXA_KIND_CREATE_DEV_DAX || kind == DXA_KIND_CREATE_DEV_DAX_OLD;
}

/* The result, if the function has one. */
static bool spell_result(char *buf, size_t size, const struct dxa_event *ev,
			 const struct dxa_story_env *env)
{
	char name[DXA_ERRNAME_LEN];

	switch (ev->kind) {
	case DXA_KIND_RUN_DAX:
	case DXA_KIND_RELEASE_DRIVER:
	case DXA_KIND_SNAP_DEVICE:
	case DXA_KIND_SNAP_HOST:
	case DXA_KIND_SNAP_END:
	case DXA_KIND_DRIVER:
	case DXA_KIND_BUS_DEVICE:
	case DXA_KIND_USED_GONE:
	case DXA_KIND_DISK_USED:
	case DXA_KIND_TASK_WAITS:
		return false;
	case DXA_KIND_ALLOC_DAX:
	case DXA_KIND_FS_DAX_GET_BY_BDEV:
	case DXA_KIND_CREATE_DEV_DAX:
	case DXA_KIND_CREATE_DEV_DAX_OLD:
		spell_pointer(buf, size, DXA_PSEUDONYM_DEV, (uint64_t)ev->ret, env);
		return true;
	case DXA_KIND_REALLY_PROBE:
		/* The driver core returns probe errors as positive numbers. */
		if (ev->ret > 0)
			snprintf(buf, size, "%s", dxa_errname(name, (int)ev->ret, env->eopnotsupp));
		else
			spell_int(buf, size, ev->ret, env);
		return true;
	case DXA_KIND_TASK_STATE:
		snprintf(buf, size, "%c", (char)ev->ret);
		return true;
	default:
		spell_int(buf, size, ev->ret, env);
		return true;
	}
}

const char *dxa_story_call(char buf[DXA_WORDS_LEN], const struct dxa_event *ev,
			   const struct dxa_story_env *env)
{
	const struct dxa_kind_info *info = dxa_kind_info(ev->kind);
	bool returned = ev->phase & DXA_PHASE_RET || (info && info->synthetic);
	char args[128] = "", result[64];
	size_t n;

	if (ev->phase != DXA_PHASE_RET && !takes_no_dax(ev->kind))
		spell_args(args, sizeof(args), ev, env);
	if (ev->phase == DXA_PHASE_RET)
		n = (size_t)snprintf(buf, DXA_WORDS_LEN, "%s", dxa_kind_name(ev->kind));
	else
		n = (size_t)snprintf(buf, DXA_WORDS_LEN, "%s(%s)", dxa_kind_name(ev->kind), args);
	if (returned && n < DXA_WORDS_LEN && spell_result(result, sizeof(result), ev, env))
		snprintf(buf + n, DXA_WORDS_LEN - n, " = %s", result);
	return buf;
}

const char *dxa_story_caller(char buf[DXA_WORDS_LEN], const struct dxa_event *ev,
			     const struct dxa_story_env *env)
{
	char address[DXA_ADDRESS_LEN];
	struct dxa_symbol sym;
	uint64_t at = dxa_symbols_caller(env->symbols, ev, &sym);

	if (!at)
		return NULL;
	if (sym.name)
		snprintf(buf, DXA_WORDS_LEN, "%s+0x%" PRIx64 "%s%s%s", sym.name, sym.offset,
			 sym.module ? " [" : "", sym.module ? sym.module : "",
			 sym.module ? "]" : "");
	else
		snprintf(buf, DXA_WORDS_LEN, "%s (module gone?)",
			 dxa_pseudonym(address, env->pseudonyms, DXA_PSEUDONYM_CODE, "", at));
	return buf;
}

const char *dxa_story_wall(char buf[DXA_WALL_LEN], uint64_t ns)
{
	const uint64_t s = ns / 1000000000;
	const time_t seconds = (time_t)s;
	struct tm tm;

	/*
	 * A recording may contain any number: avoid years of five digits, and the years that a
	 * time_t of 32 bits cannot express.
	 */
	if (!ns || s > 253402300799 || (uint64_t)seconds != s || !gmtime_r(&seconds, &tm) ||
	    !strftime(buf, DXA_WALL_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm))
		buf[0] = '\0';
	return buf;
}

const char *dxa_story_flags(char buf[DXA_WORDS_LEN], uint32_t flags)
{
	static const char *const names[] = {
		[DXA_DAXDEV_ALIVE] = "alive", [DXA_DAXDEV_WRITE_CACHE] = "write-cache",
		[DXA_DAXDEV_SYNC] = "sync",   [DXA_DAXDEV_NOCACHE] = "nocache",
		[DXA_DAXDEV_NOMC] = "nomc",
	};
	const size_t n = sizeof(names) / sizeof(names[0]);
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < n; i++)
		if (flags >> i & 1)
			len += (size_t)snprintf(buf + len, DXA_WORDS_LEN - len, "%s%s",
						len ? "+" : "", names[i]);
	if (flags >> n)
		snprintf(buf + len, DXA_WORDS_LEN - len, "%s0x%x", len ? "+" : "", flags >> n << n);
	return buf;
}

const char *dxa_story_state(char buf[DXA_WORDS_LEN], const struct dxa_event *ev)
{
	const uint32_t alive = 1u << DXA_DAXDEV_ALIVE;
	char flags[DXA_WORDS_LEN];
	int n;

	if (!(ev->has & DXA_HAS_DAX))
		return NULL;
	n = snprintf(buf, DXA_WORDS_LEN, "minor %u, refs %d, %s", DXA_DEV_MINOR(ev->rdev), ev->refs,
		     ev->dax_flags & alive ? "alive" : "dead");
	/* Show unexpected flags of a new device. */
	if (ev->kind == DXA_KIND_ALLOC_DAX && ev->dax_flags & ~alive)
		snprintf(buf + n, (size_t)(DXA_WORDS_LEN - n), ", flags %s",
			 dxa_story_flags(flags, ev->dax_flags & ~alive));
	return buf;
}

const char *dxa_story_context(char buf[DXA_WORDS_LEN], const struct dxa_context *ctx)
{
	if (ctx->kind == DXA_KIND_REALLY_PROBE)
		snprintf(buf, DXA_WORDS_LEN, "probe of %s by %s", ctx->device, ctx->driver);
	else if (ctx->kind == DXA_KIND_RELEASE_DRIVER)
		snprintf(buf, DXA_WORDS_LEN, "unbind of %s from %s", ctx->device,
			 ctx->driver[0] ? ctx->driver : "its driver");
	else
		snprintf(buf, DXA_WORDS_LEN, "%s%s%s", dxa_kind_name(ctx->kind),
			 ctx->device[0] ? " of " : "", ctx->device);
	return buf;
}

const char *dxa_outcome_name(enum dxa_outcome outcome)
{
	static const char *const names[] = {
		[DXA_OUTCOME_OPEN] = "open",	     [DXA_OUTCOME_OK] = "ok",
		[DXA_OUTCOME_DEFERRED] = "deferred", [DXA_OUTCOME_NO_DEVICE] = "no-device",
		[DXA_OUTCOME_FAILED] = "failed",     [DXA_OUTCOME_MISSED] = "missed",
	};

	return names[outcome];
}

const char *dxa_story_outcome(char buf[DXA_WORDS_LEN], const struct dxa_context *ctx,
			      const struct dxa_story_env *env)
{
	char name[DXA_ERRNAME_LEN];

	switch (ctx->outcome) {
	case DXA_OUTCOME_OPEN:
		snprintf(buf, DXA_WORDS_LEN, "has not ended");
		break;
	case DXA_OUTCOME_OK:
		snprintf(buf, DXA_WORDS_LEN, "succeeded");
		break;
	case DXA_OUTCOME_DEFERRED:
		snprintf(buf, DXA_WORDS_LEN, "was deferred");
		break;
	case DXA_OUTCOME_NO_DEVICE:
		snprintf(buf, DXA_WORDS_LEN, "does not take it (%s)",
			 dxa_errname(name, ctx->err, env->eopnotsupp));
		break;
	case DXA_OUTCOME_FAILED:
		snprintf(buf, DXA_WORDS_LEN, "failed with %s",
			 dxa_errname(name, ctx->err, env->eopnotsupp));
		break;
	case DXA_OUTCOME_MISSED:
		snprintf(buf, DXA_WORDS_LEN, "ended unseen");
		break;
	}
	return buf;
}

int dxa_story_nesting(const struct dxa_event *ev)
{
	const struct dxa_kind_info *info = dxa_kind_info(ev->kind);

	if (!info || info->synthetic || info->shape != DXA_SHAPE_BRACKET)
		return 0;
	return ev->phase == DXA_PHASE_ARGS ? 1 : -1;
}

/* ---- facts ---- */

/* The device of an event, with the name of its disk or device if the record has it. */
static const char *spell_device(char *buf, size_t size, const struct dxa_event *ev,
				const struct dxa_story_env *env)
{
	char dax[64];

	spell_pointer(dax, sizeof(dax), DXA_PSEUDONYM_DEV, ev->dax, env);
	snprintf(buf, size, "%s%s%s", dax, ev->name[0] ? ", " : "", ev->name);
	return buf;
}

static void spell_users(char *buf, const struct dxa_event *ev)
{
	const char *who = ev->driver[0] ? ev->driver : "another user";

	if (ev->kind == DXA_KIND_USED_GONE)
		snprintf(buf, DXA_WORDS_LEN, "the disk %s is gone, but %s still uses it", ev->name,
			 who);
	else
		snprintf(buf, DXA_WORDS_LEN, "%s has %s open (%u:%u)", who, ev->name,
			 DXA_DEV_MAJOR(ev->rdev), DXA_DEV_MINOR(ev->rdev));
}

static void spell_task(char *buf, const struct dxa_event *ev)
{
	if (ev->kind == DXA_KIND_TASK_WAITS)
		snprintf(buf, DXA_WORDS_LEN,
			 "task %u waits in %s for a lock that its caller in %s holds", ev->tid,
			 ev->name, ev->driver);
	else
		snprintf(buf, DXA_WORDS_LEN, "task %u is in state %c%s%s", ev->tid, (char)ev->ret,
			 ev->name[0] ? ", in " : "", ev->name);
}

const char *dxa_story_fact(char buf[DXA_WORDS_LEN], const struct dxa_event *ev,
			   const struct dxa_story_env *env)
{
	bool before = !env->before || ev->ts <= env->before;
	char device[128];

	spell_device(device, sizeof(device), ev, env);
	switch (ev->kind) {
	case DXA_KIND_SNAP_DEVICE:
		snprintf(buf, DXA_WORDS_LEN, "%s %s", device,
			 before ? "was there before the audit" : "is there");
		return buf;
	case DXA_KIND_SNAP_HOST:
		snprintf(buf, DXA_WORDS_LEN, "%s %s in dax_hosts%s", device, before ? "was" : "is",
			 before ? " before the audit" : "");
		return buf;
	case DXA_KIND_DISK_STATE:
		snprintf(buf, DXA_WORDS_LEN, "the queue of %s %s DAX", ev->name,
			 ev->ret > 0 ? "advertises" : "does not advertise");
		return buf;
	case DXA_KIND_DISK_USED:
	case DXA_KIND_USED_GONE:
		spell_users(buf, ev);
		return buf;
	case DXA_KIND_TASK_STATE:
	case DXA_KIND_TASK_WAITS:
		spell_task(buf, ev);
		return buf;
	case DXA_KIND_LOST:
		snprintf(buf, DXA_WORDS_LEN, "%" PRId64 " records are missing here",
			 (int64_t)ev->ret);
		return buf;
	case DXA_KIND_DRIVER:
		snprintf(buf, DXA_WORDS_LEN, "this kernel has %s",
			 ev->name[0] ? ev->name : "device-dax");
		return buf;
	case DXA_KIND_BUS_DEVICE:
		snprintf(buf, DXA_WORDS_LEN, "%s is on the %s bus, %s%s", ev->name, ev->bus,
			 ev->driver[0] ? "bound to " : "without a driver", ev->driver);
		return buf;
	case DXA_KIND_SNAP_END:
		snprintf(buf, DXA_WORDS_LEN, "a snapshot was taken");
		return buf;
	default:
		return NULL;
	}
}

enum dxa_context_sort dxa_story_sort(uint16_t kind)
{
	switch (kind) {
	case DXA_KIND_REALLY_PROBE:
	case DXA_KIND_PMEM_ATTACH_DISK:
	case DXA_KIND_VIRTIO_FS_PROBE:
		return DXA_CONTEXT_PROBE;
	case DXA_KIND_RELEASE_DRIVER:
		return DXA_CONTEXT_UNBIND;
	default:
		return DXA_CONTEXT_CREATION;
	}
}

const char *dxa_story_sort_name(enum dxa_context_sort sort)
{
	static const char *const names[] = { [DXA_CONTEXT_PROBE] = "probe",
					     [DXA_CONTEXT_UNBIND] = "unbind",
					     [DXA_CONTEXT_CREATION] = "creation" };

	return names[sort];
}
