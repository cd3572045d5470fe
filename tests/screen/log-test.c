/* SPDX-License-Identifier: MIT */
/* The keys of the log, on the screen. */
#include "screen/stage.h"

#include <errno.h>
#include <signal.h>
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
static void write_index(const char *folder, const char *log)
{
	size_t half = strlen(log) / 2;
	int lines = 0;
	char *path = path_join(folder, "logs/unit.log.index");
	int64_t began;
	char *text;

	assert_int_equal(clock_parse_utc(BEGAN, &began, NULL), 0);
	for (size_t i = 0; i < half; i++)
		lines += log[i] == '\n';
	text = xasprintf("0 0 %lld\n%zu %d %lld\n", (long long)began + 5000,
			 half, lines, (long long)began + 15000);
	if (file_replace(path, text, strlen(text), 0600, NULL) < 0)
		fail_msg("no index");
	free(text);
	free(path);
}

static void write_file(const char *folder, const char *name, const char *text,
		       mode_t mode)
{
	char *path = path_join(folder, name);

	if (file_replace(path, text, strlen(text), mode, NULL) < 0)
		fail_msg("cannot write %s", path);
	free(path);
}

static char *read_file(const char *folder, const char *name)
{
	char *path = path_join(folder, name);
	struct str text = STR_INIT;

	if (file_read(path, &text, 1 << 20, NULL) < 0)
		fail_msg("cannot read %s", path);
	free(path);
	return str_detach(&text);
}

static void start(struct stand *stand, const char *variable)
{
	const char *env[] = {"SIGNALBOX_NOW=" GATE_NOW, variable, NULL};

	stand->terminal = stage_open_with(stand->folder, "gate.ndjson", env);
}

static void start_again(struct stand *stand, const char *variable)
{
	terminal_free(stand->terminal);
	start(stand, variable);
	terminal_keys(stand->terminal, "1g\r");
}

