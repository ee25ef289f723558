/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracing a running kernel: load the BPF programs, attach each hook in the way that
 * this kernel allows, and deliver records to a callback. The only user of libbpf;
 * independent of the engine.
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
	bool deep; /* hook the users of a device, too: DXA_DEEP_HOOKS */
	bool no_hooks; /* for dxa_probe_snapshot() only */
	const char *btf; /* BTF file for CO-RE instead of the kernel's own; NULL for none */
};

/* Receives events in the order in which the kernel submitted them. */
typedef void (*dxa_event_fn)(void *priv, const struct dxa_event *ev);

/*
 * Check that this kernel can be audited, load and attach all programs. Nothing is
 * recorded before dxa_probe_start(). Fails with NO_DAX, REFUSED (the line says what
 * to do) or SYSTEM. A hook that cannot be attached is an error only if its need in the
 * hook table is CORE. The caller closes *ret with dxa_probe_close().
 */
struct dxa_err *dxa_probe_open(const struct dxa_probe_config *config, struct dxa_probe **ret);

/* Start recording; dxa_probe_consume() passes events to fn(priv, ...). */
void dxa_probe_start(struct dxa_probe *p, dxa_event_fn fn, void *priv);

/*
 * Take a snapshot: deliver records of existing dax_devices, entries of dax_hosts and
 * openers of block devices. Call it after dxa_probe_start(), so that a device that is
 * allocated meanwhile is recorded twice and never missed. Returns the complete parts as
 * bits (daxaudit/snapshot.h). *why gets the reason for missing parts, or NULL; owned by
 * the probe.
 */
uint32_t dxa_probe_snapshot(struct dxa_probe *p, const char **why);

/*
 * May removed disks be in use: did the last snapshot show one, or can it not tell? A disk is
 * marked as dead before it leaves sysfs (del_gendisk() in block/genhd.c, 6.1.176, 7.2.13).
 */
bool dxa_probe_used_gone(const struct dxa_probe *p);

/*
 * Stop recording and deliver all records; a running program gets a second to submit its
 * record. If records are missing, a LOST event gives their number. Then add DRIVER events
 * for drivers that were loaded during the audit.
 */
void dxa_probe_stop(struct dxa_probe *p);

/*
 * The ring buffer, for EPOLLIN | EPOLLET, and for further programs that submit records. An
 * edge comes as dxa_probe_gather() says. Owned by the probe.
 */
int dxa_probe_fd(const struct dxa_probe *p);

/*
 * Read the kernel's symbols again if a module has come or gone, ahead of dxa_probe_stop(): it
 * takes a tenth of a second. Returns whether they were read.
 */
bool dxa_probe_refresh(struct dxa_probe *p);

/*
 * Before sleeping. Returns for how long (ns) the caller may sleep before dxa_probe_consume();
 * 0: until there is an edge. Records that follow one another closely are gathered: the first
 * one makes an edge, then the one that fills a quarter of the ring buffer. `more`: that first
 * one has arrived, and more are expected.
 */
uint64_t dxa_probe_gather(struct dxa_probe *p, bool more);

/* Deliver the records that are there now; later ones may be left for the next call. */
void dxa_probe_consume(struct dxa_probe *p);

/*
 * While hooks are silenced (ftrace or kprobes were switched off): the ktime (ns) at which
 * dxa_probe_consume() should check whether it is over. LOST events report it. Else 0.
 */
uint64_t dxa_probe_silence(const struct dxa_probe *p);

/* The status of every hook with its current counters. Owned by the probe; *n: their number. */
const struct dxa_hook_status *dxa_probe_hooks(struct dxa_probe *p, size_t *n);

/* Can the counters be read with the capabilities that are effective now? */
bool dxa_probe_readable(const struct dxa_probe *p);

/*
 * How many kprobe events of killed auditors were removed when this one started; *left gets
 * how many the kernel still used then.
 */
size_t dxa_probe_swept(const struct dxa_probe *p, size_t *left);

/*
 * Try again to remove the kprobe events of killed auditors that the kernel still used when
 * this one started. Returns true while some are left. Needs no privilege.
 */
bool dxa_probe_sweep(struct dxa_probe *p);

/* Free memory that is not needed until a module is loaded or an unknown address is looked up. */
void dxa_probe_trim(struct dxa_probe *p);

/* The symbols of kernel addresses; owned by the probe. */
struct dxa_symbols *dxa_probe_symbols(struct dxa_probe *p);

/*
 * For a process that ends soon: detach all kprobes and remove their events. The kernel
 * detaches a trampoline when its descriptor is closed for the last time: *fds gets these
 * descriptors, with room for one more; the caller frees the array, the probe owns the
 * descriptors. Returns their number; 0 and NULL if there are none. p may be NULL.
 */
size_t dxa_probe_leave(struct dxa_probe *p, int **fds);

/* Detach everything, remove the kprobe events, free. NULL is allowed. */
void dxa_probe_close(struct dxa_probe *p);

#endif
