/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The schema of policy files: the one table that reading, printing, the man page
 * and the checks of docs/policy.md are drawn from.
 */
#ifndef DAXAUDIT_POLICY_SCHEMA_H
#define DAXAUDIT_POLICY_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

/* Kinds of values, and the type of the field that holds one. */
enum dxa_policy_kind {
	DXA_POLICY_VERSION, /* no field */
	DXA_POLICY_NAME, /* int: the index of one of names */
	DXA_POLICY_NAMES, /* const char *[]: for each of names, where it is listed; else NULL */
	DXA_POLICY_TEXT, /* const char *: one line */
	DXA_POLICY_DATE, /* char[DXA_DATE_LEN] */
	DXA_POLICY_ROWS, /* a list of rows of another section */
};

/* "2027-03-31" */
#define DXA_DATE_LEN 11

enum dxa_policy_section_id {
	DXA_POLICY_FILE, /* the file itself */
	DXA_POLICY_SEVERITY,
	DXA_POLICY_ALLOW,
	DXA_POLICY_EXPECT,
	DXA_POLICY_SECTIONS
};

struct dxa_policy_key {
	const char *name;
	enum dxa_policy_kind kind;
	bool required;
	const char *(*names)(int i); /* the i-th, NULL after the last, "" is none */
	enum dxa_policy_section_id rows; /* of ROWS */
	size_t at; /* offset of the field in struct dxa_policy_row */
	const char *expects; /* what a value must be; NULL: one of names */
	const char *what; /* what it is for, one line */
};

struct dxa_policy_section {
	const char *what; /* one line */
	const struct dxa_policy_key *keys;
	size_t n_keys;
};

/* The keys that a row of this section may have. Static. */
const struct dxa_policy_section *dxa_policy_section(enum dxa_policy_section_id id);

/* What a value of this key must be, as in "expected ...". Returns buf. */
const char *dxa_policy_expects(char *buf, size_t size, const struct dxa_policy_key *key);

/* Which of the key's names this is, or -1. */
int dxa_policy_name_index(const struct dxa_policy_key *key, const char *name);

#endif
