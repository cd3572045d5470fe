/* SPDX-License-Identifier: MIT */
/*
 * A growing array inside any struct: `struct x *items; size_t count, cap;`.
 *
 *	*VECTOR_ADD(list->items, list->count, list->cap) = item;
 */
#ifndef SIGNALBOX_BASE_VECTOR_H
#define SIGNALBOX_BASE_VECTOR_H

#include <string.h>

#include "base/memory.h"

/* A zeroed new last element; the pointer holds until the next one. */
#define VECTOR_ADD(items, count, cap)                                          \
	((count) == (cap)                                                      \
		 ? ((cap) = (cap) ? (cap)*2 : 8,                               \
		    (items) = xreallocarray((items), (cap), sizeof(*(items)))) \
		 : (items),                                                    \
	 memset(&(items)[(count)], 0, sizeof(*(items))), &(items)[(count)++])

#endif
