/* SPDX-License-Identifier: MIT */
#include "engine/garbage.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

static const struct garbage_kind *const kinds[] = {
	&garbage_logs, &garbage_artifacts, &garbage_releases, &garbage_images,
	&garbage_work, &garbage_reverts,   &garbage_sockets,  &garbage_colours,
};

void garbage_init(struct garbage *garbage,
		  const struct garbage_options *options)
{
	memset(garbage, 0, sizeof(*garbage));
	garbage->options = *options;
}

void garbage_release(struct garbage *garbage)
{
	for (size_t i = 0; i < garbage->count; i++) {
		free(garbage->items[i].name);
		free(garbage->items[i].reason);
		strings_release(&garbage->items[i].texts);
	}
	free(garbage->items);
	strings_release(&garbage->notes);
	garbage_needs_release(&garbage->needs);
	memset(garbage, 0, sizeof(*garbage));
}

struct garbage_item *garbage_add_owned(struct garbage *garbage,
				       const struct garbage_kind *kind,
				       char *name, char *reason)
{
	struct garbage_item *item =
		VECTOR_ADD(garbage->items, garbage->count, garbage->cap);

	memset(item, 0, sizeof(*item));
	item->kind = kind;
	item->name = name;
	item->reason = reason;
	return item;
}

int garbage_find(struct garbage *garbage, struct error *err)
{
	garbage_needs_read(garbage);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i]->find(garbage, err) < 0)
			return -1;
	return 0;
}

int garbage_free_item(struct garbage *garbage, const struct garbage_item *item,
		      struct error *err)
{
	return item->kind->free_item(garbage, item, err);
}
