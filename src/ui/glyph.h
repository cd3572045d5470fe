/* SPDX-License-Identifier: MIT */
/* Our own marks, each in ASCII and in Unicode: state is glyph and word. */
#ifndef SIGNALBOX_UI_GLYPH_H
#define SIGNALBOX_UI_GLYPH_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "ui/grid.h"

#define GLYPHS(X)                        \
	X(PASSED, '+', 0x2713)           \
	X(FAILED, 'x', 0x2717)           \
	X(RUNNING, '*', 0x25b8)          \
	X(QUEUED, '.', 0x00b7)           \
	X(WAITING, '?', 0x2691)          \
	X(WARNING, '!', '!')             \
	X(SKIPPED, '-', 0x2298)          \
	X(CANCELLED, '~', '~')           \
	X(ROLLED_BACK, '<', '<')         \
	X(RULE, '-', 0x2500)             \
	X(RULE_FOCUSED, '=', 0x2501)     \
	X(VERTICAL, '|', 0x2502)         \
	X(TEE_DOWN, '+', 0x252c)         \
	X(TEE_RIGHT, '|', 0x251c)        \
	X(TEE_LEFT, '|', 0x2524)         \
	X(TEE_UP, '+', 0x2534)           \
	X(CORNER_TOP_LEFT, '+', 0x250c)  \
	X(CORNER_TOP_RIGHT, '+', 0x2510) \
	X(CORNER_LOW_LEFT, '+', 0x2514)  \
	X(CORNER_LOW_RIGHT, '+', 0x2518) \
	X(BAR_LEFT, '#', 0x2588)         \
	X(BAR_RIGHT, '=', 0x2592)        \
	X(ELLIPSIS, '~', 0x2026)

enum glyph {
#define X(id, ascii, unicode) GLYPH_##id,
	GLYPHS(X)
#undef X
		GLYPH_COUNT
};

uint32_t glyph_code(enum glyph glyph, bool unicode);
enum glyph state_glyph(enum state state);
enum role state_role(enum state state);
enum role colour_role(enum colour colour);
/* The mark of a stage: what passed with severe findings open is a warning. */
enum glyph stage_glyph(const struct stage_model *stage);
enum role stage_role(const struct stage_model *stage);
/* level 0 (least) to 7. */
uint32_t graph_code(int level, bool unicode);

#endif