static int open_stand(void **state)
{
	struct stand *stand = xcalloc(1, sizeof(*stand));
	char *text = long_log();

	stand->folder = stage_folder_with_log(text);
	write_index(stand->folder, text);
	start(stand, NULL);
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
	/* Colours within it do not hide it. Typed as fast as it may be. */
	terminal_send(terminal, "/ok 300\r", 8, 8);
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

#define FINISHED(seq, stage, outcome, reason)                               \
	"{\"seq\":" seq ",\"time\":\"2026-11-20T14:02:09.000Z\",\"event\":" \
	"\"stage.finished\",\"stage\":\"" stage "\",\"outcome\":\"" outcome \
	"\",\"reason\":\"" reason "\"}\n"

static void failures_are_gone_to_across_stages(void **state)
{
	static const char events[] =
		FINISHED("901", "unit", "failed", "2 tests failed")
			FINISHED("902", "build", "failed", "exit status 2")
				FINISHED("903", "scan", "failed", "no report");
	struct stand *stand = *state;
	struct terminal *terminal = stand->terminal;

	write_file(stand->folder, "logs/build.log",
		   "make\npay.c:1:2: error: bad\nmake: *** [all] Error 1\n",
		   0600);
	write_file(stand->folder, "logs/scan.log", "nothing said\nthe end\n",
		   0600);
	terminal_tell(terminal, events, sizeof(events) - 1);
	terminal_keys(terminal, "e");
	terminal_expect(terminal, ">not ok 120 - test_120\n");
	terminal_keys(terminal, "e");
	terminal_expect(terminal, ">not ok 300 - test_300\n");
	terminal_keys(terminal, "e");
	terminal_expect(terminal, ">pay.c:1:2: error: bad\n");
	terminal_expect(terminal, "build failed: exit status 2");
	terminal_keys(terminal, "e");
	terminal_expect(terminal, ">make: *** [all] Error 1\n");
	/* One that says nothing of tests is shown at its end. */
	terminal_keys(terminal, "e");
	terminal_expect(terminal, " the end\n");
	terminal_expect(terminal, "scan failed: no report");
	terminal_keys(terminal, "e");
	terminal_expect(terminal, "no further failure");
	/* A key while one looks yet would begin the same look again. */
	terminal_keys(terminal, "E");
	terminal_expect(terminal, ">make: *** [all] Error 1\n");
	terminal_keys(terminal, "E");
	terminal_expect(terminal, ">pay.c:1:2: error: bad\n");
	terminal_keys(terminal, "E");
	terminal_expect(terminal, ">not ok 300 - test_300\n");
	terminal_keys(terminal, "E");
	terminal_expect(terminal, ">not ok 120 - test_120\n");
	terminal_keys(terminal, "E");
	terminal_expect(terminal, "no earlier failure");
}

static void assert_copied(struct stand *stand, const char *wanted)
{
	char *copied = read_file(stand->folder, "copied");

	assert_string_equal(copied, wanted);
	free(copied);
}

/* The bytes of the log, colours among them. */
static void lines_are_copied_to_the_terminal_and_a_file(void **state)
{
	struct stand *stand = *state;
	const struct str *bytes;

	terminal_keys(stand->terminal, "gy");
	terminal_expect(stand->terminal,
			"1 line copied to the terminal (OSC 52) and into /");
	assert_copied(stand, "\033[32mok\033[0m 1 - test_1");
	bytes = terminal_bytes(stand->terminal);
	assert_non_null(strstr(bytes->data, "\033]52;c;G1szMm1vaxtbMG0gMSAtIHRl"
					    "c3RfMQ==\a"));
	terminal_keys(stand->terminal, "/ok 9 \r");
	terminal_expect(stand->terminal, ">ok 9 - test_9\n");
	terminal_keys(stand->terminal, "vj");
	terminal_expect(stand->terminal, ">ok 9 - test_9\n>ok 10 - test_10");
	terminal_keys(stand->terminal, "jy");
	terminal_expect(stand->terminal, "5 lines copied");
	assert_copied(stand, "\033[32mok\033[0m 9 - test_9\n"
			     "\033[32mok\033[0m 10 - test_10\n"
			     "# said by 10\n# and more\n"
			     "\033[32mok\033[0m 11 - test_11");
	terminal_keys(stand->terminal, "GY");
	terminal_expect(stand->terminal, "1 line copied");
	assert_copied(stand, "run 481, stage unit, commit 9f3c2e1a7b6d5544\n"
			     "1..500");
	/* Of a filter, only what it shows. */
	terminal_keys(stand->terminal, "&not ok\r");
	terminal_expect(stand->terminal, "& not ok 2 ");
	terminal_keys(stand->terminal, "gvGy");
	terminal_expect(stand->terminal, "2 lines copied");
	assert_copied(stand, "\033[31mnot ok\033[0m 120 - test_120\n"
			     "\033[31mnot ok\033[0m 300 - test_300");
}

static void a_console_without_a_clipboard_gets_nothing(void **state)
{
	struct stand *stand = *state;

	start_again(stand, "TERM=linux");
	terminal_keys(stand->terminal, "gy");
	terminal_expect(stand->terminal,
			"1 line copied into the file alone: /");
	assert_null(strstr(terminal_bytes(stand->terminal)->data, "\033]52"));
	assert_copied(stand, "\033[32mok\033[0m 1 - test_1");
}

/* In the folder. */
static int run(const char *folder, const char *words)
{
	char *command = xasprintf("cd %s && %s", folder, words);
	int status = system(command);

	free(command);
	return status;
}

static void inside_tmux_its_buffer_is_loaded(void **state)
{
	struct stand *stand = *state;
	char *variable;

	if (system("tmux -V >/dev/null 2>&1") != 0)
		skip();
	assert_int_equal(run(stand->folder,
			     "env -u TMUX tmux -S tmux -f /dev/null "
			     "new-session -d 'sleep 1000'"),
			 0);
	variable = xasprintf("TMUX=%s/tmux,1,0", stand->folder);
	start_again(stand, variable);
	terminal_keys(stand->terminal, "gy");
	terminal_expect(stand->terminal, "1 line copied to tmux and into /");
	assert_null(strstr(terminal_bytes(stand->terminal)->data, "\033]52"));
	run(stand->folder, "tmux -S tmux show-buffer >shown; "
			   "tmux -S tmux kill-server");
	free(variable);
	variable = read_file(stand->folder, "shown");
	assert_string_equal(variable, "\033[32mok\033[0m 1 - test_1");
	free(variable);
}

/* As many as have been started; the last one of them. */
static long hanging(const struct stand *stand, size_t wanted)
{
	char *path = path_join(stand->folder, "pids");
	int64_t until = clock_monotonic_us() + 120000000;
	struct str pids = STR_INIT;
	size_t count = 0;

	for (; count < wanted; usleep(1000)) {
		assert_true(clock_monotonic_us() < until);
		str_clear(&pids);
		if (file_read(path, &pids, 4096, NULL) < 0)
			continue;
		count = 0;
		for (const char *at = pids.data; (at = strchr(at, '\n')); at++)
			count++;
	}
	str_truncate(&pids, pids.len - 1);
	count = (size_t)atol(strrchr(pids.data, ' '));
	str_release(&pids);
	free(path);
	return (long)count;
}

/* A copy more ends it, and its end is asked for. */
static void a_tmux_that_hangs_leaves_nothing_behind(void **state)
{
	struct stand *stand = *state;
	char *before = xstrdup(getenv("PATH"));
	char *path = xasprintf("%s:%s", stand->folder, before);
	long first, second;

	write_file(stand->folder, "tmux",
		   "#!/bin/sh\necho \" $$\" >>${0%/*}/pids\nexec sleep 1000\n",
		   0700);
	setenv("PATH", path, 1);
	start_again(stand, "TMUX=/nowhere,1,0");
	setenv("PATH", before, 1);
	terminal_keys(stand->terminal, "gy");
	first = hanging(stand, 1);
	terminal_keys(stand->terminal, "y");
	second = hanging(stand, 2);
	while (kill((pid_t)first, 0) == 0)
		terminal_keys(stand->terminal, "j"); /* it is on its way */
	assert_int_equal(errno, ESRCH);
	assert_int_equal(kill((pid_t)second, 0), 0);
	free(before);
	free(path);
}

static void a_pager_has_the_terminal_and_gives_it_back(void **state)
{
	struct stand *stand = *state;
	struct terminal_modes modes;
	struct termios now, before;
	char *variable;

	write_file(stand->folder, "less",
		   "#!/bin/sh\necho \"pager $1 at $(tail -n 1 \"$3\")\"\n"
		   "kill -STOP $$\nread line\necho \"$line\" >${0%/*}/said\n",
		   0700);
	variable = xasprintf("PAGER=%s/less", stand->folder);
	start_again(stand, variable);
	terminal_expect(stand->terminal, " 1..500\n");
	terminal_write(stand->terminal, "o", 1);
	terminal_expect(stand->terminal, "pager +602 at 1..500");
	modes = terminal_modes(stand->terminal);
	assert_false(modes.alternate);
	terminal_termios(stand->terminal, &now, &before);
	assert_int_equal(now.c_lflag, before.c_lflag);
	/* The keys are the pager's, and nothing stops it for good. */
	terminal_write(stand->terminal, "\032typed\r", 7);
	terminal_expect(stand->terminal, "? help"); /* which it does not say */
	assert_true(terminal_modes(stand->terminal).alternate);
	free(variable);
	variable = read_file(stand->folder, "said");
	assert_string_equal(variable, "\032typed\n");
	free(variable);
	terminal_keys(stand->terminal, "g");
	terminal_expect(stand->terminal, ">ok 1 - test_1\n");
}

static void an_editor_that_cannot_run_is_told(void **state)
{
	struct stand *stand = *state;

	start_again(stand, "EDITOR=/nonexistent/ed");
	terminal_write(stand->terminal, "O", 1);
	terminal_expect(stand->terminal, "$EDITOR: exit status 127");
	assert_true(terminal_modes(stand->terminal).alternate);
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
		TEST(failures_are_gone_to_across_stages),
		TEST(lines_are_copied_to_the_terminal_and_a_file),
		TEST(a_console_without_a_clipboard_gets_nothing),
		TEST(inside_tmux_its_buffer_is_loaded),
		TEST(a_tmux_that_hangs_leaves_nothing_behind),
		TEST(a_pager_has_the_terminal_and_gives_it_back),
		TEST(an_editor_that_cannot_run_is_told),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
