/* SPDX-License-Identifier: MIT */
#include "unit/source/scratch.h"

#include <fcntl.h>

#include "source/blame.h"
#include "source/repository.h"

#define ID "0123456789012345678901234567890123456789"
#define LINE(id, extra)                                           \
	id " 1 1 1\nauthor A\nauthor-mail <ana@example.org>\n"    \
	   "author-time 5\nauthor-tz +0000\ncommitter L\n"        \
	   "committer-mail <lee@example.org>\ncommitter-time 7\n" \
	   "committer-tz +0000\nsummary boundary\n" extra         \
	   "filename x\n\tauthor-mail <eve@example.org>\n"

static void each_line_has_its_commit(void **state)
{
	struct blame blame;

	(void)state;
	assert_int_equal(blame_parse(LINE(ID, "") LINE(ID, "boundary\n"), false,
				     &blame, NULL),
			 0);
	assert_int_equal(blame.count, 2);
	assert_string_equal(blame_line(&blame, 1)->commit, ID);
	assert_string_equal(blame_line(&blame, 2)->path, "x");
	assert_false(blame_line(&blame, 2)->unknown);
	assert_true(blame_line(&blame, 0)->unknown);
	assert_true(blame_line(&blame, 3)->unknown);
	blame_release(&blame);
}

static void what_nobody_committed_is_unknown(void **state)
{
	struct blame blame;

	(void)state;
	assert_int_equal(blame_parse(LINE("000000000000000000000000000000000000"
					  "0000",
					  "") LINE(ID, "boundary\n")
					     LINE(ID, ""),
				     true, &blame, NULL),
			 0);
	assert_true(blame_line(&blame, 1)->unknown);
	assert_true(blame_line(&blame, 2)->unknown);
	assert_false(blame_line(&blame, 3)->unknown);
	blame_release(&blame);
}

static void anything_else_is_no_blame(void **state)
{
	static const char *const wrong[] = {"x",
					    ID "\n",
					    ID " 1 1 1\n",
					    ID " 1 1 1\n\tx\n",
					    LINE(ID, "") "\n",
					    LINE(ID, "") "fatal: x\n",
					    ID
					    " 1 1 1\nauthor-mail <a>\n\tx\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct blame blame;

		assert_int_equal(blame_parse(wrong[i], false, &blame, NULL),
				 -1);
		assert_int_equal(blame.count, 0);
	}
}

static void make_history(const char *root)
{
	scratch_run(root,
		    "git init -q -b main repo && cd repo && echo one >f && "
		    "git add . && git commit -qm one && echo two >>f && "
		    "GIT_COMMITTER_EMAIL=eve@example.org "
		    "GIT_COMMITTER_DATE='1700000200 +0100' "
		    "git commit -qam two && "
		    /* Who would have been somebody else: */
		    "echo 'Ana <ana@example.org> <eve@example.org>' >.mailmap "
		    "&& git add . && git commit -qm map && echo three >>f");
}

static struct repository *open_at(const char *root, const char *name)
{
	char *folder = path_join(root, name);
	struct repository *repository = repository_open(folder, NULL);

	free(folder);
	assert_non_null(repository);
	return repository;
}

static void it_is_the_commits_own_people(void **state)
{
	struct repository *repository;
	struct blame blame;

	make_history(*state);
	repository = open_at(*state, "repo");
	assert_int_equal(blame_read(repository, "HEAD", "f", &blame, NULL), 0);
	assert_int_equal(blame.count, 2);
	assert_false(blame_line(&blame, 1)->unknown);
	assert_string_equal(blame_line(&blame, 1)->committer,
			    "lee@example.org");
	assert_string_equal(blame_line(&blame, 2)->committer,
			    "eve@example.org");
	assert_string_equal(blame_line(&blame, 2)->author, "ana@example.org");
	blame_release(&blame);
	assert_int_equal(blame_read(repository, NULL, "f", &blame, NULL), 0);
	assert_int_equal(blame.count, 3);
	assert_false(blame_line(&blame, 2)->unknown);
	assert_true(blame_line(&blame, 3)->unknown);
	blame_release(&blame);
	assert_int_equal(blame_read(repository, "HEAD", "no", &blame, NULL),
			 -1);
	repository_free(repository);
}

