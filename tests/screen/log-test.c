/* SPDX-License-Identifier: MIT */
/* The keys of the log, on the screen. */
#include "screen/stage.h"

#include <unistd.h>

#include "base/clock.h"

#define BEGAN "2026-11-20T14:00:00.000Z"

struct stand {
	char *folder;
	struct terminal *terminal;
};

/* 500 tests, two of which failed, with something of each. */
static char *long_log(void)
{
	struct str text = STR_INIT;

	for (int i = 1; i <= 500; i++) {
		bool bad = i == 120 || i == 300;

		str_addf(&text, "%s\033[0m %d - test_%d\n",
			 bad ? "\033[31mnot ok" : "\033[32mok", i, i);
		if (bad || i % 10 == 0)
			str_addf(&text, "# said by %d\n# and more\n", i);
	}
	str_add(&text, "a wide line: ");
	for (int i = 0; i < 30; i++)
		str_addf(&text, "column %3d ", i * 11);
	str_add(&text, "its end\n1..500\n");
	return str_detach(&text);
}

/* The first half was printed at 14:00:05, the rest ten seconds later. */
static void write_index(const char *folder, size_t len)
{
	char *path = path_join(folder, "logs/unit.log.index");
	int64_t began;
	char *text;

	assert_int_equal(clock_parse_utc(BEGAN, &began, NULL), 0);
	text = xasprintf("0 0 %lld\n%zu 300 %lld\n", (long long)began + 5000,
			 len / 2, (long long)began + 15000);
	if (file_replace(path, text, strlen(text), 0600, NULL) < 0)
		fail_msg("no index");
	free(text);
	free(path);
}

static int open_stand(void **state)
{
	struct stand *stand = xcalloc(1, sizeof(*stand));
	char *text = long_log();

	stand->folder = stage_folder_with_log(text);
	write_index(stand->folder, strlen(text));
	stand->terminal =
		stage_open_in(stand->folder, "gate.ndjson", GATE_NOW, 24, 80);
	terminal_keys(stand->terminal, "1g\r");
	terminal_expect(stand->terminal, " 1..500\n");
	free(text);
	*state = stand;
	return 0;
}

static int close_stand(void **state)
{
	struct stand *stand = *state;

	terminal_free(stand->terminal);
	stage_folder_free(stand->folder);
	free(stand);
	return 0;
}

static void refute(struct terminal *terminal, const char *text)
{
	char *screen = terminal_text(terminal);

	if (strstr(screen, text))
		fail_msg("%s is there:\n%s", text, screen);
	free(screen);
}

static void search_counts_and_goes_from_line_to_line(void **state)
{
	struct terminal *terminal = ((struct stand *)*state)->terminal;

	terminal_keys(terminal, "/test_49\r");
	terminal_expect(terminal, "/test_49 11 of 11 ");
	terminal_expect(terminal, "\n>ok 499 - test_499\n");
	terminal_keys(terminal, "N");
	terminal_expect(terminal, "/test_49 10 of 11 ");
	terminal_keys(terminal, "nn");
	terminal_expect(terminal, "/test_49 1 of 11 ");
	terminal_expect(terminal, "on from the start");
	terminal_expect(terminal, ">ok 49 - test_49\n");
	terminal_keys(terminal, "/Test\r");
	terminal_expect(terminal, "no line holds Test");
	terminal_keys(terminal, "\033");
	refute(terminal, "/Test");
	/* Colours within it do not hide it. */
	terminal_keys(terminal, "/ok 300\r");
	terminal_expect(terminal, ">not ok 300 - test_300\n");
}

static void a_filter_leaves_only_lines_that_hold_its_text(void **state)
{
	struct terminal *terminal = ((struct stand *)*state)->terminal;

	terminal_keys(terminal, "&not ok\r");
	terminal_expect(terminal, "& not ok 2 ");
	terminal_expect(terminal,
			" not ok 120 - test_120\n not ok 300 - test_300\n");
	refute(terminal, "1..500");
	terminal_keys(terminal, "k");
	terminal_expect(terminal, ">not ok 120 - test_120\n");
	terminal_keys(terminal, "\033");
	terminal_expect(terminal, ">not ok 120 - test_120\n # said by 120\n");
	terminal_keys(terminal, "&nothing like it\r");
	terminal_expect(terminal, "no line holds nothing like it");
	terminal_keys(terminal, "&\r");
	terminal_expect(terminal, "test_120");
}

