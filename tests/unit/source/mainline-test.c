/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "source/mainline.h"

static char *find(const char *root, struct commit *tip)
{
	struct repository *repository = repository_open(root, NULL);
	char *name;

	assert_non_null(repository);
	*tip = (struct commit)COMMIT_INIT;
	name = mainline_find(repository, tip, NULL);
	repository_free(repository);
	return name;
}

static void assert_found(const char *root, const char *name, const char *at)
{
	struct commit tip;
	char *found = find(root, &tip);

	assert_non_null(found);
	assert_string_equal(found, name);
	assert_same_as_git(xstrdup(tip.id), root, "git rev-parse %s", at);
	commit_release(&tip);
	free(found);
}

static void main_goes_before_master_and_that_before_head(void **state)
{
	scratch_run(*state, "git init -q -b topic . && "
			    "git commit -q --allow-empty -m one");
	assert_found(*state, "topic", "topic");
	scratch_run(*state, "git branch master && "
			    "git commit -q --allow-empty -m two");
	assert_found(*state, "master", "master");
	scratch_run(*state, "git branch main && "
			    "git commit -q --allow-empty -m three");
	assert_found(*state, "main", "main");
}

static void where_origin_points_goes_first(void **state)
{
	scratch_run(*state,
		    "git init -q -b trunk up && cd up && "
		    "git commit -q --allow-empty -m one && "
		    "git branch main && cd .. && git clone -q up down && "
		    "cd down && git checkout -q main && "
		    "git branch -q -D trunk && "
		    "git commit -q --allow-empty -m two");
	char *down = xasprintf("%s/down", (char *)*state);

	assert_found(down, "trunk", "origin/trunk");
	scratch_run(down, "git branch -q trunk main");
	assert_found(down, "trunk", "main");
	free(down);
}

static void what_each_lacks_is_counted(void **state)
{
	struct repository *repository;
	int64_t count;

	scratch_run(*state, "git init -q -b main . && "
			    "git commit -q --allow-empty -m one && "
			    "git branch old && "
			    "git commit -q --allow-empty -m two && "
			    "git commit -q --allow-empty -m three");
	repository = repository_open(*state, NULL);
	assert_non_null(repository);
	assert_int_equal(
		mainline_count(repository, "old", "main", &count, NULL), 0);
	assert_int_equal(count, 2);
	assert_int_equal(
		mainline_count(repository, "main", "old", &count, NULL), 0);
	assert_int_equal(count, 0);
	assert_int_equal(
		mainline_count(repository, "gone", "main", &count, NULL), -1);
	repository_free(repository);
}

static void without_a_commit_there_is_no_branch(void **state)
{
	struct commit tip;

	scratch_run(*state, "git init -q -b main .");
	assert_null(find(*state, &tip));
	commit_release(&tip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(main_goes_before_master_and_that_before_head),
		scratch_test(where_origin_points_goes_first),
		scratch_test(what_each_lacks_is_counted),
		scratch_test(without_a_commit_there_is_no_branch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
