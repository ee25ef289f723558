/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policies: what fails an audit, what is allowed, and what a machine must do. Several files
 * are read into one policy, whose rows keep their origin; it is then applied to each
 * finding. Pure: no files, no clock; docs/policy.md describes the format.
 */
#ifndef DAXAUDIT_POLICY_POLICY_H
#define DAXAUDIT_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "engine/engine.h"
#include "policy/arch.h"
#include "policy/schema.h"

/* The maximum size of a policy file in bytes. */
#define DXA_POLICY_SIZE_MAX (64u << 10)

/* The built-in policy's name in origins. */
#define DXA_POLICY_BUILT_IN "built-in"

/*
 * A row of any section. Fields without a key in the section, or without a value, are -1 or
 * NULL. The policy owns the strings.
 */
struct dxa_policy_row {
	enum dxa_policy_section_id section;
	const char *origin; /* "FILE:LINE", or the option */
	int rule; /* enum dxa_rule */
	int driver; /* enum dxa_driver */
	int arch; /* as in dxa_arch_at() */
	const char *kernel; /* pattern */
	const char *device; /* pattern */
	int severity; /* enum dxa_severity */
	int aliasing; /* enum dxa_aliasing */
	const char *assumed; /* "assumed: " and origin, if aliasing is set */
	const char *require[DXA_DRIVER_COUNT]; /* the origin of each requirement; NULL: none */
	const char *reason;
	char until[DXA_DATE_LEN]; /* empty: no date */
	uint64_t used; /* findings it was applied to */
};

struct dxa_policy {
	struct dxa_policy_row top; /* fail-on and require, merged; origin: of fail-on */
	struct dxa_vec rows; /* struct dxa_policy_row, in the order of reading */
	struct dxa_vec strings; /* char *: owned, for all rows */
	struct dxa_vec sources; /* const char *: names of what was read, in order */
};

/* The problems of policy files. Zero-initialised, there are none. */
struct dxa_policy_problem {
	unsigned int line; /* from 1 */
	char *text; /* "FILE:LINE: ..." */
};

struct dxa_policy_problems {
	struct dxa_vec all; /* struct dxa_policy_problem, by line */
	bool nomem; /* there are more */
};

/* Free them. */
void dxa_policy_problems_free(struct dxa_policy_problems *problems);

/* Initialise an empty policy, without the built-in defaults. */
void dxa_policy_init(struct dxa_policy *policy);

/* Free what it owns. */
void dxa_policy_deinit(struct dxa_policy *policy);

/*
 * Read the YAML text of len bytes into policy, over its contents. name: of the file, for
 * origins and problems. False for an invalid file: all its problems were added, and policy
 * may only be freed.
 */
bool dxa_policy_read(struct dxa_policy *policy, const char *name, const char *text, size_t len,
		     struct dxa_policy_problems *problems);

/* The built-in policy's text, and its length. Static. */
const char *dxa_policy_built_in(size_t *len);

/* Set values of options, over all files; origin: the option. False without memory. */
bool dxa_policy_fail_on(struct dxa_policy *policy, enum dxa_severity severity, const char *origin);
bool dxa_policy_require(struct dxa_policy *policy, uint32_t drivers, const char *origin);
bool dxa_policy_assume(struct dxa_policy *policy, enum dxa_aliasing aliasing, const char *origin);

/* The audited machine. Strings are borrowed. */
struct dxa_policy_machine {
	const char *release; /* uname -r */
	const struct dxa_arch *arch; /* NULL: none that is known */
};

/* The conclusions of a policy and the built-in tables for a machine. */
struct dxa_expectation {
	enum dxa_aliasing aliasing;
	const char
		*aliasing_from; /* what it was concluded from; borrowed of the policy, or static */
	int eopnotsupp; /* its EOPNOTSUPP, positive; see arch.h */
	uint32_t required; /* drivers: bits 1 << driver */
};

/*
 * Conclude. *ret has what is known about this machine already (aliasing_from, eopnotsupp;
 * NULL and 0: nothing), which has precedence over the tables; the policy has precedence over
 * both.
 */
void dxa_policy_expect(const struct dxa_policy *policy, const struct dxa_policy_machine *machine,
		       struct dxa_expectation *ret);

/*
 * Apply the policy to a finding: its severity, and what policy says about it (see
 * struct dxa_finding_policy), with strings of the policy. today is "YYYY-MM-DD".
 */
void dxa_policy_apply(struct dxa_policy *policy, const struct dxa_policy_machine *machine,
		      const char *today, struct dxa_finding *finding);

/* Is this allowance over on the day today? */
bool dxa_policy_expired(const struct dxa_policy_row *row, const char *today);

/* Could this row ever apply to a finding on this machine? */
bool dxa_policy_concerns(const struct dxa_policy_row *row,
			 const struct dxa_policy_machine *machine);

#endif
