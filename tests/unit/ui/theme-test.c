/* SPDX-License-Identifier: MIT */
/* Whether a theme can be read on the backgrounds it is for, by the contrast
 * that WCAG 2 defines, and by eyes that lack a cone. What the first 16 colours
 * are is the person's own palette: they are not judged. */
#include "support/cmocka.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "ui/theme.h"

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

/* False: the person's own palette says. */
static bool rgb_of(struct tint tint, struct rgb *rgb)
{
	if (tint.kind == TINT_DEFAULT ||
	    (tint.kind == TINT_INDEX && tint.index < 16))
		return false;
	*rgb = tint.kind == TINT_RGB ? tint.rgb : tint_indexed(tint.index);
	return true;
}

static void load(struct theme *theme, const char *name)
{
	struct problems problems = PROBLEMS_INIT;
	struct error err = ERROR_INIT;

	if (theme_load(theme, name, &problems, &err) < 0)
		fail_msg("%s: %s", name, error_text(&err));
	assert_int_equal(problems.count, 0);
	problems_release(&problems);
}

static void check_contrast(const char *theme, enum background background,
			   const struct look looks[ROLE_COUNT], double least)
{
	for (int role = 0; role < ROLE_COUNT; role++) {
		double want = needed((enum role)role);
		struct rgb text, ground;

		if (!rgb_of(looks[role].text, &text))
			continue;
		want = want > least ? want : least;
		for (size_t i = 0; i < ARRAY_SIZE(backgrounds); i++) {
			double got;

			if (!rgb_of(looks[role].ground, &ground)) {
				assert_int_not_equal(background,
						     BACKGROUND_ANY);
				if (backgrounds[i].background != background)
					continue;
				ground = backgrounds[i].colour;
			}
			got = contrast(text, ground);
			if (got < want)
				fail_msg("%s: %s on %s: %.2f", theme,
					 role_names[role], backgrounds[i].name,
					 got);
		}
	}
}

static void every_role_of_every_theme_can_be_read(void **state)
{
	static const enum depth depths[] = {DEPTH_256, DEPTH_TRUE};

	(void)state;
	for (const struct shipped_theme *it = shipped_themes; it->name; it++) {
		struct theme theme;
		struct look looks[ROLE_COUNT];

		load(&theme, it->name);
		for (size_t i = 0; i < ARRAY_SIZE(depths); i++) {
			theme_looks(&theme, depths[i], looks);
			check_contrast(it->name, theme.background, looks,
				       starts_with(it->name, "high") ? 7 : 0);
		}
		theme_release(&theme);
	}
}

static bool same(const struct look *a, const struct look *b)
{
	return tint_equal(a->text, b->text) && a->bold == b->bold &&
	       a->reverse == b->reverse && a->underline == b->underline;
}

static void what_is_said_by_colour_has_a_look_of_its_own(void **state)
{
	static const enum role roles[] = {ROLE_FAILED,	ROLE_WARNING,
					  ROLE_RUNNING, ROLE_WAITING,
					  ROLE_BLUE,	ROLE_GREEN};

	(void)state;
	for (const struct shipped_theme *it = shipped_themes; it->name; it++) {
		struct theme theme;
		struct look looks[ROLE_COUNT];

		if (strcmp(it->name, "monochrome") == 0)
			continue; /* BLUE and GREEN are words there */
		load(&theme, it->name);
		theme_looks(&theme, DEPTH_256, looks);
		for (size_t i = 0; i < ARRAY_SIZE(roles); i++)
			for (size_t j = 0; j < i; j++)
				if (same(&looks[roles[i]], &looks[roles[j]]))
					fail_msg("%s: %s is as %s", it->name,
						 role_names[roles[i]],
						 role_names[roles[j]]);
		theme_release(&theme);
	}
}

