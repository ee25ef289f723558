/* SPDX-License-Identifier: GPL-2.0-only */
/* Fields of a record that several files of the stage fill. */
#ifndef DAXAUDIT_UNIT_STAGE_H
#define DAXAUDIT_UNIT_STAGE_H

#include "story.h"

/* Write a name into a field of size bytes. NULL: leave it empty. */
void stage_name(char *field, size_t size, const char *name);

/* Fill what a hook reads from the dax_device at addr, in its current state. */
void stage_dax(const struct story *s, struct dxa_event *ev, uint64_t addr);

/* Fill what a hook reads from a gendisk. */
void stage_disk(struct dxa_event *ev, uint64_t disk, const char *name);

/* Fill the names of a struct device, its bus and its driver. */
void stage_device(struct dxa_event *ev, const char *name, const char *bus, const char *driver);

#endif
