/* SPDX-License-Identifier: MIT */
#include "pipeline/name-index.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

void name_index_add(struct name_index *index, const char *name, size_t number)
{
	*VECTOR_ADD(index->items, index->count, index->cap) =
		(struct name_entry){name, number};
}

static int compare(const void *a, const void *b)
{
	const struct name_entry *left = a;
	const struct name_entry *right = b;
	int order = strcmp(left->name, right->name);

	if (order)
		return order;
	return left->number < right->number ? -1 : left->number > right->number;
}

void name_index_sort(struct name_index *index)
{
	if (index->count)
		qsort(index->items, index->count, sizeof(*index->items),
		      compare);
	free(index->names);
	index->names = xcalloc(index->count + 1, sizeof(*index->names));
	for (size_t i = 0; i < index->count; i++)
		index->names[i] = index->items[i].name;
}

const struct name_entry *name_index_find(const struct name_index *index,
					 const char *name)
{
	size_t low = 0;
	size_t high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(index->items[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == index->count || strcmp(index->items[low].name, name) != 0)
		return NULL;
	return &index->items[low];
}

void name_index_release(struct name_index *index)
{
	free(index->items);
	free(index->names);
	*index = (struct name_index){0};
}
