/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors as values: a function that can fail in a way that the user must know
 * returns struct dxa_err *, or NULL on success. Only src/cli prints errors; other
 * levels return them, and may add context.
 */
#ifndef DAXAUDIT_BASE_ERR_H
#define DAXAUDIT_BASE_ERR_H

/* What the error means to the user; src/cli maps it to an exit code. */
enum dxa_err_class {
	DXA_ERR_SYSTEM, /* an unexpected failure: no memory, I/O */
	DXA_ERR_INPUT, /* options or files given by the user are wrong */
	DXA_ERR_REFUSED, /* this machine does not allow an audit, or not for this user */
	DXA_ERR_NO_DAX, /* this kernel has no DAX core */
};

struct dxa_err {
	enum dxa_err_class class;
	int code; /* errno value, positive; 0: none */
	char *msg; /* one line without newline: what failed, and what to do */
};

/*
 * Make an error with a printf-style message of one line. The caller frees it with
 * dxa_err_free(). Never returns NULL: without memory it returns a static error.
 */
struct dxa_err *dxa_err_new(enum dxa_err_class class, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), returns_nonnull));

/* Prefix the message with printf-style context and ": ". Takes and returns ownership of err. */
struct dxa_err *dxa_err_wrap(struct dxa_err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull));

/* The error for a failed allocation. Static; dxa_err_free() accepts it. */
struct dxa_err *dxa_err_nomem(void) __attribute__((returns_nonnull));

/* Free an error. NULL is allowed. */
void dxa_err_free(struct dxa_err *err);

#endif
