/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small kernel: the DAX core, the driver core and the tasks that use them, as
 * one plain struct, so that copying it saves and restores a state. Its
 * tasks take atomic steps; a step changes the state, or writes the record that a
 * hook would write, or both if they are atomic.
 *
 * Violations are detected from the kernel's own state, and never from results of the
 * engine. Nothing here may use src/engine, except the numbers of its rules.
 */
#ifndef DAXAUDIT_MODEL_WORLD_H
#define DAXAUDIT_MODEL_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxaudit/event.h"
#include "daxaudit/hooks.h"
#include "engine/rules.h"

#define DAXES 10 /* slots of the slab for a dax_device */
#define DISKS 3
#define DEVS 6
#define MOUNTS 3
#define TASKS 8 /* the last one is RCU */
#define RCU_TASK (TASKS - 1)
#define BREAKS 8
#define LOG_MAX 256

#define NO_SLOT (-1) /* a NULL pointer */
#define ERR_SLOT (-2) /* an ERR_PTR */

#define US 1000ull
#define MS 1000000ull

enum owner { OWN_PMEM, OWN_DM, OWN_VIRTIOFS, OWN_DEVICE_DAX, OWN_COUNT };
enum driver { DRV_NONE, DRV_PMEM, DRV_DAX_PMEM, DRV_DEVICE_DAX, DRV_KMEM, DRV_VIRTIOFS, DRV_BTT };

/*
 * Struct devices: two namespaces, the device-dax of the first, a virtio device, a dm
 * device, and one without DAX.
 */
enum dev { NS0, NS1, DAX0, VIRTIO0, DM0, FOREIGN };

enum stage {
	SLOT_FREE,
	SLOT_LIVE,
	SLOT_FREEING, /* the last reference is gone, the inode is still on the list */
	SLOT_EVICTED, /* it has left the list, dax_destroy_inode comes next */
	SLOT_DESTROYED, /* RCU will free it */
};

/* A pointer to a dax_device, and the life for which it was taken. */
struct ref {
	int8_t slot;
	uint8_t life;
};

struct dax {
	uint8_t stage;
	uint8_t life; /* counts from 1 */
	uint8_t owner; /* by its ops, enum owner */
	uint8_t asker; /* the owner for which it was allocated, also before its ops are set */
	uint8_t minor;
	int8_t refs;
	int8_t known; /* references, by the calls that hooks see */
	int8_t cdev_refs;
	uint8_t flags;
	uint8_t holder; /* 0: none */
	uint8_t lost_refs; /* taken, and never dropped */
	bool on_list; /* the snapshot's walk finds it */
	bool owned; /* its driver still has its reference, and can drop it */
	bool killed; /* in this life */
};

struct disk {
	bool there;
	bool dead; /* del_gendisk() has begun */
	bool says_dax; /* queue/dax */
	uint8_t gen; /* counts its gendisks: a gendisk in use keeps its address */
	struct ref host; /* what dax_hosts has for it, ... */
	uint8_t host_gen; /* ... by which gendisk */
};

struct dev_state {
	int8_t lock; /* the task that holds it plus one; 0: none */
	uint8_t driver;
	uint8_t link; /* the driver that sysfs shows */
	bool there; /* on its bus */
	bool opened; /* its character device is open */
	bool put_due; /* its last reference puts the dax_device */
	struct ref dax; /* the driver's own pointer */
};

struct mount {
	bool there;
	int8_t disk;
	uint8_t gen; /* of the disk that was opened */
	struct ref dax;
};

struct proc {
	uint8_t pc;
	uint8_t sub; /* step within the operation */
	uint8_t program; /* number in `programs` */
	uint8_t tid; /* its number, less 100 */
	uint8_t serial; /* counts the tasks that were started, this one included */
	uint8_t depth; /* of brackets it is in */
	uint8_t unbinding; /* struct devices whose drivers it releases, as bits */
	struct ref reg; /* the pointer that the task holds */
	bool reading; /* inside dax_read_lock() */
	bool nulls; /* kill_dax or put_dax had NULL since its last allocation */
	bool done;
	uint8_t unfilled; /* the number of its record that has its place, and not its contents; 0:
			     none */
};

