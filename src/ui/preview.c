/* SPDX-License-Identifier: MIT */
#include "ui/preview.h"

#include <ncurses.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/printable.h"
#include "ui/draw.h"
#include "ui/painter.h"
#include "ui/screen.h"

#define COLS 72
#define NAME_COL 1
#define SAMPLE_COL 14
#define TINT_COL 50

static const struct {
	enum glyph glyph; /* GLYPH_COUNT: none */
	const char *text;
	bool bold;
} samples[ROLE_COUNT] = {
	[ROLE_NORMAL] = {GLYPH_COUNT, "Retry idempotent captures", false},
	[ROLE_DIM] = {GLYPH_COUNT, "ravi, 43 min ago", false},
	[ROLE_RULE] = {GLYPH_RULE, "", false},
	[ROLE_TITLE] = {GLYPH_COUNT, "2 LOG production", true},
	[ROLE_KEY] = {GLYPH_COUNT, "a approve  x reject", true},
	[ROLE_OFF] = {GLYPH_COUNT, "s shift", false},
	[ROLE_PASSED] = {GLYPH_PASSED, "unit 0:41", false},
	[ROLE_FAILED] = {GLYPH_FAILED, "FAIL POST /payments/capture", false},
	[ROLE_WARNING] = {GLYPH_WARNING, "HIGH CVE-2026-1187 libxml2", false},
	[ROLE_RUNNING] = {GLYPH_RUNNING, "pause 5:00  0:15 of 5:00", false},
	[ROLE_WAITING] = {GLYPH_WAITING, "gate production, 1 of 2", false},
	[ROLE_BLUE] = {GLYPH_BAR_LEFT, "BLUE v2.13.2  75 %", false},
	[ROLE_GREEN] = {GLYPH_BAR_RIGHT, "GREEN v2.14.0  25 %", false},
};

static void add_tint(struct pen *pen, const char *what, struct tint tint)
{
	if (tint.kind == TINT_RGB)
		pen_printf(pen, "%s#%02x%02x%02x ", what, tint.rgb.red,
			   tint.rgb.green, tint.rgb.blue);
	else if (tint.kind == TINT_INDEX && tint.index < 16)
		pen_printf(pen, "%s%s ", what, tint_names[tint.index]);
	else if (tint.kind == TINT_INDEX)
		pen_printf(pen, "%s%d ", what, tint.index);
}

/* What the theme says, not what this terminal makes of it. */
static void draw_words(const struct area *area, int row,
		       const struct theme_role *role)
{
	struct pen pen = pen_at(area, row, TINT_COL);
	const struct look *look = &role->look;

	add_tint(&pen, "", look->text);
	add_tint(&pen, "on ", look->ground);
	pen_printf(&pen, "%s%s%s%s", look->bold ? "bold " : "",
		   look->dim ? "dim " : "", look->underline ? "underline " : "",
		   look->reverse ? "reverse" : "");
}

static void draw_sample(const struct area *area, int row, enum role role)
{
	struct pen pen = pen_at(area, row, SAMPLE_COL);

	pen.limit = TINT_COL - 1;
	if (samples[role].bold)
		pen_bold(&pen, role);
	else
		pen_role(&pen, role);
	if (!samples[role].text) {
		pen_text(&pen, "a colour of a stage's output");
		return;
	}
	if (role == ROLE_RULE || role == ROLE_BLUE || role == ROLE_GREEN)
		pen_repeat(&pen, samples[role].glyph,
			   role == ROLE_RULE ? 30 : 8);
	else if (samples[role].glyph != GLYPH_COUNT)
		pen_glyph(&pen, samples[role].glyph);
	if (samples[role].glyph != GLYPH_COUNT)
		pen_text(&pen, " ");
	pen_text(&pen, samples[role].text);
}

static void draw(struct grid *grid, const struct theme *theme, const char *name)
{
	const struct area all = {grid, 0, 0, grid->rows, grid->cols};
	struct pen pen = pen_at(&all, 0, NAME_COL);

	pen_bold(&pen, ROLE_TITLE);
	pen_text(&pen, name);
	pen_role(&pen, ROLE_NORMAL);
	if (theme->about)
		pen_printf(&pen, ": %s", theme->about);
	for (int role = 0; role < ROLE_COUNT; role++) {
		pen = pen_at(&all, role + 1, NAME_COL);
		pen_text(&pen, role_names[role]);
		draw_sample(&all, role + 1, (enum role)role);
		draw_words(&all, role + 1, &theme->roles[role]);
	}
}

/* NULL: text alone. */
static struct painter *open_painter(const struct theme *theme,
				    enum ui_choice colour)
{
	int found = 0;

	if (colour != UI_ALWAYS && !isatty(STDOUT_FILENO))
		return NULL;
	if (setupterm(NULL, STDOUT_FILENO, &found) != OK)
		return NULL;
	return painter_new(theme, screen_wants_colour(colour) ? painter_depth()
							      : DEPTH_NONE);
}

void theme_preview(const struct theme *theme, const char *name,
		   enum ui_choice colour, enum ui_choice unicode,
		   struct str *out)
{
	struct painter *painter = open_painter(theme, colour);
	struct grid grid;

	grid_init(&grid, ROLE_COUNT + 1, COLS, screen_charset_of(unicode));
	draw(&grid, theme, name);
	for (int row = 0; row < grid.rows; row++) {
		painter_line(painter, &grid, row, out);
		str_add_char(out, '\n');
	}
	grid_release(&grid);
	if (painter)
		del_curterm(cur_term);
	painter_free(painter);
}
