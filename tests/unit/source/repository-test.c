/* SPDX-License-Identifier: MIT */
#include "unit/source/scratch.h"

#include <sys/stat.h>

#include "source/backend.h"
#include "source/repository.h"

/* Three commits, the second tagged, on main. */
static void make_history(const char *root, const char *init)
{
	scratch_run(root,
		    "git init -q -b main %s repo && cd repo &&"
		    "mkdir -p below/deep && echo 1 >file && git add . &&"
		    "git commit -qm 'First commit' && git tag v1.0.0 &&"
		    "echo 2 >file && git commit -qam 'Second' &&"
		    "git tag -a -m release v1.1.0 &&"
		    "echo 3 >file && echo deep >below/x && git add . &&"
		    "git commit -qm 'Third\n\nWith a body.\n\n"
		    "Co-authored-by: Ravi R <ravi@example.org>\n"
		    "Co-Authored-By: Zoë <Zoe@Example.org>'",
		    init);
}

static struct repository *open_in(const char *root, const char *folder)
{
	char *path = path_join(root, folder);
	struct error err = ERROR_INIT;
	struct repository *repository = repository_open(path, &err);

	if (!repository)
		fail_msg("%s", error_text(&err));
	free(path);
	return repository;
}

static char *head_branch(struct repository *repository)
{
	const struct backend_ops *ops = repository_backend(repository, NULL);

	assert_non_null(ops);
	return ops->head_branch(repository);
}

/* The same repository through both backends. */
static struct repository *open_by_command(const char *root)
{
	struct repository *repository = xcalloc(1, sizeof(*repository));

	repository->folder = path_join(root, "repo");
	repository->ops = &command_backend;
	assert_int_equal(command_open(repository, NULL), 0);
	repository->state = path_join(repository->common, "signalbox");
	return repository;
}