static void few_colours_on_a_light_background_are_the_dark_ones(void **state)
{
	struct theme theme;
	struct look looks[ROLE_COUNT];

	(void)state;
	load(&theme, "light");
	theme_looks(&theme, DEPTH_8, looks);
	for (int role = 0; role < ROLE_COUNT; role++) {
		struct tint tint = looks[role].text;

		/* Red, blue and magenta. */
		assert_true(tint.kind == TINT_DEFAULT || tint.index == 1 ||
			    tint.index == 4 || tint.index == 5);
	}
	theme_release(&theme);
}

/* Machado, Oliveira and Fernandes 2009: without the cone for red, and without
 * that for green, on linear light. */
static const double blindness[2][3][3] = {
	{{0.152286, 1.052583, -0.204868},
	 {0.114503, 0.786281, 0.099216},
	 {-0.003882, -0.048116, 1.051998}},
	{{0.367322, 0.860646, -0.227968},
	 {0.280085, 0.672501, 0.047413},
	 {-0.011820, 0.042940, 0.968881}},
};

static uint8_t companded(double part)
{
	part = part < 0 ? 0 : part > 1 ? 1 : part;
	part = part <= 0.0031308 ? 12.92 * part
				 : 1.055 * pow(part, 1 / 2.4) - 0.055;
	return (uint8_t)lround(part * 255);
}

static struct rgb as_seen(struct rgb it, const double matrix[3][3])
{
	double in[3] = {linear(it.red), linear(it.green), linear(it.blue)};
	uint8_t out[3];

	for (int i = 0; i < 3; i++)
		out[i] = companded(matrix[i][0] * in[0] + matrix[i][1] * in[1] +
				   matrix[i][2] * in[2]);
	return (struct rgb){out[0], out[1], out[2]};
}

static void check_apart(const char *name, const struct look *looks)
{
	static const enum role roles[] = {ROLE_PASSED,	ROLE_FAILED,
					  ROLE_WARNING, ROLE_RUNNING,
					  ROLE_BLUE,	ROLE_GREEN};
	struct rgb colours[ARRAY_SIZE(roles)];
	bool light = strstr(name, "light") != NULL;

	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		/* What passed is the text of the terminal. */
		if (!rgb_of(looks[roles[i]].text, &colours[i]))
			colours[i] = light ? (struct rgb){0, 0, 0}
					   : (struct rgb){229, 229, 229};
		for (size_t j = 0; j < i; j++) {
			for (int eye = 0; eye < 2; eye++) {
				double got = rgb_difference(
					as_seen(colours[i], blindness[eye]),
					as_seen(colours[j], blindness[eye]));

				if (got < 20)
					fail_msg("%s, eye %d: %s and %s are "
						 "%.1f apart",
						 name, eye,
						 role_names[roles[i]],
						 role_names[roles[j]], got);
			}
		}
	}
}

static void eyes_without_a_cone_tell_the_states_apart(void **state)
{
	static const char *const names[] = {"colour-blind",
					    "colour-blind-light"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct theme theme;
		struct look looks[ROLE_COUNT];

		load(&theme, names[i]);
		theme_looks(&theme, DEPTH_256, looks);
		check_apart(names[i], looks);
		theme_looks(&theme, DEPTH_TRUE, looks);
		check_apart(names[i], looks);
		theme_release(&theme);
	}
}

static void monochrome_has_no_colour(void **state)
{
	struct theme theme;
	struct look looks[ROLE_COUNT];

	(void)state;
	load(&theme, "monochrome");
	theme_looks(&theme, DEPTH_TRUE, looks);
	for (int role = 0; role < ROLE_COUNT; role++) {
		assert_int_equal(looks[role].text.kind, TINT_DEFAULT);
		assert_int_equal(looks[role].ground.kind, TINT_DEFAULT);
	}
	theme_release(&theme);
}

