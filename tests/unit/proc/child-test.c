/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "proc/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "proc/identity.h"

#define LIMIT 262144

static char *own_path;

/* Runs argv and returns what it printed, which the caller owns. */
static char *output_of(struct child_options *options, const char *const *argv)
{
	struct str output = STR_INIT;
	struct error err = ERROR_INIT;

	options->argv = argv;
	if (child_capture(options, &output, LIMIT, &err) < 0)
		fail_msg("%s", err.message);
	return str_detach(&output);
}

static int status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void make_pipe(int ends[2])
{
	assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

static void child_runs_with_its_arguments_environment_and_folder(void **state)
{
	const char *const argv[] = {"sh", "-c",	     "echo \"$1 $WORD $(pwd)\"",
				    "sh", "one two", NULL};
	const char *const env[] = {"WORD=three", "PATH=/usr/bin:/bin", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	char *text;

	(void)state;
	options.env = env;
	options.folder = "/";
	text = output_of(&options, argv);
	assert_string_equal(text, "one two three /\n");
	free(text);
}

static void failed_exec_says_the_reason(void **state)
{
	const char *const missing[] = {"./shop", NULL};
	const char *const nowhere[] = {"no-such-program-at-all", NULL};
	const char *const folder[] = {"/", NULL};
	const char *const below_a_file[] = {"/dev/null/x", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	options.argv = below_a_file;
	assert_int_equal(child_start(&options, &err), -1);
	assert_string_equal(err.message,
			    "cannot run /dev/null/x: Not a directory");
	error_clear(&err);
	options.argv = missing;
	assert_int_equal(child_start(&options, &err), -1);
	assert_string_equal(err.message,
			    "cannot run ./shop: No such file or directory");
	error_clear(&err);
	options.argv = nowhere;
	assert_int_equal(child_start(&options, &err), -1);
	assert_non_null(strstr(err.message, "install it"));
	error_clear(&err);
	options.argv = folder;
	assert_int_equal(child_start(&options, &err), -1);
	assert_string_equal(err.message, "cannot run /: Permission denied");
	error_clear(&err);
	/* Nothing is left to reap. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void path_is_run_under_the_name_of_the_first_argument(void **state)
{
	const char *const argv[] = {"another-name", "-c", "echo $0", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	char *text;

	(void)state;
	options.path = "sh";
	text = output_of(&options, argv);
	assert_string_equal(text, "another-name\n");
	free(text);
}

static void missing_folder_is_named(void **state)
{
	const char *const argv[] = {"true", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	options.argv = argv;
	options.folder = "/no/such/folder";
	assert_int_equal(child_start(&options, &err), -1);
	assert_string_equal(err.message,
			    "cannot run true: cannot enter /no/such/folder: "
			    "No such file or directory");
	error_clear(&err);
}

static void child_has_no_descriptor_but_what_it_is_to_keep(void **state)
{
	const char *const argv[] = {own_path, "descriptors", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	int open_ones[3], keep[2];
	char expected[64];
	char *text;

	(void)state;
	for (int i = 0; i < 3; i++)
		open_ones[i] = open("/dev/null", O_RDONLY); /* no CLOEXEC */
	keep[0] = open_ones[2];
	keep[1] = fcntl(open_ones[0], F_DUPFD_CLOEXEC, open_ones[2] + 10);
	text = output_of(&options, argv);
	assert_string_equal(text, "0 1 2 \n");
	free(text);
	options.keep = keep;
	options.keep_count = 2;
	text = output_of(&options, argv);
	snprintf(expected, sizeof(expected), "0 1 2 %d %d \n", keep[0],
		 keep[1]);
	assert_string_equal(text, expected);
	free(text);
	for (int i = 0; i < 3; i++)
		close(open_ones[i]);
	close(keep[1]);
}

static void child_has_default_signals_and_an_empty_mask(void **state)
{
	const char *const argv[] = {own_path, "signals", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	sigset_t mask, old;
	char *text;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_BLOCK, &mask, &old);
	text = output_of(&options, argv);
	assert_string_equal(text, "none\n");
	free(text);
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGPIPE, SIG_DFL);
}

static void standard_input_is_empty_unless_given(void **state)
{
	const char *const argv[] = {"cat", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	int ends[2];
	char *text;

	(void)state;
	text = output_of(&options, argv);
	assert_string_equal(text, "");
	free(text);
	make_pipe(ends);
	assert_int_equal(write(ends[1], "given", 5), 5);
	close(ends[1]);
	options.input = ends[0];
	text = output_of(&options, argv);
	assert_string_equal(text, "given");
	free(text);
	close(ends[0]);
}

/* The child's standard output is our standard error and the reverse. */
static void low_descriptors_may_be_crossed(void **state)
{
	const char *const argv[] = {"sh", "-c", "echo out; echo err >&2", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	int ends[2], saved[2];
	char text[64] = "";

	(void)state;
	make_pipe(ends);
	saved[0] = dup(1);
	saved[1] = dup(2);
	dup2(ends[1], 2);
	close(1);
	assert_int_equal(open("/dev/null", O_WRONLY), 1);
	options.argv = argv;
	options.output = 2;
	options.errors = 1;
	status_of(child_start(&options, NULL));
	dup2(saved[0], 1);
	dup2(saved[1], 2);
	close(ends[1]);
	assert_int_equal(read(ends[0], text, sizeof(text) - 1), 4);
	assert_string_equal(text, "out\n");
	close(ends[0]);
	close(saved[0]);
	close(saved[1]);
}

static void whole_group_is_signalled(void **state)
{
	const char *const argv[] = {
		"sh", "-c", "sh -c 'echo x; exec sleep 1000' & wait", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	char byte;
	int ends[2];
	pid_t pid;

	(void)state;
	make_pipe(ends);
	options.argv = argv;
	options.output = ends[1];
	pid = child_start(&options, NULL);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(getpgid(pid), pid);
	child_signal_group(pid, SIGKILL);
	assert_true(WIFSIGNALED(status_of(pid)));
	/* The pipe ends only when the grandchild is gone too. */
	while (read(ends[0], &byte, 1) > 0)
		;
	close(ends[0]);
}

static void session_child_leads_a_session(void **state)
{
	const char *const argv[] = {"sleep", "1000", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	pid_t pid;

	(void)state;
	options.argv = argv;
	options.session = true;
	pid = child_start(&options, NULL);
	assert_true(pid > 0);
	assert_int_equal(getsid(pid), pid);
	child_signal_group(pid, SIGTERM);
	assert_int_equal(WTERMSIG(status_of(pid)), SIGTERM);
}

/* A process in between starts two children and dies: the one that does not
 * outlive it closes its pipe. */
static void child_dies_with_its_parent_unless_it_outlives(void **state)
{
	const char *const argv[] = {"sleep", "1000", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	int bound[2], report[2];
	pid_t middle, lasting;
	char byte;

	(void)state;
	if (!process_adopt_orphans())
		skip();
	make_pipe(bound);
	make_pipe(report);
	middle = fork();
	if (middle == 0) {
		options.argv = argv;
		options.output = bound[1];
		if (child_start(&options, NULL) < 0)
			_exit(1);
		options.output = -1;
		options.outlive = true;
		lasting = child_start(&options, NULL);
		if (write(report[1], &lasting, sizeof(lasting)) < 0)
			_exit(1);
		raise(SIGKILL);
	}
	close(bound[1]);
	assert_int_equal(read(report[0], &lasting, sizeof(lasting)),
			 sizeof(lasting));
	status_of(middle);
	assert_int_equal(read(bound[0], &byte, 1), 0);
	assert_true(process_is(lasting, process_start_time(lasting)));
	kill(lasting, SIGKILL);
	status_of(lasting);
	while (waitpid(-1, NULL, 0) > 0)
		;
	close(bound[0]);
	close(report[0]);
	close(report[1]);
}

static void capture_puts_the_complaint_into_the_error(void **state)
{
	const char *const argv[] = {
		"sh", "-c", "echo out; echo no such branch >&2; exit 3", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct str output = STR_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	options.argv = argv;
	assert_int_equal(child_capture(&options, &output, LIMIT, &err), -1);
	assert_string_equal(output.data, "out\n");
	assert_string_equal(err.message, "sh: exit status 3: no such branch");
	error_clear(&err);
	str_release(&output);
}

static void capture_refuses_more_than_its_limit(void **state)
{
	const char *const argv[] = {"sh", "-c", "exec yes", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct str output = STR_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	options.argv = argv;
	assert_int_equal(child_capture(&options, &output, 1000, &err), -1);
	assert_int_equal(output.len, 1000);
	assert_non_null(strstr(err.message, "1000 bytes"));
	error_clear(&err);
	str_release(&output);
}

static void capture_does_not_stop_at_a_full_error_pipe(void **state)
{
	const char *const argv[] = {
		"sh", "-c",
		"head -c 300000 /dev/zero | tr '\\0' e >&2; echo end", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	char *text = output_of(&options, argv);

	(void)state;
	assert_string_equal(text, "end\n");
	free(text);
}

/* As the connection that ssh keeps for the next fetch. */
static void capture_ends_with_the_child_whoever_holds_its_output(void **state)
{
	const char *const argv[] = {"sh", "-c",
				    "sleep 60 & head -c 200000 /dev/zero | tr "
				    "'\\0' x; echo; echo $!",
				    NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	int64_t begun = clock_monotonic_us();
	char *text = output_of(&options, argv);

	(void)state;
	assert_int_equal(strcspn(text, "\n"), 200000);
	kill((pid_t)atol(text + 200001), SIGKILL);
	assert_true(clock_monotonic_us() - begun < 50000000);
	free(text);
}

static void statuses_read_as_words(void **state)
{
	char *text = child_status_text(3 << 8);

	(void)state;
	assert_string_equal(text, "exit status 3");
	free(text);
	text = child_status_text(SIGKILL);
	assert_string_equal(text, "ended by SIGKILL");
	free(text);
}

static void open_descriptors_are_close_on_exec_and_none_leaks(void **state)
{
	const char *const argv[] = {"true", NULL};
	const char *const missing[] = {"./missing", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int after;

	(void)state;
	close(before);
	for (int i = 0; i < 20; i++) {
		struct str output = STR_INIT;

		options.argv = i % 2 ? argv : missing;
		if (child_capture(&options, &output, 10, NULL) < 0)
			assert_int_equal(i % 2, 0);
		str_release(&output);
	}
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(before, after);
	close(after);
}

/* What the program does as its own child. */
static int print_descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("%d ", fd);
	putchar('\n');
	return 0;
}

static int print_signals(void)
{
	sigset_t mask;
	int odd = 0;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int number = 1; number < 32; number++) {
		struct sigaction action;

		if (sigaction(number, NULL, &action) < 0)
			continue;
		if (action.sa_handler == SIG_IGN || sigismember(&mask, number))
			odd += printf("%d ", number);
	}
	puts(odd ? "" : "none");
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			child_runs_with_its_arguments_environment_and_folder),
		cmocka_unit_test(failed_exec_says_the_reason),
		cmocka_unit_test(
			path_is_run_under_the_name_of_the_first_argument),
		cmocka_unit_test(missing_folder_is_named),
		cmocka_unit_test(
			child_has_no_descriptor_but_what_it_is_to_keep),
		cmocka_unit_test(child_has_default_signals_and_an_empty_mask),
		cmocka_unit_test(standard_input_is_empty_unless_given),
		cmocka_unit_test(low_descriptors_may_be_crossed),
		cmocka_unit_test(whole_group_is_signalled),
		cmocka_unit_test(session_child_leads_a_session),
		cmocka_unit_test(child_dies_with_its_parent_unless_it_outlives),
		cmocka_unit_test(capture_puts_the_complaint_into_the_error),
		cmocka_unit_test(capture_refuses_more_than_its_limit),
		cmocka_unit_test(capture_does_not_stop_at_a_full_error_pipe),
		cmocka_unit_test(
			capture_ends_with_the_child_whoever_holds_its_output),
		cmocka_unit_test(statuses_read_as_words),
		cmocka_unit_test(
			open_descriptors_are_close_on_exec_and_none_leaks),
	};
	int failed;

	if (argc == 2 && strcmp(argv[1], "descriptors") == 0)
		return print_descriptors();
	if (argc == 2 && strcmp(argv[1], "signals") == 0)
		return print_signals();
	own_path = process_own_path();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(own_path);
	return failed;
}
