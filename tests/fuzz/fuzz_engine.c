// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine with any stream of events: calls that overlap, returns that never
 * come, addresses used in every wrong order. An input is a byte of
 * configuration and then one `struct step` per event; few tasks, devices and
 * disks, so that events meet.
 */
#include <string.h>

#include "audit.h"
#include "step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t pointer(uint8_t n, uint64_t at)
{
	switch (n) {
	case 0:
		return 0;
	case 0xff:
		return (uint64_t)-95;
	case 0xfe:
		return (uint32_t)-12;
	default:
		return at + n % 16 * 0x1000ull;
	}
}

static void make_event(struct dxa_event *ev, const struct step *s, uint64_t n, uint64_t *now)
{
	static const char *const names[] = { "",	"pmem0", "namespace0.0", "dax0.0",
					     "nd_pmem", "dm-0",	 "virtio0",	 "pmem_dax_ops" };

	*now += (uint64_t)s->time * s->time * s->time * 10000;
	*ev = (struct dxa_event){ .seq = n + (s->flags >> 7),
				  .ts = *now,
				  .dax = pointer(s->dax, STEP_DAX_AT),
				  .obj = pointer(s->obj, STEP_OBJ_AT),
				  .arg = pointer(s->arg, STEP_OBJ_AT),
				  .ret = s->ret_is_dax ? (int64_t)pointer(s->dax, STEP_DAX_AT) :
							 s->ret,
				  .ops = pointer(s->ops, STEP_OPS_AT),
				  .tid = s->tid % 8,
				  .tgid = s->tid % 8,
				  .rdev = s->obj,
				  .refs = s->refs,
				  .cdev_refs = s->arg % 3,
				  .dax_flags = s->flags & 0x1f,
				  .kind = s->kind,
				  .phase = s->phase & 3,
				  .has = s->phase >> 4 };
	strcpy(ev->name, names[s->name % 8]);
	strcpy(ev->bus, s->name & 8 ? "dax" : "nd");
	strcpy(ev->driver, s->name & 16 ? "device_dax" : "nd_pmem");
	strcpy(ev->comm, "task");
	ev->stack[0] = ev->ops;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dxa_symbols *symbols = dxa_symbols_new(NULL, NULL);
	struct dxa_engine_config config = { .eopnotsupp = 95, .symbols = symbols };
	struct audit a = { .pick = size,
			   .run = { .release = "6",
				    .version = "1",
				    .machine = "x86_64",
				    .aliasing_from = "fuzz",
				    .story = { symbols, 95 } } };
	uint64_t now = 1000000000;

	if (!size || !symbols) {
		dxa_symbols_free(symbols);
		return 0;
	}
	config.aliasing = a.run.aliasing = (enum dxa_aliasing)(data[0] % 3);
	config.blind_hooks = data[0] & 4 ? 1u << (data[0] >> 3) : 0;
	audit_begin(&a, &config);
	data++;
	size--;
	for (uint64_t n = 1; size >= sizeof(struct step); n++) {
		struct dxa_event ev;
		struct step s;

		memcpy(&s, data, sizeof(s));
		data += sizeof(s);
		size -= sizeof(s);
		make_event(&ev, &s, n, &now);
		audit_feed(&a, &ev);
	}
	audit_end(&a, now, NULL, 0, NULL);
	dxa_symbols_free(symbols);
	return 0;
}
