/* SPDX-License-Identifier: MIT */
/* Nothing that changes the world happens by accident. */
#include "screen/stage.h"

#include <jansson.h>

static void assert_silent(struct terminal *terminal, const char *when)
{
	char *said = terminal_commands(terminal);

	if (*said)
		fail_msg("%s sent %s", when, said);
	free(said);
}

/* The only command so far, parsed; the caller's. */
static json_t *only_command(struct terminal *terminal)
{
	char *said = terminal_commands(terminal);
	char *end = strchr(said, '\n');
	json_t *command;

	if (!end || end[1])
		fail_msg("not one command but: %s", said);
	command = json_loads(said, 0, NULL);
	assert_non_null(command);
	free(said);
	return command;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void b_then_enter_rolls_back_once_by_what_was_shown(void **state)
{
	struct terminal *terminal = stage_open_canary(state);
	json_t *command;

	terminal_keys(terminal, "B");
	terminal_expect(terminal, "ROLL BACK PRODUCTION");
	assert_silent(terminal, "B alone");
	terminal_keys(terminal, "\r");
	command = only_command(terminal);
	assert_string_equal(text_of(command, "command"), "rollback");
	assert_string_equal(text_of(command, "environment"), "production");
	assert_string_equal(text_of(command, "person"), "ana");
	assert_int_equal(json_integer_value(json_object_get(command, "seq")),
			 190);
	assert_int_equal(json_integer_value(json_object_get(command, "run")),
			 481);
	json_decref(command);
	terminal_keys(terminal, "\r\r\r");
	assert_silent(terminal, "Enter after the dialog closed");
}

static void bb_rolls_nothing_back(void **state)
{
	struct terminal *terminal = stage_open_canary(state);

	terminal_keys(terminal, "BBBB");
	assert_silent(terminal, "B four times");
	terminal_send(terminal, "\033", 1, 1);
	terminal_keys(terminal, "\r");
	assert_silent(terminal, "Esc and Enter");
}

/* The palette's Enter opens the question, and never answers it. */
static void the_palette_asks_before_it_changes_anything(void **state)
{
	struct terminal *terminal = stage_open_canary(state);
	json_t *command;

	terminal_keys(terminal, ":roll-back\r");
	terminal_expect(terminal, "ROLL BACK PRODUCTION");
	assert_silent(terminal, "the palette");
	terminal_keys(terminal, "\r\r\r");
	terminal_expect(terminal, "first Tab, or any other key");
	assert_silent(terminal, "Enter again and again");
	terminal_keys(terminal, "\t\r");
	command = only_command(terminal);
	assert_string_equal(text_of(command, "command"), "rollback");
	json_decref(command);
}

static void the_palette_fills_what_is_asked(void **state)
{
	struct terminal *terminal = stage_open_canary(state);
	json_t *command;

	terminal_keys(terminal, ":shift 33\r");
	terminal_expect(terminal, "percent for green: 33");
	terminal_keys(terminal, "\r");
	assert_silent(terminal, "Enter alone");
	terminal_keys(terminal, "\t\r");
	command = only_command(terminal);
	assert_string_equal(text_of(command, "command"), "shift");
	assert_int_equal(json_number_value(json_object_get(command, "value")),
			 33);
	json_decref(command);
}

static void what_is_off_is_not_run_by_the_palette(void **state)
{
	struct terminal *terminal = stage_open_canary(state);

	terminal_keys(terminal, ":approve");
	terminal_expect(terminal, "off: no gate is open");
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "approve is off: no gate is open");
	terminal_keys(terminal, "\r\t\r");
	assert_silent(terminal, "what is off");
}

