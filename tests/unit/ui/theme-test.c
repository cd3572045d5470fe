/* SPDX-License-Identifier: MIT */
/* Whether a theme can be read on the backgrounds it is for, by the contrast
 * that WCAG 2 defines. Only the 256 colours are judged: what the first 16 are
 * is the person's own palette. */
#include "support/cmocka.h"

#include <math.h>

#include "base/memory.h"
#include "ui/theme.h"

struct rgb {
	int red, green, blue;
};

static const struct {
	enum background background;
	const char *name;
	struct rgb colour;
} backgrounds[] = {
	{BACKGROUND_DARK, "black", {0, 0, 0}},
	{BACKGROUND_DARK, "dark blue", {0x00, 0x2b, 0x36}},
	{BACKGROUND_DARK, "dark grey", {0x28, 0x2c, 0x34}},
	{BACKGROUND_LIGHT, "white", {255, 255, 255}},
	{BACKGROUND_LIGHT, "cream", {0xfd, 0xf6, 0xe3}},
	{BACKGROUND_LIGHT, "light grey", {0xee, 0xee, 0xee}},
};

static const char *const names[] = {
#define X(id, name) [ROLE_##id] = name,
	ROLES(X)
#undef X
};

static int cube(int step)
{
	return step ? 55 + 40 * step : 0;
}

/* xterm's table from 16 on. */
static struct rgb rgb_of(int colour)
{
	int grey = 8 + 10 * (colour - 232);

	if (colour >= 232)
		return (struct rgb){grey, grey, grey};
	colour -= 16;
	return (struct rgb){cube(colour / 36), cube(colour / 6 % 6),
			    cube(colour % 6)};
}

static double linear(int value)
{
	double part = value / 255.0;

	return part <= 0.04045 ? part / 12.92
			       : pow((part + 0.055) / 1.055, 2.4);
}

static double luminance(struct rgb it)
{
	return 0.2126 * linear(it.red) + 0.7152 * linear(it.green) +
	       0.0722 * linear(it.blue);
}

static double contrast(struct rgb a, struct rgb b)
{
	double one = luminance(a) + 0.05;
	double other = luminance(b) + 0.05;

	return one > other ? one / other : other / one;
}

/* Lines, and what is meant to stand back. */
static double needed(enum role role)
{
	return role == ROLE_RULE || role == ROLE_OFF || role == ROLE_SGR_BLACK
		       ? 3
		       : 4.5;
}

static void every_role_can_be_read_on_its_background(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(backgrounds); i++) {
		for (int role = 0; role < ROLE_COUNT; role++) {
			int colour = theme_colour(backgrounds[i].background,
						  256, (enum role)role);
			double got;

			if (colour < 0)
				continue; /* the terminal's own for text */
			assert_in_range(colour, 16, 255);
			got = contrast(rgb_of(colour), backgrounds[i].colour);
			if (got < needed((enum role)role))
				fail_msg("%s, colour %d, on %s: %.2f",
					 names[role], colour,
					 backgrounds[i].name, got);
		}
	}
}

static void what_is_said_by_colour_has_one_of_its_own(void **state)
{
	static const enum role roles[] = {ROLE_FAILED,	ROLE_WARNING,
					  ROLE_RUNNING, ROLE_WAITING,
					  ROLE_BLUE,	ROLE_GREEN};

	(void)state;
	for (int it = BACKGROUND_UNKNOWN; it <= BACKGROUND_LIGHT; it++)
		for (size_t i = 0; i < ARRAY_SIZE(roles); i++)
			for (size_t j = 0; j < i; j++)
				assert_int_not_equal(
					theme_colour((enum background)it, 256,
						     roles[i]),
					theme_colour((enum background)it, 256,
						     roles[j]));
}

static void few_colours_on_a_light_background_are_the_dark_ones(void **state)
{
	(void)state;
	for (int role = 0; role < ROLE_COUNT; role++) {
		int colour = theme_colour(BACKGROUND_LIGHT, 8, (enum role)role);

		/* Red, blue and magenta. */
		assert_true(colour == -1 || colour == 1 || colour == 4 ||
			    colour == 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_can_be_read_on_its_background),
		cmocka_unit_test(what_is_said_by_colour_has_one_of_its_own),
		cmocka_unit_test(
			few_colours_on_a_light_background_are_the_dark_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