static void folders_are_found_from_below(void **state)
{
	struct repository *repository;
	struct stat info;

	make_history(*state, "");
	repository = open_in(*state, "repo/below/deep");
	assert_same_as_git(xstrdup(repository_common_folder(repository)),
			   *state,
			   "cd repo && git rev-parse --absolute-git-dir");
	assert_same_as_git(xstrdup(repository_work_tree(repository)), *state,
			   "cd repo && git rev-parse --show-toplevel");
	assert_same_as_git(xstrdup(repository_state_folder(repository)), *state,
			   "echo \"$(cd repo/.git && pwd -P)/signalbox\"");
	assert_int_equal(repository_make_state(repository, NULL), 0);
	assert_int_equal(repository_make_state(repository, NULL), 0);
	assert_int_equal(stat(repository_state_folder(repository), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	repository_free(repository);
}

/* What is told by its place alone is what git tells. */
static void the_state_folder_is_known_before_libgit2(void **state)
{
	static const char *const folders[] = {"repo", "repo/below/deep",
					      "repo/linked"};

	make_history(*state, "");
	scratch_run(*state, "ln -s below/deep repo/linked");
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		struct repository *repository = open_in(*state, folders[i]);
		char *common = xstrdup(repository_common_folder(repository));

		assert_null(repository->ops);
		assert_non_null(repository_backend(repository, NULL));
		assert_same_as_git(common, *state,
				   "cd repo && git rev-parse "
				   "--absolute-git-dir");
		assert_same_as_git(xstrdup(repository_work_tree(repository)),
				   *state, "cd repo && pwd -P");
		repository_free(repository);
	}
}

/* In the git folder itself, a folder of that name that is none, a bare one
 * within a work tree, a work tree elsewhere. */
static void what_is_no_plain_place_is_left_to_libgit2(void **state)
{
	struct repository *repository;

	make_history(*state, "");
	scratch_run(*state, "mkdir -p repo/below/.git elsewhere &&"
			    "git init -q --bare repo/bare");
	repository = open_in(*state, "repo/.git/refs");
	assert_non_null(repository->ops);
	repository_free(repository);
	repository = open_in(*state, "repo/below/deep");
	assert_non_null(repository->ops);
	assert_same_as_git(xstrdup(repository_common_folder(repository)),
			   *state,
			   "cd repo && git rev-parse --absolute-git-dir");
	repository_free(repository);
	repository = open_in(*state, "repo/bare/refs");
	assert_null(repository_work_tree(repository));
	repository_free(repository);
	scratch_run(*state, "git -C repo config core.worktree ../../elsewhere");
	repository = open_in(*state, "repo");
	assert_same_as_git(xstrdup(repository_work_tree(repository)), *state,
			   "cd elsewhere && pwd -P");
	repository_free(repository);
}

/* One that nobody can read keeps nobody from what lies beside it. */
static void an_unreadable_one_is_told_when_it_is_asked(void **state)
{
	struct commit commit = COMMIT_INIT;
	struct error err = ERROR_INIT;
	struct repository *repository;

	make_history(*state, "");
	scratch_run(*state, "git -C repo config core.repositoryformatversion "
			    "99");
	repository = open_in(*state, "repo");
	assert_int_equal(repository_commit(repository, NULL, &commit, &err),
			 -1);
	assert_int_equal(err.code, ERROR_GIT);
	error_clear(&err);
	assert_non_null(repository_work_tree(repository));
	repository_free(repository);
}

static void linked_work_trees_share_their_state(void **state)
{
	struct repository *repository;

	make_history(*state, "");
	scratch_run(*state, "git -C repo worktree add -q -b side ../linked");
	repository = open_in(*state, "linked");
	assert_same_as_git(xstrdup(repository_common_folder(repository)),
			   *state,
			   "cd repo && git rev-parse --absolute-git-dir");
	assert_same_as_git(xstrdup(repository_work_tree(repository)), *state,
			   "cd linked && pwd -P");
	assert_same_as_git(head_branch(repository), *state, "echo side");
	repository_free(repository);
}

static void no_repository_is_said_with_a_mend(void **state)
{
	struct error err = ERROR_INIT;

	assert_null(repository_open(*state, &err));
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_non_null(strstr(err.message, "git init"));
	error_clear(&err);
}

static void an_empty_repository_has_no_commit(void **state)
{
	struct commit commit = COMMIT_INIT;
	struct error err = ERROR_INIT;
	struct repository *repository;

	scratch_run(*state, "git init -q -b trunk repo");
	repository = open_in(*state, "repo");
	assert_int_equal(repository_commit(repository, NULL, &commit, &err),
			 -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_non_null(strstr(err.message, "git commit"));
	error_clear(&err);
	repository_free(repository);
}

static void check_commit(struct repository *repository, const char *root)
{
	struct commit commit = COMMIT_INIT;

	assert_int_equal(repository_commit(repository, NULL, &commit, NULL), 0);
	assert_same_as_git(xstrdup(commit.id), root,
			   "git -C repo rev-parse HEAD");
	assert_same_as_git(xstrdup(commit.short_id), root,
			   "git -C repo rev-parse --short HEAD");
	assert_string_equal(commit.subject, "Third");
	assert_string_equal(commit.author_name, "Ana");
	assert_string_equal(commit.author_email, "ana@example.org");
	assert_string_equal(commit.committer_name, "Lee");
	assert_string_equal(commit.committer_email, "lee@example.org");
	assert_int_equal(commit.time_ms, 1700000100000);
	assert_string_equal(commit.branch, "main");
	assert_int_equal(commit.co_authors.count, 2);
	assert_string_equal(commit.co_authors.items[0],
			    "Ravi R <ravi@example.org>");
	assert_string_equal(commit.co_authors.items[1],
			    "Zoë <Zoe@Example.org>");
	assert_string_equal(commit.co_author_emails.items[1],
			    "Zoe@Example.org");
	commit_release(&commit);
	commit_release(&commit);
}

static void check_revisions(struct repository *repository, const char *root)
{
	static const char *const revisions[] = {"v1.0.0",   "v1.1.0",
						"HEAD~1",   "main^^",
						":/Second", "HEAD^{/First}"};
	struct commit commit = COMMIT_INIT;
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(revisions); i++) {
		assert_int_equal(repository_commit(repository, revisions[i],
						   &commit, NULL),
				 0);
		assert_same_as_git(xstrdup(commit.id), root,
				   "git -C repo rev-list -1 '%s'",
				   revisions[i]);
		assert_null(commit.branch);
		commit_release(&commit);
	}
	assert_int_equal(
		repository_commit(repository, "nowhere", &commit, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_non_null(strstr(err.message, "'nowhere'"));
	error_clear(&err);
	assert_int_equal(repository_commit(repository, "--all", &commit, &err),
			 -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
}

static void check_versions(struct repository *repository, const char *root)
{
	static const char *const revisions[] = {"HEAD", "HEAD~1", "HEAD~2"};

	for (size_t i = 0; i < ARRAY_SIZE(revisions); i++)
		assert_same_as_git(
			repository_version(repository, revisions[i], NULL),
			root, "git -C repo describe --tags --always %s",
			revisions[i]);
}

static void check_files(struct repository *repository)
{
	struct error err = ERROR_INIT;
	struct str text = STR_INIT;

	assert_int_equal(repository_read_file(repository, "v1.0.0", "file", 100,
					      &text, NULL),
			 0);
	assert_string_equal(text.data, "1\n");
	str_clear(&text);
	assert_int_equal(repository_read_file(repository, "HEAD", "below/x",
					      100, &text, NULL),
			 0);
	assert_string_equal(text.data, "deep\n");
	assert_int_equal(repository_read_file(repository, "v1.0.0", "below/x",
					      100, &text, &err),
			 -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
	assert_int_equal(repository_read_file(repository, "HEAD", "below", 100,
					      &text, &err),
			 -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
	assert_int_equal(repository_read_file(repository, "HEAD", "below/x", 4,
					      &text, &err),
			 -1);
	assert_int_equal(err.code, ERROR_IO);
	error_clear(&err);
	str_release(&text);
}

static void check_all(struct repository *repository, const char *root)
{
	check_commit(repository, root);
	check_revisions(repository, root);
	check_versions(repository, root);
	check_files(repository);
	assert_same_as_git(head_branch(repository), root, "echo main");
	repository_free(repository);
}

static void libgit2_agrees_with_git(void **state)
{
	struct repository *repository;

	make_history(*state, "");
	repository = open_in(*state, "repo");
	assert_ptr_equal(repository_backend(repository, NULL), &native_backend);
	check_all(repository, *state);
}

static void the_git_command_serves_too(void **state)
{
	make_history(*state, "");
	check_all(open_by_command(*state), *state);
}

static void a_sha256_repository_is_read(void **state)
{
	struct repository *repository;

	make_history(*state, "--object-format=sha256");
	repository = open_in(*state, "repo");
	assert_ptr_equal(repository_backend(repository, NULL),
			 &command_backend);
	check_all(repository, *state);
}

static void a_shallow_clone_is_read(void **state)
{
	struct commit commit = COMMIT_INIT;
	struct repository *repository;

	make_history(*state, "");
	scratch_run(*state, "git clone -q --depth 1 \"file://$PWD/repo\" thin");
	repository = open_in(*state, "thin");
	assert_int_equal(repository_commit(repository, NULL, &commit, NULL), 0);
	assert_string_equal(commit.subject, "Third");
	assert_string_equal(commit.branch, "main");
	assert_same_as_git(repository_version(repository, "HEAD", NULL), *state,
			   "git -C thin describe --tags --always");
	commit_release(&commit);
	repository_free(repository);
}

static void a_bare_repository_has_no_work_tree(void **state)
{
	struct error err = ERROR_INIT;
	struct str text = STR_INIT;
	struct repository *repository;

	make_history(*state, "");
	scratch_run(*state, "git clone -q --bare repo bare");
	repository = open_in(*state, "bare");
	assert_null(repository_work_tree(repository));
	assert_int_equal(repository_read_file(repository, NULL, "file", 100,
					      &text, &err),
			 -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
	repository_free(repository);
}

static void the_work_tree_is_read_as_it_is(void **state)
{
	struct error err = ERROR_INIT;
	struct str text = STR_INIT;
	struct repository *repository;

	make_history(*state, "");
	scratch_run(*state, "echo changed >repo/file");
	repository = open_in(*state, "repo");
	assert_int_equal(repository_read_file(repository, NULL, "file", 100,
					      &text, NULL),
			 0);
	assert_string_equal(text.data, "changed\n");
	assert_int_equal(repository_read_file(repository, NULL, "absent", 100,
					      &text, &err),
			 -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
	str_release(&text);
	repository_free(repository);
}

static void branches_are_named(void **state)
{
	struct commit commit = COMMIT_INIT;
	struct repository *repository;

	make_history(*state, "");
	scratch_run(*state,
		    "git -C repo branch topic v1.0.0 && git -C repo checkout "
		    "-q --detach");
	repository = open_in(*state, "repo");
	assert_int_equal(repository_commit(repository, "topic", &commit, NULL),
			 0);
	assert_string_equal(commit.branch, "topic");
	commit_release(&commit);
	assert_int_equal(repository_commit(repository, NULL, &commit, NULL), 0);
	assert_null(commit.branch);
	commit_release(&commit);
	repository_free(repository);
}

/* A merge, tags on both sides, two tags on one commit, packed refs. */
static void describe_follows_gits_rule_through_merges(void **state)
{
	struct repository *repository;
	char *commits, *rest;
	size_t checked = 0;

	make_history(*state, "");
	scratch_run(*state, "cd repo &&"
			    "i=0; while [ $i -lt 12 ]; do i=$((i+1));"
			    "export GIT_COMMITTER_DATE=\"$((1700000100+i*60)) "
			    "+0000\";"
			    "git commit -q --allow-empty -m \"main $i\";"
			    "if [ $i = 4 ]; then git branch side; fi; done;"
			    "git checkout -q side;"
			    "git commit -q --allow-empty -m side;"
			    "git tag light; git tag -a -m n noted;"
			    "git commit -q --allow-empty -m side2;"
			    "git checkout -q main;"
			    "git merge -q --no-edit side; git tag v2;"
			    "git commit -q --allow-empty -m after;"
			    "git gc -q; git branch -q orphanless v1.0.0");
	repository = open_in(*state, "repo");
	commits = scratch_ask(*state, "git -C repo rev-list --all");
	rest = commits;
	for (char *id; (id = strsep(&rest, "\n")); checked++)
		assert_same_as_git(
			repository_version(repository, id, NULL), *state,
			"git -C repo describe --tags --always %s", id);
	assert_true(checked > 15);
	free(commits);
	repository_free(repository);
}

static void without_tags_the_version_is_the_short_id(void **state)
{
	struct repository *repository;

	make_history(*state, "");
	scratch_run(*state, "cd repo && git tag -d v1.0.0 v1.1.0 && git config "
			    "core.abbrev 12");
	repository = open_in(*state, "repo");
	assert_same_as_git(repository_version(repository, "HEAD", NULL), *state,
			   "git -C repo describe --tags --always");
	assert_same_as_git(repository_version(repository, "HEAD", NULL), *state,
			   "git -C repo rev-parse --short HEAD");
	repository_free(repository);
}

static void other_encodings_become_utf8(void **state)
{
	struct commit commit = COMMIT_INIT;
	struct repository *repository;

	make_history(*state, "");
	scratch_run(*state,
		    "cd repo && printf 'Gr\\374n' >message && git -c "
		    "i18n.commitEncoding=ISO-8859-1 commit -q --allow-empty -F "
		    "message && { git cat-file commit HEAD~1 | sed '/^$/q' &&"
		    "printf 'x\\377y\\n'; } >message && git branch bad $(git "
		    "hash-object -t commit -w message)");
	repository = open_in(*state, "repo");
	assert_int_equal(repository_commit(repository, "main", &commit, NULL),
			 0);
	assert_string_equal(commit.subject, "Grün");
	commit_release(&commit);
	assert_int_equal(repository_commit(repository, "bad", &commit, NULL),
			 0);
	assert_string_equal(commit.subject, "x?y");
	commit_release(&commit);
	repository_free(repository);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(folders_are_found_from_below),
		scratch_test(the_state_folder_is_known_before_libgit2),
		scratch_test(what_is_no_plain_place_is_left_to_libgit2),
		scratch_test(an_unreadable_one_is_told_when_it_is_asked),
		scratch_test(linked_work_trees_share_their_state),
		scratch_test(no_repository_is_said_with_a_mend),
		scratch_test(an_empty_repository_has_no_commit),
		scratch_test(libgit2_agrees_with_git),
		scratch_test(the_git_command_serves_too),
		scratch_test(a_sha256_repository_is_read),
		scratch_test(a_shallow_clone_is_read),
		scratch_test(a_bare_repository_has_no_work_tree),
		scratch_test(the_work_tree_is_read_as_it_is),
		scratch_test(branches_are_named),
		scratch_test(describe_follows_gits_rule_through_merges),
		scratch_test(without_tags_the_version_is_the_short_id),
		scratch_test(other_encodings_become_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
