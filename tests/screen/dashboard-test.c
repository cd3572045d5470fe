/* SPDX-License-Identifier: MIT */
/* The dashboard on a terminal, as text and looks against tests/data/golden. */
#include "screen/stage.h"

#include "base/clock.h"

static const struct {
	const char *name, *events, *now;
	int rows, cols;
	const char *env, *option;
	const char *keys;
} goldens[] = {
	{"gate-80x24", "gate.ndjson", GATE_NOW, 24, 80, "A=", NULL, ""},
	{"gate-120x40", "gate.ndjson", GATE_NOW, 40, 120, "A=", NULL, ""},
	{"canary-80x24", "canary.ndjson", CANARY_NOW, 24, 80, "A=", NULL, ""},
	{"canary-120x40", "canary.ndjson", CANARY_NOW, 40, 120, "A=", NULL, ""},
	{"canary-mono-80x24", "canary.ndjson", CANARY_NOW, 24, 80, "NO_COLOR=1",
	 NULL, ""},
	{"canary-ascii-80x24", "canary.ndjson", CANARY_NOW, 24, 80, "LC_ALL=C",
	 NULL, ""},
	{"canary-light-80x24", "canary.ndjson", CANARY_NOW, 24, 80,
	 "A=", "--theme=light", ""},
	{"gate-ascii-120x40", "gate.ndjson", GATE_NOW, 40, 120, "A=", "--ascii",
	 ""},
	{"approve-80x24", "gate.ndjson", GATE_NOW, 24, 80, "A=", NULL, "a"},
	{"reject-120x40", "gate.ndjson", GATE_NOW, 40, 120, "A=", NULL, "x"},
	{"rollback-80x24", "canary.ndjson", CANARY_NOW, 24, 80, "A=", NULL,
	 "B"},
	{"rollback-ascii-60x12", "canary.ndjson", CANARY_NOW, 12, 60,
	 "LC_ALL=C", NULL, "B"},
	{"rollback-ascii-20x4", "canary.ndjson", CANARY_NOW, 4, 20, "LC_ALL=C",
	 NULL, "B"},
	{"shift-80x24", "canary.ndjson", CANARY_NOW, 24, 80, "A=", NULL, "s50"},
	{"promote-80x24", "canary.ndjson", CANARY_NOW, 24, 80, "A=", NULL, "P"},
	{"promote-next-80x24", "canary.ndjson", CANARY_NOW, 24, 80, "A=", NULL,
	 "Pj"},
	{"quit-80x24", "canary.ndjson", CANARY_NOW, 24, 80, "A=", NULL, "q"},
	{"help-80x24", "gate.ndjson", GATE_NOW, 24, 80, "A=", NULL, "?"},
	{"palette-80x24", "gate.ndjson", GATE_NOW, 24, 80, "A=", NULL, ":sh"},
	{"palette-ascii-120x40", "canary.ndjson", CANARY_NOW, 40, 120,
	 "LC_ALL=C", NULL, ":"},
	{"palette-ascii-60x12", "canary.ndjson", CANARY_NOW, 12, 60, "LC_ALL=C",
	 NULL, ":log"},
	{"unit-log-80x24", "gate.ndjson", GATE_NOW, 24, 80, "A=", NULL, "1g\r"},
	{"find-80x24", "gate.ndjson", GATE_NOW, 24, 80, "A=", NULL,
	 "1g\r/amount_4\r"},
	{"back-80x24", "back.ndjson", BACK_NOW, 24, 80, "A=", NULL, ""},
};

static void screens_are_as_expected(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
		struct terminal *terminal;
		char *looks;

		terminal = stage_open(goldens[i].events, goldens[i].now,
				      goldens[i].rows, goldens[i].cols,
				      goldens[i].env, goldens[i].option);
		*state = terminal;
		terminal_keys(terminal, goldens[i].keys);
		looks = terminal_looks(terminal);
		golden_compare("golden", goldens[i].name, looks);
		free(looks);
		stage_close(state);
	}
}

static void assert_promoted(void **state, const char *keys, bool next)
{
	struct terminal *terminal = stage_open_canary(state);
	char *sent;

	terminal_keys(terminal, keys);
	sent = terminal_commands(terminal);
	assert_non_null(strstr(sent, "\"promote\""));
	assert_non_null(strstr(sent, "\"seq\":190"));
	assert_int_equal(strstr(sent, "\"next\":true") != NULL, next);
	free(sent);
	stage_close(state);
}

static void a_promotion_is_to_the_end_or_by_one_step(void **state)
{
	assert_promoted(state, "P\r", false);
	assert_promoted(state, "Pj\r", true);
	assert_promoted(state, "Pjk\r", false);
	assert_promoted(state, ":next-step\rj\r", true);
}

