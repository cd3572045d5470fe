/* SPDX-License-Identifier: MIT */
/* The board of a real repository: what is live, the runs, the way back. */
#include "screen/stand.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/file.h"

static struct terminal *open_board(struct stand *stand, const char *option)
{
	return stand_open(stand, 0, "exec %s %s", stand->site->signalbox,
			  option);
}

static void expect_end(struct terminal *terminal)
{
	int status;

	terminal_write(terminal, "q", 1);
	status = terminal_wait(terminal, false);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Waits until the text is gone. */
static void expect_gone(struct terminal *terminal, const char *text)
{
	for (;;) {
		char *screen = terminal_text(terminal);
		bool is_there = strstr(screen, text) != NULL;

		free(screen);
		if (!is_there)
			return;
		terminal_frames(terminal, 1);
	}
}

static void without_any_run_the_board_says_so(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	site_pipeline(stand->site, "name: shop\nstages: {unit: {run: 'true'}}");
	site_commit(stand->site, "a commit");
	terminal = open_board(stand, "");
	terminal_expect(terminal, "no run yet; signalbox run starts one");
	terminal_expect(terminal, "nothing was deployed yet");
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "there is no run yet");
	expect_end(terminal);
}

/* Not as if nothing were there. */
static void an_environment_that_cannot_be_read_says_so(void **state)
{
	struct stand *stand = *state;
	char *folder = xasprintf("%s/.git/signalbox/environments/production",
				 stand->site->repository);
	char *path = path_join(folder, "journal.ndjson");
	struct terminal *terminal;

	site_pipeline(stand->site, "name: shop\nstages: {unit: {run: 'true'}}");
	site_commit(stand->site, "a commit");
	assert_int_equal(folder_make(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(path, "?\n", 2, 0600, NULL), 0);
	terminal = open_board(stand, "");
	terminal_expect(terminal, "production  the journal in");
	terminal_keys(terminal, "B");
	terminal_expect(terminal, "B is off: its record cannot be read");
	terminal_keys(terminal, "d");
	terminal_expect(terminal, "d is off: its record cannot be read");
	expect_end(terminal);
	free(path);
	free(folder);
}

static int count_of(const struct str *bytes, const char *text)
{
	const char *at = bytes->data;
	int count = 0;

	while ((at = memmem(at, (size_t)(bytes->data + bytes->len - at), text,
			    strlen(text)))) {
		count++;
		at++;
	}
	return count;
}

static void a_run_opens_at_its_end_and_is_left_for_the_board(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	site_pipeline(stand->site,
		      "name: shop\nstages:\n  unit: {run: echo the first}\n"
		      "  build: {run: 'echo it broke; exit 3'}\n");
	site_commit(stand->site, "a commit");
	assert_int_equal(site_call(stand->site, "run", NULL), 1);
	terminal = open_board(stand, "");
	terminal_expect(terminal, "#1     \xe2\x9c\x97 failed");
	terminal_write(terminal, "\r", 1);
	terminal_expect(terminal, "FAILED 2 of 2 done");
	terminal_expect(terminal, "it broke");
	terminal_expect(terminal, "REPLAY");
	terminal_write(terminal, " ", 1);
	terminal_expect(terminal, "end");
	terminal_write(terminal, "B", 1);
	terminal_expect(terminal, "B is off: this is a replay");
	/* The shell's screen is not seen in between. */
	assert_int_equal(count_of(terminal_bytes(terminal), "\033[?1049h"), 1);
	assert_int_equal(count_of(terminal_bytes(terminal), "\033[?1049l"), 0);
	terminal_write(terminal, "q", 1);
	terminal_expect(terminal, "1 ENVIRONMENTS");
	terminal_expect(terminal, "#1     \xe2\x9c\x97 failed");
	expect_end(terminal);
}

static void a_run_that_begins_is_shown_and_can_be_attached_to(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	site_pipeline(stand->site,
		      "name: shop\nstages:\n  unit:\n    run: until [ -e "
		      "@FOLDER@/go ]; do sleep 0.05; done\n");
	site_commit(stand->site, "a commit");
	terminal = open_board(stand, "");
	terminal_expect(terminal, "no run yet");
	assert_int_equal(site_call(stand->site, "run", "--detach", NULL), 0);
	terminal_expect(terminal, "run #1 is live");
	terminal_expect(terminal, "Enter attaches");
	terminal_write(terminal, "\r", 1);
	terminal_expect(terminal, "RUNNING");
	terminal_write(terminal, "q", 1); /* the run goes on */
	terminal_expect(terminal, "2 RUNS");
	terminal_expect(terminal, "run #1 is live");
	site_shell(stand->site, stand->site->folder, ": > go");
	terminal_expect(terminal, "no run is live");
	terminal_expect(terminal, "#1     \xe2\x9c\x93 passed");
	expect_end(terminal);
}

static void release(struct stand *stand, const char *subject)
{
	site_pipeline(stand->site,
		      "name: shop\nmode: deployment\n"
		      "environments:\n" SITE_PRODUCTION "stages:\n" SITE_BUILD
		      "  production: {deploy: {environment: production}}\n");
	site_write(stand->site, "bug", "0\n");
	site_write(stand->site, "change", subject);
	site_commit(stand->site, subject);
	assert_int_equal(site_call(stand->site, "run", NULL), 0);
}

static void b_and_enter_roll_the_chosen_environment_back(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;
	char *folder = site_environment_folder(stand->site, "production");
	struct event *event;

	release(stand, "first");
	release(stand, "second");
	site_write(stand->site, "change", "third");
	site_commit(stand->site, "third");
	assert_string_equal(site_colour(stand->site), "green");
	terminal = open_board(stand, "");
	terminal_expect(terminal, "on GREEN since");
	terminal_expect(terminal, "B READY to");
	terminal_expect(terminal, "is 1 commit ahead");
	terminal_keys(terminal, "d");
	terminal_expect(terminal, "SHIPS TO PRODUCTION");
	terminal_expect(terminal, "third");
	terminal_keys(terminal, "q");
	terminal_expect(terminal, "1 ENVIRONMENTS");
	terminal_keys(terminal, "?");
	terminal_expect(terminal, "to another row of the list");
	expect_gone(terminal, "approve the open gate");
	terminal_keys(terminal, "\033");
	expect_gone(terminal, "to another row of the list");
	terminal_keys(terminal, ":roll-back production\r");
	terminal_expect(terminal, "ROLL BACK PRODUCTION");
	terminal_keys(terminal, "\033");
	expect_gone(terminal, "ROLL BACK PRODUCTION");
	terminal_keys(terminal, "B");
	terminal_expect(terminal, "ROLL BACK PRODUCTION");
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "WHY DID YOU ROLL BACK production?");
	terminal_expect(terminal, "on BLUE since");
	assert_string_equal(site_colour(stand->site), "blue");
	terminal_keys(terminal, "too slow\r");
	terminal_expect(terminal, "noted");
	event = site_last_event(folder, EVENT_NOTE_ADDED, NULL);
	assert_non_null(event);
	assert_says(event_text(event, "text"), ": too slow");
	event_free(event);
	terminal_expect(terminal, "is 2 commits ahead");
	expect_end(terminal);
	free(folder);
}

