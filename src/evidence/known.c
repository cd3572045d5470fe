/* SPDX-License-Identifier: MIT */
#include "evidence/known.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

#define KEY_SIZE 33

struct known { /* all of a key, once they are sorted */
	char key[KEY_SIZE];
	uint32_t left[REPORT_SEVERITY_COUNT];
	uint32_t waited[REPORT_SEVERITY_COUNT];
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

void known_add(struct known_findings *known, const char *key,
	       enum report_severity severity, bool waited)
{
	struct known *item = VECTOR_ADD(known->items, known->count, known->cap);

	if (known->is_sorted)
		BUG("a finding is known too late");
	memset(item, 0, sizeof(*item));
	memcpy(item->key, key, strnlen(key, KEY_SIZE - 1));
	(waited ? item->waited : item->left)[severity] = 1;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void sort(struct known_findings *known)
{
	struct known *last = known->items;

	known->is_sorted = true;
	if (!known->count)
		return;
	qsort(known->items, known->count, sizeof(*known->items), compare);
	for (size_t i = 1; i < known->count; i++) {
		const struct known *item = &known->items[i];

		if (strcmp(item->key, last->key) != 0) {
			*++last = *item;
			continue;
		}
		for (int s = 0; s < REPORT_SEVERITY_COUNT; s++) {
			last->left[s] += item->left[s];
			last->waited[s] += item->waited[s];
		}
	}
	known->count = (size_t)(last - known->items) + 1;
}

/* Of those that were as bad at least, the least. What is unknown now may be
 * critical; what was unknown need not have been more than that. */
static bool take(uint32_t left[REPORT_SEVERITY_COUNT],
		 enum report_severity severity)
{
	int least = severity;

	if (severity == REPORT_SEVERITY_UNKNOWN) {
		if (left[severity]) {
			left[severity]--;
			return true;
		}
		least = REPORT_SEVERITY_CRITICAL;
	}
	for (int s = least; s < REPORT_SEVERITY_COUNT; s++) {
		if (!left[s])
			continue;
		left[s]--;
		return true;
	}
	return false;
}

bool known_take(struct known_findings *known, const char *key,
		enum report_severity severity, bool waits)
{
	struct known *item;

	if (!known->is_sorted)
		sort(known);
	if (!known->count)
		return false;
	item = bsearch(key, known->items, known->count, sizeof(*known->items),
		       compare);
	return item && ((waits && take(item->waited, severity)) ||
			take(item->left, severity));
}
