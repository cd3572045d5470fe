/* SPDX-License-Identifier: MIT */
#include "evidence/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

#define KEY_SIZE 33

struct known {
	char key[KEY_SIZE];
	size_t taken; /* of the first of a key: how many of them */
};

struct known_findings {
	struct known *items;
	size_t count, cap;
	bool is_sorted;
};

struct known_findings *known_new(void)
{
	return xcalloc(1, sizeof(struct known_findings));
}

void known_free(struct known_findings *known)
{
	if (!known)
		return;
	free(known->items);
	free(known);
}

void known_add(struct known_findings *known, const char *key)
{
	struct known *item = VECTOR_ADD(known->items, known->count, known->cap);

	if (known->is_sorted)
		BUG("a finding is known too late");
	memset(item, 0, sizeof(*item));
	memcpy(item->key, key, strnlen(key, KEY_SIZE - 1));
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Where the key is, or would be, first. */
static size_t first_of(const struct known_findings *known, const char *key)
{
	size_t low = 0, high = known->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(known->items[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool known_take(struct known_findings *known, const char *key)
{
	size_t first, next;

	if (!known->is_sorted && known->count)
		qsort(known->items, known->count, sizeof(*known->items),
		      compare);
	known->is_sorted = true;
	first = first_of(known, key);
	if (first == known->count || strcmp(known->items[first].key, key) != 0)
		return false;
	next = first + known->items[first].taken;
	if (next == known->count || strcmp(known->items[next].key, key) != 0)
		return false;
	known->items[first].taken++;
	return true;
}