/* What differs from one to the next is looks, never text. */
static void every_kind_of_terminal_shows_the_same_text(void **state)
{
	static const char *const terms[] = {
		"TERM=screen-256color", "TERM=tmux-256color", "TERM=linux",
		"TERM=vt100",		"TERM=xterm",
	};
	char *wanted;

	*state = stage_open("canary.ndjson", CANARY_NOW, 24, 80, "A=", NULL);
	wanted = terminal_text(*state);
	stage_close(state);
	for (size_t i = 0; i < ARRAY_SIZE(terms); i++) {
		char *got;

		*state = stage_open("canary.ndjson", CANARY_NOW, 24, 80,
				    terms[i], NULL);
		got = terminal_text(*state);
		if (strcmp(got, wanted) != 0)
			fail_msg("%s shows:\n%s", terms[i], got);
		free(got);
		stage_close(state);
	}
	free(wanted);
}

static void a_storm_of_sizes_loses_no_key_and_ends_well(void **state)
{
	struct terminal *terminal;
	char *before, *after;
	unsigned seed = 7;

	terminal = *state =
		stage_open("canary.ndjson", CANARY_NOW, 24, 80, "A=", NULL);
	before = terminal_text(terminal);
	for (int i = 0; i < 150; i++) {
		seed = seed * 1103515245 + 12345;
		terminal_resize(terminal, 1 + (int)(seed >> 16) % 70,
				1 + (int)(seed >> 8) % 220);
		if (i % 5 == 0)
			terminal_keys(terminal, "jk");
	}
	terminal_resize(terminal, 24, 80);
	terminal_keys(terminal, "r");
	terminal_expect(terminal, "? help");
	after = terminal_text(terminal);
	assert_string_equal(after, before);
	free(before);
	free(after);
}

static void nothing_is_written_while_nothing_happens(void **state)
{
	struct terminal *terminal;
	size_t before;

	terminal = *state =
		stage_open("back.ndjson", BACK_NOW, 24, 80, "A=", NULL);
	/* What was measured turns silent once; then it is still. */
	terminal_frames(terminal, 6);
	terminal_keys(terminal, "z");
	terminal_keys(terminal, "z");
	before = terminal_bytes(terminal)->len;
	terminal_keys(terminal, "\007");
	assert_int_equal(terminal_bytes(terminal)->len, before);
}

/* Events wait for their frame: 30 a second, whatever comes. A key does not. */
static void a_flood_of_events_costs_few_frames_and_delays_no_key(void **state)
{
	struct terminal *terminal;
	struct str flood = STR_INIT;
	int64_t begun;
	long long frames;
	size_t bytes;

	terminal = *state =
		stage_open("canary.ndjson", CANARY_NOW, 24, 80, "A=", NULL);
	for (int i = 0; i < 20000; i++)
		str_addf(&flood,
			 "{\"seq\":190,\"time\":\"2026-11-20T14:02:55.000Z\","
			 "\"event\":\"log.grew\",\"stage\":\"unit\","
			 "\"bytes\":%d,\"lines\":%d}\n",
			 i * 50, i);
	begun = clock_monotonic_us();
	frames = terminal_frame_count(terminal);
	bytes = terminal_bytes(terminal)->len;
	terminal_tell(terminal, flood.data, flood.len);
	frames = terminal_frame_count(terminal) - frames;
	assert_true(frames <=
		    2 + (clock_monotonic_us() - begun) * 31 / 1000000);
	bytes = terminal_bytes(terminal)->len - bytes;
	assert_true(bytes < (size_t)(frames + 10) * 2000);
	frames = terminal_frame_count(terminal);
	terminal_keys(terminal, "j");
	assert_true(terminal_frame_count(terminal) > frames);
	str_release(&flood);
}

