/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of exit codes, for help, man page and tests. */
#ifndef DAXAUDIT_CLI_EXITCODE_H
#define DAXAUDIT_CLI_EXITCODE_H

#include "base/err.h"
#include "engine/verdict.h"
#include "output/sink.h"

/* X(ID, code, "meaning") */
#define DXA_EXIT_CODES(X)                                                                \
	X(PASS, 0, "pass: no rule was broken")                                           \
	X(FINDINGS, 1, "findings at or above the failing severity")                      \
	X(USAGE, 2, "usage or bad input")                                                \
	X(CANNOT, 3, "cannot audit here: no privilege, no hook attached, lockdown, I/O") \
	X(NO_DAX, 4, "skip: this kernel has no DAX core, so there is nothing to audit")  \
	X(INCONCLUSIVE, 5,                                                               \
	  "inconclusive: records lost, calls missed, a required hook not "               \
	  "attached, a required driver not exercised, a checked command "                \
	  "that exercised nothing, audit cut short")

enum dxa_exit {
#define DXA_ENUM(id, num, text) DXA_EXIT_##id = num,
	DXA_EXIT_CODES(DXA_ENUM)
#undef DXA_ENUM
};

/*
 * What this code means for the commands in mask (enum dxa_cmd_mask), an audit's meaning if
 * they differ; NULL: they never exit with it. Static.
 */
const char *dxa_exit_text(unsigned int mask, int code);

/* The exit code of an error of this class. */
static inline enum dxa_exit dxa_exit_of_error(const struct dxa_err *err)
{
	switch (err->class) {
	case DXA_ERR_INPUT:
		return DXA_EXIT_USAGE;
	case DXA_ERR_NO_DAX:
		return DXA_EXIT_NO_DAX;
	default:
		return DXA_EXIT_CANNOT;
	}
}

/*
 * What an output says in place of an audit that this error kept from beginning. skip_code: the
 * exit code without a DAX core. False for bad input: then there is nothing to say.
 */
static inline bool dxa_exit_refusal(const struct dxa_err *err, int skip_code,
				    struct dxa_refusal *ret)
{
	bool skip = err->class == DXA_ERR_NO_DAX;

	*ret = (struct dxa_refusal){ .why = err->msg,
				     .skip = skip,
				     .exit_code = skip ? skip_code : (int)dxa_exit_of_error(err) };
	return err->class != DXA_ERR_INPUT;
}

/* The exit code of a verdict. */
static inline enum dxa_exit dxa_exit_of_verdict(enum dxa_verdict_kind kind)
{
	return kind == DXA_VERDICT_PASS	    ? DXA_EXIT_PASS :
	       kind == DXA_VERDICT_FINDINGS ? DXA_EXIT_FINDINGS :
					      DXA_EXIT_INCONCLUSIVE;
}

#endif
