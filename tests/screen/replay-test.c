/* SPDX-License-Identifier: MIT */
/* A run's journal on the dashboard, as it happened. */
#include "screen/stage.h"

#include <sys/wait.h>

#include "base/clock.h"
#include "event/journal.h"

#define BEGAN "2026-11-20T14:02:00.000Z"

struct stand {
	char *folder;
	struct terminal *terminal;
};

static void journal(struct journal *journal, const char *line)
{
	struct event *event = event_decode(line, strlen(line), NULL);

	assert_non_null(event);
	journal_append(journal, event);
	event_free(event);
}

#define EVENT(time, rest) \
	"{\"seq\":1,\"time\":\"2026-11-20T14:02:" time "Z\",\"event\":" rest "}"

static const char *const lines[] = {
	EVENT("00.000", "\"run.started\",\"run\":7,\"pipeline\":\"shop\","
			"\"mode\":\"delivery\",\"stages\":["
			"{\"name\":\"unit\",\"kind\":\"run\",\"needs\":[]},"
			"{\"name\":\"ask\",\"kind\":\"gate\","
			"\"needs\":[\"unit\"]}]"),
	EVENT("01.000", "\"stage.started\",\"stage\":\"unit\",\"kind\":\"run\","
			"\"log\":\"logs/unit.log\""),
	EVENT("20.000", "\"stage.finished\",\"stage\":\"unit\","
			"\"outcome\":\"passed\",\"ms\":19000"),
	EVENT("20.100", "\"stage.started\",\"stage\":\"ask\","
			"\"kind\":\"gate\""),
	EVENT("21.000", "\"gate.opened\",\"stage\":\"ask\",\"required\":1,"
			"\"approvers\":[],\"not\":[]"),
	EVENT("50.000", "\"gate.closed\",\"stage\":\"ask\","
			"\"outcome\":\"approved\",\"person\":\"ana\""),
	EVENT("50.100", "\"stage.finished\",\"stage\":\"ask\","
			"\"outcome\":\"passed\",\"ms\":30000"),
	EVENT("50.200", "\"run.finished\",\"outcome\":\"passed\","
			"\"status\":0,\"ms\":50200,\"text\":\"run 7 passed\""),
};

/* 14:02:01 first, 14:02:05 second, 14:02:10 third. */
static void write_index(const char *folder)
{
	char *path = path_join(folder, "logs/unit.log.index");
	int64_t began;
	char *text;

	assert_int_equal(clock_parse_utc(BEGAN, &began, NULL), 0);
	text = xasprintf("0 0 %lld\n6 1 %lld\n13 2 %lld\n",
			 (long long)began + 1000, (long long)began + 5000,
			 (long long)began + 10000);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(text);
	free(path);
}

static struct terminal *open_at(struct stand *stand, const char *offset_ms)
{
	char *driver = path_join(getenv("top_builddir"), "tests/screen/driver");
	const char *argv[] = {
		driver,	    "--person=ana", "--run",	     stand->folder,
		"--replay", offset_ms,	    TERMINAL_EVENTS, NULL};
	const char *env[] = {"TZ=UTC", "SIGNALBOX_NOW", NULL};
	struct terminal_options options = {
		.rows = 24, .cols = 80, .argv = argv, .env = env};

	stand->terminal = terminal_start(&options);
	free(driver);
	return stand->terminal;
}

static int set_up(void **state)
{
	struct stand *stand = *state = xcalloc(1, sizeof(*stand));
	struct journal *to;

	stand->folder = stage_folder_with_log("first\nsecond\nthird\n");
	write_index(stand->folder);
	to = journal_create(stand->folder, "run", NULL);
	assert_non_null(to);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		journal(to, lines[i]);
	journal_free(to);
	return 0;
}

static int tear_down(void **state)
{
	struct stand *stand = *state;

	if (stand->terminal)
		terminal_free(stand->terminal);
	stage_folder_free(stand->folder);
	free(stand);
	return 0;
}

static void refuse(struct terminal *terminal, const char *text)
{
	char *screen = terminal_text(terminal);

	if (strstr(screen, text))
		fail_msg("%s is on the screen:\n%s", text, screen);
	free(screen);
}

static void state_and_log_are_as_of_then(void **state)
{
	struct terminal *terminal = open_at(*state, "7000");

	terminal_keys(terminal, "r");
	terminal_expect(terminal, "0:07  REPLAY 14:02:07 paused");
	terminal_expect(terminal, "unit 0:06");
	terminal_expect(terminal, " first\n second\n");
	refuse(terminal, "third");
	refuse(terminal, "ask 0/1");
}

static void time_goes_on_and_stops(void **state)
{
	struct terminal *terminal = open_at(*state, "0");

	/* Sixty-four times as fast it is over before the patience is. */
	terminal_keys(terminal, "++++++ ");
	terminal_expect(terminal, "REPLAY 14:02:50 end");
	terminal_expect(terminal, "run 7 passed");
	terminal_keys(terminal, "1g\r");
	terminal_expect(terminal, "third");
}

static void next_event_is_a_key_away(void **state)
{
	struct terminal *terminal = open_at(*state, "0");

	terminal_keys(terminal, ">");
	terminal_expect(terminal, "REPLAY 14:02:01 paused");
	terminal_keys(terminal, ">>>");
	terminal_expect(terminal, "REPLAY 14:02:21 paused");
	terminal_expect(terminal, "ask 0/1");
	terminal_keys(terminal, ">>>>>>");
	terminal_expect(terminal, "REPLAY 14:02:50 end");
}

static void from_its_end_it_plays_once_more(void **state)
{
	struct terminal *terminal = open_at(*state, "60000");

	terminal_keys(terminal, "r");
	terminal_expect(terminal, "REPLAY 14:02:50 end");
	terminal_keys(terminal, " ");
	terminal_expect(terminal, "REPLAY 14:02:0");
	refuse(terminal, "ask 0/1");
	terminal_keys(terminal, "++++++");
	terminal_expect(terminal, "REPLAY 14:02:50 end");
	terminal_expect(terminal, "run 7 passed");
}

static void nothing_can_be_changed_in_it(void **state)
{
	static const char keys[] = "axsHPBX";
	struct terminal *terminal = open_at(*state, "25000");
	char *commands;

	for (const char *key = keys; *key; key++) {
		char one[] = {*key, '\0'};
		char *off = xasprintf("%c is off: this is a replay", *key);

		terminal_keys(terminal, one);
		terminal_expect(terminal, off);
		free(off);
	}
	terminal_keys(terminal, "\x03\x03");
	terminal_expect(terminal, "this is a replay; q leaves");
	commands = terminal_commands(terminal);
	assert_string_equal(commands, "");
	free(commands);
}

static void leaving_one_asks_nothing(void **state)
{
	struct terminal *terminal = open_at(*state, "25000");
	int status;

	terminal_write(terminal, "q", 1);
	status = terminal_wait(terminal, false);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(state_and_log_are_as_of_then),
		TEST(time_goes_on_and_stops),
		TEST(next_event_is_a_key_away),
		TEST(from_its_end_it_plays_once_more),
		TEST(nothing_can_be_changed_in_it),
		TEST(leaving_one_asks_nothing),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
