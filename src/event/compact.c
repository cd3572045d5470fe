/* SPDX-License-Identifier: MIT */
#include "event/compact.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"

#define DEPTH_MOST 16
#define KEY_SIZE 64
#define DIGITS_MOST 18	    /* fit into 63 bits, whichever they are */
#define REAL_DIGITS_MOST 15 /* into 53 */

struct cursor {
	const char *at, *end;
	int depth;
};

static json_t *take_value(struct cursor *cursor);

static bool take(struct cursor *cursor, char c)
{
	if (cursor->at == cursor->end || *cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

/* Without escapes. */
static bool take_text(struct cursor *cursor, const char **text, size_t *len,
		      bool *is_ascii)
{
	unsigned char all = 0;

	if (!take(cursor, '"'))
		return false;
	*text = cursor->at;
	for (; cursor->at < cursor->end; cursor->at++) {
		unsigned char c = (unsigned char)*cursor->at;

		if (c == '"' || c == '\\' || c < 0x20)
			break;
		all |= c;
	}
	*len = (size_t)(cursor->at - *text);
	*is_ascii = all < 0x80;
	return take(cursor, '"');
}

static json_t *take_string(struct cursor *cursor)
{
	const char *text;
	bool is_ascii;
	size_t len;

	if (!take_text(cursor, &text, &len, &is_ascii))
		return NULL;
	return is_ascii ? json_stringn_nocheck(text, len)
			: json_stringn(text, len);
}

/* How many there are; they are added behind what value has. */
static size_t take_digits(struct cursor *cursor, size_t most, int64_t *value)
{
	const char *from = cursor->at;

	while (cursor->at < cursor->end && *cursor->at >= '0' &&
	       *cursor->at <= '9' && (size_t)(cursor->at - from) < most)
		*value = *value * 10 + (*cursor->at++ - '0');
	return (size_t)(cursor->at - from);
}

/* Two numbers that a double holds exactly: their quotient is the double that
 * is nearest to what is written. */
static json_t *take_real(struct cursor *cursor, bool is_negative, int64_t value,
			 size_t digits)
{
	size_t behind =
		digits < REAL_DIGITS_MOST
			? take_digits(cursor, REAL_DIGITS_MOST - digits, &value)
			: 0;
	double scale = 1;

	if (behind == 0)
		return NULL;
	for (size_t i = 0; i < behind; i++)
		scale *= 10;
	return json_real((is_negative ? -1 : 1) * (double)value / scale);
}

static json_t *take_number(struct cursor *cursor)
{
	bool is_negative = take(cursor, '-');
	const char *first = cursor->at;
	int64_t value = 0;
	size_t digits = take_digits(cursor, DIGITS_MOST, &value);

	if (digits == 0 || (*first == '0' && digits > 1))
		return NULL;
	if (take(cursor, '.'))
		return take_real(cursor, is_negative, value, digits);
	if (is_negative && value == 0)
		return NULL;
	return json_integer(is_negative ? -value : value);
}

static json_t *take_word(struct cursor *cursor, const char *word, json_t *value)
{
	size_t len = strlen(word);

	if ((size_t)(cursor->end - cursor->at) < len ||
	    memcmp(cursor->at, word, len) != 0)
		return NULL;
	cursor->at += len;
	return value;
}

static bool take_member(struct cursor *cursor, json_t *object)
{
	size_t before = json_object_size(object);
	char key[KEY_SIZE];
	const char *text;
	bool is_ascii;
	json_t *value;
	size_t len;

	if (!take_text(cursor, &text, &len, &is_ascii) || !is_ascii ||
	    len >= sizeof(key) || !take(cursor, ':'))
		return false;
	memcpy(key, text, len);
	key[len] = '\0';
	value = take_value(cursor);
	return value && json_object_set_new_nocheck(object, key, value) == 0 &&
	       json_object_size(object) == before + 1;
}

static bool take_item(struct cursor *cursor, json_t *array)
{
	json_t *value = take_value(cursor);

	return value && json_array_append_new(array, value) == 0;
}

/* Takes over `all`, and gives it back when all of it was read. */
static json_t *take_all(struct cursor *cursor, json_t *all, char end,
			bool (*take_one)(struct cursor *, json_t *))
{
	bool is_good = ++cursor->depth <= DEPTH_MOST;

	cursor->at++;
	if (is_good && !take(cursor, end)) {
		do
			is_good = take_one(cursor, all);
		while (is_good && take(cursor, ','));
		is_good = is_good && take(cursor, end);
	}
	cursor->depth--;
	if (is_good)
		return all;
	json_decref(all);
	return NULL;
}

static json_t *take_value(struct cursor *cursor)
{
	if (cursor->at == cursor->end)
		return NULL;
	switch (*cursor->at) {
	case '"':
		return take_string(cursor);
	case '{':
		return take_all(cursor, json_object(), '}', take_member);
	case '[':
		return take_all(cursor, json_array(), ']', take_item);
	case 't':
		return take_word(cursor, "true", json_true());
	case 'f':
		return take_word(cursor, "false", json_false());
	case 'n':
		return take_word(cursor, "null", json_null());
	default:
		return take_number(cursor);
	}
}

json_t *compact_load(const char *text, size_t len)
{
	struct cursor cursor = {text, text + len, 0};
	json_t *value = take_value(&cursor);

	(void)take(&cursor, '\n');
	if (json_is_object(value) && cursor.at == cursor.end)
		return value;
	json_decref(value);
	return NULL;
}

static int add_bytes(const char *text, size_t len, void *out)
{
	str_add_bytes(out, text, len);
	return 0;
}

static void add_by_jansson(const json_t *value, size_t flags, struct str *out)
{
	if (json_dump_callback(value, add_bytes, out,
			       flags | JSON_COMPACT | JSON_ENCODE_ANY) < 0)
		BUG("a value cannot be encoded");
}

static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '"' || text[i] == '\\' ||
		    (unsigned char)text[i] < 0x20)
			return false;
	return true;
}