static void the_palette_completes_goes_and_remembers(void **state)
{
	struct terminal *terminal = stage_open_canary(state);

	terminal_keys(terminal, "\020log sta\t");
	terminal_expect(terminal, "name: log staging");
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "2 LOG staging");
	terminal_keys(terminal, ":goto acceptance\r:");
	terminal_send(terminal, "\033OA", 3, 1);
	terminal_expect(terminal, "name: goto acceptance");
	terminal_send(terminal, "\033OA", 3, 1);
	terminal_expect(terminal, "name: log staging");
	terminal_send(terminal, "\033OB", 3, 1);
	terminal_expect(terminal, "name: goto acceptance");
	terminal_keys(terminal, "\025nosuchthing\r");
	terminal_expect(terminal, "there is no such command");
	terminal_keys(terminal, "\025theme light\r");
	terminal_expect(terminal, "? help");
	assert_silent(terminal, "looking");
}

/* What moves behind an open dialog is told, and the command still carries
 * what was shown. */
static void a_dialog_is_frozen_and_says_what_moved(void **state)
{
	static const char moved[] =
		"{\"seq\":191,\"time\":\"2026-11-20T14:02:55.000Z\",\"event\":"
		"\"traffic.changed\",\"environment\":\"production\",\"from\":{"
		"\"blue\":75,\"green\":25},\"to\":{\"blue\":0,\"green\":100},"
		"\"units\":{\"blue\":0,\"green\":256},\"ms\":2}\n";
	static const char elsewhere[] =
		"{\"seq\":192,\"time\":\"2026-11-20T14:02:55.000Z\",\"event\":"
		"\"note.added\",\"text\":\"lunch\",\"person\":\"lee\"}\n";
	struct terminal *terminal = stage_open_canary(state);
	json_t *command;

	terminal_keys(terminal, "B");
	terminal_tell(terminal, moved, sizeof(moved) - 1);
	terminal_expect(terminal, "since this opened: production: traffic");
	terminal_expect(terminal, " 25 ->   0 %");
	/* What moved it stays announced, not what happened elsewhere since. */
	terminal_tell(terminal, elsewhere, sizeof(elsewhere) - 1);
	terminal_expect(terminal, "since this opened (+1): production: tra");
	terminal_keys(terminal, "\r");
	command = only_command(terminal);
	assert_int_equal(json_integer_value(json_object_get(command, "seq")),
			 190);
	json_decref(command);
}

/* Every key alone, in every panel; Esc closes what it opened. */
static void no_single_key_in_any_panel_changes_anything(void **state)
{
	static const char *const events[] = {"gate.ndjson", "canary.ndjson"};
	static const char *const nows[] = {GATE_NOW, CANARY_NOW};
	static const char *const named[] = {
		"\033OA",  "\033OB", "\033OC",	"\033OD", "\033[5~",
		"\033[6~", "\033OP", "\033[3~", "\033[Z", "\033OH",
	};

	for (size_t story = 0; story < ARRAY_SIZE(events); story++) {
		struct terminal *terminal;

		terminal = *state = stage_open(events[story], nows[story], 24,
					       80, "ESCDELAY=2", NULL);
		for (char panel = '1'; panel <= '6'; panel++) {
			for (char key = 1; key < 127; key++) {
				if (key == 26 || key == 27)
					continue; /* ^Z stops; Esc is below */
				terminal_send(terminal, &panel, 1, 1);
				terminal_send(terminal, &key, 1, 1);
				terminal_send(terminal, "\033", 1, 1);
			}
			for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
				terminal_send(terminal, named[i],
					      strlen(named[i]), 1);
				terminal_send(terminal, "\033", 1, 1);
			}
		}
		assert_silent(terminal, "a single key");
		stage_close(state);
	}
}

/* The count is of keys: the two marks, and a key a byte. */
static void paste_random(struct terminal *terminal, unsigned seed, int count)
{
	static const char special[] = "\r\n\tBaxsHPX";
	struct str text = STR_INIT;

	str_add(&text, "\033[200~");
	for (int i = 0; i < count; i++) {
		unsigned roll;

		seed = seed * 1103515245 + 12345;
		roll = seed >> 16;
		if (roll % 8 == 0)
			str_add_char(&text, special[roll / 8 % 10]);
		else
			str_add_char(&text, (char)(32 + roll % 95));
	}
	str_add(&text, "\033[201~");
	terminal_send(terminal, text.data, text.len, count + 2);
	str_release(&text);
}

