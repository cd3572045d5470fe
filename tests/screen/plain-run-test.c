/* SPDX-License-Identifier: MIT */
/* --accessible over a real repository, on a terminal that can do nothing. */
#include "screen/stage.h"
#include "system/support.h"

#include <ctype.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

struct stand {
	struct site *site;
	struct terminal *terminal;
};

static int set_up(void **state)
{
	struct stand *stand = xcalloc(1, sizeof(*stand));
	void *site;

	assert_int_equal(site_set_up(&site), 0);
	stand->site = site;
	*state = stand;
	return 0;
}

static int tear_down(void **state)
{
	struct stand *stand = *state;
	void *site = stand->site;
	int result;

	if (stand->terminal)
		terminal_free(stand->terminal);
	result = site_tear_down(&site);
	free(stand);
	return result;
}

static struct terminal *open_with(struct stand *stand, const char *before,
				  const char *words, const char *variable)
{
	char *text = xasprintf("cd %s && %s %s %s", stand->site->repository,
			       before, stand->site->signalbox, words);
	const char *argv[] = {"/bin/sh", "-c", text, NULL};
	const char *env[] = {"SIGNALBOX_NOW", "TERM=dumb", variable, NULL};
	struct terminal_options options = {
		.rows = 100, .cols = 400, .argv = argv, .env = env};

	if (stand->terminal)
		terminal_free(stand->terminal);
	stand->terminal = terminal_start(&options);
	free(text);
	return stand->terminal;
}

static struct terminal *call(struct stand *stand, const char *words,
			     const char *variable)
{
	return open_with(stand, "exec", words, variable);
}

/* What tells no frame. */
static struct terminal *call_plainly(struct stand *stand, const char *words,
				     const char *variable)
{
	return open_with(stand, "echo frame 1 seq 0 keys 0 >&5 &&", words,
			 variable);
}

/* Each session counts its own lines: what is said tells that it heard. */
static void answer(struct terminal *terminal, const char *line,
		   const char *wanted)
{
	char *text = xasprintf("%s\n", line);
	size_t before;

	terminal_await_hearing(terminal);
	before = terminal_bytes(terminal)->len;
	terminal_write(terminal, text, strlen(text));
	terminal_expect_after(terminal, before, wanted);
	free(text);
}

static void expect_end(struct terminal *terminal, int wanted)
{
	const struct str *bytes = terminal_bytes(terminal);
	int status = terminal_wait(terminal, false);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
	for (size_t i = 0; i < bytes->len; i++)
		assert_false(iscntrl((unsigned char)bytes->data[i]) &&
			     !strchr("\r\n\a", bytes->data[i]));
}

static void pipeline_with_gate(struct stand *stand)
{
	struct passwd *self = getpwuid(getuid());
	char *text = xasprintf("name: shop\npeople:\n  %s: {email: "
			       "r@example.org}\nstages:\n  unit: {run: "
			       "\"true\"}\n  ask: {gate: {approvers: [%s], "
			       "required: 1}}\n",
			       self->pw_name, self->pw_name);

	site_pipeline(stand->site, text);
	site_commit(stand->site, "a commit");
	free(text);
}

static void a_gate_is_approved_in_words(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	pipeline_with_gate(stand);
	terminal = call(stand, "run --accessible", NULL);
	terminal_expect(terminal, "Run 1. shop");
	terminal_expect(terminal, "unit finished");
	terminal_expect(terminal, "Waiting for you: ask");
	answer(terminal, "2", "REJECT ask.");
	answer(terminal, "not yet", "1 reject, 2 leave all as it is.");
	answer(terminal, "2", "Nothing was done.");
	answer(terminal, "approve", "APPROVE ask.");
	answer(terminal, "second", "1 approve, 2 leave all as it is.");
	answer(terminal, "yes", ": second.");
	terminal_expect(terminal, "Run 1 passed");
	terminal_expect(terminal, "Next: signalbox");
	expect_end(terminal, 0);
}

