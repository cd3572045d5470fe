/* SPDX-License-Identifier: MIT */
#include "step/unescape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"

/* Digits at text, `most` of them or fewer, as long as they are some; their
 * count, and their value in *c. */
static size_t digits(const char *text, size_t most, int base, uint32_t *c)
{
	static const char all[] = "0123456789abcdef0123456789ABCDEF";
	size_t count = 0;

	for (*c = 0; count < most && text[count]; count++) {
		const char *digit = strchr(all, text[count]);
		int value = digit ? (int)((digit - all) % 16) : base;

		if (value >= base)
			break;
		*c = *c * (uint32_t)base + (uint32_t)value;
	}
	return count;
}

/* The bytes of a reference at text, 0 when it is none. */
static size_t xml_escape(const char *text, uint32_t *c)
{
	static const struct {
		const char *name;
		char c;
	} names[] = {{"&amp;", '&'},
		     {"&lt;", '<'},
		     {"&gt;", '>'},
		     {"&quot;", '"'},
		     {"&apos;", '\''}};
	size_t begin, count;
	bool is_hex;

	if (text[0] != '&')
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (starts_with(text, names[i].name)) {
			*c = (unsigned char)names[i].c;
			return strlen(names[i].name);
		}
	if (text[1] != '#')
		return 0;
	is_hex = text[2] == 'x';
	begin = is_hex ? 3 : 2;
	count = digits(text + begin, 8, is_hex ? 16 : 10, c);
	return count && text[begin + count] == ';' ? begin + count + 1 : 0;
}

static size_t json_unicode(const char *text, uint32_t *c)
{
	uint32_t low;

	if (text[1] != 'u' || digits(text + 2, 4, 16, c) != 4)
		return 0;
	if (*c < 0xd800 || *c > 0xdbff)
		return 6;
	if (text[6] != '\\' || text[7] != 'u' ||
	    digits(text + 8, 4, 16, &low) != 4 || low < 0xdc00 || low > 0xdfff)
		return 0;
	*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	return 12;
}

static size_t json_escape(const char *text, uint32_t *c)
{
	static const char from[] = "\"\\/#bfnrt";
	static const char to[] = "\"\\/#\b\f\n\r\t";
	const char *at;

	if (text[0] != '\\' || !text[1])
		return 0;
	at = strchr(from, text[1]);
	if (!at)
		return json_unicode(text, c);
	*c = (unsigned char)to[at - from];
	return 2;
}

static void unescape(struct str *text,
		     size_t (*escape)(const char *text, uint32_t *c))
{
	struct str shown = STR_INIT;
	size_t len = 0;

	for (size_t at = 0; at < text->len;) {
		uint32_t c;
		size_t used = escape(text->data + at, &c);

		if (!used || c > 0x10ffff) {
			text->data[len++] = text->data[at++];
			continue;
		}
		str_clear(&shown);
		str_add_utf8(&shown, c);
		memcpy(text->data + len, shown.data, shown.len);
		len += shown.len;
		at += used;
	}
	str_release(&shown);
	str_truncate(text, len);
}

void unescape_xml(struct str *text)
{
	unescape(text, xml_escape);
}

void unescape_json(struct str *text)
{
	unescape(text, json_escape);
}
