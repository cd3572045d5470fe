/* SPDX-License-Identifier: MIT */
#include "base/printable.h"

size_t utf8_decode(const char *text, size_t len, int32_t *c)
{
	static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)text[0];
	size_t need = first < 0x80	       ? 1
		      : (first & 0xe0) == 0xc0 ? 2
		      : (first & 0xf0) == 0xe0 ? 3
		      : (first & 0xf8) == 0xf0 ? 4
					       : 0;
	int32_t value;

	*c = -1;
	if (!need || need > len)
		return 1;
	value = need == 1 ? first : first & (0x7f >> need);
	for (size_t i = 1; i < need; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 1;
		value = value << 6 | (text[i] & 0x3f);
	}
	if (value < least[need] || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 1;
	*c = value;
	return need;
}

void str_add_utf8(struct str *out, uint32_t c)
{
	if (c < 0x80) {
		str_add_char(out, (char)c);
		return;
	}
	if (c < 0x800) {
		str_add_char(out, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			str_add_char(out, (char)(0xe0 | c >> 12));
		} else {
			str_add_char(out, (char)(0xf0 | c >> 18));
			str_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		str_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	str_add_char(out, (char)(0x80 | (c & 0x3f)));
}

void str_add_ascii(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		int32_t c;

		i += utf8_decode(text + i, len - i, &c);
		str_add_char(out, c >= 0 && c < 0x80 ? (char)c : '?');
	}
}

size_t sgr_length(const char *text, size_t len)
{
	size_t i = 2;

	if (len < 3 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (i < len && i < 40 &&
	       ((text[i] >= '0' && text[i] <= '9') || text[i] == ';' ||
		text[i] == ':'))
		i++;
	return i < len && text[i] == 'm' ? i + 1 : 0;
}

const char *line_last_state(const char *text, size_t *len)
{
	size_t start;

	while (*len && text[*len - 1] == '\r')
		(*len)--;
	for (start = *len; start && text[start - 1] != '\r'; start--)
		;
	*len -= start;
	return text + start;
}

/* Characters that steer or hide text without showing themselves. */
static bool is_invisible(int32_t c)
{
	return (c >= 0x80 && c <= 0x9f) || c == 0xad || c == 0x61c ||
	       c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

void str_add_printable(struct str *out, const char *text, size_t len,
		       bool keep_sgr)
{
	size_t column = 0;

	for (size_t i = 0; i < len;) {
		size_t sgr = keep_sgr ? sgr_length(text + i, len - i) : 0;
		int32_t c;
		size_t used;

		if (sgr) {
			str_add_bytes(out, text + i, sgr);
			i += sgr;
			continue;
		}
		used = utf8_decode(text + i, len - i, &c);
		if (c == '\t') {
			do {
				str_add_char(out, ' ');
			} while (++column % 8);
			i += used;
			continue;
		}
		if (c < 0)
			str_add_char(out, '?');
		else if (c == '\n' || c == '\r')
			str_add_char(out, ' ');
		else if (c < 0x20 || c == 0x7f)
			str_addf(out, "^%c", c ^ 0x40);
		else if (is_invisible(c))
			str_addf(out, "<%02x>", (unsigned)c);
		else
			str_add_bytes(out, text + i, used);
		column++;
		i += used;
	}
}
