/* SPDX-License-Identifier: MIT */
/* Names to numbers, found in logarithmic time, so that a file of many stages
 * is read as fast as a small one. Names are borrowed. */
#ifndef SIGNALBOX_PIPELINE_NAME_INDEX_H
#define SIGNALBOX_PIPELINE_NAME_INDEX_H

#include <stddef.h>

struct name_entry {
	const char *name;
	size_t number;
};

struct name_index {
	struct name_entry *items;
	size_t count, cap;
	const char **names; /* in order, for suggestions; made by the sort */
};

void name_index_add(struct name_index *index, const char *name, size_t number);
/* After the last add, before the first find. */
void name_index_sort(struct name_index *index);
/* The first entry of that name in order of number, or NULL; more of the same
 * name follow it, up to index->items + index->count. */
const struct name_entry *name_index_find(const struct name_index *index,
					 const char *name);
void name_index_release(struct name_index *index);

#endif
