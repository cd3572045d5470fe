/* SPDX-License-Identifier: MIT */
#include "ui/logline.h"

#include <string.h>

#include "base/printable.h"

/* Most bytes that one column is likely to take, colours among them. */
#define COLUMN_BYTES 24
#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

static void set_bright(struct style *style, int code)
{
	style->role = (enum role)(ROLE_SGR_BLACK + code);
}

static void set_sgr(struct style *style, int code)
{
	if (code == 0)
		*style = (struct style){ROLE_NORMAL, false, false};
	else if (code == 1)
		style->bold = true;
	else if (code == 22)
		style->bold = false;
	else if (code == 2)
		style->role = ROLE_DIM;
	else if (code >= 30 && code <= 37)
		set_bright(style, code - 30);
	else if (code >= 90 && code <= 97)
		set_bright(style, code - 90);
	else if (code == 39)
		style->role = ROLE_NORMAL;
}

/* The nearest of the eight: each part is on when it is more than half of the
 * strongest; what is nearly grey is white or black. */
static int nearest(int red, int green, int blue)
{
	int most = red > green ? red : green;

	most = most > blue ? most : blue;
	if (most < 48)
		return 0;
	return (red > most / 2 ? 1 : 0) | (green > most / 2 ? 2 : 0) |
	       (blue > most / 2 ? 4 : 0);
}

/* Of the 256: the sixteen, a cube of six a side, greys. */
static int nearest_indexed(int index)
{
	if (index < 16)
		return index % 8;
	if (index >= 232)
		return index < 244 ? 0 : 7;
	index -= 16;
	return nearest(index / 36 * 51, index / 6 % 6 * 51, index % 6 * 51);
}

#define SGR_CODES 8

/* 38;5;N and 38;2;R;G;B. Backgrounds are left to the theme. */
static void set_extended(struct style *style, const int *codes, size_t count)
{
	int colour = -1;

	if (count >= 3 && codes[1] == 5 && codes[2] < 256)
		colour = nearest_indexed(codes[2]);
	else if (count >= 5 && codes[1] == 2)
		colour = nearest(codes[2], codes[3], codes[4]);
	/* Black and white are what text on a dark or a light ground is. */
	if (codes[0] != 38 || colour < 0)
		return;
	if (colour == 0 || colour == 7)
		style->role = colour ? ROLE_NORMAL : ROLE_DIM;
	else
		set_bright(style, colour);
}

static void apply_sgr(struct style *style, const char *text, size_t len)
{
	int codes[SGR_CODES] = {0};
	size_t count = 1;

	for (size_t i = 2; i + 1 < len && count < SGR_CODES; i++) {
		int *code = &codes[count - 1];

		if (text[i] >= '0' && text[i] <= '9')
			*code = *code < 1000 ? *code * 10 + text[i] - '0'
					     : *code;
		else
			count++;
	}
	for (size_t i = 0; i < count; i++) {
		if (codes[i] == 38 || codes[i] == 48) {
			set_extended(style, codes + i, count - i);
			i += i + 1 < count && codes[i + 1] == 2 ? 4 : 2;
		} else {
			set_sgr(style, codes[i]);
		}
	}
}

/* Bytes at the beginning that are a column each. */
static size_t plain_length(const char *text, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t word, del;

		memcpy(&word, text + i, 8);
		del = word ^ (0x7f * ONES);
		if (((word | (word - 0x20 * ONES) | (del - ONES)) & HIGHS) != 0)
			break;
	}
	while (i < len && text[i] >= 0x20 && text[i] < 0x7f)
		i++;
	return i;
}

/* Leaves out columns that each are a byte; whole tab stops, so that tabs stay
 * where they were. Returns the columns that are left to skip. */
static int64_t skip_plain(const char **text, size_t *len, int64_t skip)
{
	size_t most = skip < (int64_t)*len ? (size_t)skip : *len;
	size_t plain = plain_length(*text, most);

	plain -= plain % 8;
	*text += plain;
	*len -= plain;
	return skip - (int64_t)plain;
}

static size_t bytes_for(size_t len, int64_t columns)
{
	int64_t bytes = (columns + 8) * COLUMN_BYTES;

	return bytes < (int64_t)len ? (size_t)bytes : len;
}

/* Where the next character goes: a line that is wrapped goes on in the next
 * row, one that slid begins left of the pen. */
struct flow {
	int64_t row, col;
	int64_t width; /* of a row; 0: all in one */
};

static void flow_next(struct flow *flow, int width)
{
	if (flow->width && flow->col + width > flow->width) {
		flow->row++;
		flow->col = 0;
	}
}