static void two_thousand_pasted_keys_change_nothing(void **state)
{
	static const char dialogs[] = "BXHPsq?";
	struct terminal *terminal = stage_open_canary(state);

	paste_random(terminal, 1, 2000);
	assert_silent(terminal, "a paste");
	for (const char *key = dialogs; *key; key++) {
		terminal_send(terminal, key, 1, 1);
		paste_random(terminal, (unsigned)*key, 2000);
		assert_silent(terminal, "a paste into a dialog");
		terminal_send(terminal, "\033", 1, 1);
	}
	terminal_keys(terminal, "6");
	terminal_expect(terminal, "6 EVENTS");
}

/* Typed, not pasted: all but Enter, which confirms; ^Z, which stops us; Esc,
 * which makes one key of two; and what opens other programs. */
static void two_thousand_typed_keys_change_nothing_without_enter(void **state)
{
	static const char *const events[] = {"gate.ndjson", "canary.ndjson"};
	static const char *const nows[] = {GATE_NOW, CANARY_NOW};
	unsigned seed = 4711;

	for (size_t story = 0; story < ARRAY_SIZE(events); story++) {
		struct str text = STR_INIT;

		while (text.len < 2000) {
			char key;

			seed = seed * 1103515245 + 12345;
			key = (char)(1 + (seed >> 16) % 126);
			if (!strchr("\r\n\032\033oO", key))
				str_add_char(&text, key);
		}
		*state = stage_open(events[story], nows[story], 24, 80,
				    "A=", NULL);
		terminal_send(*state, text.data, text.len, (int)text.len);
		assert_silent(*state, "typing without Enter");
		stage_close(state);
		str_release(&text);
	}
}

static void a_paste_enters_a_text_box_as_one_line(void **state)
{
	static const char paste[] = "\033[200~looks\rgood\nto\tme\033[201~";
	struct terminal *terminal;
	json_t *command;

	terminal = *state =
		stage_open("gate.ndjson", GATE_NOW, 24, 80, "A=", NULL);
	terminal_keys(terminal, "a");
	terminal_send(terminal, paste, sizeof(paste) - 1, 18);
	assert_silent(terminal, "a paste with Enter in it");
	terminal_expect(terminal, "looks good to me");
	terminal_keys(terminal, "\r");
	command = only_command(terminal);
	assert_string_equal(text_of(command, "command"), "approve");
	assert_string_equal(text_of(command, "stage"), "production");
	assert_string_equal(text_of(command, "reason"), "looks good to me");
	json_decref(command);
}

static void a_rejection_needs_its_reason(void **state)
{
	struct terminal *terminal;
	json_t *command;

	terminal = *state =
		stage_open("gate.ndjson", GATE_NOW, 24, 80, "A=", NULL);
	terminal_keys(terminal, "x\r");
	assert_silent(terminal, "a rejection without a reason");
	terminal_expect(terminal, "a rejection needs a reason");
	terminal_keys(terminal, "not on friday\r");
	command = only_command(terminal);
	assert_string_equal(text_of(command, "command"), "reject");
	assert_string_equal(text_of(command, "reason"), "not on friday");
	json_decref(command);
}

static void a_shift_takes_a_number_or_a_step_of_the_plan(void **state)
{
	struct terminal *terminal = stage_open_canary(state);
	json_t *command;

	terminal_keys(terminal, "s\r");
	assert_silent(terminal, "a shift to nothing");
	terminal_keys(terminal, "1000\r");
	assert_silent(terminal, "a shift to 1000 %");
	terminal_send(terminal, "\025", 1, 1);
	terminal_send(terminal, "\033OA", 3, 1);
	terminal_expect(terminal, "25 -> 100 %");
	terminal_keys(terminal, "\r");
	command = only_command(terminal);
	assert_string_equal(text_of(command, "command"), "shift");
	assert_true(json_number_value(json_object_get(command, "value")) ==
		    100);
	json_decref(command);
}

