/* SPDX-License-Identifier: MIT */
#include "ui/pattern.h"

#include <string.h>

#include "base/printable.h"

#define STEP 16
typedef unsigned char block __attribute__((vector_size(STEP)));
typedef uint64_t words __attribute__((vector_size(STEP)));

/* Bytes of logs, common ones first: what is not here is rare. */
static const char common[] = " e0tais1onr2l3-c.d/u54p:m6789fhgb_vyw=kx,STEA"
			     "CORINPLDMFU\"'[]()jqzGBHWV";

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool is_letter(unsigned char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static size_t rarity(char c)
{
	const char *found = c ? strchr(common, c) : NULL;

	return found ? (size_t)(found - common) : sizeof(common);
}

void pattern_init(struct pattern *pattern, const char *text)
{
	size_t len = strlen(text);

	*pattern =
		(struct pattern){.len = len < PATTERN_MAX ? len : PATTERN_MAX};
	memcpy(pattern->text, text, pattern->len);
	pattern->folded = true;
	for (size_t i = 0; i < pattern->len; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			pattern->folded = false;
	for (size_t i = 1; i < pattern->len; i++)
		if (rarity(text[i]) > rarity(text[pattern->rare]))
			pattern->rare = i;
	pattern->other = pattern->rare == 0 ? pattern->len - 1 : 0;
	for (size_t i = 0; i < pattern->len; i++)
		if (i != pattern->rare &&
		    rarity(text[i]) > rarity(text[pattern->other]))
			pattern->other = i;
}

static bool same(const struct pattern *pattern, size_t i, char c)
{
	unsigned char it = (unsigned char)c;

	return (unsigned char)pattern->text[i] ==
	       (pattern->folded ? lower(it) : it);
}

size_t pattern_at(const struct pattern *pattern, const char *data, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < pattern->len; i++) {
		size_t skip = i && at < size && data[at] == '\033'
				      ? sgr_length(data + at, size - at)
				      : 0;

		for (; skip; skip = sgr_length(data + at, size - at))
			at += skip;
		if (at >= size || !same(pattern, i, data[at]))
			return 0;
		at++;
	}
	return at;
}

/* A byte of the pattern as a block of it, and what makes the letters that
 * count as equal so. */
struct probe {
	size_t place;
	block byte, fold;
};

static void probe_init(struct probe *probe, const struct pattern *pattern,
		       size_t place)
{
	unsigned char byte = (unsigned char)pattern->text[place];

	probe->place = place;
	memset(&probe->byte, byte, STEP);
	memset(&probe->fold, pattern->folded && is_letter(byte) ? 0x20 : 0,
	       STEP);
}

/* Whether in the STEP bytes at data both may begin a match. */
static inline bool may_begin(const char *data, const struct probe *a,
			     const struct probe *b)
{
	block left, right, both;
	words any;

	memcpy(&left, data + a->place, STEP);
	memcpy(&right, data + b->place, STEP);
	both = (block)((left | a->fold) == a->byte) &
	       (block)((right | b->fold) == b->byte);
	memcpy(&any, &both, STEP);
	return (any[0] | any[1]) != 0;
}

/* The first match that begins in [from, to), from both places on. */
static int64_t find_by(const struct pattern *pattern, size_t rare, size_t other,
		       const char *data, size_t from, size_t size)
{
	size_t reach = (rare > other ? rare : other) + STEP;
	struct probe a, b;
	size_t i = from;

	probe_init(&a, pattern, rare);
	probe_init(&b, pattern, other);
	while (i < size) {
		size_t end = size - i < STEP ? size : i + STEP;

		if (size - i >= reach && !may_begin(data + i, &a, &b)) {
			i = end;
			continue;
		}
		for (; i < end; i++)
			if (same(pattern, rare,
				 size - i > rare ? data[i + rare] : '\n') &&
			    pattern_at(pattern, data + i, size - i))
				return (int64_t)i;
	}
	return -1;
}

int64_t pattern_find(const struct pattern *pattern, const char *data,
		     size_t from, size_t size, bool coloured)
{
	/* With colours in between, only the first byte's place is sure. */
	if (coloured)
		return find_by(pattern, 0, 0, data, from, size);
	return find_by(pattern, pattern->rare, pattern->other, data, from,
		       size);
}
