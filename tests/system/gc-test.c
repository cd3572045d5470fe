/* SPDX-License-Identifier: MIT */
/* What runs leave behind: what is kept for people, what `gc` frees, and what
 * it never does. */
#include "system/support.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define HEAD "name: shop\nstages:\n"

static void commit_pipeline(struct site *site, const char *text)
{
	site_pipeline(site, text);
	site_commit(site, "a commit");
}

/* Path of the folder that a failed stage's end names; "" none. */
static char *kept_folder(struct site *site, int run, const char *stage)
{
	char *folder = site_run_folder(site, run);
	struct event *event =
		site_last_event(folder, EVENT_STAGE_FINISHED, stage);
	char *kept;

	assert_non_null(event);
	kept = xstrdup(event_text(event, "kept"));
	event_free(event);
	free(folder);
	return kept;
}

static void folder_of_a_failed_stage_is_kept_as_it_was(void **state)
{
	struct site *site = *state;
	char *kept, *left;

	commit_pipeline(site, HEAD "  unit: {run: 'echo core >left; exit 1'}\n"
				   "  other: {needs: [], run: 'sleep 0'}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "its folder is kept: ");
	kept = kept_folder(site, 1, "unit");
	left = path_join(kept, "left");
	assert_true(file_exists(left));
	assert_int_equal(site_call(site, "status", "1", NULL), 0);
	assert_says(site->out, kept);
	assert_int_equal(site_call(site, "log", "1", "unit", NULL), 0);
	assert_string_equal(site->out, "");
	assert_says(site->err, kept);
	/* git works there, and no later stage gets it. */
	site_shell(site, kept, "git status --porcelain | grep left");
	commit_pipeline(site, HEAD "  unit: {run: 'test ! -e left'}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_true(file_exists(left));
	free(left);
	free(kept);
}

static void as_many_folders_are_kept_as_the_file_says(void **state)
{
	struct site *site = *state;
	char *kept[3];

	commit_pipeline(site, "name: shop\nkeep-failed: 2\nstages:\n"
			      "  unit: {run: 'exit 1'}\n");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(site_call(site, "run", NULL), 1);
		kept[i] = kept_folder(site, i + 1, "unit");
	}
	assert_int_equal(site_call(site, "status", "3", NULL), 0);
	assert_says(site->out, "its folder is kept");
	assert_int_equal(site_call(site, "status", "2", NULL), 0);
	assert_says(site->out, "its folder is kept");
	assert_int_equal(site_call(site, "status", "1", NULL), 0);
	assert_says_not(site->out, "its folder is kept");
	/* What is no longer kept is used again. */
	assert_int_equal(site_call(site, "run", NULL), 1);
	free(kept[1]);
	kept[1] = kept_folder(site, 4, "unit");
	assert_string_equal(kept[1], kept[0]);
	for (int i = 0; i < 3; i++)
		free(kept[i]);
}

static void folders_of_passed_stages_are_not_kept(void **state)
{
	struct site *site = *state;
	char *note = path_join(site->state, "work/1.kept");
	char *kept;

	commit_pipeline(site, "name: shop\nkeep-failed: 0\nstages:\n"
			      "  unit: {run: 'exit 1'}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says_not(site->out, "is kept");
	kept = kept_folder(site, 1, "unit");
	assert_string_equal(kept, "");
	commit_pipeline(site, HEAD "  unit: {run: 'true'}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_false(file_exists(note));
	free(kept);
	free(note);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(folder_of_a_failed_stage_is_kept_as_it_was),
		TEST(as_many_folders_are_kept_as_the_file_says),
		TEST(folders_of_passed_stages_are_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
