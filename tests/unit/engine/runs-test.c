/* SPDX-License-Identifier: MIT */
#include "support/folder.h"

#include <sys/wait.h>
#include <unistd.h>

#include "engine/runs.h"

static void runs_are_numbered_from_one(void **state)
{
	const char *folder = *state;
	int first, second;

	assert_int_equal(run_newest(folder), 0);
	assert_int_equal(run_create(folder, &first, NULL), 1);
	assert_int_equal(run_create(folder, &second, NULL), 2);
	assert_int_equal(run_newest(folder), 2);
	close(first);
	close(second);
}

static void what_is_no_number_is_no_run(void **state)
{
	char *path = xasprintf("%s/runs/12x", (char *)*state);
	int lock;

	assert_int_equal(folder_make(path, 0700, NULL), 0);
	assert_int_equal(run_newest(*state), 0);
	assert_int_equal(run_create(*state, &lock, NULL), 1);
	close(lock);
	free(path);
}

/* Nor is what no run of ours could have come to: counting on from there, or
 * down from there, would have no end. */
static void a_number_past_all_runs_is_no_run(void **state)
{
	static const char *const names[] = {"99999999999999999999",
					    "9223372036854775807",
					    "20261121120000", "007", "-3"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *path = xasprintf("%s/runs/%s", (char *)*state, names[i]);
		int lock;

		assert_int_equal(folder_make(path, 0700, NULL), 0);
		assert_int_equal(run_newest(*state), i);
		assert_int_equal(run_create(*state, &lock, NULL), i + 1);
		close(lock);
		free(path);
	}
}

static void a_run_lives_as_long_as_its_lock_is_held(void **state)
{
	int lock;

	assert_false(run_is_live(*state, 1));
	assert_int_equal(run_create(*state, &lock, NULL), 1);
	assert_true(run_is_live(*state, 1));
	close(lock);
	assert_false(run_is_live(*state, 1));
}

/* Many processes at once: each gets a number of its own. */
static void no_two_processes_get_one_number(void **state)
{
	enum { PROCESSES = 8, EACH = 10 };
	pid_t pids[PROCESSES];

	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		for (int j = 0; !pids[i] && j < EACH; j++) {
			int lock;
			int64_t run = run_create(*state, &lock, NULL);

			/* As status does, while another one creates. */
			run_is_live(*state, run_newest(*state));
			if (run < 0 || !run_is_live(*state, run))
				_exit(1);
			close(lock);
		}
		if (!pids[i])
			_exit(0);
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(run_newest(*state), PROCESSES * EACH);
}

static void a_folder_that_cannot_be_made_says_so(void **state)
{
	char *path = xasprintf("%s/runs", (char *)*state);
	struct error err = ERROR_INIT;
	int lock = -1;

	assert_int_equal(file_replace(path, "", 0, 0600, NULL), 0);
	assert_int_equal(run_create(*state, &lock, &err), -1);
	assert_non_null(strstr(error_text(&err), "runs"));
	error_clear(&err);
	free(path);
}

static void a_socket_is_named_by_repository_and_run(void **state)
{
	char *one = run_socket("/a", 1, NULL);
	char *other = run_socket("/b", 1, NULL);
	char *next = run_socket("/a", 2, NULL);

	(void)state;
	assert_non_null(one);
	assert_string_not_equal(one, other);
	assert_string_not_equal(one, next);
	assert_in_range(strlen(one), 1, 100); /* what a socket path holds */
	free(one);
	free(other);
	free(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(runs_are_numbered_from_one),
		WITH_FOLDER(what_is_no_number_is_no_run),
		WITH_FOLDER(a_number_past_all_runs_is_no_run),
		WITH_FOLDER(a_run_lives_as_long_as_its_lock_is_held),
		WITH_FOLDER(no_two_processes_get_one_number),
		WITH_FOLDER(a_folder_that_cannot_be_made_says_so),
		WITH_FOLDER(a_socket_is_named_by_repository_and_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
