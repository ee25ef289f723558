// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/places.h"
#include "lib/scripts.h"
uint32_t draw(struct stage *st, uint32_t below)
{
	st->random ^= st->random << 13;
	st->random ^= st->random >> 7;
	st->random ^= st->random << 17;
	return (uint32_t)(st->random >> 20) % below;
}

/* ---- scripts ---- */

static void add(struct actor *a, enum op op, int arg)
{
	assert_true(a->len < SCRIPT_MAX);
	a->script[a->len++] = (struct line){ op, arg };
}

static void add_all(struct actor *a, const struct line *lines, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		add(a, lines[i].op, lines[i].arg);
}

#define SCRIPT(a, ...)                                                \
	do {                                                          \
		const struct line lines_[] = { __VA_ARGS__ };         \
		add_all(a, lines_, sizeof(lines_) / sizeof(*lines_)); \
	} while (0)

static void pmem_comes(struct actor *a)
{
	a->who = ASK_PMEM;
	SCRIPT(a, { PROBE, 0 }, { ATTACH, 0 }, { ALLOC, 0 }, { HOST, 0 }, { UP, 0 },
	       { ATTACHED, 0 }, { PROBED, 0 });
}

static void pmem_goes(struct actor *a)
{
	SCRIPT(a, { BY, 1 }, { UNBIND, 0 }, { UNHOST, 0 }, { KILL, 0 }, { PUT, 0 }, { UNBOUND, 0 });
}

static void mounts(struct stage *st, struct actor *a, bool before)
{
	int n = (int)draw(st, 3), i;

	for (i = 0; i < n; i++) {
		if (before)
			SCRIPT(a, { BY, 2 + i }, { GET, 0 });
		else
			SCRIPT(a, { BY, 2 + i });
		if (before && draw(st, 2))
			SCRIPT(a, { FS_PUT, 0 }, { GET, 0 });
	}
	/* Some end before the device does, the others long after. */
	for (i = 0; before && i < n; i++)
		if (draw(st, 2))
			SCRIPT(a, { BY, 9 }, { FS_PUT, 0 });
		else
			a->script[a->len++] = (struct line){ AGE, 0 };
}

static void end_mounts(struct actor *a)
{
	int open = 0;
	size_t i;

	for (i = 0; i < a->len; i++)
		open += a->script[i].op == GET ? 1 : a->script[i].op == FS_PUT ? -1 : 0;
	while (open-- > 0)
		SCRIPT(a, { BY, 8 }, { FS_PUT, 0 });
}

static void pmem_lives(struct stage *st, struct actor *a)
{
	pmem_comes(a);
	mounts(st, a, true);
	pmem_goes(a);
	end_mounts(a);
}

static void pmem_fails_well(struct stage *st, struct actor *a)
{
	a->who = ASK_PMEM;
	SCRIPT(a, { PROBE, 0 });
	switch (draw(st, 4)) {
	case 0:
		SCRIPT(a, { ALLOC_FAILS, K_ENOMEM }, { KILL_NULL, 0 }, { PUT_NULL, 0 },
		       { PROBED, K_ENOMEM });
		break;
	case 1:
		SCRIPT(a, { ATTACH, 0 }, { ALLOC, 0 }, { HOST_FAILS, K_ENOMEM }, { KILL, 0 },
		       { PUT, 0 }, { ATTACHED, -K_ENOMEM }, { PROBED, K_ENOMEM });
		break;
	case 2:
		SCRIPT(a, { ALLOC, 0 }, { HOST, 0 }, { ATTACH, 0 }, { ATTACHED, -K_ENOMEM },
		       { UNHOST, 0 }, { KILL, 0 }, { PUT, 0 }, { PROBED, K_ENOMEM });
		break;
	default:
		SCRIPT(a, { PROBED, draw(st, 2) ? K_ENXIO : K_EPROBE_DEFER });
	}
}

static void dm_comes(struct actor *a)
{
	a->who = ASK_DM;
	SCRIPT(a, { DM_IOCTL, 0 }, { DM_IN, 0 }, { ALLOC, 0 }, { HOST, 0 }, { DM_OUT, 0 });
}