/* A violation of the kernel's rules. */
struct brk {
	uint8_t rule; /* its rule */
	int8_t slot; /* NO_SLOT: no device is concerned */
	uint8_t life;
	uint8_t may; /* records after which it may be reported, ... */
	uint8_t must; /* ... and after which the stream must not pass; UINT8_MAX: never */
	bool astray; /* it hit the device that now has the address: a late audit cannot know it */
	/*
	 * Another task was inside alloc_dax, whose two records do not tell whether it has the
	 * address already and its return was missed: then a doubt is an answer, too.
	 */
	bool doubtful;
	uint8_t pad;
	uint32_t others; /* rules, as bits, that report the same violation, or follow from it */
};

struct world {
	struct dax dax[DAXES];
	struct disk disk[DISKS];
	struct dev_state dev[DEVS];
	struct mount mount[MOUNTS];
	struct proc proc[TASKS];
	struct brk brk[BREAKS];
	uint8_t n_brk;
	uint8_t gone; /* modules, as bits of enum owner, that are unloaded */
	uint8_t next_minor;
	uint8_t started; /* tasks */
	uint8_t n; /* records written */
	uint64_t log_hash;
};

/* How the hooks are attached, and the timing. */
struct mode {
	bool kprobes; /* acquiring calls give two records */
	bool slow; /* the machine is paused for more than a second before these records: */
	uint64_t pauses; /* as bits of their numbers, modulo 64 */
	bool mended; /* a lookup that finds another holder drops its reference */
	bool rcu_in_task; /* RCU frees in a busy task, not in an idle one */
	bool late; /* a task can be preempted between reserving its record and reading */
};

/* ---- the records of a history ---- */

struct history {
	struct mode mode;
	struct dxa_event log[LOG_MAX];
	struct world before[LOG_MAX]; /* the state before each record */
	uint8_t filled[LOG_MAX]; /* records there were when each one got its contents */
};

extern struct history history;

struct op;

/* The programs of the tasks, by number. */
#define PROGRAMS_MAX 64
extern const struct op *programs[PROGRAMS_MAX];

#define DAX_AT 0xffff888100000340ull
#define DAX_SIZE 0x340
#define DISK_AT 0xffff888300000000ull
#define DEV_AT 0xffff888200000000ull
#define OBJ_SIZE 0x1000
#define OPS_AT 0xffffffffc0100000ull
#define HOLDER_AT 0xffff888400000000ull

static inline uint64_t dax_addr(int slot)
{
	return slot >= 0	? DAX_AT + (uint64_t)slot * DAX_SIZE :
	       slot == ERR_SLOT ? (uint64_t)-95 :
				  0;
}

extern const char *const owner_ops[OWN_COUNT], *const owner_module[OWN_COUNT];
extern const char *const driver_names[], *const dev_names[DEVS], *const dev_buses[DEVS];
extern const char *const disk_names[DISKS];

/* ---- emit.c ---- */

uint64_t ops_addr(int owner);
uint32_t task_tid(const struct world *w, int task);

/* A record of that task, not yet written. */
struct dxa_event record(const struct world *w, int task, unsigned int kind, unsigned int phase);
void fill_dax(const struct world *w, struct dxa_event *ev, int slot);
void fill_disk(struct dxa_event *ev, int disk, int gen);
void fill_device(const struct world *w, struct dxa_event *ev, int dev);

/* A release of one driver, ev->arg, has no driver in its record if another one is bound. */
void drop_other_driver(const struct world *w, struct dxa_event *ev, int dev);
void write_record(struct world *w, struct dxa_event *ev);

/* Read the fields of record number n (from 1) again: its task was preempted. */
void fill_late(struct world *w, int n);

/* Part i of a snapshot: false if there is nothing to write. Parts end at SNAP_PARTS. */
#define SNAP_PARTS (DAXES + DISKS + MOUNTS + DISKS + 2 * DEVS + 1)
bool snapshot_part(const struct world *w, int i, struct dxa_event *ev);

/* ---- core.c: drivers/dax/super.c ---- */

void broke(struct world *w, enum dxa_rule rule, struct ref r, int may, int must, uint32_t others);
bool ref_valid(const struct world *w, struct ref r);
int core_alloc(struct world *w, int owner);
void core_put(struct world *w, struct proc *p, bool seen);
bool core_put_step(struct world *w, int task);

#define RULE(id) (1u << DXA_RULE_##id)

#endif
