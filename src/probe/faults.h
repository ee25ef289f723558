/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making calls fail inside the probes and creations of chosen drivers. Everything is
 * bound to file descriptors of this process: when it ends in any way, nothing is left
 * in the kernel.
 */
#ifndef DAXAUDIT_PROBE_FAULTS_H
#define DAXAUDIT_PROBE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "daxaudit/faults.h"
#include "probe/probe.h"

struct dxa_faults;

/* The user's name of the i-th driver that can be swept; NULL after the last. Static. */
const char *dxa_faults_driver(int i);

struct dxa_faults_config {
	uint32_t drivers; /* bits 1 << i of dxa_faults_driver() */
	const char *const *sites; /* "slab", "page", or functions of the kernel's list */
	size_t n_sites;
};

/*
 * Check, without attaching, that these sites can be made to fail. INPUT for a site that
 * is not in the kernel's list, REFUSED without a list.
 */
struct dxa_err *dxa_faults_check(const struct dxa_faults_config *config);

/*
 * Attach to the brackets of the drivers and to the sites; nothing fails yet. Every failure
 * is a FAULT event in the stream of p, which must be open with hooks. INPUT for a site that
 * is not in the kernel's list; REFUSED if the kernel cannot override functions, or has none
 * of the brackets. The caller closes *ret with dxa_faults_close().
 */
struct dxa_err *dxa_faults_open(const struct dxa_faults_config *config, struct dxa_probe *p,
				struct dxa_faults **ret);

/*
 * Begin a round. With DXA_FAULT_ONCE and DXA_FAULT_FROM, the call with this key fails that
 * has `before` calls with the same key before it in the round.
 */
void dxa_faults_arm(struct dxa_faults *f, enum dxa_fault_mode mode, uint64_t key, uint32_t before);

/* End a round: nothing fails from now on. */
void dxa_faults_disarm(struct dxa_faults *f);

/*
 * The fallible calls of the last round, in order. *n: how many are kept; *total: how many
 * there were; *entered: number of brackets. Owned by f, overwritten by the next round.
 */
const struct dxa_fault_call *dxa_faults_calls(const struct dxa_faults *f, size_t *n, size_t *total,
					      size_t *entered);

/* How many calls failed in the last round. */
size_t dxa_faults_failed(const struct dxa_faults *f);

/* The function of a site. Owned by f. */
const char *dxa_faults_site(const struct dxa_faults *f, uint32_t site);

/* Is function a bracket, or really_probe? The driver's part of a call stack ends there. */
bool dxa_faults_is_bracket(const char *function);

/* Detach and free. NULL is allowed. */
void dxa_faults_close(struct dxa_faults *f);

#endif