/* The same red, by what the terminal has. */
static void a_colour_is_shown_as_near_as_the_terminal_can(void **state)
{
	static const struct {
		const char *env, *wanted;
	} terminals[] = {
		{"COLORTERM=truecolor", "\033[38;2;255;128;128m"},
		{"COLORTERM=", "\033[38;5;210m"},
		{"TERM=xterm", "\033[31m"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(terminals); i++) {
		struct terminal *terminal;
		const struct str *bytes;

		terminal = *state =
			stage_open("canary.ndjson", CANARY_NOW, 24, 80,
				   terminals[i].env, "--theme=high-contrast");
		bytes = terminal_bytes(terminal);
		if (!strstr(bytes->data, terminals[i].wanted))
			fail_msg("%s: no %s", terminals[i].env,
				 terminals[i].wanted + 1);
		stage_check_sequences(bytes->data, bytes->len);
		stage_close(state);
	}
}

static void only_known_sequences_reach_the_terminal(void **state)
{
	static const char hostile[] =
		"{\"seq\":900,\"time\":\"2026-11-20T14:02:56.000Z\","
		"\"event\":\"note.added\",\"text\":\"\\u001b[2J\\u001b]52;c;"
		"ZXZpbA==\\u0007\\u009b31m\\u202eevil\\u2066\"}\n";
	struct terminal *terminal;
	const struct str *bytes;
	char *folder = stage_folder_with_log(
		"\033[2Jwiped\033]52;c;ZXZpbA==\a\n\x9b"
		"31mc1\033Pdcs\033\\\033[6n\033c\xff\xfe\n"
		"\xe2\x80\xae rtl \xe2\x80\x8b\033[31mred\033[0m\r\n"
		"\033]0;title\a\033[?1049l\016\017\b\b\x7f\n");

	terminal = *state =
		stage_open_in(folder, "canary.ndjson", CANARY_NOW, 24, 80);
	terminal_tell(terminal, hostile, sizeof(hostile) - 1);
	terminal_keys(terminal, "1g\r");
	terminal_expect(terminal, "^[[2Jwiped^[]52;c;");
	terminal_expect(terminal, "^[[6n");
	terminal_expect(terminal, "red");
	terminal_keys(terminal, "6");
	terminal_expect(terminal, "evil");
	bytes = terminal_bytes(terminal);
	stage_check_sequences(bytes->data, bytes->len);
	assert_null(strstr(bytes->data, "\xe2\x80\xae"));
	assert_true(terminal_modes(terminal).alternate);
	stage_folder_free(folder);
}

static void progress_bar_shows_its_last_state(void **state)
{
	char *folder =
		stage_folder_with_log("get  10%\rget  55%\rget 100%\r\nbuilt\n"
				      "put   1%\rput  42%\r");
	char *text;

	*state = stage_open_in(folder, "gate.ndjson", GATE_NOW, 24, 80);
	terminal_keys(*state, "1g\r");
	terminal_expect(*state, " get 100%\n built\n put  42%\n");
	text = terminal_text(*state);
	assert_null(strstr(text, "55%"));
	free(text);
	stage_folder_free(folder);
}

static void long_progress_bar_is_one_line(void **state)
{
	struct str text = STR_INIT;
	char *folder, *screen;

	for (int i = 0; i < 20; i++)
		str_addf(&text, "before %d\n", i);
	for (int i = 0; i < 30000; i++)
		str_addf(&text, "got %5d\r", i);
	str_add(&text, "\nafter\n");
	folder = stage_folder_with_log(text.data);
	*state = stage_open_in(folder, "gate.ndjson", GATE_NOW, 24, 80);
	terminal_keys(*state, "1g\r");
	terminal_expect(*state, " before 19\n got 29999\n after\n");
	terminal_expect(*state, " before 15\n");
	screen = terminal_text(*state);
	assert_ptr_equal(strstr(screen, "got "), strstr(screen, "got 29999"));
	free(screen);
	str_release(&text);
	stage_folder_free(folder);
}

static void a_gibibyte_of_log_costs_little_memory(void **state)
{
	char *folder = stage_folder_with_log("first line\n");
	char *path = path_join(folder, "logs/unit.log");
	struct terminal *terminal;
	long before;

	stage_grow_file(path, 1LL << 30, "\nthe very last line\n");
	terminal = *state =
		stage_open_in(folder, "gate.ndjson", GATE_NOW, 24, 80);
	before = terminal_memory(terminal);
	terminal_keys(terminal, "1g\r");
	terminal_expect(terminal, "the very last line");
	terminal_keys(terminal, "bbbbkkkk  g");
	terminal_expect(terminal, "first line");
	terminal_keys(terminal, "jjj   G");
	terminal_expect(terminal, "the very last line");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	before = 0; /* its shadow is counted too */
#endif
	if (before)
		assert_true(terminal_memory(terminal) - before < 3 * 1024);
	free(path);
	stage_folder_free(folder);
}

#define TEST(name) cmocka_unit_test_teardown(name, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(screens_are_as_expected),
		TEST(a_promotion_is_to_the_end_or_by_one_step),
		TEST(every_kind_of_terminal_shows_the_same_text),
		TEST(a_storm_of_sizes_loses_no_key_and_ends_well),
		TEST(nothing_is_written_while_nothing_happens),
		TEST(a_flood_of_events_costs_few_frames_and_delays_no_key),
		TEST(a_colour_is_shown_as_near_as_the_terminal_can),
		TEST(only_known_sequences_reach_the_terminal),
		TEST(progress_bar_shows_its_last_state),
		TEST(long_progress_bar_is_one_line),
		TEST(a_gibibyte_of_log_costs_little_memory),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
