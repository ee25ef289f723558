/* SPDX-License-Identifier: GPL-2.0-only */
/* Progress and diagnosis; errors are struct dxa_err. */
#ifndef DAXAUDIT_BASE_LOG_H
#define DAXAUDIT_BASE_LOG_H

enum dxa_log_level {
	DXA_LOG_ERROR, /* always shown: a finding of this severity */
	DXA_LOG_WARN, /* always shown: something is missing, or a finding of this severity */
	DXA_LOG_NOTICE, /* always shown: events that a service must log */
	DXA_LOG_INFO, /* -v */
	DXA_LOG_DEBUG, /* -vv: libbpf's own messages too */
};

/* Receives one line without a newline. */
typedef void (*dxa_log_fn)(enum dxa_log_level level, const char *line);

/* Set the receiver of lines, and the highest level. Before the first call nothing is logged. */
void dxa_log_set(dxa_log_fn fn, enum dxa_log_level max);

/* Log a printf-style line. */
void dxa_log(enum dxa_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