/* Nor those of whoever stands where it is called, the repository itself. */
static void no_mailmap_makes_one_another(void **state)
{
	static const char *const commits[] = {"HEAD", NULL};
	struct repository *repository;
	struct blame blame;
	char *folder = path_join(*state, "repo");
	int before = open(".", O_RDONLY);

	make_history(*state);
	scratch_run(*state,
		    "cd repo && git config core.bare false && "
		    "git config mailmap.file .mailmap && printf '%%s\\n' "
		    "'Ana <ana@example.org> <eve@example.org>' "
		    "'Ana <ana@example.org> <lee@example.org>' >.mailmap");
	repository = open_at(*state, "repo");
	assert_int_equal(chdir(folder), 0);
	for (size_t i = 0; i < ARRAY_SIZE(commits); i++) {
		assert_int_equal(
			blame_read(repository, commits[i], "f", &blame, NULL),
			0);
		assert_string_equal(blame_line(&blame, 1)->committer,
				    "lee@example.org");
		assert_string_equal(blame_line(&blame, 2)->committer,
				    "eve@example.org");
		blame_release(&blame);
	}
	assert_int_equal(fchdir(before), 0);
	close(before);
	repository_free(repository);
	free(folder);
}

static void assert_seconds_is_eves(const char *root)
{
	struct repository *repository = open_at(root, "repo");
	struct blame blame;

	assert_int_equal(blame_read(repository, "HEAD", "f", &blame, NULL), 0);
	assert_string_equal(blame_line(&blame, 1)->committer,
			    "lee@example.org");
	assert_string_equal(blame_line(&blame, 2)->committer,
			    "eve@example.org");
	assert_false(blame_line(&blame, 2)->unknown);
	blame_release(&blame);
	repository_free(repository);
}

/* A commit that is said to have no parents has written all of the file. */
static void no_graft_makes_one_another(void **state)
{
	static const char *const names[] = {
		"GIT_GRAFT_FILE", "GIT_SHALLOW_FILE",
		"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_REPLACE_REF_BASE"};
	char *file = path_join(*state, "repo/.git/info/grafts");

	make_history(*state);
	scratch_run(*state, "cd repo && git rev-parse HEAD >.git/info/grafts");
	assert_seconds_is_eves(*state);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		setenv(names[i], file, 1);
		assert_seconds_is_eves(*state);
		unsetenv(names[i]);
	}
	free(file);
}

/* To which all versions of the file look alike. */
static void no_filter_makes_one_another(void **state)
{
	struct repository *repository;
	struct blame blame;

	make_history(*state);
	scratch_run(*state, "cd repo && printf 'one\\n2\\n' >f && "
			    "git commit -qam changed && "
			    "git config diff.x.textconv 'sed s/..*/x/' && "
			    "echo 'f diff=x' >.git/info/attributes");
	repository = open_at(*state, "repo");
	assert_int_equal(blame_read(repository, "HEAD", "f", &blame, NULL), 0);
	assert_string_equal(blame_line(&blame, 2)->committer,
			    "lee@example.org");
	blame_release(&blame);
	repository_free(repository);
}

static void a_shallow_clone_knows_its_own_commits_alone(void **state)
{
	struct repository *repository;
	struct blame blame;

	make_history(*state);
	scratch_run(*state, "cd repo && git reset -q --hard HEAD~ && cd .. && "
			    "git clone -q --depth 1 \"file://$PWD/repo\" s && "
			    "cd s && git config blame.showRoot true && "
			    "echo three >>f && git commit -qam three");
	repository = open_at(*state, "s");
	assert_int_equal(blame_read(repository, "HEAD", "f", &blame, NULL), 0);
	assert_int_equal(blame.count, 3);
	assert_true(blame_line(&blame, 1)->unknown);
	assert_true(blame_line(&blame, 2)->unknown);
	assert_false(blame_line(&blame, 3)->unknown);
	blame_release(&blame);
	repository_free(repository);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_has_its_commit),
		cmocka_unit_test(what_nobody_committed_is_unknown),
		cmocka_unit_test(anything_else_is_no_blame),
		scratch_test(it_is_the_commits_own_people),
		scratch_test(no_mailmap_makes_one_another),
		scratch_test(no_filter_makes_one_another),
		scratch_test(no_graft_makes_one_another),
		scratch_test(a_shallow_clone_knows_its_own_commits_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