static void passed_tests_are_folded_and_opened_by_enter(void **state)
{
	struct terminal *terminal = ((struct stand *)*state)->terminal;

	terminal_expect(terminal, "ok 500 - test_500");
	terminal_expect(terminal, "+2\n");
	refute(terminal, "# said by 500");
	terminal_keys(terminal, "/ok 490\r");
	terminal_expect(terminal, ">ok 490 - test_490");
	refute(terminal, "# said by 490");
	terminal_keys(terminal, "\r");
	terminal_expect(terminal,
			">ok 490 - test_490\n # said by 490\n # and more\n");
	/* From any line of it. */
	terminal_keys(terminal, "jj\r");
	refute(terminal, "# said by 490");
	terminal_expect(terminal, ">ok 490 - test_490");
	/* A failed one's never is. */
	terminal_keys(terminal, "/ok 300\r");
	terminal_expect(terminal, ">not ok 300 - test_300\n # said by 300\n");
}

static void long_lines_are_cut_slid_over_or_wrapped(void **state)
{
	struct terminal *terminal = ((struct stand *)*state)->terminal;

	terminal_expect(terminal, " a wide line: column   0 ");
	refute(terminal, "its end");
	terminal_keys(terminal, "w");
	terminal_expect(terminal, "its end\n");
	terminal_keys(terminal, "w");
	refute(terminal, "its end");
	terminal_keys(terminal, "/its end\r");
	terminal_expect(terminal, "its end\n");
	terminal_keys(terminal, "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh");
	terminal_expect(terminal, ">a wide line: column   0 ");
	terminal_keys(terminal, "l");
	terminal_expect(terminal, ">ine: column   0 ");
}

static void times_come_from_the_index(void **state)
{
	struct terminal *terminal = ((struct stand *)*state)->terminal;

	terminal_keys(terminal, "t");
	terminal_expect(terminal, " 14:00:15 1..500\n");
	terminal_keys(terminal, "g");
	terminal_expect(terminal, ">14:00:05 ok 1 - test_1\n");
	terminal_keys(terminal, "t");
	terminal_expect(terminal, ">ok 1 - test_1\n");
}

static void a_search_goes_on_in_what_is_printed_meanwhile(void **state)
{
	struct stand *stand = *state;
	char *path = path_join(stand->folder, "logs/unit.log");
	FILE *log = fopen(path, "ae");

	terminal_keys(stand->terminal, "/late\r");
	terminal_expect(stand->terminal, "no line holds late");
	fputs("a late line\n", log);
	fclose(log);
	terminal_keys(stand->terminal, "r");
	terminal_expect(stand->terminal, "/late 1 ");
	terminal_keys(stand->terminal, "n");
	terminal_expect(stand->terminal, ">a late line\n");
	free(path);
}

/* A tebibyte of nothing cannot be looked at in a moment: keys work on. */
static void a_long_search_is_counted_on_the_way_and_given_up(void **state)
{
	struct stand *stand = *state;
	char *path = path_join(stand->folder, "logs/unit.log");

	stage_grow_file(path, 1LL << 40, "\nthe very end\n");
	terminal_keys(stand->terminal, "g/test_5\r");
	terminal_expect(stand->terminal, "/test_5 12 so far, 0 % ");
	terminal_keys(stand->terminal, "G");
	terminal_expect(stand->terminal, "the very end");
	terminal_keys(stand->terminal, "/absent\r");
	terminal_expect(stand->terminal, "/absent 0 so far, 0 % ");
	terminal_keys(stand->terminal, "\033");
	terminal_expect(stand->terminal, "the search was given up");
	refute(stand->terminal, "/absent");
	free(path);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, open_stand, close_stand)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(search_counts_and_goes_from_line_to_line),
		TEST(a_filter_leaves_only_lines_that_hold_its_text),
		TEST(passed_tests_are_folded_and_opened_by_enter),
		TEST(long_lines_are_cut_slid_over_or_wrapped),
		TEST(times_come_from_the_index),
		TEST(a_search_goes_on_in_what_is_printed_meanwhile),
		TEST(a_long_search_is_counted_on_the_way_and_given_up),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
