/* SPDX-License-Identifier: MIT */
#include "step/mask.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct mask {
	struct strings secrets; /* longest first */
	/* Where each stands next in what is held; NULL: not looked yet, the
	 * end: nowhere. */
	const char **next;
	struct str held;
};

static int longest_first(const void *a, const void *b)
{
	size_t la = strlen(*(char *const *)a);
	size_t lb = strlen(*(char *const *)b);

	return (la < lb) - (la > lb);
}

struct mask *mask_new(const struct strings *secrets)
{
	struct mask *mask = xcalloc(1, sizeof(*mask));

	str_init(&mask->held);
	for (size_t i = 0; i < secrets->count; i++)
		if (*secrets->items[i])
			strings_add(&mask->secrets, secrets->items[i]);
	if (!mask->secrets.count) {
		mask_free(mask);
		return NULL;
	}
	mask->next = xcalloc(mask->secrets.count, sizeof(*mask->next));
	qsort(mask->secrets.items, mask->secrets.count, sizeof(char *),
	      longest_first);
	return mask;
}

/* The nearest secret at or after `from`; its length in *len. Each is looked
 * for once over all of it, however often another one is found. */
static const char *find(struct mask *mask, const char *from, const char *end,
			size_t *len)
{
	const char *best = NULL;

	for (size_t i = 0; i < mask->secrets.count; i++) {
		const char *secret = mask->secrets.items[i];
		size_t n = strlen(secret);

		if (!mask->next[i] || mask->next[i] < from)
			mask->next[i] =
				memmem(from, (size_t)(end - from), secret, n);
		if (!mask->next[i])
			mask->next[i] = end;
		if (mask->next[i] < end && (!best || mask->next[i] < best)) {
			best = mask->next[i];
			*len = n;
		}
	}
	return best;
}

/* How many bytes at the end may be the beginning of a secret. */
static size_t doubtful(const struct mask *mask, const char *data, size_t len)
{
	size_t most = 0;

	for (size_t i = 0; i < mask->secrets.count; i++) {
		const char *secret = mask->secrets.items[i];
		size_t n = strlen(secret) - 1;

		for (n = n < len ? n : len; n > most; n--)
			if (memcmp(data + len - n, secret, n) == 0)
				most = n;
	}
	return most;
}

/* Whether what begins at `at` may still become a longer secret. */
static bool may_grow(const struct mask *mask, const char *at, size_t size,
		     size_t len)
{
	for (size_t i = 0; i < mask->secrets.count; i++) {
		const char *secret = mask->secrets.items[i];

		if (strlen(secret) > len && strlen(secret) > size &&
		    memcmp(secret, at, size) == 0)
			return true;
	}
	return false;
}

static void show(struct mask *mask, bool last, struct str *out)
{
	const char *at = mask->held.data;
	size_t size = mask->held.len;
	const char *end = at + size;
	size_t keep;
	size_t len;
	const char *hit;

	memset(mask->next, 0, mask->secrets.count * sizeof(*mask->next));
	while ((hit = find(mask, at, end, &len))) {
		size_t rest = size - (size_t)(hit - at);

		if (!last && may_grow(mask, hit, rest, len)) {
			str_add_bytes(out, at, (size_t)(hit - at));
			str_drop(&mask->held, mask->held.len - rest);
			return;
		}
		str_add_bytes(out, at, (size_t)(hit - at));
		str_add(out, "***");
		size -= (size_t)(hit + len - at);
		at = hit + len;
	}
	keep = last ? 0 : doubtful(mask, at, size);
	str_add_bytes(out, at, size - keep);
	str_drop(&mask->held, mask->held.len - keep);
}

void mask_feed(struct mask *mask, const char *data, size_t len, struct str *out)
{
	str_add_bytes(&mask->held, data, len);
	show(mask, false, out);
}

void mask_flush(struct mask *mask, struct str *out)
{
	show(mask, true, out);
}

void mask_free(struct mask *mask)
{
	if (!mask)
		return;
	for (size_t i = 0; i < mask->secrets.count; i++)
		explicit_bzero(mask->secrets.items[i],
			       strlen(mask->secrets.items[i]));
	strings_release(&mask->secrets);
	free(mask->next);
	str_release(&mask->held);
	free(mask);
}
