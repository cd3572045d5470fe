/* SPDX-License-Identifier: MIT */
/*
 * Five sizes at seven terminal settings, as text and looks against
 * tests/data/golden/SIZE-SETTING.txt. Settings that can show the same share
 * their expectation, and none is sent what no screen needs, whatever a log
 * holds.
 */
#include "screen/stage.h"

static const struct {
	int rows, cols;
} sizes[] = {{4, 20}, {12, 60}, {24, 80}, {40, 120}, {60, 200}};

static const struct {
	const char *name, *env, *shows;
} settings[] = {
	{"xterm-256color", "TERM=xterm-256color", "colour"},
	{"screen-256color", "TERM=screen-256color", "colour"},
	{"tmux-256color", "TERM=tmux-256color", "colour"},
	{"linux", "TERM=linux", "eight"},
	{"vt100", "TERM=vt100", "mono"},
	{"NO_COLOR", "NO_COLOR=1", "mono"},
	{"LC_ALL=C", "LC_ALL=C", "ascii"},
};

static void every_size_at_every_setting_is_as_expected(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (size_t j = 0; j < ARRAY_SIZE(settings); j++) {
			int rows = sizes[i].rows, cols = sizes[i].cols;
			char *name = xasprintf("terms-%dx%d-%s", cols, rows,
					       settings[j].shows);
			const struct str *bytes;
			char *looks;

			*state = stage_open("canary.ndjson", CANARY_NOW, rows,
					    cols, settings[j].env, NULL);
			looks = terminal_looks(*state);
			golden_compare("golden", name, looks);
			bytes = terminal_bytes(*state);
			stage_check_sequences(bytes->data, bytes->len);
			free(looks);
			free(name);
			stage_close(state);
		}
}

/* Bytes of all kinds, many of them beginning sequences. */
static char *hostile_log(size_t size)
{
	static const char *const parts[] = {
		"\033[",
		"\033]",
		"\033P",
		"\033_",
		"\033^",
		"\033X",
		"\033(0",
		"\033c",
		"\033[?1049l",
		"\033[2J",
		"\033[6n",
		"\033]52;c;Zg==\a",
		"\033[31m",
		"\033[38;2;1;2;3m",
		"\x9b"
		"31m",
		"\xc2\x9b"
		"2J",
		"\xe2\x80\xae",
		"\xe2\x80\x8b",
		"\xf0\x9f\x98\x80",
		"\xef\xbf\xbf",
		"\xed\xa0\x80",
		"\xe6\xbc\xa2",
		"\r\n",
		"\n",
		"\t",
		"\016",
		"\b\b\b",
		"\r",
	};
	struct str text = STR_INIT;
	unsigned seed = 20261120;

	while (text.len < size) {
		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 1)
			str_add(&text, parts[(seed >> 17) % ARRAY_SIZE(parts)]);
		else /* a NUL would end the C string that is written */
			str_add_char(&text, (char)(1 + (seed >> 17) % 255));
	}
	return str_detach(&text);
}

static void a_log_of_all_bytes_sends_none_of_them_on(void **state)
{
	char *text = hostile_log(200000);
	char *folder = stage_folder_with_log(text);

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct str *bytes;
		char *title;

		if (sizes[i].rows < 12)
			continue;
		*state = stage_open_in(folder, "gate.ndjson", GATE_NOW,
				       sizes[i].rows, sizes[i].cols);
		terminal_keys(*state, "1g\rg      bblllG    bbbb");
		bytes = terminal_bytes(*state);
		stage_check_sequences(bytes->data, bytes->len);
		assert_true(terminal_modes(*state).alternate);
		/* No cell of another panel was reached. */
		title = terminal_text(*state);
		assert_non_null(strstr(title, "#481"));
		assert_non_null(strstr(title, "B READY"));
		free(title);
		stage_close(state);
	}
	stage_folder_free(folder);
	free(text);
}

#define TEST(name) cmocka_unit_test_teardown(name, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_size_at_every_setting_is_as_expected),
		TEST(a_log_of_all_bytes_sends_none_of_them_on),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
