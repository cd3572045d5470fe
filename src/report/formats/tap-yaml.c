/* SPDX-License-Identifier: MIT */
/* The YAML block below a TAP point: kept as text, but for what says why,
 * where and how long. */
#include "report/formats/tap-yaml.h"

#include <string.h>

#include "report/value.h"

static size_t indent_of(const char *line, size_t len)
{
	size_t indent = 0;

	while (indent < len && line[indent] == ' ')
		indent++;
	return indent;
}

static bool text_is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

bool tap_yaml_opens(struct tap_reader *tap, const char *line, size_t len)
{
	size_t indent = indent_of(line, len);

	if (!tap->sink->pending || indent < 1 || indent > 3)
		return false;
	if (len - indent < 3 || memcmp(line + indent, "---", 3) != 0)
		return false;
	tap->in_yaml = true;
	tap->in_text = false;
	tap->yaml_indent = indent;
	return true;
}

static void unquote(const char **value, size_t *len)
{
	if (*len >= 2 && (**value == '\'' || **value == '"') &&
	    (*value)[*len - 1] == **value) {
		++*value;
		*len -= 2;
	}
}

/* '/path/x.js:36:1' */
static void locate(struct test_sink *sink, const char *value, size_t len)
{
	const char *file;
	size_t file_len;
	int line;

	if (text_location(value, len, &file, &file_len, &line))
		sink_locate(sink, file, file_len, line);
}

static void read_duration(struct test_sink *sink, const char *value, size_t len)
{
	double ms;

	if (text_number(value, len, &ms) && ms >= 0 && ms < 1e15)
		sink->ms = (int64_t)(ms + 0.5);
}

static bool says_why(const char *key, size_t len)
{
	static const char *const keys[] = {"message", "error", "diag"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (text_is(key, len, keys[i]))
			return true;
	return false;
}

static void read_pair(struct tap_reader *tap, const char *line, size_t len)
{
	size_t indent = indent_of(line, len);
	const char *key = line + indent;
	const char *colon = memchr(key, ':', len - indent);
	const char *value;
	size_t key_len;
	size_t value_len;

	if (!colon)
		return;
	key_len = (size_t)(colon - key);
	value = colon + 1;
	value_len = len - indent - key_len - 1;
	while (value_len && *value == ' ') {
		value++;
		value_len--;
	}
	if (says_why(key, key_len)) {
		tap->in_text = value_len && (*value == '|' || *value == '>');
		tap->text_indent = indent;
	}
	if (!value_len || tap->in_text)
		return;
	unquote(&value, &value_len);
	if (says_why(key, key_len))
		sink_explain(tap->sink, value, value_len);
	else if (text_is(key, key_len, "location"))
		locate(tap->sink, value, value_len);
	else if (text_is(key, key_len, "duration_ms"))
		read_duration(tap->sink, value, value_len);
}

bool tap_yaml_line(struct tap_reader *tap, const char *line, size_t len)
{
	size_t indent = indent_of(line, len);

	if (indent < tap->yaml_indent && indent < len) {
		tap->in_yaml = false;
		return false;
	}
	if (indent == tap->yaml_indent && len - indent >= 3 &&
	    memcmp(line + indent, "...", 3) == 0) {
		tap->in_yaml = false;
		return true;
	}
	if (tap->in_text && (indent > tap->text_indent || indent == len)) {
		sink_explain(tap->sink, line + indent, len - indent);
		return true;
	}
	tap->in_text = false;
	read_pair(tap, line, len);
	return true;
}
