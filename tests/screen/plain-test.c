/* SPDX-License-Identifier: MIT */
/* --accessible: what is told of a recorded release, and what is asked. */
#include "screen/stage.h"

#include <ctype.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"

static struct terminal *open_with(void **state, const char *events,
				  const char *now, const char *env)
{
	return *state = stage_open(events, now, 24, 80, env, "--accessible");
}

static struct terminal *open_at_gate(void **state)
{
	return open_with(state, "gate.ndjson", GATE_NOW, "A=");
}

static struct terminal *open_at_canary(void **state)
{
	return open_with(state, "canary.ndjson", CANARY_NOW, "TERM");
}

/* What was said so far, as lines, without the terminal's returns and the
 * prompts, which come when they come. */
static char *said(struct terminal *terminal)
{
	const struct str *bytes = terminal_bytes(terminal);
	struct str out = STR_INIT;

	for (size_t i = 0; i < bytes->len; i++) {
		bool begins = !out.len || out.data[out.len - 1] == '\n';

		if (begins && starts_with(bytes->data + i, "> "))
			i += starts_with(bytes->data + i, "> \r\n") ? 3 : 1;
		else if (bytes->data[i] != '\r')
			str_add_char(&out, bytes->data[i]);
	}
	return str_detach(&out);
}

/* Types a line; returns what was said to it. */
static char *answer(struct terminal *terminal, const char *line)
{
	char *text = xasprintf("%s\n", line);
	size_t before;
	char *all;

	terminal_await_hearing(terminal);
	before = terminal_bytes(terminal)->len;
	terminal_send(terminal, text, strlen(text), 1);
	terminal_await_hearing(terminal);
	free(text);
	all = xstrdup(terminal_bytes(terminal)->data + before);
	return all;
}

static void expect(struct terminal *terminal, const char *line,
		   const char *wanted)
{
	char *text = answer(terminal, line);

	if (!strstr(text, wanted))
		fail_msg("'%s' was not answered with '%s' but:\n%s", line,
			 wanted, text);
	free(text);
}

static void assert_commands(struct terminal *terminal, const char *wanted)
{
	char *commands = terminal_commands(terminal);

	if (!*wanted ? *commands != '\0' : !strstr(commands, wanted))
		fail_msg("not '%s' was sent but:\n%s", wanted, commands);
	free(commands);
}

static void tell(struct terminal *terminal, const char *line)
{
	terminal_tell(terminal, line, strlen(line));
}

/* Lines, and at most a bell: no sequence begins anywhere. */
static void assert_plain(struct terminal *terminal)
{
	const struct str *bytes = terminal_bytes(terminal);

	for (size_t i = 0; i < bytes->len; i++)
		if (iscntrl((unsigned char)bytes->data[i]) &&
		    !strchr("\r\n\a", bytes->data[i]))
			fail_msg("byte %zu is a control character: %d", i,
				 bytes->data[i]);
}

static void check_story(void **state, const char *events, const char *now,
			const char *golden)
{
	struct terminal *terminal = open_with(state, events, now, "A=");
	char *text;

	assert_plain(terminal);
	text = said(terminal);
	golden_compare("golden", golden, text);
	free(text);
}

static void a_failing_run_is_told_in_sentences(void **state)
{
	check_story(state, "fail.ndjson", BACK_NOW, "plain-fail");
}

static void a_rollback_is_told_in_sentences(void **state)
{
	check_story(state, "back.ndjson", BACK_NOW, "plain-back");
}

static void the_menu_numbers_what_is_possible_now(void **state)
{
	struct terminal *terminal = open_at_gate(state);

	expect(terminal, "",
	       "1 approve, 2 reject, 3 roll back, 4 cancel the run, 5 show "
	       "commits, 6 status, 7 leave, 8 wait.");
	tell(terminal,
	     "{\"seq\":900,\"time\":\"2026-11-20T14:02:10Z\",\"event\":"
	     "\"test.finished\",\"stage\":\"acceptance\",\"passed\":11,"
	     "\"failed\":1,\"name\":\"POST /pay\",\"outcome\":\"failed\","
	     "\"message\":\"got 2\",\"file\":\"pay.c\",\"line\":8}\n"
	     "{\"seq\":901,\"time\":\"2026-11-20T14:02:10Z\",\"event\":"
	     "\"stage.finished\",\"stage\":\"acceptance\",\"outcome\":"
	     "\"failed\",\"ms\":100}\n");
	expect(terminal, "status",
	       "You cannot approve now: acceptance has 1 failure.");
	/* 1 is what it was when it was told last. */
	expect(terminal, "1",
	       "You cannot approve now: acceptance has 1 failure.");
	expect(terminal, "",
	       "1 reject, 2 roll back, 3 cancel the run, 4 show commits, 5 "
	       "show failure, 6 status, 7 leave, 8 wait.");
	expect(terminal, "5",
	       "acceptance: 1 of 12 tests failed.\r\n1: POST /pay. got 2. "
	       "pay.c line 8.");
	expect(terminal, "shift",
	       "You cannot shift traffic now: no deployment");
	expect(terminal, "xyzzy", "xyzzy is no word here; help tells them.");
	assert_commands(terminal, "");
}

