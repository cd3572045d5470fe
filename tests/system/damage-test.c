/* SPDX-License-Identifier: MIT */
/* Records that were damaged by hand or by a disk: what is said of them, and
 * that the way out that is named is one. */
#include "system/support.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define PIPELINE                                                         \
	"name: shop\nmode: deployment\nenvironments:\n" SITE_PRODUCTION  \
	"stages:\n" SITE_BUILD "  production: {deploy: {environment: "   \
	"production, strategy: canary, steps: [{weight: 50%}, {weight: " \
	"100%}]}}\n"

static void released(struct site *site)
{
	int status;

	site_commit(site, "a commit");
	status = site_call(site, "run", NULL);
	if (status != 0)
		fail_msg("%d: %s%s", status, site->out, site->err);
}

static void release_two(struct site *site)
{
	site_pipeline(site, PIPELINE);
	released(site);
	site_write(site, "more", "of it");
	released(site);
}

static void put(const char *folder, const char *name, const char *text)
{
	char *path = path_join(folder, name);

	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(path);
}

static void move_away(const char *folder, const char *name)
{
	char *path = path_join(folder, name);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static void status_tells_what_is_live_though_a_run_is_damaged(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 2);
	char *empty = site_run_folder(site, 3);

	release_two(site);
	put(folder, "journal.ndjson", "garbage\n");
	assert_int_equal(site_call(site, "status", NULL), 7);
	assert_says(site->out, "on green since");
	assert_says(site->err, "journal of run 2 is damaged: record 0");
	assert_says(site->err, folder);
	assert_int_equal(mkdir(empty, 0700), 0); /* killed at its start */
	assert_int_equal(site_call(site, "status", NULL), 2);
	assert_says(site->out, "on green since");
	assert_says(site->err, "run 3 was cut off before");
	assert_int_equal(site_call(site, "verify", "3", NULL), 0);
	assert_says(site->out, "nothing was recorded");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	free(folder);
	free(empty);
}

/* A call that waited for the pipe's other end would wait for ever. */
static void assert_ends(struct site *site, const char *path)
{
	static const char *const commands[][3] = {
		{"status"},	 {"history"},
		{"verify"},	 {"log", "2"},
		{"resume", "2"}, {"attach", "2", "--watch"},
		{"gc", "--yes"}, {"ships"},
		{"doctor"},	 {"rollback", "production"},
		{"run"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const char *const *words = commands[i];
		int status = site_call(site, words[0], words[1],
				       words[1] ? words[2] : NULL, NULL);

		if (status < 0 || status > 8)
			fail_msg("%s %s: %d", path, words[0], status);
		if (!site_colour(site)[0])
			fail_msg("%s %s: nothing serves", path, words[0]);
	}
}

static void pipe_in_the_place_of_a_file_is_not_waited_for(void **state)
{
	static const char *const files[] = {
		"runs/2/journal.ndjson",
		"runs/2/lock",
		"runs/2/logs/production.log.index",
		"environments/production/journal.ndjson",
		"environments/production/run.lock",
		"environments/production/epoch",
		"environments/production/green/log",
	};
	struct site *site = *state;

	release_two(site);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *path = path_join(site->state, files[i]);
		char *saved = xasprintf("%s.saved", path);

		assert_int_equal(rename(path, saved), 0);
		assert_int_equal(mkfifo(path, 0600), 0);
		assert_ends(site, files[i]);
		assert_int_equal(rename(saved, path), 0);
		free(saved);
		free(path);
	}
}

static void lost_journal_is_damage_wherever_it_is_asked_for(void **state)
{
	static const char *const calls[][3] = {
		{"status", "1"}, {"log", "1"},	  {"resume", "1"},
		{"replay", "1"}, {"cancel", "1"}, {"retry", "1", "build"},
	};
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	char *place = site_environment_folder(site, "production");

	release_two(site);
	move_away(folder, "journal.ndjson");
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		assert_int_equal(site_call(site, calls[i][0], calls[i][1],
					   calls[i][2], NULL),
				 7);
		assert_says(site->err, "journal.ndjson is gone, and its head");
	}
	site_shell(site, place, "mv journal.ndjson kept");
	assert_int_equal(site_call(site, "status", NULL), 7);
	assert_says(site->err, "move journal.ndjson and head away");
	site_shell(site, place, "mv kept journal.ndjson");
	free(folder);
	free(place);
}

static void damaged_environment_is_named_with_a_mend_that_works(void **state)
{
	struct site *site = *state;
	char *folder = site_environment_folder(site, "production");

	release_two(site);
	put(folder, "journal.ndjson", "garbage\n");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 7);
	assert_says(site->err, folder);
	assert_says(site->err, "record 0");
	assert_says(site->err, "move journal.ndjson and head away");
	assert_int_equal(site_call(site, "status", NULL), 7);
	assert_says(site->out, "run 2 ");
	assert_says(site->err, folder);
	assert_string_equal(site_colour(site), "green");
	move_away(folder, "journal.ndjson");
	move_away(folder, "head");
	site_write(site, "more", "and more");
	released(site);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_int_equal(site_call(site, "verify", NULL), 0);
	assert_true(*site_colour(site) != '\0');
	free(folder);
}

static void lost_pipeline_file_is_put_back_from_git(void **state)
{
	struct site *site = *state;
	char *folder = site_environment_folder(site, "production");
	char *pipelines = path_join(folder, "pipelines");
	const char *mend;
	char *line;

	release_two(site);
	assert_int_equal(folder_remove(pipelines, NULL), 0);
	assert_int_equal(site_call(site, "rollback", "production", NULL), 7);
	mend = strstr(site->err, "git show");
	assert_non_null(mend);
	line = xasprintf("mkdir -p '%s' && %.*s", pipelines,
			 (int)strcspn(mend, "\n"), mend);
	site_shell(site, NULL, line);
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	free(line);
	free(pipelines);
	free(folder);
}

static int shell(struct site *site, const char *text)
{
	char *line = xasprintf("exec %s %s", site->signalbox, text);
	const char *argv[] = {"/bin/sh", "-c", line, NULL};
	struct process *process = site_spawn(site, NULL, argv);
	int status = process_await(process);

	free(line);
	return status;
}

static void output_that_cannot_be_written_is_said(void **state)
{
	struct site *site = *state;

	site_pipeline(site, PIPELINE);
	released(site);
	assert_int_equal(shell(site, "status >/dev/full"), 7);
	assert_int_equal(shell(site, "history --output json >/dev/full"), 7);
	site_write(site, "more", "of it");
	site_commit(site, "a commit");
	assert_int_equal(shell(site, "run >/dev/full"), 0);
}

/* Descriptors 0 to 2 must not become those of a journal or a socket. */
static void closed_standard_descriptors_are_none_of_our_files(void **state)
{
	struct site *site = *state;

	site_pipeline(site, PIPELINE);
	site_commit(site, "a commit");
	assert_int_equal(shell(site, "run <&- >&- 2>&-"), 0);
	assert_int_equal(site_call(site, "verify", NULL), 0);
	assert_int_equal(shell(site, "run --bogus 2>&-"), 2);
	assert_string_equal(site_colour(site), "blue");
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(status_tells_what_is_live_though_a_run_is_damaged),
		TEST(pipe_in_the_place_of_a_file_is_not_waited_for),
		TEST(lost_journal_is_damage_wherever_it_is_asked_for),
		TEST(damaged_environment_is_named_with_a_mend_that_works),
		TEST(output_that_cannot_be_written_is_said),
		TEST(closed_standard_descriptors_are_none_of_our_files),
		TEST(lost_pipeline_file_is_put_back_from_git),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
