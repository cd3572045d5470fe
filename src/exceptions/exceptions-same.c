/* SPDX-License-Identifier: MIT */
/* Whether what was reviewed is what stands there now. */
#include <string.h>

#include "base/str.h"
#include "exceptions/exceptions.h"

static bool same_words(const struct strings *a, const struct strings *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static bool same_record(const struct record *a, const struct record *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->scope, b->scope) == 0 &&
	       str_equal(a->reason, b->reason) && str_equal(a->kind, b->kind) &&
	       str_equal(a->owner, b->owner) &&
	       str_equal(a->reviewer, b->reviewer) &&
	       str_equal(a->until, b->until) &&
	       str_equal(a->severity, b->severity);
}

static bool same_place(const struct exception *a, const struct exception *b)
{
	return a->scoped == b->scoped && a->at_line == b->at_line &&
	       same_words(&a->aliases, &b->aliases) &&
	       same_words(&a->paths, &b->paths) &&
	       same_words(&a->purls, &b->purls) &&
	       str_equal(a->package, b->package) &&
	       str_equal(a->version, b->version) &&
	       str_equal(a->chain, b->chain);
}

bool exception_says_the_same(const struct exception *a,
			     const struct exception *b)
{
	return same_record(&a->record, &b->record) && same_place(a, b) &&
	       a->until_ms == b->until_ms &&
	       a->unfixed_only == b->unfixed_only &&
	       a->fixed_only == b->fixed_only && a->kinds == b->kinds &&
	       a->scanner_only == b->scanner_only && a->blanket == b->blanket;
}
