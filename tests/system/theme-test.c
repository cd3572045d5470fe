/* SPDX-License-Identifier: MIT */
/* What a person keeps in the configuration folder, and `theme`. */
#include "system/support.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"

static int set_up(void **state)
{
	int result = site_set_up(state);
	const struct site *site = *state;
	char *home = path_join(site->folder, "config");

	setenv("XDG_CONFIG_HOME", home, 1);
	free(home);
	return result;
}

static void configure(struct site *site, const char *name, const char *text)
{
	char *path = xasprintf("%s/config/signalbox/%s", site->folder, name);
	char *folder = xstrndup(path, strlen(path) - strlen(name));
	char *themes = path_join(folder, "themes");

	assert_int_equal(folder_make(themes, 0700, NULL), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(themes);
	free(folder);
	free(path);
}

static void themes_are_listed_with_the_persons_own(void **state)
{
	struct site *site = *state;

	configure(site, "themes/mine.yaml", "about: my own\nbase: light\n");
	assert_int_equal(site_call(site, "theme", NULL), 0);
	assert_says(site->out, "high-contrast        dark   ");
	assert_says(site->out, "mine                 light  my own (");
	assert_int_equal(site_call(site, "theme", "--output", "json", NULL), 0);
	assert_says(site->out, "\"name\": \"mine\"");
}

static void a_preview_shows_every_role(void **state)
{
	struct site *site = *state;

	assert_int_equal(site_call(site, "theme", "--preview", "dark", NULL),
			 0);
	assert_says(site->out, "dark: for a dark background");
	assert_says(site->out, "FAIL POST /payments/capture       203 bold\n");
	assert_null(strchr(site->out, 033));
	setenv("TERM", "xterm-256color", 1);
	assert_int_equal(site_call(site, "theme", "--preview", "dark",
				   "--color", "always", NULL),
			 0);
	assert_says(site->out, "\033[38;5;203m");
}

static void a_bad_theme_tells_all_its_mistakes_and_hides_no_other(void **state)
{
	struct site *site = *state;

	configure(site, "themes/mine.yaml",
		  "roles:\n  faled: red\n  running: #00ffff\n");
	assert_int_equal(site_call(site, "theme", NULL), 2);
	assert_says(site->out, "terminal  ");
	assert_says(site->err, "mine.yaml:2:3: unknown key 'faled' in 'roles'; "
			       "did you mean 'failed'?");
	assert_says(site->err, "mine.yaml:3:");
	assert_says(site->err, "mine.yaml has 2 mistakes");
	assert_int_equal(site_call(site, "run", "--theme", "mine", NULL), 2);
}

static void the_configuration_is_read_strictly(void **state)
{
	struct site *site = *state;

	configure(site, "config.yaml",
		  "color: sometimes\nthem: dark\nnotify: [bell]\n"
		  "mouse: perhaps\ntitle: 1\ntheme: drak\n");
	assert_int_equal(site_call(site, "attach", NULL), 2);
	assert_says(site->err, "config.yaml:1:8: 'sometimes' is none of: auto, "
			       "never, always");
	assert_says(site->err, "config.yaml:2:1: unknown key 'them' in the "
			       "configuration; did you mean 'theme'?");
	assert_says(site->err, "config.yaml:6:8: no theme 'drak'; "
			       "did you mean 'dark'?");
	assert_says(site->err, "config.yaml has 6 mistakes");
	configure(site, "config.yaml", "notify: bel\n");
	assert_int_equal(site_call(site, "attach", NULL), 2);
	assert_says(site->err, "config.yaml:1:9: a notice goes by bell, osc9, "
			       "none or run:COMMAND, not 'bel'");
	assert_int_equal(site_call(site, "attach", "--notify", "bel", NULL), 2);
}

static void a_mistake_about_looks_stops_no_run_without_a_screen(void **state)
{
	struct site *site = *state;

	configure(site, "config.yaml", "theme: drak\ncolour: none\n");
	site_pipeline(site, "name: shop\nstages:\n  unit: {run: \"true\"}\n");
	site_commit(site, "first");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "replay", "1", "--speed", "0", NULL),
			 0);
	assert_int_equal(site_call(site, "run", "--color", "no", NULL), 2);
}

/* Links that lead nowhere, or in a circle, are no absence. */
static void a_configuration_that_cannot_be_read_is_told(void **state)
{
	struct site *site = *state;

	configure(site, "themes/other.yaml", "base: light\n");
	site_shell(site, site->folder,
		   "ln -s config.yaml config/signalbox/config.yaml");
	assert_int_equal(site_call(site, "attach", NULL), 7);
	assert_says(site->err, "config.yaml: Too many levels of symbolic");
	site_shell(site, site->folder,
		   "ln -sf nowhere config/signalbox/config.yaml");
	assert_int_not_equal(site_call(site, "attach", NULL), 0);
	assert_says(site->err, "config.yaml: No such file");
	site_shell(site, site->folder,
		   "rm config/signalbox/config.yaml; "
		   "ln -s dark.yaml config/signalbox/themes/dark.yaml");
	assert_int_equal(site_call(site, "theme", "--preview", "dark", NULL),
			 7);
	assert_says(site->err, "dark.yaml: Too many levels of symbolic");
}

static void an_option_goes_before_the_configuration(void **state)
{
	struct site *site = *state;

	configure(site, "config.yaml", "color: always\nglyphs: ascii\n");
	setenv("TERM", "xterm-256color", 1);
	assert_int_equal(site_call(site, "theme", "dark", NULL), 0);
	assert_says(site->out, "\033[38;5;203m");
	assert_says(site->out, "x FAIL POST");
	assert_int_equal(
		site_call(site, "theme", "dark", "--color", "never", NULL), 0);
	assert_null(strstr(site->out, "38;5"));
}

static void a_theme_of_the_configuration_that_is_not_there(void **state)
{
	struct site *site = *state;

	configure(site, "config.yaml", "theme: drak\n");
	assert_int_equal(site_call(site, "attach", NULL), 2);
	assert_says(site->err, "no theme 'drak'; did you mean 'dark'?");
	/* The option's is not looked at then. */
	assert_int_not_equal(
		site_call(site, "attach", "--theme", "light", NULL), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest list[] = {
		TEST(themes_are_listed_with_the_persons_own),
		TEST(a_preview_shows_every_role),
		TEST(a_bad_theme_tells_all_its_mistakes_and_hides_no_other),
		TEST(the_configuration_is_read_strictly),
		TEST(a_mistake_about_looks_stops_no_run_without_a_screen),
		TEST(a_configuration_that_cannot_be_read_is_told),
		TEST(an_option_goes_before_the_configuration),
		TEST(a_theme_of_the_configuration_that_is_not_there),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
