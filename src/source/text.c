/* SPDX-License-Identifier: MIT */
#include "source/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/printable.h"
#include "base/str.h"

static bool is_latin1(const char *encoding)
{
	static const char *const names[] = {"ISO-8859-1", "ISO8859-1",
					    "ISO-8859-15", "latin1", "latin-1"};

	for (size_t i = 0; encoding && i < ARRAY_SIZE(names); i++)
		if (strcasecmp(encoding, names[i]) == 0)
			return true;
	return false;
}

char *text_utf8(const char *raw, const char *encoding)
{
	bool latin1 = is_latin1(encoding);
	struct str out = STR_INIT;
	size_t len = strlen(raw);

	for (size_t i = 0, used; i < len; i += used) {
		int32_t c;

		used = utf8_decode(raw + i, len - i, &c);
		if (latin1) {
			used = 1;
			str_add_utf8(&out, (unsigned char)raw[i]);
		} else if (c < 0) {
			str_add_char(&out, '?');
		} else {
			str_add_bytes(&out, raw + i, used);
		}
	}
	return str_detach(&out);
}

char *text_address(const char *person)
{
	const char *open = strrchr(person, '<');
	const char *close = open ? strchr(open, '>') : NULL;

	if (!close)
		return xstrdup(person);
	return xstrndup(open + 1, (size_t)(close - open - 1));
}

/* Where text is, or where it belongs. */
static size_t find_place(const struct strings *sorted, const char *text,
			 bool *there)
{
	size_t low = 0;
	size_t high = sorted->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(sorted->items[middle], text);

		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*there = false;
	return low;
}

static bool add(struct text_set *set, const char *text)
{
	struct strings *sorted = &set->sorted;
	bool there;
	size_t place = find_place(sorted, text, &there);
	char *added;

	if (there)
		return false;
	strings_add(sorted, text);
	added = sorted->items[sorted->count - 1];
	memmove(&sorted->items[place + 1], &sorted->items[place],
		(sorted->count - 1 - place) * sizeof(char *));
	sorted->items[place] = added;
	return true;
}

bool text_set_add_lower(struct text_set *set, const char *text)
{
	char *lower;
	bool added;

	if (!*text)
		return false;
	lower = xstrdup(text);
	for (char *c = lower; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	added = add(set, lower);
	free(lower);
	return added;
}

void text_set_release(struct text_set *set)
{
	strings_release(&set->sorted);
}
