/* SPDX-License-Identifier: MIT */
/* The run step, with real children. */
#include "unit/step/rig.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define STAGE(text) "name: shop\nstages:\n  go: " text "\n"

static void ran(struct rig *rig, const char *pipeline_text)
{
	rig_init(rig, pipeline_text);
	rig_start(rig, STEP_RUN);
	rig_until_done(rig);
}

/* What was printed so far; the caller's. */
static char *printed(struct rig *rig)
{
	struct str text = STR_INIT;
	char *path = path_join(rig->folder, "stage.log");

	while (helper_pending(rig->writer))
		loop_turn(rig->loop, 10);
	if (file_exists(path))
		assert_int_equal(file_read(path, &text, 1 << 20, NULL), 0);
	free(path);
	return text.len ? str_detach(&text) : xstrdup("");
}

static void a_command_passes_by_its_exit_status(void **state)
{
	struct rig rig;
	char *text;

	(void)state;
	ran(&rig, STAGE("{run: echo $SIGNALBOX_STAGE of $SIGNALBOX_RUN}"));
	assert_int_equal(rig.outcome, STATE_PASSED);
	assert_int_equal(rig.step->exit_status, 0);
	text = printed(&rig);
	assert_string_equal(text, "go of 7\n");
	free(text);
	rig_release(&rig);
}

static void a_failed_command_says_how_it_ended(void **state)
{
	struct rig rig;

	(void)state;
	ran(&rig, STAGE("{run: exit 3}"));
	assert_int_equal(rig.outcome, STATE_FAILED);
	assert_int_equal(rig.step->exit_status, 3);
	assert_string_equal(rig.reason, "exit status 3");
	rig_release(&rig);
}

static void a_timeout_ends_the_whole_group(void **state)
{
	struct rig rig;

	(void)state;
	ran(&rig, STAGE("{run: \"sleep 600 & sleep 600\", timeout: 1s, "
			"grace: 1s}"));
	assert_int_equal(rig.outcome, STATE_TIMED_OUT);
	assert_non_null(strstr(rig.reason, "timeout"));
	rig_release(&rig);
}

static void a_cancelled_command_that_ignores_it_is_killed(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig,
		 STAGE("{run: \"trap '' TERM; echo up; sleep 600; sleep 600\", "
		       "grace: 1s}"));
	rig_start(&rig, STEP_RUN);
	while (!stage_log_bytes(rig.log))
		loop_turn(rig.loop, 100);
	step_cancel(rig.step, STATE_CANCELLED);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_CANCELLED);
	rig_release(&rig);
}

/* It holds the pipe, and no end of the stage may wait for it. */
static void what_a_command_left_behind_is_ended(void **state)
{
	struct rig rig;
	char *text;
	pid_t pid;

	(void)state;
	ran(&rig, STAGE("{run: \"sleep 600 & echo $!\"}"));
	assert_int_equal(rig.outcome, STATE_PASSED);
	text = printed(&rig);
	pid = (pid_t)atoi(text);
	assert_true(pid > 1);
	assert_non_null(strstr(text, "ended what the command left running"));
	free(text);
	while (kill(pid, 0) == 0)
		usleep(1000);
	assert_int_equal(errno, ESRCH);
	rig_release(&rig);
}

static void a_red_report_fails_what_exited_well(void **state)
{
	struct rig rig;

	(void)state;
	ran(&rig, STAGE("{run: \"printf '1..2\\\\nok 1 - a\\\\nnot ok 2 - "
			"b\\\\n'\", reports: {tap: \"-\"}}"));
	assert_int_equal(rig.outcome, STATE_FAILED);
	assert_int_equal(rig_told(&rig, "report.read"), 1);
	assert_non_null(strstr(rig.events.data, "\"name\":\"b\""));
	rig_release(&rig);
}

/* The command has ended; its group's number may be another's by now. */
#define NOTED STAGE("{run: \": > ran\", reports: {tap: \"**/*.tap\"}}")

/* What is there is looked at on the helper, before the command. */
static void a_cancel_before_the_command_leaves_it_out(void **state)
{
	struct rig rig;
	char *path;

	(void)state;
	rig_init(&rig, NOTED);
	path = path_join(rig.folder, "ran");
	rig_start(&rig, STEP_RUN);
	step_cancel(rig.step, STATE_CANCELLED);
	assert_int_equal(rig.outcome, STATE_CANCELLED);
	while (helper_pending(rig.helper))
		loop_turn(rig.loop, 10);
	loop_turn(rig.loop, 0);
	assert_false(file_exists(path));
	free(path);
	rig_release(&rig);
	rig_init(&rig, NOTED);
	rig_start(&rig, STEP_RUN);
	rig_release(&rig);
}

static void an_old_report_is_none_of_the_command(void **state)
{
	struct rig rig;
	char *path;

	(void)state;
	rig_init(&rig, NOTED);
	path = path_join(rig.folder, "a.tap");
	assert_int_equal(file_replace(path, "1..1\nok 1\n", 10, 0600, NULL), 0);
	rig_start(&rig, STEP_RUN);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_FAILED);
	assert_non_null(strstr(rig.reason, "older run"));
	free(path);
	rig_release(&rig);
}

static void wait_for_byte(void *data)
{
	char byte;

	while (read(*(int *)data, &byte, 1) < 0)
		;
}

/* Reports of a hundred megabytes are read for a minute, and no timeout of a
 * stage holds there. */