/* Three times, from three ways to come to it. */
static void control_c_and_the_end_of_input_leave_a_run_alone(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	pipeline_with_gate(stand);
	terminal = call(stand, "run --accessible", NULL);
	terminal_expect(terminal, "Waiting for you: ask");
	terminal_await_hearing(terminal);
	terminal_write(terminal, "\003", 1);
	terminal_expect(terminal, "Run 1 is live. Control C again");
	terminal_await_hearing(terminal);
	terminal_write(terminal, "\004", 1);
	terminal_expect(terminal, "The input has ended. Run 1 goes on");
	expect_end(terminal, 0);
	/* What was before is not told, how it stands is. */
	terminal = call(stand, "attach --accessible", NULL);
	terminal_expect(terminal, "Run 1. shop");
	terminal_expect(terminal, "ask waits at its gate");
	terminal_expect(terminal, "Waiting for you: ask");
	assert_null(strstr(terminal_bytes(terminal)->data, "unit finished"));
	answer(terminal, "leave", "signalbox attach 1 comes back.");
	expect_end(terminal, 0);
	terminal = call(stand, "--accessible", NULL);
	terminal_expect(terminal, "Waiting for you: ask");
	answer(terminal, "cancel the run", "1 cancel the run, 2 leave");
	answer(terminal, "1", "Run 1 cancelled");
	expect_end(terminal, 0);
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

static void the_board_tells_opens_and_rolls_back(void **state)
{
	struct stand *stand = *state;
	char *folder = site_environment_folder(stand->site, "production");
	struct terminal *terminal;

	release(stand, "the first");
	release(stand, "the second");
	terminal = call(stand, "--accessible", NULL);
	terminal_expect(terminal, "That is the newest of main.");
	terminal_expect(terminal, "production: way back ready");
	terminal_expect(terminal, "The newest: run 2 passed");
	answer(terminal, "commits", "Nothing new ships to production.");
	answer(terminal, "history", "2: run 1 passed");
	answer(terminal, "2", "That is the end of the replay.");
	terminal_expect(terminal, "back to the board");
	answer(terminal, "roll back",
	       "You cannot roll back now: this is a replay");
	answer(terminal, "back", "2 open the newest run");
	answer(terminal, "roll back", "ROLL BACK PRODUCTION.");
	assert_int_equal(
		site_count_events(folder, EVENT_ROLLBACK_STARTED, NULL), 0);
	answer(terminal, "1", "WHY DID YOU ROLL BACK production?");
	answer(terminal, "a drill", "noted.");
	assert_int_equal(
		site_count_events(folder, EVENT_ROLLBACK_FINISHED, NULL), 1);
	terminal_await_hearing(terminal);
	terminal_write(terminal, "leave\n", 6);
	expect_end(terminal, 0);
	free(folder);
}

static void a_replay_is_told_and_ends_when_nobody_answers(void **state)
{
	struct stand *stand = *state;
	struct terminal *terminal;

	site_pipeline(stand->site,
		      "name: shop\nstages:\n  unit: {run: echo the first}\n"
		      "  build: {run: 'echo it broke; exit 3'}\n");
	site_commit(stand->site, "a commit");
	assert_int_equal(site_call(stand->site, "run", NULL), 1);
	terminal = call(stand, "replay 1 --accessible --speed max", NULL);
	terminal_expect(terminal, "build FAILED");
	terminal_expect(terminal, "That is the end of the replay.");
	answer(terminal, "show failure", "The end of the log of build:");
	terminal_expect(terminal, "it broke");
	answer(terminal, "play", "play it from the start");
	terminal_await_hearing(terminal);
	terminal_write(terminal, "\003", 1);
	expect_end(terminal, 0);
	assert_int_equal(site_call(stand->site, "replay", "1", "--accessible",
				   "--speed", "max", NULL),
			 0);
	assert_says(stand->site->out, "That is the end of the replay.");
	assert_int_equal(site_call(stand->site, "--accessible", NULL), 0);
	assert_says(stand->site->out, "The newest: run 1 failed");
}

static void the_configuration_may_ask_for_it(void **state)
{
	struct stand *stand = *state;
	char *folder = path_join(stand->site->folder, "config/signalbox");
	char *path = path_join(folder, "config.yaml");
	char *variable =
		xasprintf("XDG_CONFIG_HOME=%s/config", stand->site->folder);
	static const char text[] = "accessible: true\n";
	struct terminal *terminal;

	site_pipeline(stand->site, "name: shop\nstages: {unit: {run: 'true'}}");
	site_commit(stand->site, "a commit");
	assert_int_equal(folder_make(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(path, text, sizeof(text) - 1, 0600, NULL),
			 0);
	terminal = call(stand, "run", variable);
	terminal_expect(terminal, "Run 1 passed");
	expect_end(terminal, 0);
	assert_non_null(strstr(terminal_bytes(terminal)->data, "Run 1. shop"));
	/* Not where lines were asked for, nor without a terminal. */
	terminal = call_plainly(stand, "run --no-screen", variable);
	terminal_wait(terminal, false);
	terminal_expect(terminal, "run 2 started");
	terminal = call_plainly(stand, "run | cat", variable);
	terminal_wait(terminal, false);
	terminal_expect(terminal, "run 3 started");
	free(variable);
	free(path);
	free(folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int tests(void)
{
	const struct CMUnitTest all[] = {
		TEST(a_gate_is_approved_in_words),
		TEST(control_c_and_the_end_of_input_leave_a_run_alone),
		TEST(the_board_tells_opens_and_rolls_back),
		TEST(a_replay_is_told_and_ends_when_nobody_answers),
		TEST(the_configuration_may_ask_for_it),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	return site_main(argc, argv, tests);
}
