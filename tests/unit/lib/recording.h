/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recordings to test with, and their expected contents. Each function fails the test that calls it.
 */
#ifndef DAXAUDIT_TESTS_RECORDING_H
#define DAXAUDIT_TESTS_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/reader.h"
#include "record/record.h"

#define CALL_SITE 0xffffffff81000000ull

/* A folder of this run, and the recording in it that all functions here use. */
extern char rec_dir[];
extern char rec_path[64];
/* How each hook is attached, and its counters. */
extern struct dxa_hook_status rec_hooks[DXA_HOOK_MAX];
extern size_t rec_n_hooks;

/* For cmocka_run_group_tests(). */
int recording_set_up(void **state);
int recording_tear_down(void **state);

/* Event number i: a value in every field; every second one resembles its predecessor. */
struct dxa_event some_event(uint64_t i);

/* A header with a value in every field. */
struct dxa_record_head some_head(void);

/* Record the first n events, flushed after every `flush`; with_end: also write a trailer. */
void record(uint64_t n, uint64_t flush, bool with_end);

/* The file must be refused, with one line that says why. */
void expect_refusal(const char *file, const char *why);

/* Read to the end: the events must be the first ones of record(). Returns their number. */
uint64_t read_events(struct dxa_reader *r);

/* These must be rec_hooks, with their counters or with zeros. */
void check_hooks(const struct dxa_hook_status *got, size_t n, bool counters);

/* The recording must be complete, and the result of record(n, ..., true). */
void check_whole(uint64_t n);

#endif