static void no_command_waits_for_the_reports_of_another(void **state)
{
	int gate[2];
	struct rig rig;
	char *path;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	rig_init(&rig, NOTED);
	path = path_join(rig.folder, "ran");
	helper_run(rig.judge, wait_for_byte, NULL, &gate[0]);
	rig_start(&rig, STEP_RUN);
	while (!file_exists(path))
		loop_turn(rig.loop, 10);
	assert_int_equal(write(gate[1], "x", 1), 1);
	rig_until_done(&rig);
	free(path);
	rig_release(&rig);
	close(gate[0]);
	close(gate[1]);
}

static void a_cancel_while_reports_are_read_ends_it_once(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, STAGE("{run: \"printf '1..1\\\\nok 1 - a\\\\n'\", "
			     "reports: {tap: \"-\"}}"));
	rig_start(&rig, STEP_RUN);
	while (!helper_pending(rig.judge) && !rig.done)
		loop_turn(rig.loop, 100);
	step_cancel(rig.step, STATE_CANCELLED);
	step_cancel(rig.step, STATE_CANCELLED);
	rig_until_done(&rig);
	rig_release(&rig);
}

static void a_step_freed_in_its_midst_leaves_nothing_running(void **state)
{
	struct rig rig;
	char *text;
	pid_t pid;

	(void)state;
	rig_init(&rig, STAGE("{run: \"echo $$; sleep 600; true\"}"));
	rig_start(&rig, STEP_RUN);
	while (!stage_log_bytes(rig.log))
		loop_turn(rig.loop, 100);
	text = printed(&rig);
	pid = (pid_t)atoi(text);
	free(text);
	step_free(rig.step);
	rig.step = NULL;
	while (kill(-pid, 0) == 0 && waitpid(pid, NULL, WNOHANG) <= 0)
		usleep(1000);
	loop_turn(rig.loop, 0);
	assert_false(rig.done);
	rig_release(&rig);
}

static void a_shell_and_a_folder_of_ones_own(void **state)
{
	struct rig rig;
	char *sub;
	char *text;

	(void)state;
	rig_init(&rig, STAGE("{run: \"echo $1 in ${PWD##*/}\", "
			     "shell: [sh, -x, -c], workdir: a/b}"));
	sub = path_join(rig.folder, "a/b");
	assert_int_equal(folder_make(sub, 0700, NULL), 0);
	free(sub);
	rig_start(&rig, STEP_RUN);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	text = printed(&rig);
	assert_string_equal(text, "+ echo in b\nin b\n");
	free(text);
	rig_release(&rig);
}

static void a_named_shell_ends_at_the_first_failure(void **state)
{
	struct rig rig;
	char *text;

	(void)state;
	ran(&rig, STAGE("{run: \"echo $0; false; echo no\", shell: bash}"));
	assert_int_equal(rig.outcome, STATE_FAILED);
	text = printed(&rig);
	assert_string_equal(text, "bash\n");
	free(text);
	rig_release(&rig);
}

static void no_folder_leads_out_of_the_work_folder(void **state)
{
	struct error err = ERROR_INIT;
	struct rig rig;
	char *link;

	(void)state;
	rig_init(&rig, STAGE("{run: pwd, workdir: out}"));
	rig_step(&rig, STEP_RUN);
	assert_int_equal(step_start(rig.step, &err), -1);
	assert_string_equal(error_text(&err),
			    "its workdir out: No such file or directory");
	error_clear(&err);
	link = path_join(rig.folder, "out");
	assert_int_equal(symlink("/", link), 0);
	assert_int_equal(step_start(rig.step, &err), -1);
	assert_string_equal(error_text(&err), "its workdir out leads out of "
					      "the work folder");
	error_clear(&err);
	free(link);
	rig_release(&rig);
}

static void a_terminal_brings_the_same_bytes(void **state)
{
	struct rig rig;
	struct str wanted = STR_INIT;
	char *text;

	(void)state;
	ran(&rig, STAGE("{run: \"test -t 1 && test -t 2 || exit 3; printf "
			"'a\\\\tb\\\\r\\\\n\\\\004\\\\003'; seq 20000\", "
			"tty: true}"));
	assert_int_equal(rig.outcome, STATE_PASSED);
	str_add_bytes(&wanted, "a\tb\r\n\004\003", 7);
	for (int i = 1; i <= 20000; i++)
		str_addf(&wanted, "%d\n", i);
	text = printed(&rig);
	assert_string_equal(text, wanted.data);
	free(text);
	str_release(&wanted);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_passes_by_its_exit_status),
		cmocka_unit_test(a_failed_command_says_how_it_ended),
		cmocka_unit_test(a_timeout_ends_the_whole_group),
		cmocka_unit_test(a_cancelled_command_that_ignores_it_is_killed),
		cmocka_unit_test(what_a_command_left_behind_is_ended),
		cmocka_unit_test(a_red_report_fails_what_exited_well),
		cmocka_unit_test(a_cancel_before_the_command_leaves_it_out),
		cmocka_unit_test(no_command_waits_for_the_reports_of_another),
		cmocka_unit_test(an_old_report_is_none_of_the_command),
		cmocka_unit_test(a_cancel_while_reports_are_read_ends_it_once),
		cmocka_unit_test(a_shell_and_a_folder_of_ones_own),
		cmocka_unit_test(a_named_shell_ends_at_the_first_failure),
		cmocka_unit_test(no_folder_leads_out_of_the_work_folder),
		cmocka_unit_test(a_terminal_brings_the_same_bytes),
		cmocka_unit_test(
			a_step_freed_in_its_midst_leaves_nothing_running),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