static void draw_character(struct pen *pen, int32_t c, struct flow *flow,
			   int left)
{
	int width = c < 0 ? 1 : character_width((uint32_t)c);

	flow_next(flow, width);
	if (flow->row >= 0 && flow->col >= 0) {
		pen->row = pen->row + (int)flow->row;
		flow->row = 0;
		pen->col = left + (int)flow->col;
		if (pen->col > left || width)
			pen_code(pen, c < 0 ? '?' : (uint32_t)c);
	} else if (flow->row >= 0 && flow->col + width > 0) {
		pen_code(pen, ' '); /* its left half is out of sight */
	}
	flow->col += width;
}

static void draw_clean(struct pen *pen, const struct str *clean,
		       const struct logline_look *look, struct flow flow)
{
	int left = pen->col;
	int last = pen->row + (look->wrap ? look->rows : 1);
	size_t marked = 0; /* bytes up to here are in reverse */

	for (size_t i = 0; i < clean->len && pen->row < last;) {
		const char *at = clean->data + i;
		size_t size = sgr_length(at, clean->len - i);
		int32_t c;

		if (size) {
			apply_sgr(&pen->style, at, size);
			i += size;
			continue;
		}
		if (!flow.width && left + flow.col >= pen->limit)
			break;
		if (look->mark && i >= marked)
			marked = i + search_at(look->mark, at, clean->len - i);
		size = utf8_decode(at, clean->len - i, &c);
		pen_reverse(pen, i < marked);
		draw_character(pen, c, &flow, left);
		i += size;
	}
	pen_reverse(pen, false);
}

/* Made printable into `scratch`. */
static void clean(struct str *scratch, const char *text, size_t len)
{
	str_clear(scratch);
	str_add_printable(scratch, text, len, true);
}

static void draw_slid(struct pen *pen, const char *text, size_t len,
		      const struct logline_look *look)
{
	int64_t skip = skip_plain(&text, &len, look->skip);
	struct flow flow = {0, -skip, 0};

	clean(look->scratch, text,
	      bytes_for(len, skip + pen->limit - pen->col));
	draw_clean(pen, look->scratch, look, flow);
}

static void draw_wrapped(struct pen *pen, const char *text, size_t len,
			 const struct logline_look *look)
{
	int64_t most = (look->skip + look->rows) * look->wrap;
	struct flow flow = {-look->skip, 0, look->wrap};
	size_t plain = plain_length(text, len);
	size_t above = (size_t)(look->skip * look->wrap);

	/* Of rows that are a byte a column, those above cost nothing. */
	if (plain >= above && (plain == len || above % 8 == 0)) {
		text += above;
		len -= above;
		flow.row = 0;
		most -= (int64_t)above;
	}
	clean(look->scratch, text, bytes_for(len, most));
	draw_clean(pen, look->scratch, look, flow);
}

void logline_draw(struct pen *pen, const char *text, size_t len,
		  const struct logline_look *look)
{
	text = line_last_state(text, &len);
	if (look->wrap)
		draw_wrapped(pen, text, len, look);
	else
		draw_slid(pen, text, len, look);
}

/* Where the character after all of these goes. */
static struct flow flow_over(const char *text, size_t len, int width,
			     struct str *scratch)
{
	struct flow flow = {0, 0, width};

	clean(scratch, text, len);
	for (size_t i = 0; i < scratch->len;) {
		size_t size = sgr_length(scratch->data + i, scratch->len - i);
		int32_t c;
		int taken;

		if (!size) {
			size = utf8_decode(scratch->data + i, scratch->len - i,
					   &c);
			taken = c < 0 ? 1 : character_width((uint32_t)c);
			flow_next(&flow, taken);
			flow.col += taken;
		}
		i += size;
	}
	return flow;
}

int64_t logline_rows(const char *text, size_t len, int width,
		     struct str *scratch)
{
	text = line_last_state(text, &len);
	if (plain_length(text, len) == len)
		return len > (size_t)width ? ((int64_t)len + width - 1) / width
					   : 1;
	return flow_over(text, len, width, scratch).row + 1;
}

void logline_place(const char *text, size_t len, size_t offset, int width,
		   struct str *scratch, int64_t *row, int64_t *column)
{
	const char *shown = line_last_state(text, &len);
	size_t hidden = (size_t)(shown - text);
	struct flow flow = {0, 0, width};

	if (offset > hidden)
		flow = flow_over(shown,
				 offset - hidden < len ? offset - hidden : len,
				 width, scratch);
	*row = flow.row;
	*column = flow.col;
}
