/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading from and writing to what may stall (a pipe, a terminal) without waiting
 * for longer than the user wants: a wait ends at a signal that dxa_signals_next()
 * has not returned yet.
 */
#ifndef DAXAUDIT_BASE_PATIENT_H
#define DAXAUDIT_BASE_PATIENT_H

#include <poll.h>
#include <stddef.h>
#include <stdio.h>

/* A stream's descriptor, and the errno of the first write that failed: nothing is written after it.
 */
struct dxa_patient {
	int fd;
	int err;
};

/*
 * Wait until fd has events (POLLIN, POLLOUT) or an error. 0; EINTR when a
 * signal asks to end; ETIMEDOUT when dxa_patient_limit() is over; or errno.
 */
int dxa_patient_wait(int fd, short events);

/* Write all of it. 0 or errno, as dxa_patient_wait() has it. */
int dxa_patient_write(int fd, const void *data, size_t len);

/* Write a printf-style line of at most 2 KiB; what cannot be written is lost. */
void dxa_patient_printf(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * A stream that writes patiently to p->fd, which its fclose() does not close. Lines
 * are written when they end where fd is a terminal. NULL without memory.
 */
FILE *dxa_patient_stream(struct dxa_patient *p);

/* From now on no wait lasts longer than ms milliseconds; -1: as long as it takes. */
void dxa_patient_limit(int ms);

/* strerror(), with words for why a wait ended. */
const char *dxa_patient_strerror(int err);

#endif