static void no_depth_shows_more_than_it_has(void **state)
{
	static const int most[] = {
		[DEPTH_8] = 8, [DEPTH_16] = 16, [DEPTH_256] = 256};

	(void)state;
	for (const struct shipped_theme *it = shipped_themes; it->name; it++) {
		struct theme theme;

		load(&theme, it->name);
		for (int depth = DEPTH_NONE; depth < DEPTH_TRUE; depth++) {
			struct look looks[ROLE_COUNT];

			theme_looks(&theme, (enum depth)depth, looks);
			for (int role = 0; role < ROLE_COUNT; role++) {
				struct tint tint = looks[role].text;

				assert_int_not_equal(tint.kind, TINT_RGB);
				if (tint.kind == TINT_INDEX)
					assert_in_range(tint.index, 0,
							most[depth] - 1);
			}
		}
		theme_release(&theme);
	}
}

/* The text that a file's mistakes print; the caller's. */
static char *complaints(const char *text)
{
	struct problems problems = PROBLEMS_INIT;
	struct theme theme = THEME_INIT;
	struct str out = STR_INIT;

	assert_int_equal(
		theme_parse(&theme, text, strlen(text), "my.yaml", &problems),
		-1);
	problems_print(&problems, &out);
	problems_release(&problems);
	theme_release(&theme);
	return str_detach(&out);
}

static void every_mistake_is_told_at_once_with_its_mend(void **state)
{
	static const char text[] = "about: mine\n"
				   "bse: dark\n"
				   "background: drak\n"
				   "roles:\n"
				   "  failed: #ff0000\n"
				   "  warnin: yellow\n"
				   "  running: cyann\n"
				   "  blue: {color: 256}\n"
				   "  green: {color: green, blink: true}\n"
				   "  waiting: {color: 200, basic: 200}\n"
				   "  off: {dim: perhaps}\n"
				   "  passed: {fg: green, bg: black}\n";
	static const char *const wanted[] = {
		"my.yaml:2:1: unknown key 'bse' in a theme; did you mean "
		"'base'?",
		"my.yaml:3:13: 'drak' is none of: any, dark, light; did you "
		"mean 'dark'?",
		"my.yaml:5:",
		"'failed' has no colour; what follows # is a "
		"comment",
		"my.yaml:6:3: unknown key 'warnin' in 'roles'; did you mean "
		"'warning'?",
		"my.yaml:7:12: 'cyann' is no colour",
		"did you mean 'cyan'?",
		"my.yaml:8:17: '256' is no colour",
		"my.yaml:9:25: unknown key 'blink' in a role",
		"my.yaml:10:32: 'basic' is for terminals of 16 colours",
		"my.yaml:11:14: ",
		"my.yaml:12:12: unknown key 'fg' in a role; did you mean "
		"'color'?",
		"my.yaml:12:23: unknown key 'bg' in a role; did you mean "
		"'background'?",
	};
	char *said = complaints(text);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!strstr(said, wanted[i]))
			fail_msg("not told: %s\nbut:\n%s", wanted[i], said);
	free(said);
}

static void a_theme_stands_on_its_base(void **state)
{
	static const char text[] = "\xef\xbb\xbf"
				   "base: dark\n"
				   "roles:\n"
				   "  failed: \"#ff8700\"\n"
				   "  running: {underline: true}\n";
	struct problems problems = PROBLEMS_INIT;
	struct theme theme = THEME_INIT;
	struct look looks[ROLE_COUNT];

	(void)state;
	assert_int_equal(theme_parse(&theme, text, sizeof(text) - 1, "my.yaml",
				     &problems),
			 0);
	assert_int_equal(theme.background, BACKGROUND_DARK);
	theme_looks(&theme, DEPTH_TRUE, looks);
	assert_int_equal(looks[ROLE_FAILED].text.rgb.green, 0x87);
	assert_true(looks[ROLE_FAILED].bold);
	assert_int_equal(looks[ROLE_RUNNING].text.index, 80);
	assert_true(looks[ROLE_RUNNING].underline);
	assert_int_equal(looks[ROLE_WARNING].text.index, 221);
	/* Its own colour, and not what the base has for red. */
	theme_looks(&theme, DEPTH_256, looks);
	assert_int_equal(looks[ROLE_FAILED].text.index, 208);
	theme_looks(&theme, DEPTH_8, looks);
	assert_int_equal(looks[ROLE_RUNNING].text.index, 6);
	problems_release(&problems);
	theme_release(&theme);
}