/* The time that it takes is measured, and stands there from then on. */
static void d_and_enter_drill_the_way_back(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	release(stand, "first");
	terminal = open_board(stand, "");
	terminal_expect(terminal, "on BLUE since");
	terminal_keys(terminal, "D");
	terminal_expect(terminal, "D is off: nothing to go back to");
	release(stand, "second");
	terminal_expect(terminal, "(never gone: D drills)");
	terminal_keys(terminal, "D");
	terminal_expect(terminal, "this moves real users: all traffic goes");
	terminal_keys(terminal, "\033");
	expect_gone(terminal, "this moves real users");
	terminal_keys(terminal, ":drill production\r");
	terminal_expect(terminal, "DRILL PRODUCTION");
	terminal_keys(terminal, "j\r");
	terminal_expect(terminal, "(drill, 0 min ago)");
	terminal_expect(terminal, "on GREEN since");
	assert_string_equal(site_colour(stand->site), "green");
	terminal_keys(terminal, "D");
	terminal_expect(terminal, "the way back: last ");
	assert_int_equal(site_call(stand->site, "lock", "production",
				   "--reason", "the fair", NULL),
			 0);
	terminal_expect(terminal, "since this opened");
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "refused: it has moved");
	terminal_expect(terminal, "the fair");
	terminal_keys(terminal, "D");
	terminal_expect(terminal, "D is off: it is locked");
	assert_int_equal(site_call(stand->site, "unlock", "production", NULL),
			 0);
	expect_end(terminal);
}