static void add_quoted(const char *text, size_t len, struct str *out)
{
	str_add_char(out, '"');
	str_add_bytes(out, text, len);
	str_add_char(out, '"');
}

static void add_string(const json_t *string, size_t flags, struct str *out)
{
	const char *text = json_string_value(string);
	size_t len = json_string_length(string);

	if (is_plain(text, len))
		add_quoted(text, len, out);
	else
		add_by_jansson(string, flags, out);
}

static void add_integer(int64_t value, struct str *out)
{
	char text[24];
	char *at = text + sizeof(text);
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do
		*--at = (char)('0' + left % 10);
	while (left /= 10);
	if (value < 0)
		*--at = '-';
	str_add_bytes(out, at, (size_t)(text + sizeof(text) - at));
}

static void add_object(const json_t *object, size_t flags, struct str *out)
{
	const char *separator = "";
	const char *key;
	json_t *value;

	str_add_char(out, '{');
	/* Only read, for all that the parameter says. */
	json_object_foreach((json_t *)object, key, value)
	{
		str_add(out, separator);
		compact_add_member(key, value, flags, out);
		separator = ",";
	}
	str_add_char(out, '}');
}

static void add_array(const json_t *array, size_t flags, struct str *out)
{
	str_add_char(out, '[');
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (i)
			str_add_char(out, ',');
		compact_add(json_array_get(array, i), flags, out);
	}
	str_add_char(out, ']');
}

void compact_add(const json_t *value, size_t flags, struct str *out)
{
	if (json_is_string(value))
		add_string(value, flags, out);
	else if (json_is_integer(value))
		add_integer(json_integer_value(value), out);
	else if (json_is_object(value))
		add_object(value, flags, out);
	else if (json_is_array(value))
		add_array(value, flags, out);
	else
		add_by_jansson(value, flags, out);
}

void compact_add_member(const char *key, const json_t *value, size_t flags,
			struct str *out)
{
	size_t len = strlen(key);

	if (is_plain(key, len)) {
		add_quoted(key, len, out);
	} else {
		json_t *text = json_string(key);

		add_by_jansson(text, flags, out);
		json_decref(text);
	}
	str_add_char(out, ':');
	compact_add(value, flags, out);
}