static void write_own(const char *home, const char *name, const char *text)
{
	char *folder = path_join(home, "signalbox/themes");
	char *path = xasprintf("%s/%s.yaml", folder, name);

	assert_int_equal(folder_make(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(path);
	free(folder);
}

static void the_persons_own_theme_is_found_by_its_name(void **state)
{
	char home[] = "/tmp/signalbox-theme-XXXXXX";
	struct problems problems = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct strings names = STRINGS_INIT;
	struct theme theme;

	(void)state;
	assert_non_null(mkdtemp(home));
	setenv("XDG_CONFIG_HOME", home, 1);
	write_own(home, "mine", "roles: {failed: {color: 9}}\n");
	write_own(home, "dark", "about: not the shipped one\n");
	load(&theme, "mine");
	assert_int_equal(theme.roles[ROLE_FAILED].look.text.index, 9);
	theme_release(&theme);
	load(&theme, "dark");
	assert_string_equal(theme.about, "not the shipped one");
	theme_release(&theme);
	theme_list(&names);
	assert_true(strings_has(&names, "mine"));
	assert_string_equal(names.items[0], "colour-blind");
	strings_release(&names);
	assert_int_equal(theme_load(&theme, "minne", &problems, &err), -1);
	assert_string_equal(error_text(&err),
			    "no theme 'minne'; did you mean 'mine'?");
	error_clear(&err);
	problems_release(&problems);
	assert_int_equal(folder_remove(home, NULL), 0);
	unsetenv("XDG_CONFIG_HOME");
}

static void the_terminal_says_its_background(void **state)
{
	struct theme theme;

	(void)state;
	setenv("COLORFGBG", "0;15", 1);
	load(&theme, NULL);
	assert_int_equal(theme.background, BACKGROUND_LIGHT);
	theme_release(&theme);
	setenv("COLORFGBG", "15;0", 1);
	load(&theme, "auto");
	assert_int_equal(theme.background, BACKGROUND_DARK);
	theme_release(&theme);
	setenv("COLORFGBG", "15;default", 1);
	load(&theme, "auto");
	assert_int_equal(theme.background, BACKGROUND_ANY);
	theme_release(&theme);
	unsetenv("COLORFGBG");
}

static void the_manual_names_every_role_and_theme(void **state)
{
	const char *top = getenv("top_srcdir");
	char *path = path_join(top ? top : ".", "man/signalbox-themes.5");
	struct str text = STR_INIT;

	(void)state;
	assert_int_equal(file_read(path, &text, 1 << 20, NULL), 0);
	for (int role = 0; role < ROLE_COUNT; role++)
		if (!strstr(text.data, role_names[role]))
			fail_msg("no role %s", role_names[role]);
	for (const struct shipped_theme *it = shipped_themes; it->name; it++)
		if (!strstr(text.data, it->name))
			fail_msg("no theme %s", it->name);
	str_release(&text);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_of_every_theme_can_be_read),
		cmocka_unit_test(what_is_said_by_colour_has_a_look_of_its_own),
		cmocka_unit_test(
			few_colours_on_a_light_background_are_the_dark_ones),
		cmocka_unit_test(eyes_without_a_cone_tell_the_states_apart),
		cmocka_unit_test(monochrome_has_no_colour),
		cmocka_unit_test(no_depth_shows_more_than_it_has),
		cmocka_unit_test(every_mistake_is_told_at_once_with_its_mend),
		cmocka_unit_test(a_theme_stands_on_its_base),
		cmocka_unit_test(the_persons_own_theme_is_found_by_its_name),
		cmocka_unit_test(the_manual_names_every_role_and_theme),
		cmocka_unit_test(the_terminal_says_its_background),
	};

	unsetenv("COLORFGBG");
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
