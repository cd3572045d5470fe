/* SPDX-License-Identifier: MIT */
/*
 * `make pictures`: the demo on a real screen, decided by keys, as pictures in
 * doc/pictures. One run: beside its own screen others are attached to it, of
 * several sizes and looks.
 */
#include "screen/svg.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"

#define PATIENCE_US (180 * 1000000LL)

static const struct look {
	const char *name, *options;
} looks[] = {
	{"dark", "--theme dark"},
	{"light", "--theme light"},
	{"mono", "--color never"},
	{"ascii", "--theme dark --glyphs ascii"},
};

static const struct size {
	int rows, cols;
} sizes[] = {{24, 80}, {40, 120}, {60, 200}};

/* What tells a program that its terminal is. */
static const char *const dark[] = {"COLORFGBG=15;0", NULL};

struct demo {
	struct terminal *main;
	struct terminal *others[ARRAY_SIZE(looks)][ARRAY_SIZE(sizes)];
	char *state, *folder;
};

/* The others must be read as well, lest they stand still. */
static void look_at_others(struct demo *demo)
{
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++)
		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++)
			if (demo->others[i][j])
				terminal_bytes(demo->others[i][j]);
}

static void await(struct demo *demo, struct terminal *terminal,
		  const char *text)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;
	bool found = false;

	while (!found) {
		char *screen;

		terminal_bytes(terminal); /* takes what has come */
		screen = terminal_text(terminal);

		found = strstr(screen, text) != NULL;
		if (!found && clock_monotonic_us() > deadline)
			fail_msg("%s never came:\n%s", text, screen);
		free(screen);
		look_at_others(demo);
		if (!found)
			poll(NULL, 0, 20);
	}
}

/* Not counted: between two runs it is a line that reads them. */
static void press(struct terminal *terminal, const char *keys)
{
	terminal_write(terminal, keys, strlen(keys));
}

static void take_of(const struct demo *demo, struct terminal *terminal,
		    const char *name)
{
	char *path = xasprintf("%s/%s.svg", demo->folder, name);

	svg_write(terminal, false, path);
	free(path);
}

static void take(const struct demo *demo, const char *name)
{
	take_of(demo, demo->main, name);
}

/* In the demo's repository. */
static struct terminal *start_in(const struct demo *demo, struct size size,
				 const char *words)
{
	char *call = xasprintf("cd '%s/signalbox/demo/shop' && exec "
			       "\"$SIGNALBOX\" %s",
			       demo->state, words);
	const char *const argv[] = {"/bin/sh", "-c", call, NULL};
	const struct terminal_options options = {size.rows, size.cols, argv,
						 dark};
	struct terminal *terminal = terminal_start(&options);

	free(call);
	return terminal;
}

static void attach_others(struct demo *demo)
{
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++) {
		char *words = xasprintf("attach --watch %s", looks[i].options);

		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++)
			demo->others[i][j] = start_in(demo, sizes[j], words);
		free(words);
	}
}

static void take_others(struct demo *demo, const char *name, const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++)
		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
			struct terminal *other = demo->others[i][j];
			char *path = xasprintf(
				"%s/%s-%s-%dx%d.svg", demo->folder, name,
				looks[i].name, sizes[j].cols, sizes[j].rows);

			await(demo, other, text);
			svg_write(other, strcmp(looks[i].name, "light") == 0,
				  path);
			free(path);
		}
}

static void detach_others(struct demo *demo)
{
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++)
		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
			terminal_free(demo->others[i][j]);
			demo->others[i][j] = NULL;
		}
}

static void v2_is_taken_back(struct demo *demo)
{
	struct terminal *screen = demo->main;

	await(demo, screen, "needs you");
	attach_others(demo);
	take_others(demo, "gate", "needs you");
	take(demo, "demo-1-gate");
	press(screen, "1g\r");
	await(demo, screen, "LOG unit");
	take(demo, "demo-2-tests");
	press(screen, "1G");
	press(screen, "a");
	await(demo, screen, "APPROVE");
	take(demo, "demo-3-approve");
	press(screen, "\r");
	await(demo, screen, "1st failure");
	take(demo, "demo-4-canary");
	take_others(demo, "canary", "1st failure");
	detach_others(demo);
	press(screen, "B");
	await(demo, screen, "ROLL BACK PRODUCTION");
	take(demo, "demo-5-rollback");
	press(screen, "\r");
	await(demo, screen, "back on blue");
	take(demo, "demo-6-back");
}

/* What is live, what was run, and what would ship. */
static void nothing_runs(struct demo *demo)
{
	struct terminal *board = start_in(demo, sizes[1], "");

	await(demo, board, "rolled-back");
	take_of(demo, board, "board");
	press(board, "d");
	await(demo, board, " commits by ");
	take_of(demo, board, "ships");
	terminal_free(board);
}

static void v3_goes_all_the_way(struct demo *demo)
{
	struct terminal *screen = demo->main;

	press(screen, "\033"); /* says no reason */
	press(screen, "q");
	await(demo, screen, "Enter goes on");
	nothing_runs(demo);
	press(screen, "\r");
	await(demo, screen, "needs you");
	press(screen, "a");
	await(demo, screen, "APPROVE");
	press(screen, "\r");
	await(demo, screen, "PASSED");
	take(demo, "demo-7-promoted");
	press(screen, "q");
	await(demo, screen, "signalbox init");
}

static void the_demo_is_drawn(void **state)
{
	const char *const argv[] = {getenv("SIGNALBOX"), "demo", NULL};
	const struct terminal_options options = {40, 120, argv, dark};
	char folder[] = "/tmp/signalbox-pictures-XXXXXX";
	struct demo demo = {.state = mkdtemp(folder)};

	(void)state;
	assert_non_null(demo.state);
	setenv("XDG_STATE_HOME", demo.state, 1);
	demo.folder = path_join(getenv("top_srcdir"), "doc/pictures");
	demo.main = terminal_start(&options);
	v2_is_taken_back(&demo);
	v3_goes_all_the_way(&demo);
	terminal_wait(demo.main, false);
	terminal_free(demo.main);
	free(demo.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_demo_is_drawn)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