/* What was rolled back is told until it is let through again. */
static void a_veto_stands_on_the_board(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	release(stand, "first");
	release(stand, "second");
	assert_int_equal(site_call(stand->site, "rollback", "production",
				   "--reason", "too slow", NULL),
			 0);
	terminal = open_board(stand, "");
	terminal_expect(terminal, "vetoed: ");
	terminal_expect(terminal, ": too slow");
	expect_end(terminal);
}

/* Of the second release, which is live. */
static struct terminal *ask_to_roll_back(struct stand *stand)
{
	struct terminal *terminal;

	release(stand, "first");
	release(stand, "second");
	terminal = open_board(stand, "");
	terminal_expect(terminal, "on GREEN since");
	terminal_keys(terminal, "B");
	terminal_expect(terminal, "ROLL BACK PRODUCTION");
	return terminal;
}

/* The question is as old as the screen that it was asked on. */
static void a_question_that_is_old_is_refused(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal = ask_to_roll_back(stand);

	assert_int_equal(site_call(stand->site, "rollback", "production", NULL),
			 0);
	terminal_expect(terminal, "since this opened");
	terminal_keys(terminal, "\r");
	terminal_expect(terminal, "refused: it has moved");
	assert_string_equal(site_colour(stand->site), "blue");
	expect_end(terminal);
}

/* Whoever presses Enter before the board has seen that it moved is refused by
 * what is recorded then: stopped, it sees nothing. */
static void what_moved_unseen_is_refused_too(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal = ask_to_roll_back(stand);
	pid_t group = terminal_pid(terminal);

	assert_int_equal(kill(-group, SIGSTOP), 0);
	assert_int_equal(site_call(stand->site, "rollback", "production", NULL),
			 0);
	terminal_write(terminal, "\r", 1);
	assert_int_equal(kill(-group, SIGCONT), 0);
	terminal_expect(terminal, "refused: it has moved");
	assert_string_equal(site_colour(stand->site), "blue");
	expect_end(terminal);
}

static void one_that_only_watches_rolls_nothing_back(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	release(stand, "first");
	release(stand, "second");
	terminal = open_board(stand, "--watch");
	terminal_expect(terminal, "on GREEN since");
	terminal_expect(terminal, "read-only");
	terminal_keys(terminal, "B");
	terminal_expect(terminal, "B is off: this screen only watches");
	expect_end(terminal);
}

static void a_lock_comes_and_goes_on_it(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	release(stand, "first");
	terminal = open_board(stand, "");
	terminal_expect(terminal, "B NOT READY");
	assert_int_equal(site_call(stand->site, "lock", "production",
				   "--reason", "the fair", NULL),
			 0);
	terminal_expect(terminal, "the fair");
	assert_int_equal(site_call(stand->site, "unlock", "production", NULL),
			 0);
	expect_gone(terminal, "the fair");
	expect_end(terminal);
}

/* It is read anew, and painted, and all is as it was. */
static void what_is_the_same_is_not_written_again(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;
	size_t before = 0, after = 1;
	char *text;

	release(stand, "first");
	terminal = open_board(stand, "");
	terminal_expect(terminal, "B NOT READY");
	terminal_expect(terminal, "   main is live");
	terminal_keys(terminal, "j");
	/* What was counted may come later than what was read, and a minute may
	 * go by: if it is written again each time, that is seen. */
	for (int i = 0; i < 20 && after != before; i++) {
		before = terminal_bytes(terminal)->len;
		text = xasprintf("touch runs/nothing-%d", i);
		site_shell(stand->site, stand->site->state, text);
		free(text);
		terminal_frames(terminal, 1);
		after = terminal_bytes(terminal)->len;
	}
	assert_int_equal(after, before);
	expect_end(terminal);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, stand_set_up, stand_tear_down)

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_any_run_the_board_says_so),
		TEST(an_environment_that_cannot_be_read_says_so),
		TEST(a_run_opens_at_its_end_and_is_left_for_the_board),
		TEST(a_run_that_begins_is_shown_and_can_be_attached_to),
		TEST(b_and_enter_roll_the_chosen_environment_back),
		TEST(d_and_enter_drill_the_way_back),
		TEST(a_veto_stands_on_the_board),
		TEST(a_question_that_is_old_is_refused),
		TEST(what_moved_unseen_is_refused_too),
		TEST(one_that_only_watches_rolls_nothing_back),
		TEST(a_lock_comes_and_goes_on_it),
		TEST(what_is_the_same_is_not_written_again),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
