/* SPDX-License-Identifier: MIT */
#include "exceptions/toml-text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "base/str.h"

int toml_text_complain(struct toml_text *text, const char *what)
{
	return error_set(text->err, ERROR_FAILED, "%s:%d: %s", text->name,
			 text->line, what);
}

int toml_text_check(struct toml_text *text)
{
	struct toml_text place = *text;
	size_t left = strlen(text->at);

	for (const char *at = text->at; left;) {
		int32_t c;
		size_t used = utf8_decode(at, left, &c);

		if (c < 0)
			return toml_text_complain(&place, "this is no UTF-8");
		if ((c < ' ' && c != '\t' && c != '\n' &&
		     !(c == '\r' && at[1] == '\n')) ||
		    c == 127)
			return toml_text_complain(&place,
						  "a control character");
		place.line += c == '\n';
		at += used;
		left -= used;
	}
	return 0;
}

bool toml_text_take(struct toml_text *text, char c)
{
	if (*text->at != c)
		return false;
	text->at++;
	return true;
}

void toml_text_blanks(struct toml_text *text)
{
	text->at += strspn(text->at, " \t");
}

static void pass_comment(struct toml_text *text)
{
	toml_text_blanks(text);
	if (*text->at == '#')
		text->at += strcspn(text->at, "\n");
	text->at += *text->at == '\r';
}

void toml_text_between(struct toml_text *text)
{
	for (;;) {
		pass_comment(text);
		if (*text->at != '\n')
			return;
		text->at++;
		text->line++;
	}
}

int toml_text_line_end(struct toml_text *text)
{
	pass_comment(text);
	if (*text->at && *text->at != '\n')
		return toml_text_complain(text, "one key and value a line");
	return 0;
}

static int add_code_point(struct toml_text *text, struct str *out, int digits)
{
	uint32_t c = 0;

	for (int i = 0; i < digits; i++) {
		unsigned char digit = (unsigned char)text->at[0];

		if (!isxdigit(digit))
			return toml_text_complain(text, "no such character");
		c = c * 16 + (uint32_t)(isdigit(digit)
						? digit - '0'
						: (digit | 0x20) - 'a' + 10);
		text->at++;
	}
	if (c < ' ' || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return toml_text_complain(text, "no such character");
	str_add_utf8(out, c);
	return 0;
}

/* What follows the '\'. */
static int add_escape(struct toml_text *text, struct str *out, bool lines)
{
	static const char known[] = "btnfr\"\\";
	static const char meant[] = "\b\t\n\f\r\"\\";
	const char c = *text->at;
	const char *at = c ? strchr(known, c) : NULL;
	size_t blanks = strspn(text->at, " \t\r");

	if (lines && text->at[blanks] == '\n') {
		for (; *text->at && strchr(" \t\r\n", *text->at); text->at++)
			text->line += *text->at == '\n';
		return 0;
	}
	if (!c)
		return toml_text_complain(text, "a text without an end");
	text->at++;
	if (c == 'u' || c == 'U')
		return add_code_point(text, out, c == 'u' ? 4 : 8);
	if (!at)
		return toml_text_complain(text, "no such character after '\\'");
	str_add_char(out, meant[at - known]);
	return 0;
}

/* Three of them end it; one or two more before belong to it. */
static bool ends_lines(struct toml_text *text, char quote, struct str *out)
{
	size_t count = 0;

	while (text->at[count] == quote && count < 5)
		count++;
	if (count < 3)
		return false;
	for (size_t i = 3; i < count; i++)
		str_add_char(out, quote);
	text->at += count;
	return true;
}

static int read_quoted(struct toml_text *text, struct str *out, bool lines_too)
{
	char quote = *text->at++;
	bool lines = lines_too && text->at[0] == quote && text->at[1] == quote;

	if (lines) {
		text->at += 2;
		text->at += text->at[0] == '\r';
		text->line += *text->at == '\n';
		text->at += *text->at == '\n';
	}
	for (;;) {
		if (!*text->at || (*text->at == '\n' && !lines))
			return toml_text_complain(text,
						  "a text without an end");
		if (lines ? ends_lines(text, quote, out)
			  : toml_text_take(text, quote))
			return 0;
		if (*text->at == '\\' && quote == '"') {
			text->at++;
			if (add_escape(text, out, lines) < 0)
				return -1;
			continue;
		}
		text->line += *text->at == '\n';
		str_add_char(out, *text->at++);
	}
}

static bool is_bare(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

char *toml_text_key(struct toml_text *text)
{
	struct str key = STR_INIT;

	for (;;) {
		const char *begin = text->at;
		int result = 0;

		if (*begin == '"' || *begin == '\'')
			result = read_quoted(text, &key, false);
		else
			for (; is_bare(*text->at); text->at++)
				str_add_char(&key, *text->at);
		if (result == 0 && text->at == begin)
			result = toml_text_complain(text, "no key");
		if (result < 0) {
			str_release(&key);
			return NULL;
		}
		toml_text_blanks(text);
		if (!toml_text_take(text, '.'))
			return str_detach(&key);
		str_add_char(&key, '.');
		toml_text_blanks(text);
	}
}

static bool begins_date(const char *at)
{
	for (int i = 0; i < 4; i++)
		if (!isdigit((unsigned char)at[i]))
			return false;
	return at[4] == '-';
}

static bool is_number(const char *word)
{
	const char *digits = word + (*word == '+' || *word == '-');

	if (strcmp(digits, "inf") == 0 || strcmp(digits, "nan") == 0)
		return true;
	return isdigit((unsigned char)*digits) &&
	       strspn(digits, "0123456789abcdefABCDEFxo_.+-") == strlen(digits);
}

char *toml_text_scalar(struct toml_text *text, enum toml_kind *kind)
{
	struct str out = STR_INIT;
	bool date = begins_date(text->at);

	*kind = TOML_TEXT;
	if (*text->at == '"' || *text->at == '\'') {
		if (read_quoted(text, &out, true) == 0)
			return str_detach(&out);
		str_release(&out);
		return NULL;
	}
	/* Between date and time may be a space. */
	for (; is_bare(*text->at) || (*text->at && strchr("+.:", *text->at)) ||
	       (date && *text->at == ' ' && out.len == 10 &&
		isdigit((unsigned char)text->at[1]));
	     text->at++)
		str_add_char(&out, *text->at);
	if (strcmp(out.data, "true") == 0 || strcmp(out.data, "false") == 0)
		*kind = TOML_BOOL;
	else if (date || (out.len >= 5 && out.data[2] == ':'))
		*kind = TOML_MOMENT;
	else if (is_number(out.data))
		*kind = TOML_NUMBER;
	else {
		toml_text_complain(text, "no value");
		str_release(&out);
		return NULL;
	}
	return str_detach(&out);
}
