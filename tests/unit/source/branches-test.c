/* SPDX-License-Identifier: MIT */
#include "unit/source/scratch.h"

#include "source/branches.h"

static bool names(const char *pattern, const char *branch)
{
	char *one[] = {(char *)pattern, NULL},
	     *other[] = {(char *)branch, NULL};
	const struct strings patterns = {one, 1, 2}, branches = {other, 1, 2};

	return branches_match(&branches, &patterns) != NULL;
}

static void stars_stay_within_a_name_unless_they_are_two(void **state)
{
	(void)state;
	assert_true(names("main", "main"));
	assert_false(names("main", "mainly"));
	assert_true(names("release/*", "release/1"));
	assert_false(names("release/*", "release/1/a"));
	assert_false(names("*", "release/1"));
	assert_true(names("release/**", "release/1/a"));
	assert_false(names("release/**", "release"));
	assert_false(names("release/**", "releases/1"));
	assert_true(names("team-*/**", "team-a/b/c"));
	assert_false(names("team-*/**", "other/team-a/b"));
	assert_true(names("**", "any/thing"));
}

static void a_commit_is_on_the_branches_that_have_it(void **state)
{
	struct strings branches = STRINGS_INIT;
	struct repository *repository;
	char *folder;

	scratch_run(*state, "git init -q -b main repo && cd repo && "
			    "git commit -q --allow-empty -m one && "
			    "git branch old && git tag mark && "
			    "git commit -q --allow-empty -m two && "
			    "git update-ref refs/remotes/origin/main HEAD && "
			    "git update-ref refs/remotes/origin/far/off HEAD "
			    "&& git symbolic-ref refs/remotes/origin/HEAD "
			    "refs/remotes/origin/main");
	folder = path_join(*state, "repo");
	repository = repository_open(folder, NULL);
	assert_non_null(repository);
	assert_int_equal(branches_holding(repository, "HEAD", &branches, NULL),
			 0);
	assert_int_equal(branches.count, 2);
	assert_string_equal(branches.items[0], "main");
	assert_string_equal(branches.items[1], "far/off");
	strings_release(&branches);
	assert_int_equal(branches_holding(repository, "mark", &branches, NULL),
			 0);
	assert_int_equal(branches.count, 3);
	assert_true(strings_has(&branches, "old"));
	strings_release(&branches);
	assert_int_equal(
		branches_holding(repository, "nothing", &branches, NULL), -1);
	repository_free(repository);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stars_stay_within_a_name_unless_they_are_two),
		scratch_test(a_commit_is_on_the_branches_that_have_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