static void what_is_asked_for_is_shown(void **state)
{
	struct terminal *terminal = open_at_gate(state);

	expect(terminal, "show commits",
	       "6 commits since v2.13.2:\r\n9f3c2e1 by ravi: Retry");
	expect(terminal, "Commits", "Risky files: deps.lock.");
	expect(terminal, "findings",
	       "HIGH CVE-2026-1187 in libxml2 2.9.14, fixed in 2.9.15: heap");
	expect(terminal, "tests", "test ");
	expect(terminal, "log", "The end of the log of ");
	expect(terminal, "help", "show commits: what ships");
	expect(terminal, "status",
	       "production waits at its gate for 32 seconds, 1 of 2 approvals, "
	       "expires in 23 hours 59 minutes.");
}

static void status_tells_what_moves_and_the_way_back(void **state)
{
	struct terminal *terminal = open_at_canary(state);

	expect(terminal, "status",
	       "production runs for 1 minute 18, at pause 5 minutes, begun 15 "
	       "seconds ago.");
	expect(terminal, "status",
	       "production: green v2.14.0 has 25 percent of the traffic, 116 "
	       "requests a second, 7.69 percent errors");
	expect(terminal, "status",
	       "production: way back ready, blue serves v2.13.2, 4 of 4 checks "
	       "good; the last one, a drill, took 0.3 seconds, on 17 Nov at ");
}

/* What each asks, types and sends; the number that opens is 1 where it is
 * NULL. */
static const struct {
	bool at_gate;
	const char *word, *question, *text, *yes, *command;
} changes[] = {
	{true, "approve", "Type a note, if you like, then Enter.", "looks good",
	 "1 approve, 2 leave all as it is.", "\"approve\""},
	{true, "reject", "Type why, then Enter.", "not today",
	 "1 reject, 2 leave all as it is.", "\"reject\""},
	{false, "shift", "Type percent for green, then Enter.", "50 %",
	 "GREEN v2.14.0, 25 to 50 percent.", "\"shift\""},
	{false, "hold", "no step follows until it is let go.", NULL,
	 "1 do it, 2 leave all as it is.", "\"hold\""},
	{false, "promote", "it goes to all of it now; skipped:", NULL,
	 "1 promote now, 2 leave all as it is.", "\"promote\""},
	{false, "next step", "its plan goes on with 100 percent; skipped:",
	 NULL, "1 leave it now, 2 leave all as it is.", "\"next\":true"},
	{false, "roll back", "BLUE v2.13.2, 75 to 100 percent", NULL,
	 "1 roll back now, 2 leave all as it is.", "\"rollback\""},
	{false, "cancel", "what runs is ended and cleans up", NULL,
	 "1 cancel the run, 2 leave all as it is.", "\"cancel\""},
};

static const char moved[] =
	"{\"seq\":950,\"time\":\"2026-11-20T14:02:56Z\",\"event\":"
	"\"stage.ready\",\"stage\":\"production\",\"reason\":"
	"\"production waits for lee\"}\n";

/* As on the screen: what was seen is what it acts on. */
static void a_change_is_asked_and_carries_what_was_told(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct terminal *terminal = changes[i].at_gate
						    ? open_at_gate(state)
						    : open_at_canary(state);
		const char *seq =
			changes[i].at_gate ? "\"seq\":78" : "\"seq\":190";
		char *text = answer(terminal, changes[i].word);

		assert_non_null(strstr(text, changes[i].question));
		free(text);
		if (changes[i].text)
			expect(terminal, changes[i].text, changes[i].yes);
		assert_commands(terminal, "");
		expect(terminal, "2", "Nothing was done.");
		assert_commands(terminal, "");
		free(answer(terminal, changes[i].word));
		if (changes[i].text)
			free(answer(terminal, changes[i].text));
		tell(terminal, moved);
		expect(terminal, "yes", "since this opened");
		text = terminal_commands(terminal);
		assert_non_null(strstr(text, changes[i].command));
		assert_non_null(strstr(text, seq));
		free(text);
		terminal_free(terminal);
		*state = NULL;
	}
}

