/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An intrusive doubly linked list: the links are in the elements, so adding and
 * removing need no memory and cannot fail. An element is in at most one list.
 */
#ifndef DAXAUDIT_BASE_LIST_H
#define DAXAUDIT_BASE_LIST_H

#include <stddef.h>

struct dxa_link {
	struct dxa_link *prev, *next;
};

/* Zero-initialised, it is empty. */
struct dxa_list {
	struct dxa_link *first, *last;
};

/* Add an element, which is in no list, at the end. */
static inline void dxa_list_add(struct dxa_list *list, struct dxa_link *link)
{
	link->next = NULL;
	link->prev = list->last;
	if (list->last)
		list->last->next = link;
	else
		list->first = link;
	list->last = link;
}

/* Remove an element of this list. */
static inline void dxa_list_del(struct dxa_list *list, struct dxa_link *link)
{
	if (link->prev)
		link->prev->next = link->next;
	else
		list->first = link->next;
	if (link->next)
		link->next->prev = link->prev;
	else
		list->last = link->prev;
}

static inline void *dxa_list_owner(const struct dxa_link *link, size_t offset)
{
	return link ? (char *)link - offset : NULL;
}

/* The element that contains the link, which is this member of this type; NULL for NULL. */
#define DXA_LIST_OF(link, type, member) ((type *)dxa_list_owner(link, offsetof(type, member)))

/* For each element, first to last; the body must not remove it. */
#define DXA_LIST_EACH(at, list, type, member)                   \
	for (at = DXA_LIST_OF((list)->first, type, member); at; \
	     at = DXA_LIST_OF((at)->member.next, type, member))

#endif
