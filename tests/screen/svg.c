/* SPDX-License-Identifier: MIT */
#include "screen/svg.h"

#include <errno.h>
#include <stdio.h>
#include <vterm.h>

#include "base/printable.h"

/* Of a common monospaced font at 14 pixels. */
#define CELL_WIDTH 8.43
#define CELL_HEIGHT 17
#define BASELINE 13
#define MARGIN 8

struct look {
	unsigned text, back; /* 0xrrggbb */
	bool bold, underline;
};

struct picture {
	VTermScreen *screen;
	FILE *file;
	int cols;
	unsigned text, back; /* where the program sets none */
};

static unsigned rgb_of(const struct picture *picture, VTermColor colour)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(&colour))
		return picture->text;
	if (VTERM_COLOR_IS_DEFAULT_BG(&colour))
		return picture->back;
	vterm_screen_convert_color_to_rgb(picture->screen, &colour);
	return (unsigned)colour.rgb.red << 16 |
	       (unsigned)colour.rgb.green << 8 | colour.rgb.blue;
}

static struct look look_of(const struct picture *picture,
			   const VTermScreenCell *cell)
{
	struct look look = {rgb_of(picture, cell->fg),
			    rgb_of(picture, cell->bg), cell->attrs.bold,
			    cell->attrs.underline};

	if (cell->attrs.reverse) {
		unsigned text = look.text;

		look.text = look.back;
		look.back = text;
	}
	return look;
}

static bool look_is(struct look a, struct look b)
{
	return a.text == b.text && a.back == b.back && a.bold == b.bold &&
	       a.underline == b.underline;
}

static void put_char(FILE *file, uint32_t c)
{
	struct str text = STR_INIT;

	str_add_utf8(&text, c);
	if (strchr("<>&", *text.data) && *text.data)
		fprintf(file, "&#%u;", c);
	else
		fputs(text.data, file);
	str_release(&text);
}

/* Cells that look the same, from `col` on; returns the column after them. */
static int put_run(const struct picture *picture, int row, int col)
{
	VTermScreenCell cells[512];
	struct look look;
	int count = 0;
	bool blank = true;

	while (col + count < picture->cols && count < 512) {
		VTermPos pos = {row, col + count};
		VTermScreenCell *cell = &cells[count];

		vterm_screen_get_cell(picture->screen, pos, cell);
		if (count == 0)
			look = look_of(picture, cell);
		else if (!look_is(look, look_of(picture, cell)))
			break;
		blank = blank && (!cell->chars[0] || cell->chars[0] == ' ');
		count++;
	}
	if (look.back != picture->back)
		fprintf(picture->file,
			"<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" "
			"height=\"%d\" fill=\"#%06x\"/>\n",
			MARGIN + col * CELL_WIDTH, MARGIN + row * CELL_HEIGHT,
			count * CELL_WIDTH, CELL_HEIGHT, look.back);
	if (blank)
		return col + count;
	fprintf(picture->file,
		"<text x=\"%.2f\" y=\"%d\" textLength=\"%.2f\" "
		"fill=\"#%06x\"%s%s>",
		MARGIN + col * CELL_WIDTH,
		MARGIN + row * CELL_HEIGHT + BASELINE, count * CELL_WIDTH,
		look.text, look.bold ? " font-weight=\"bold\"" : "",
		look.underline ? " text-decoration=\"underline\"" : "");
	for (int i = 0; i < count; i++)
		if (cells[i].chars[0] != (uint32_t)-1)
			put_char(picture->file,
				 cells[i].chars[0] ? cells[i].chars[0] : ' ');
	fputs("</text>\n", picture->file);
	return col + count;
}

void svg_write(struct terminal *terminal, bool light, const char *path)
{
	struct picture picture = {.screen = terminal_screen(terminal),
				  .file = fopen(path, "w"),
				  .text = light ? 0x1c1c1c : 0xd0d0d0,
				  .back = light ? 0xffffff : 0x161616};
	int rows;

	if (!picture.file)
		fail_msg("%s: %s", path, strerror(errno));
	terminal_size(terminal, &rows, &picture.cols);
	fprintf(picture.file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
		"height=\"%d\" xml:space=\"preserve\" font-size=\"14\" "
		"font-family=\"DejaVu Sans Mono, Menlo, Consolas, "
		"monospace\">\n"
		"<rect width=\"100%%\" height=\"100%%\" rx=\"6\" "
		"fill=\"#%06x\"/>\n",
		picture.cols * CELL_WIDTH + 2 * MARGIN,
		rows * CELL_HEIGHT + 2 * MARGIN, picture.back);
	for (int row = 0; row < rows; row++)
		for (int col = 0; col < picture.cols;)
			col = put_run(&picture, row, col);
	fputs("</svg>\n", picture.file);
	if (fclose(picture.file) != 0)
		fail_msg("%s: %s", path, strerror(errno));
}