static void the_number_that_opened_a_question_never_confirms_it(void **state)
{
	struct terminal *terminal = open_at_gate(state);

	free(answer(terminal, ""));
	expect(terminal, "1", "APPROVE production");
	expect(terminal, "fine", "1 leave all as it is, 2 approve.");
	expect(terminal, "1", "Nothing was done.");
	assert_commands(terminal, "");
	expect(terminal, "1", "APPROVE production");
	free(answer(terminal, "fine"));
	free(answer(terminal, "2"));
	assert_commands(terminal, "\"reason\":\"fine\"");
}

static void a_reason_is_asked_after_a_rollback(void **state)
{
	struct terminal *terminal = open_at_canary(state);

	free(answer(terminal, "roll back"));
	free(answer(terminal, "1"));
	assert_commands(terminal, "\"rollback\"");
	tell(terminal, "{\"seq\":960,\"time\":\"2026-11-20T14:02:57Z\","
		       "\"event\":\"rollback.started\",\"environment\":"
		       "\"production\",\"from\":\"v2.14.0\",\"to\":"
		       "\"v2.13.2\",\"person\":\"ana\"}\n"
		       "{\"seq\":961,\"time\":\"2026-11-20T14:02:57Z\","
		       "\"event\":\"rollback.finished\",\"environment\":"
		       "\"production\",\"outcome\":\"passed\",\"text\":"
		       "\"back on blue in 0.3 s\",\"ms\":300}\n"
		       "{\"seq\":962,\"time\":\"2026-11-20T14:02:57Z\","
		       "\"event\":\"run.finished\",\"outcome\":\"rolled-back\","
		       "\"exit-status\":5,\"ms\":1000,\"text\":\"run 481 "
		       "rolled-back\",\"next\":\"signalbox status\"}\n");
	terminal_await_hearing(terminal);
	terminal_expect(terminal, "WHY DID YOU ROLL BACK production?");
	terminal_write(terminal, "too many errors\n", 16);
	assert_true(WIFEXITED(terminal_wait(terminal, false)));
	terminal_expect(terminal, "Run 481 rolled-back. Next: signalbox");
	assert_commands(terminal, "too many errors");
}

static void a_rejection_needs_a_reason(void **state)
{
	struct terminal *terminal = open_at_gate(state);

	free(answer(terminal, "reject"));
	expect(terminal, "", "A rejection needs a reason.");
	free(answer(terminal, "shift"));
	assert_commands(terminal, "");
}

/* Of a block of lines only the first is an answer; so no block approves,
 * and none confirms more than the question that was open before it. */
static void a_pasted_block_is_one_answer(void **state)
{
	static const char block[] = "1\nyes\nyes\n1\n2\n2\nyes\n";
	struct terminal *terminal = open_at_gate(state);
	char *text;

	free(answer(terminal, ""));
	terminal_await_hearing(terminal);
	terminal_send(terminal, block, sizeof(block) - 1, 7);
	text = said(terminal);
	assert_non_null(strstr(text, "6 lines came too soon to be an answer, "
				     "and did nothing."));
	free(text);
	assert_commands(terminal, "");
	expect(terminal, "a note", "leave all as it is");
	terminal_send(terminal, block, sizeof(block) - 1, 7);
	assert_commands(terminal, "");
}

/* However long the program was held up before it read them. */
static void what_came_while_it_was_stopped_came_too_soon(void **state)
{
	struct terminal *terminal = open_at_gate(state);
	int64_t until;

	free(answer(terminal, "approve"));
	terminal_send(terminal, "a note\n", 7, 1);
	kill(terminal_pid(terminal), SIGSTOP);
	waitpid(terminal_pid(terminal), NULL, WUNTRACED);
	until = clock_monotonic_us() + 400000; /* longer than it is deaf */
	terminal_write(terminal, "yes\n", 4);
	while (clock_monotonic_us() < until)
		terminal_bytes(terminal);
	kill(terminal_pid(terminal), SIGCONT);
	terminal_expect(terminal, "1 line came too soon to be an answer");
	assert_commands(terminal, "");
}

static unsigned next_random(unsigned *seed)
{
	return (*seed = *seed * 1103515245 + 12345) >> 16;
}

static void two_thousand_pasted_lines_do_nothing(void **state)
{
	static const char *const words[] = {
		"1", "2",	  "3",	    "4",       "yes",	 "approve",
		"",  "roll back", "reject", "promote", "cancel", "50",
		"y", "hold",	  "shift",  "status",  "5",	 "show commits",
	};
	struct terminal *terminal = open_at_canary(state);
	unsigned seed = 7;
	int lines = 0;

	terminal_await_hearing(terminal);
	while (lines < 2000) {
		struct str block = STR_INIT;
		int count = 1 + (int)(next_random(&seed) % 100);

		/* Less than the line discipline keeps. */
		for (int i = 0; i < count; i++)
			str_addf(&block, "%s\n",
				 i ? words[next_random(&seed) %
					   ARRAY_SIZE(words)]
				   : "status");
		terminal_await_hearing(terminal);
		terminal_send(terminal, block.data, block.len, count);
		str_release(&block);
		lines += count;
	}
	assert_commands(terminal, "");
}

