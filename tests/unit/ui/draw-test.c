/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <locale.h>

#include "base/memory.h"
#include "base/str.h"
#include "ui/draw.h"

static const struct charset unicode = {true, true};

/* The first row after drawing text at a column of an area of 10. */
static void assert_drawn(const char *text, int col, const char *wanted)
{
	struct grid grid;
	struct area all;
	struct area area;
	struct pen pen;
	char *drawn;

	grid_init(&grid, 1, 14, unicode);
	all = (struct area){&grid, 0, 0, 1, 14};
	area = area_part(&all, 0, 2, 1, 10);
	pen = pen_at(&area, 0, col);
	pen_text(&pen, text);
	drawn = grid_text(&grid);
	assert_string_equal(drawn, wanted);
	free(drawn);
	grid_release(&grid);
}

static void text_is_cut_at_its_area_with_an_ellipsis(void **state)
{
	(void)state;
	assert_drawn("short", 0, "  short       \n");
	assert_drawn("exactly 10", 0, "  exactly 10  \n");
	assert_drawn("more than 10", 0, "  more than\xe2\x80\xa6  \n");
	assert_drawn("x", 9, "           x  \n");
	assert_drawn("xy", 9, "           \xe2\x80\xa6  \n");
	assert_drawn("xy", 40, "              \n");
}

static void wide_characters_are_never_halved(void **state)
{
	(void)state;
	assert_drawn("\xe6\x97\xa5\xe6\x9c\xac", 0,
		     "  \xe6\x97\xa5\xe6\x9c\xac        \n");
	assert_drawn("12345678\xe6\x97\xa5", 0, "  12345678\xe6\x97\xa5  \n");
	assert_drawn("123456789\xe6\x97\xa5", 0, "  123456789\xe2\x80\xa6  \n");
}

static void marks_stay_on_their_letter_and_hostile_ones_do_nothing(void **state)
{
	(void)state;
	assert_drawn("e\xcc\x81t", 0, "  e\xcc\x81t          \n");
	assert_drawn("\xcc\x81t", 0, "  t           \n");
	assert_drawn("a\xcc\x81\xcc\x82\xcc\x83z", 0,
		     "  a\xcc\x81\xcc\x82z          \n");
	assert_drawn("\033[31mx", 0, "  ^[[31mx     \n");
	assert_drawn("\xff\xfe!", 0, "  \?\?!         \n");
	assert_drawn("a\xe2\x80\xaeI", 0, "  a<202e>I    \n");
}

static void writing_over_half_a_wide_character_clears_the_other(void **state)
{
	struct grid grid;
	struct style plain = {ROLE_NORMAL, false, false};
	char *drawn;

	(void)state;
	grid_init(&grid, 1, 4, unicode);
	grid_put(&grid, 0, 1, 0x65e5, plain);
	grid_put(&grid, 0, 2, 'x', plain);
	drawn = grid_text(&grid);
	assert_string_equal(drawn, "  x \n");
	free(drawn);
	grid_put(&grid, 0, 1, 0x65e5, plain);
	grid_put(&grid, 0, 0, 0x672c, plain);
	drawn = grid_text(&grid);
	assert_string_equal(drawn, "\xe6\x9c\xac  \n");
	free(drawn);
	grid_put(&grid, 0, 3, 0x65e5, plain);
	drawn = grid_text(&grid);
	assert_string_equal(drawn, "\xe6\x9c\xac  \n");
	free(drawn);
	grid_release(&grid);
}

static void without_utf8_only_ascii_is_drawn(void **state)
{
	struct grid grid;
	struct charset plain = {false, false};
	struct area area;
	struct pen pen;
	char *drawn;

	(void)state;
	grid_init(&grid, 1, 8, plain);
	area = (struct area){&grid, 0, 0, 1, 8};
	pen = pen_at(&area, 0, 0);
	pen_text(&pen, "\xe6\x97\xa5-\xc3\xa9");
	pen_glyph(&pen, GLYPH_PASSED);
	drawn = grid_text(&grid);
	assert_string_equal(drawn, "?-?+    \n");
	free(drawn);
	grid_release(&grid);
}

static void long_text_is_wrapped_after_words(void **state)
{
	struct grid grid;
	struct area area;
	struct pen pen;
	char *drawn;

	(void)state;
	grid_init(&grid, 4, 12, unicode);
	area = (struct area){&grid, 0, 0, 4, 12};
	pen = pen_at(&area, 0, 1);
	assert_int_equal(pen_wrap(&pen, "one two three fourteenlong"), 4);
	drawn = grid_text(&grid);
	assert_string_equal(drawn, " one two    \n three      \n"
				   " fourteenlo \n ng         \n");
	free(drawn);
	grid_release(&grid);
}

static void a_rules_right_parts_cut_the_left_ones(void **state)
{
	struct grid grid;
	struct area area;
	struct style plain = {ROLE_NORMAL, false, false};
	struct rule rule;
	char *drawn;

	(void)state;
	grid_init(&grid, 1, 40, (struct charset){false, false});
	area = (struct area){&grid, 0, 0, 1, 40};
	rule = rule_draw(&area, 0, false);
	rule_right(&rule, plain, "right");
	rule_title(&rule, 3, "SECURITY");
	rule_left(&rule, plain, "a left part that is too long");
	rule_left(&rule, plain, "none");
	drawn = grid_text(&grid);
	assert_string_equal(drawn,
			    "-- 3 SECURITY -- a left part~ - right --\n");
	free(drawn);
	grid_release(&grid);
}

static void a_field_is_cut_on_the_side_that_matters_least(void **state)
{
	static const struct {
		enum cut cut;
		const char *text, *wanted;
	} fields[] = {
		{CUT_START, "src/main.c:30", "~ain.c:30|"},
		{CUT_START, "main.c:30", "main.c:30|"},
		{CUT_MIDDLE, "test_words[entry3]", "tes~try3]|"},
		{CUT_MIDDLE,
		 "a\033\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
		 "\xc3\xa9",
		 "a^[~?????|"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		struct grid grid;
		struct area area = {&grid, 0, 0, 1, 10};
		struct pen pen = pen_at(&area, 0, 0);
		char *drawn;

		grid_init(&grid, 1, 10, (struct charset){false, false});
		pen_field_cut(&pen, 9, fields[i].text, fields[i].cut);
		pen_text(&pen, "|");
		drawn = grid_text(&grid);
		drawn[10] = '\0';
		assert_string_equal(drawn, fields[i].wanted);
		free(drawn);
		grid_release(&grid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_at_its_area_with_an_ellipsis),
		cmocka_unit_test(wide_characters_are_never_halved),
		cmocka_unit_test(
			marks_stay_on_their_letter_and_hostile_ones_do_nothing),
		cmocka_unit_test(
			writing_over_half_a_wide_character_clears_the_other),
		cmocka_unit_test(without_utf8_only_ascii_is_drawn),
		cmocka_unit_test(a_field_is_cut_on_the_side_that_matters_least),
		cmocka_unit_test(long_text_is_wrapped_after_words),
		cmocka_unit_test(a_rules_right_parts_cut_the_left_ones),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