static void dm_lives(struct stage *st, struct actor *a)
{
	dm_comes(a);
	if (draw(st, 4)) {
		SCRIPT(a, { DM_IOCTL_END, 0 }, { GET_NOTHING, 0 }, { PUT_NULL, 0 }, { BY, 1 },
		       { UNHOST, 0 }, { KILL, 0 }, { PUT, 0 });
	} else {
		SCRIPT(a, { UNHOST, 0 }, { KILL, 0 }, { PUT, 0 }, { DM_IOCTL_END, -K_EBUSY });
	}
}

static void virtiofs_lives(struct stage *st, struct actor *a)
{
	a->who = ASK_VIRTIOFS;
	SCRIPT(a, { PROBE, 0 }, { ALLOC, 0 });
	if (draw(st, 2))
		SCRIPT(a, { KILL, 0 }, { PUT, 0 }, { PROBED, 0 });
	else
		SCRIPT(a, { PROBED, 0 }, { BY, 1 }, { UNBIND, 0 }, { KILL, 0 }, { PUT, 0 },
		       { UNBOUND, 0 });
}

static void device_dax_comes(struct actor *a)
{
	a->who = ASK_DEVICE_DAX;
	SCRIPT(a, { PROBE, 0 }, { CREATE, 0 }, { ALLOC, 0 }, { KILL, 0 }, { PROBE_DAX, 0 },
	       { RUN, 0 }, { PROBED, 0 }, { CREATED, 0 }, { PROBED, 0 });
}

static void device_dax_lives(struct stage *st, struct actor *a)
{
	device_dax_comes(a);
	if (draw(st, 2))
		SCRIPT(a, { BY, 1 }, { UNBIND, 1 }, { KILL, 0 }, { UNBOUND, 1 }, { PROBE_DAX, 0 },
		       { RUN, 0 }, { PROBED, 0 });
	SCRIPT(a, { BY, 2 }, { UNBIND, 0 }, { KILL, 0 }, { UNBIND, 1 }, { KILL, 0 },
	       { UNBOUND, 1 });
	if (draw(st, 2))
		SCRIPT(a, { PUT, 0 }, { UNBOUND, 0 });
	else
		SCRIPT(a, { UNBOUND, 0 }, { AGE, 0 }, { BY, 3 }, { PUT, 0 });
}

static void noise(struct stage *st, struct actor *a)
{
	a->who = ASK_PMEM;
	if (draw(st, 2))
		SCRIPT(a, { GET_NOTHING, 0 }, { FS_PUT_NULL, 0 }, { AGE, 0 });
	else
		SCRIPT(a, { UNBIND, 0 }, { UNHOST, 0 }, { KILL_NULL, 0 }, { PUT_NULL, 0 },
		       { UNBOUND, 0 });
}

static void (*const legal[])(struct stage *st, struct actor *a) = {
	pmem_lives, pmem_fails_well, dm_lives, virtiofs_lives, device_dax_lives, noise,
};

/* ---- broken lives ---- */

static void break_null_teardown(struct actor *a)
{
	a->who = ASK_PMEM;
	SCRIPT(a, { PROBE, 0 }, { ATTACH, 0 }, { ALLOC, 0 }, { HOST_FAILS, K_ENOMEM },
	       { KILL_NULL, 0 }, { PUT_NULL, 0 }, { ATTACHED, -K_ENOMEM }, { PROBED, K_ENOMEM });
}

static void break_failed_probe(struct actor *a)
{
	a->who = ASK_VIRTIOFS;
	SCRIPT(a, { PROBE, 0 }, { ALLOC, 0 }, { PROBED, K_EIO });
}

static void break_unbind(struct actor *a)
{
	pmem_comes(a);
	SCRIPT(a, { UNBIND, 0 }, { UNHOST, 0 }, { UNBOUND, 0 });
}

static void break_unload(struct actor *a)
{
	a->who = ASK_FAMFS;
	SCRIPT(a, { ALLOC, 0 }, { AGE, 0 }, { MODULE_GONE, 0 });
}

