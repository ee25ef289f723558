// SPDX-License-Identifier: GPL-2.0-only
#include "base/slab.h"

#include <stdlib.h>
#include <string.h>

#include "base/bigmem.h"

/* Chunks double in size from here to DXA_BIG. */
#define CHUNK_MIN ((size_t)4 << 10)

struct dxa_slab_chunk {
	struct dxa_slab_chunk *next;
	size_t bytes;
};

/* The sanitizer shall detect a use after return, as with free(). */
#if defined(__SANITIZE_ADDRESS__) /* gcc */
#define HAS_ASAN 1
#elif defined(__has_feature)
#define HAS_ASAN __has_feature(address_sanitizer) /* clang */
#else
#define HAS_ASAN 0
#endif
#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#define hide(mem, len) ASAN_POISON_MEMORY_REGION(mem, len)
#define show(mem, len) ASAN_UNPOISON_MEMORY_REGION(mem, len)
#else
#define hide(mem, len) ((void)(mem), (void)(len))
#define show(mem, len) ((void)(mem), (void)(len))
#endif

static int add_chunk(struct dxa_slab *s)
{
	size_t bytes = CHUNK_MIN;
	struct dxa_slab_chunk *c;

	if (s->chunks)
		bytes = s->chunks->bytes < DXA_BIG ? s->chunks->bytes * 2 : DXA_BIG;
	c = dxa_bigmem(bytes);
	if (!c)
		return -1;
	*c = (struct dxa_slab_chunk){ s->chunks, bytes };
	s->chunks = c;
	s->left = (bytes - sizeof(*c)) / s->size;
	return 0;
}

void *dxa_slab_get(struct dxa_slab *s)
{
	char *object = s->returned;

	if (object) {
		show(object, s->size);
		memcpy(&s->returned, object, sizeof(s->returned));
	} else {
		if (!s->left && add_chunk(s))
			return NULL;
		object = (char *)(s->chunks + 1) + --s->left * s->size;
	}
	return memset(object, 0, s->size);
}

void dxa_slab_put(struct dxa_slab *s, void *object)
{
	memcpy(object, &s->returned, sizeof(s->returned));
	s->returned = object;
	hide(object, s->size);
}

void dxa_slab_free(struct dxa_slab *s)
{
	struct dxa_slab_chunk *c;

	while ((c = s->chunks)) {
		s->chunks = c->next;
		show(c, c->bytes);
		free(c);
	}
	*s = (struct dxa_slab){ .size = s->size };
}
