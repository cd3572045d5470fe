/* SPDX-License-Identifier: MIT */
#include "ui/glyph.h"

static const struct {
	uint32_t ascii, unicode;
} codes[GLYPH_COUNT] = {
#define X(id, ascii, unicode) [GLYPH_##id] = {ascii, unicode},
	GLYPHS(X)
#undef X
};

static const struct {
	enum glyph glyph;
	enum role role;
} states[] = {
	[STATE_QUEUED] = {GLYPH_QUEUED, ROLE_DIM},
	[STATE_RUNNING] = {GLYPH_RUNNING, ROLE_RUNNING},
	[STATE_WAITING] = {GLYPH_WAITING, ROLE_WAITING},
	[STATE_PASSED] = {GLYPH_PASSED, ROLE_PASSED},
	[STATE_FAILED] = {GLYPH_FAILED, ROLE_FAILED},
	[STATE_CANCELLED] = {GLYPH_CANCELLED, ROLE_WARNING},
	[STATE_SKIPPED] = {GLYPH_SKIPPED, ROLE_DIM},
	[STATE_TIMED_OUT] = {GLYPH_FAILED, ROLE_FAILED},
	[STATE_REJECTED] = {GLYPH_FAILED, ROLE_FAILED},
	[STATE_EXPIRED] = {GLYPH_FAILED, ROLE_FAILED},
	[STATE_ROLLED_BACK] = {GLYPH_ROLLED_BACK, ROLE_FAILED},
	[STATE_ALLOWED] = {GLYPH_WARNING, ROLE_WARNING},
};

uint32_t glyph_code(enum glyph glyph, bool unicode)
{
	return unicode ? codes[glyph].unicode : codes[glyph].ascii;
}

enum glyph state_glyph(enum state state)
{
	return states[state].glyph;
}

enum role state_role(enum state state)
{
	return states[state].role;
}

enum role colour_role(enum colour colour)
{
	return colour == COLOUR_BLUE ? ROLE_BLUE : ROLE_GREEN;
}

static bool is_warned(const struct stage_model *stage)
{
	const struct severity_counts *it = &stage->severities;

	return stage->state == STATE_PASSED &&
	       (it->critical || it->high || it->unknown);
}

enum glyph stage_glyph(const struct stage_model *stage)
{
	return is_warned(stage) ? GLYPH_WARNING : state_glyph(stage->state);
}

enum role stage_role(const struct stage_model *stage)
{
	return is_warned(stage) ? ROLE_WARNING : state_role(stage->state);
}

uint32_t graph_code(int level, bool unicode)
{
	static const char ascii[] = ".:-=+*#";

	if (level < 0)
		level = 0;
	if (level > 7)
		level = 7;
	return unicode ? 0x2581 + (uint32_t)level
		       : (uint32_t)ascii[level < 7 ? level : 6];
}
