/* SPDX-License-Identifier: GPL-2.0-only */
/* The interface between bpf/faults.bpf.c, which makes calls fail, and user space. */
#ifndef DAXAUDIT_FAULTS_H
#define DAXAUDIT_FAULTS_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* The number of innermost frames that identify a call stack. */
#define DXA_FAULT_FRAMES 48
/* The number of fallible calls of one round that are kept; later ones are only counted. */
#define DXA_FAULT_CALLS_MAX 8192
/* Functions that are made to fail at a time, and drivers whose probes are brackets. */
#define DXA_FAULT_SITES_MAX 16
#define DXA_FAULT_PROBES_MAX 12
#define DXA_FAULT_DRIVER_LEN 32

/* What to do with fallible calls inside a bracket. */
enum dxa_fault_mode {
	DXA_FAULT_OFF,
	DXA_FAULT_COUNT, /* none fails */
	DXA_FAULT_ONCE, /* the chosen call fails */
	/*
	 * The chosen call fails, and all later calls of its task until the innermost watched
	 * function around it returns: some callers retry.
	 */
	DXA_FAULT_FROM,
};

/* How to recognise, by the arguments, calls that must not fail. */
enum dxa_fault_filter {
	DXA_FAULT_ANY,
	DXA_FAULT_SLAB, /* should_failslab(cache, gfp) */
	DXA_FAULT_PAGE, /* should_fail_alloc_page(gfp, order) */
};

/* A function that is made to fail. */
struct dxa_fault_forced {
	__s64 value; /* what it returns then */
	__u32 filter; /* enum dxa_fault_filter */
	__u32 reserved;
	char function[DXA_FAULT_DRIVER_LEN];
};

/* One fallible call inside a bracket. */
struct dxa_fault_call {
	__u64 key; /* the same for all calls of one function with one call stack */
	__u32 site; /* index of the function */
	__u32 tid;
	__u32 frames; /* in stack */
	__u32 failed; /* 1: it was made to fail */
	__u64 stack[DXA_FAULT_FRAMES]; /* return addresses, innermost first */
};

#endif
