/* SPDX-License-Identifier: MIT */
/*
 * ui/ is the dashboard: it reads the model, draws it, and turns keys into
 * commands. This file: what a screen shows, as cells, apart from any
 * terminal, so that a test can read it.
 */
#ifndef SIGNALBOX_UI_GRID_H
#define SIGNALBOX_UI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a cell means; a theme says how that looks. */
#define ROLES(X)                      \
	X(NORMAL, "normal")           \
	X(DIM, "dim")                 \
	X(RULE, "rule")               \
	X(TITLE, "title")             \
	X(KEY, "key")                 \
	X(OFF, "off")                 \
	X(PASSED, "passed")           \
	X(FAILED, "failed")           \
	X(WARNING, "warning")         \
	X(RUNNING, "running")         \
	X(WAITING, "waiting")         \
	X(BLUE, "blue")               \
	X(GREEN, "green")             \
	X(SGR_BLACK, "sgr-black")     \
	X(SGR_RED, "sgr-red")         \
	X(SGR_GREEN, "sgr-green")     \
	X(SGR_YELLOW, "sgr-yellow")   \
	X(SGR_BLUE, "sgr-blue")       \
	X(SGR_MAGENTA, "sgr-magenta") \
	X(SGR_CYAN, "sgr-cyan")       \
	X(SGR_WHITE, "sgr-white")

enum role {
#define X(id, name) ROLE_##id,
	ROLES(X)
#undef X
		ROLE_COUNT
};

struct style {
	enum role role;
	bool bold, reverse;
};

struct cell {
	uint32_t text[3]; /* a code point and up to two marks on it */
	uint8_t role;
	uint8_t width;	 /* 1, 2, or 0: the right half of the one before */
	uint16_t target; /* what a click here means, 0 nothing: see view.h */
	bool bold, reverse;
};

/* Which characters the terminal takes. */
struct charset {
	bool utf8;    /* foreign text beyond ASCII may be drawn */
	bool unicode; /* our own marks and lines too */
};

struct grid {
	int rows, cols;
	struct cell *cells;
	struct charset charset;
	int cursor_row, cursor_col; /* where a screen reader looks */
	bool cursor_shown;	    /* in a text box */
};

void grid_init(struct grid *grid, int rows, int cols, struct charset charset);
void grid_release(struct grid *grid);
void grid_clear(struct grid *grid);
struct cell *grid_at(const struct grid *grid, int row, int col);
bool cell_equal(const struct cell *a, const struct cell *b);
/* Sets one character, or with width 0 adds a mark to the one before. What is
 * outside, or half outside, is a space or nothing. Cuts a wide character in
 * two halves no deeper than into spaces. Returns the columns it took. */
int grid_put(struct grid *grid, int row, int col, uint32_t c,
	     struct style style);
/* Columns of a character as grid_put() would take them. */
int character_width(uint32_t c);
/* The text, rows ended by '\n', trailing spaces kept. The caller's. */
char *grid_text(const struct grid *grid);

#endif