static void break_err_ptr(struct actor *a)
{
	a->who = ASK_PMEM;
	SCRIPT(a, { PROBE, 0 }, { ALLOC_FAILS, K_ENOMEM }, { KILL_ERR, K_ENOMEM },
	       { PROBED, K_ENOMEM });
}

static void break_kill(struct actor *a)
{
	dm_comes(a);
	SCRIPT(a, { DM_IOCTL_END, 0 }, { UNHOST, 0 }, { PUT, 0 });
}

static void break_put(struct actor *a)
{
	dm_comes(a);
	SCRIPT(a, { DM_IOCTL_END, 0 }, { UNHOST, 0 }, { KILL, 0 }, { PUT, 1 });
}

static void break_order(struct actor *a)
{
	dm_comes(a);
	SCRIPT(a, { DM_IOCTL_END, 0 }, { UNHOST, 0 }, { KILL, 0 }, { PUT, 2 });
}

static void break_host(struct actor *a)
{
	dm_comes(a);
	SCRIPT(a, { DM_IOCTL_END, 0 }, { KILL, 0 }, { PUT, 0 });
}

static void break_alloc(struct actor *a)
{
	a->who = ASK_PMEM;
	SCRIPT(a, { PROBE, 0 }, { ALLOC_NULL, 0 }, { PROBED, 0 });
}

static void break_references(struct actor *a)
{
	pmem_comes(a);
	SCRIPT(a, { BY, 2 }, { GET, 0 }, { BY, 3 }, { GET_TAKEN, 0 }, { BY, 2 }, { FS_PUT, 0 });
	pmem_goes(a);
}

static void break_flags(struct actor *a)
{
	pmem_comes(a);
	a->script[2].op = ALLOC_STALE;
	pmem_goes(a);
}

static void break_cdev(struct actor *a)
{
	device_dax_comes(a);
	SCRIPT(a, { BY, 1 }, { UNBIND, 1 }, { KILL, 0 }, { UNBOUND, 1 }, { CDEV_OPEN, 0 },
	       { PROBE_DAX, 0 }, { RUN, 0 }, { PROBED, 0 });
}

static void break_probe(struct actor *a)
{
	device_dax_comes(a);
	a->len -= 2;
	SCRIPT(a, { STATE_D, 0 });
}

static void break_destruction(struct actor *a)
{
	dm_comes(a);
	SCRIPT(a, { DM_IOCTL_END, 0 }, { UNHOST, 0 }, { BY, 5 }, { PUT_UNSEEN, 0 });
}

static void break_policy(struct actor *a)
{
	a->who = ASK_PMEM;
	SCRIPT(a, { PROBE, 0 }, { ALLOC_FAILS, K_EOPNOTSUPP }, { PROBED, K_EOPNOTSUPP });
}

static void break_exemption(struct actor *a)
{
	a->who = ASK_DEVICE_DAX;
	SCRIPT(a, { CREATE, 0 }, { ALLOC_FAILS, K_EOPNOTSUPP }, { CREATED, -K_EOPNOTSUPP });
}

static const struct {
	const char *rule;
	void (*write)(struct actor *a);
} faults[] = {
	{ "null-teardown-leak", break_null_teardown },
	{ "leak-on-failed-probe", break_failed_probe },
	{ "leak-on-unbind", break_unbind },
	{ "leak-on-unload", break_unload },
	{ "err-ptr-teardown", break_err_ptr },
	{ "put-without-kill", break_kill },
	{ "put-after-free", break_put },
	{ "kill-after-free", break_order },
	{ "host-left-behind", break_host },
	{ "alloc-null", break_alloc },
	{ "reference-leak", break_references },
	{ "stale-flags", break_flags },
	{ "cdev-reinit", break_cdev },
	{ "stuck-probe", break_probe },
	{ "destroyed-alive", break_destruction },
	{ "fallback-fatal", break_policy },
	{ "device-dax-refused", break_exemption },
};

void write_legal(struct stage *st, struct actor *a)
{
	legal[draw(st, sizeof(legal) / sizeof(*legal))](st, a);
}

const char *write_broken(struct actor *a, size_t i)
{
	if (i >= sizeof(faults) / sizeof(*faults))
		return NULL;
	a->len = 0;
	faults[i].write(a);
	return faults[i].rule;
}