static void an_off_key_says_why(void **state)
{
	struct terminal *terminal = stage_open_canary(state);

	terminal_keys(terminal, "a");
	terminal_expect(terminal, "a is off: no gate is open");
	terminal_keys(terminal, "j");
	stage_close(state);
	terminal = *state = stage_open("gate.ndjson", GATE_NOW, 24, 80,
				       "A=", "--person=ravi");
	terminal_keys(terminal, "a");
	terminal_expect(terminal, "a is off: ravi may not vote: author");
	stage_close(state);
	terminal = *state = stage_open("canary.ndjson", CANARY_NOW, 24, 80,
				       "A=", "--watch");
	terminal_keys(terminal, "B\r");
	terminal_expect(terminal, "read-only");
	assert_silent(terminal, "a screen that only watches");
}

static void a_refusal_is_shown_and_a_reason_is_asked_afterwards(void **state)
{
	static const char refused[] =
		"{\"seq\":190,\"time\":\"2026-11-20T14:02:55.000Z\",\"event\":"
		"\"reply\",\"id\":1,\"ok\":false,\"error\":\"production has "
		"moved on\"}\n";
	static const char done[] =
		"{\"seq\":191,\"time\":\"2026-11-20T14:02:55.000Z\",\"event\":"
		"\"rollback.finished\",\"environment\":\"production\","
		"\"outcome\":\"passed\",\"colour\":\"blue\",\"ms\":6,\"text\":"
		"\"back on blue in 6 ms\"}\n";
	struct terminal *terminal = stage_open_canary(state);
	json_t *command;
	char *text;

	terminal_keys(terminal, "B\r");
	json_decref(only_command(terminal));
	terminal_tell(terminal, refused, sizeof(refused) - 1);
	terminal_expect(terminal, "refused: production has moved on");
	terminal_keys(terminal, "B\r");
	json_decref(only_command(terminal));
	/* It opens by itself: what is being typed is not its answer. */
	terminal_tell_and_type(terminal, done, sizeof(done) - 1, "z\r");
	terminal_expect(terminal, "WHY DID YOU ROLL BACK production?");
	assert_silent(terminal, "a key that was meant for the panels");
	while (true) { /* until it hears: at most 300 ms */
		bool heard;

		terminal_keys(terminal, "e");
		text = terminal_text(terminal);
		heard = strstr(text, "reason: e") != NULL;
		free(text);
		if (heard)
			break;
	}
	terminal_keys(terminal, "rrors\r");
	command = only_command(terminal);
	assert_string_equal(text_of(command, "command"), "note");
	assert_string_equal(text_of(command, "reason"), "errors");
	json_decref(command);
	/* The next one is asked about when it has ended, not the last one. */
	terminal_keys(terminal, "B\r");
	json_decref(only_command(terminal));
	text = terminal_text(terminal);
	assert_null(strstr(text, "WHY DID YOU"));
	free(text);
}

#define TEST(name) cmocka_unit_test_teardown(name, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(b_then_enter_rolls_back_once_by_what_was_shown),
		TEST(bb_rolls_nothing_back),
		TEST(a_dialog_is_frozen_and_says_what_moved),
		TEST(the_palette_asks_before_it_changes_anything),
		TEST(the_palette_fills_what_is_asked),
		TEST(what_is_off_is_not_run_by_the_palette),
		TEST(the_palette_completes_goes_and_remembers),
		TEST(no_single_key_in_any_panel_changes_anything),
		TEST(two_thousand_pasted_keys_change_nothing),
		TEST(two_thousand_typed_keys_change_nothing_without_enter),
		TEST(a_paste_enters_a_text_box_as_one_line),
		TEST(a_rejection_needs_its_reason),
		TEST(a_shift_takes_a_number_or_a_step_of_the_plan),
		TEST(an_off_key_says_why),
		TEST(a_refusal_is_shown_and_a_reason_is_asked_afterwards),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