static void control_c_says_then_asks(void **state)
{
	struct terminal *terminal = open_at_canary(state);

	terminal_await_hearing(terminal);
	terminal_write(terminal, "\003", 1);
	terminal_expect(terminal, "Run 481 is live. Control C again");
	terminal_await_hearing(terminal);
	terminal_write(terminal, "\003", 1);
	terminal_expect(terminal, "CANCEL RUN 481");
	terminal_await_hearing(terminal);
	terminal_write(terminal, "\003", 1);
	terminal_expect(terminal, "Nothing was done.");
	assert_commands(terminal, "");
	free(answer(terminal, "cancel"));
	free(answer(terminal, "1"));
	assert_commands(terminal, "\"cancel\"");
}

/* As a lost terminal does. */
static void the_end_of_input_leaves_the_run_going(void **state)
{
	struct terminal *terminal = open_at_canary(state);
	int status;

	terminal_await_hearing(terminal);
	terminal_write(terminal, "\004", 1);
	status = terminal_wait(terminal, false);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 11);
	terminal_expect(terminal, "The input has ended. Run 481 goes on");
	assert_commands(terminal, "");
}

static void leaving_says_how_to_come_back(void **state)
{
	struct terminal *terminal = open_at_canary(state);
	int status;

	terminal_await_hearing(terminal);
	terminal_write(terminal, "leave\n", 6);
	status = terminal_wait(terminal, false);
	assert_int_equal(WEXITSTATUS(status), 10);
	terminal_expect(terminal, "signalbox attach 481 comes back.");
}

static void what_only_goes_on_is_not_told(void **state)
{
	struct terminal *terminal = open_at_canary(state);
	size_t before;

	terminal_await_hearing(terminal);
	before = terminal_bytes(terminal)->len;
	tell(terminal,
	     "{\"seq\":191,\"time\":\"2026-11-20T14:02:56Z\",\"event\":"
	     "\"traffic.sampled\",\"environment\":\"production\",\"colour\":"
	     "\"green\",\"asked\":25,\"share\":25,\"rate\":100}\n"
	     "{\"seq\":191,\"time\":\"2026-11-20T14:02:56Z\",\"event\":"
	     "\"log.grew\",\"stage\":\"production\",\"bytes\":9,"
	     "\"lines\":1}\n");
	assert_int_equal(terminal_bytes(terminal)->len, before);
}

static void other_locales_hear_ascii_alone(void **state)
{
	struct terminal *terminal =
		open_with(state, "gate.ndjson", GATE_NOW, "LC_ALL=C");
	const struct str *bytes;

	tell(terminal, "{\"seq\":900,\"time\":\"2026-11-20T14:02:10Z\","
		       "\"event\":\"note.added\",\"text\":\"caf\\u00e9 "
		       "\\u2717 \\u001b[2J\\u202e \\u9b08\"}\n");
	terminal_await_hearing(terminal);
	bytes = terminal_bytes(terminal);
	for (size_t i = 0; i < bytes->len; i++)
		assert_true((unsigned char)bytes->data[i] < 0x80);
	assert_plain(terminal);
	terminal_expect(terminal, "caf? ? ^[[2J<202e> ?.");
}

#define TEST(name) cmocka_unit_test_teardown(name, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_failing_run_is_told_in_sentences),
		TEST(a_rollback_is_told_in_sentences),
		TEST(the_menu_numbers_what_is_possible_now),
		TEST(what_is_asked_for_is_shown),
		TEST(status_tells_what_moves_and_the_way_back),
		TEST(a_change_is_asked_and_carries_what_was_told),
		TEST(the_number_that_opened_a_question_never_confirms_it),
		TEST(a_reason_is_asked_after_a_rollback),
		TEST(a_rejection_needs_a_reason),
		TEST(a_pasted_block_is_one_answer),
		TEST(what_came_while_it_was_stopped_came_too_soon),
		TEST(two_thousand_pasted_lines_do_nothing),
		TEST(control_c_says_then_asks),
		TEST(the_end_of_input_leaves_the_run_going),
		TEST(leaving_says_how_to_come_back),
		TEST(what_only_goes_on_is_not_told),
		TEST(other_locales_hear_ascii_alone),
	};

	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
