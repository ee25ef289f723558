/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watching a running kernel: load the BPF programs, attach each hook in the
 * way this kernel allows, deliver records. The only user of libbpf. Knows
 * nothing of the engine: it hands events to a callback.
 */
#ifndef DAXAUDIT_PROBE_PROBE_H
#define DAXAUDIT_PROBE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hookstat.h"
#include "base/symbols.h"
#include "daxaudit/event.h"

struct dxa_probe;

struct dxa_probe_config {
	size_t ring_size; /* bytes, a power of two and a multiple of the page size; 0: 2 MiB */
	bool kprobes_only; /* never use trampolines */
	bool no_hooks; /* dxa_probe_snapshot() only: what is there now, not what happens */
	const char *btf; /* BTF file for CO-RE instead of the kernel's own; NULL for none */
};

/* Receives events in the order in which the kernel submitted them. */
typedef void (*dxa_event_fn)(void *priv, const struct dxa_event *ev);

/*
 * Check that this kernel can be audited, load and attach everything. Nothing is
 * recorded before dxa_probe_start(). Fails with NO_DAX, REFUSED (one line that
 * says what to do) or SYSTEM; hooks that cannot be attached are not an error
 * unless the hook table says so. The caller closes *ret with dxa_probe_close().
 */
struct dxa_err *dxa_probe_open(const struct dxa_probe_config *config, struct dxa_probe **ret);

/* Start recording; events go to fn(priv, ...) from within dxa_probe_consume(). */
void dxa_probe_start(struct dxa_probe *p, dxa_event_fn fn, void *priv);

/*
 * Deliver a record for every dax_device there is, every entry of dax_hosts and
 * every file system whose disk is gone; after dxa_probe_start(), so that what
 * comes or goes meanwhile is in the stream twice, never missed. Returns what
 * that is complete in, as bits (daxaudit/snapshot.h). *why gets why it is not
 * complete, or NULL; owned by the probe.
 */
uint32_t dxa_probe_snapshot(struct dxa_probe *p, const char **why);

/*
 * Stop recording and deliver all records; a hook that is at work has a second to
 * submit its record. A LOST event then gives the number of missing records.
 * Then add the drivers that came during the audit.
 */
void dxa_probe_stop(struct dxa_probe *p);

/* Becomes readable when records wait. Owned by the probe. */
int dxa_probe_fd(const struct dxa_probe *p);

/* The ring buffer itself, for further programs that submit records. Owned by the probe. */
int dxa_probe_ring_fd(const struct dxa_probe *p);

/* Deliver what waits now; what comes meanwhile may be left for the next call. */
void dxa_probe_consume(struct dxa_probe *p);

/*
 * 0, or while hooks are silenced (ftrace or kprobes were switched off) the ktime (ns) at
 * which dxa_probe_consume() should look whether it is over. LOST events tell of it.
 */
uint64_t dxa_probe_silence(const struct dxa_probe *p);

/* Status of every hook, counters as of now. Owned by the probe; *n gets the number. */
const struct dxa_hook_status *dxa_probe_hooks(struct dxa_probe *p, size_t *n);

/* Can the counters be read with the capabilities that are effective now? */
bool dxa_probe_readable(const struct dxa_probe *p);

/*
 * Try again to remove the kprobe events of killed auditors that the kernel still used when
 * this one started. Returns true while some are left. Needs no privilege.
 */
bool dxa_probe_sweep(struct dxa_probe *p);

/* Give back memory that is not needed until the next module comes or an unknown address. */
void dxa_probe_trim(struct dxa_probe *p);

/* The names of kernel addresses; owned by the probe. */
struct dxa_symbols *dxa_probe_symbols(struct dxa_probe *p);

/*
 * For a process that ends soon: detach all kprobes and remove their events. Returns how many
 * descriptors hold the trampolines, which the kernel detaches when each is closed by its last
 * holder: *fds, with room for one more, which the caller frees; the descriptors stay the
 * probe's. 0 and NULL if there are none. p may be NULL.
 */
size_t dxa_probe_leave(struct dxa_probe *p, int **fds);

/* Detach everything, remove the kprobe events, free. NULL is allowed. */
void dxa_probe_close(struct dxa_probe *p);

#endif
