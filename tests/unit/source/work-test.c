/* SPDX-License-Identifier: MIT */
#include "unit/source/scratch.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "loop/helper.h"
#include "loop/loop.h"
#include "proc/child.h"
#include "source/work.h"

struct fixture {
	const char *root;
	struct loop *loop;
	struct helper *helper;
	struct repository *repository;
	struct work_pool *pool;
};

/* The end of one request. */
struct answer {
	bool came;
	struct work_folder *folder;
	char *message;
};

static void make_repository(const char *root, const char *init)
{
	scratch_run(root,
		    "git init -q -b main %s repo && cd repo &&"
		    "mkdir -p src/deep && echo one >file && echo a >src/a &&"
		    "echo b >src/deep/b && ln -s a src/link &&"
		    "echo '#!/bin/sh' >run && chmod +x run &&"
		    "echo '*.o' >.gitignore && git add . &&"
		    "git commit -qm one && echo two >file && git rm -q src/a &&"
		    "git commit -qam two",
		    init);
}

static void start(struct fixture *fixture, const char *root, int jobs)
{
	char *path = path_join(root, "repo");
	struct error err = ERROR_INIT;

	fixture->root = root;
	fixture->loop = loop_new();
	fixture->helper = helper_new(fixture->loop, "test");
	fixture->repository = repository_open(path, &err);
	if (!fixture->repository)
		fail_msg("%s", error_text(&err));
	fixture->pool = work_pool_new(
		fixture->repository,
		&(struct work_pool_options){.loop = fixture->loop,
					    .helper = fixture->helper,
					    .jobs = jobs},
		&err);
	if (!fixture->pool)
		fail_msg("%s", error_text(&err));
	free(path);
}

static void stop(struct fixture *fixture)
{
	work_pool_free(fixture->pool);
	helper_free(fixture->helper);
	loop_free(fixture->loop);
	repository_free(fixture->repository);
}

static void ready(struct work_folder *folder, const struct error *err,
		  void *data)
{
	struct answer *answer = data;

	answer->came = true;
	answer->folder = folder;
	answer->message = err ? xstrdup(error_text(err)) : NULL;
}

static void await(struct fixture *fixture, const struct answer *answer)
{
	while (!answer->came)
		loop_turn(fixture->loop, -1);
}

static struct answer prepare(struct fixture *fixture, const char *revision)
{
	struct commit commit = COMMIT_INIT;
	struct answer answer = {0};

	assert_int_equal(
		repository_commit(fixture->repository, revision, &commit, NULL),
		0);
	work_prepare(fixture->pool, commit.id, ready, &answer);
	assert_false(answer.came);
	await(fixture, &answer);
	commit_release(&commit);
	return answer;
}

static struct work_folder *prepared(struct fixture *fixture,
				    const char *revision)
{
	struct answer answer = prepare(fixture, revision);

	if (!answer.folder)
		fail_msg("%s", answer.message);
	return answer.folder;
}

/* Everything in a folder with its mode and content, but git's pointer. */
#define LISTING                                                 \
	"find . -name .git -prune -o -printf '%%p %%m %%l\\n' " \
	"| grep -v '^\\. ' | sort && "                          \
	"find . -name .git -prune -o -type f -print | sort | xargs cat"

static void assert_is_clean(struct fixture *fixture, struct work_folder *folder,
			    const char *revision)
{
	char *ours = scratch_ask(work_folder_path(folder), LISTING);
	char *theirs;

	scratch_run(fixture->root,
		    "rm -rf fresh && git clone -q repo fresh &&"
		    "git -C fresh checkout -q --detach %s",
		    revision);
	theirs = scratch_ask(fixture->root, "cd fresh && " LISTING);
	assert_string_equal(ours, theirs);
	free(theirs);
	free(ours);
}

static void a_commit_is_checked_out(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;
	struct stat info;
	char *parent;

	make_repository(*state, "");
	start(&fixture, *state, 2);
	folder = prepared(&fixture, "HEAD");
	parent = xasprintf("%s/work/1",
			   repository_state_folder(fixture.repository));
	assert_string_equal(work_folder_path(folder), parent);
	assert_is_clean(&fixture, folder, "HEAD");
	assert_int_equal(stat(parent, &info), 0);
	free(parent);
	work_give_back(folder);
	stop(&fixture);
}

static void git_in_a_stage_sees_the_commit(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "HEAD~1");
	assert_same_as_git(
		scratch_ask(work_folder_path(folder), "git rev-parse HEAD"),
		*state, "git -C repo rev-parse HEAD~1");
	assert_same_as_git(
		scratch_ask(work_folder_path(folder), "git status --porcelain"),
		*state, "true");
	/* What a stage does to its HEAD and index stays there. */
	scratch_run(work_folder_path(folder),
		    "echo x >new && git add new && git commit -qm stage");
	work_give_back(folder);
	assert_same_as_git(scratch_ask(*state, "git -C repo status "
					       "--porcelain; git -C repo "
					       "rev-parse HEAD"),
			   *state, "git -C repo rev-parse main");
	folder = prepared(&fixture, "HEAD");
	assert_is_clean(&fixture, folder, "HEAD");
	assert_same_as_git(scratch_ask(work_folder_path(folder),
				       "git rev-parse HEAD; git status "
				       "--porcelain"),
			   *state, "git -C repo rev-parse HEAD");
	stop(&fixture);
	assert_same_as_git(scratch_ask(*state, "git -C repo worktree list | "
					       "wc -l"),
			   *state, "echo 1");
}

static void an_unchanged_folder_needs_no_git(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;
	unsigned before;

	make_repository(*state, "");
	start(&fixture, *state, 2);
	folder = prepared(&fixture, "HEAD");
	before = work_pool_git_count(fixture.pool);
	assert_true(before > 0);
	for (int i = 0; i < 20; i++) {
		work_give_back(folder);
		folder = prepared(&fixture, "HEAD");
	}
	assert_int_equal(work_pool_git_count(fixture.pool), before);
	assert_is_clean(&fixture, folder, "HEAD");
	stop(&fixture);
}

static void what_a_stage_left_is_removed_without_git(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;
	unsigned before;

	make_repository(*state, "");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "HEAD");
	before = work_pool_git_count(fixture.pool);
	scratch_run(work_folder_path(folder),
		    "touch new src/ignored.o && mkdir -p out/a/b empty locked "
		    "&& echo x >out/a/b/c && git init -q nested && cd nested "
		    "&& git commit -q --allow-empty -m x && cd .. &&"
		    "mkfifo pipe && ln -s / root && touch locked/x &&"
		    "chmod 000 locked");
	work_give_back(folder);
	folder = prepared(&fixture, "HEAD");
	assert_is_clean(&fixture, folder, "HEAD");
	assert_int_equal(work_pool_git_count(fixture.pool), before);
	stop(&fixture);
}

/* Every way a stage may change what is tracked. */
static void changes_of_tracked_files_are_undone(void **state)
{
	static const char *const changes[] = {
		"echo other >file",
		"rm file",
		"chmod 600 file",
		"chmod -x run",
		"chmod 700 src",
		"chmod 555 src && chmod 000 src/deep",
		"rm src/link && ln -s b src/link",
		"rm -r src && echo file >src",
		"rm file && mkdir file && touch file/x",
		"rm .gitignore && touch a.o",
		"rm .git",
		"rm .git && git init -q",
		"git rm -q file && git update-index --skip-worktree run && "
		"echo x >run",
		"git update-index --assume-unchanged run && echo x >run",
		"git checkout -q -b stage && echo x >file && git commit -qam x",
		"mv file x && cp -p x file && rm x",
		/* The same size and time of change. */
		"touch -r file ../stamp && printf 'TWO\\n' >file && touch -r "
		"../stamp file && rm ../stamp",
		"find . -delete; rm -f .git",
		"d=$PWD && cd .. && rm -r $d && mkdir ../away && ln -s "
		"../away $d",
		"d=$PWD && cd .. && rm $d.git/HEAD && rm -r $d && ln -s "
		"../away $d",
		"d=$PWD && cd .. && rm -r $d && touch $d",
	};
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "main");
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		scratch_run(work_folder_path(folder), "%s", changes[i]);
		work_give_back(folder);
		folder = prepared(&fixture, "main");
		assert_is_clean(&fixture, folder, "main");
		assert_same_as_git(scratch_ask(work_folder_path(folder),
					       "git rev-parse HEAD; git status "
					       "--porcelain"),
				   *state, "git -C repo rev-parse main");
		/* git refreshed its index to answer. */
		work_give_back(folder);
		folder = prepared(&fixture, "main");
	}
	assert_same_as_git(
		scratch_ask(work_folder_path(folder), "ls -A ../../away"),
		*state, "true");
	stop(&fixture);
}

/* Once for a file whose times are new, so that its content must tell, and
 * once when the change of its state's time alone can. */
static void a_change_that_keeps_size_and_time_is_seen(void **state)
{
	static const int64_t settled_us = 50000;
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "main");
	for (int i = 0; i < 2; i++) {
		int64_t until = clock_monotonic_us() + settled_us * i;

		while (clock_monotonic_us() < until) {
			work_give_back(folder);
			folder = prepared(&fixture, "main");
		}
		scratch_run(work_folder_path(folder),
			    "touch -r file ../stamp && printf 'TWO\n' >file && "
			    "touch -r ../stamp file && rm ../stamp");
		work_give_back(folder);
		folder = prepared(&fixture, "main");
		assert_is_clean(&fixture, folder, "main");
	}
	stop(&fixture);
}

static void what_git_noted_for_a_stage_is_gone(void **state)
{
	static const char *const notes[] = {
		"git update-index --skip-worktree run",
		"git update-index --assume-unchanged run",
		"git rev-parse HEAD >$(git rev-parse --git-path MERGE_HEAD)",
		"git checkout -q -b stage",
		"git -c core.logAllRefUpdates=false update-ref --no-deref HEAD "
		"main~1",
		"git checkout -q --detach main~1 && git read-tree main && "
		"git checkout-index -fa && rm -f src/a",
		"touch $(git rev-parse --git-path index.lock)",
		"rm $(git rev-parse --git-path index)",
	};
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "main");
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		scratch_run(work_folder_path(folder), "%s", notes[i]);
		work_give_back(folder);
		folder = prepared(&fixture, "main");
		assert_is_clean(&fixture, folder, "main");
		assert_same_as_git(
			scratch_ask(work_folder_path(folder),
				    "git ls-files -v run; git status --branch "
				    "--porcelain; git rev-parse HEAD; cd "
				    "../1.git && ls"),
			*state,
			"echo 'H run\n## HEAD (no branch)'; git -C repo "
			"rev-parse main; printf 'HEAD\ncommondir\nindex\n'");
		/* git refreshed its index to answer. */
		work_give_back(folder);
		folder = prepared(&fixture, "main");
	}
	stop(&fixture);
}

/* A hook of git's may start signalbox, with git's own variables set. */
static void variables_of_git_lead_nowhere_else(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	scratch_run(*state, "git init -q other");
	setenv("GIT_DIR", "/nowhere", 1);
	setenv("GIT_INDEX_FILE", "/nowhere/index", 1);
	setenv("GIT_WORK_TREE", "/nowhere/tree", 1);
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "main~1");
	unsetenv("GIT_DIR");
	unsetenv("GIT_INDEX_FILE");
	unsetenv("GIT_WORK_TREE");
	assert_is_clean(&fixture, folder, "main~1");
	stop(&fixture);
}

static void a_folder_moves_between_commits(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	start(&fixture, *state, 1);
	for (int i = 0; i < 3; i++) {
		folder = prepared(&fixture, "main~1");
		assert_is_clean(&fixture, folder, "main~1");
		scratch_run(work_folder_path(folder), "echo x >src/a");
		work_give_back(folder);
		folder = prepared(&fixture, "main");
		assert_is_clean(&fixture, folder, "main");
		scratch_run(work_folder_path(folder), "echo x >src/a");
		work_give_back(folder);
	}
	stop(&fixture);
}

static void a_later_process_takes_old_folders_over(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	for (int i = 0; i < 3; i++) {
		start(&fixture, *state, 1);
		folder = prepared(&fixture, "HEAD");
		assert_is_clean(&fixture, folder, "HEAD");
		assert_non_null(strstr(work_folder_path(folder), "/work/1"));
		scratch_run(work_folder_path(folder),
			    "echo x >file; echo y >left");
		stop(&fixture);
	}
}

static void a_later_process_needs_no_git_for_the_same_commit(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "HEAD");
	scratch_run(work_folder_path(folder), "echo y >left");
	stop(&fixture);
	for (int i = 0; i < 2; i++) {
		start(&fixture, *state, 1);
		folder = prepared(&fixture, "HEAD");
		assert_int_equal(work_pool_git_count(fixture.pool), 0);
		assert_is_clean(&fixture, folder, "HEAD");
		stop(&fixture);
	}
}

static void a_damaged_note_of_a_folder_says_nothing(void **state)
{
	static const char *const damages[] = {
		"printf x | dd of=1.note bs=1 seek=90 conv=notrunc",
		"truncate -s 100 1.note", "truncate -s 10 1.note", ": >1.note",
		"rm 1.note && mkdir 1.note"};
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		start(&fixture, *state, 1);
		folder = prepared(&fixture, "HEAD");
		assert_true(work_pool_git_count(fixture.pool) > 0);
		assert_is_clean(&fixture, folder, "HEAD");
		scratch_run(work_folder_path(folder),
			    "cd .. && test -f 1.note && { %s; } 2>/dev/null",
			    damages[i]);
		stop(&fixture);
	}
}

static void two_stages_never_share_a_folder(void **state)
{
	struct fixture fixture;
	struct work_folder *first, *second;
	struct commit commit = COMMIT_INIT;
	struct answer third = {0};
	struct answer fourth = {0};

	make_repository(*state, "");
	start(&fixture, *state, 2);
	first = prepared(&fixture, "HEAD");
	second = prepared(&fixture, "HEAD");
	assert_ptr_not_equal(first, second);
	assert_int_equal(
		repository_commit(fixture.repository, NULL, &commit, NULL), 0);
	work_prepare(fixture.pool, commit.id, ready, &third);
	work_cancel(work_prepare(fixture.pool, commit.id, ready, &fourth));
	loop_turn(fixture.loop, 0);
	assert_false(third.came);
	work_give_back(second);
	await(&fixture, &third);
	assert_ptr_equal(third.folder, second);
	assert_false(fourth.came);
	commit_release(&commit);
	stop(&fixture);
}

static void two_pools_never_share_a_folder(void **state)
{
	struct fixture fixture, other;
	struct work_folder *first, *second;

	make_repository(*state, "");
	start(&fixture, *state, 1);
	start(&other, *state, 1);
	first = prepared(&fixture, "HEAD");
	second = prepared(&other, "HEAD");
	assert_string_not_equal(work_folder_path(first),
				work_folder_path(second));
	stop(&other);
	stop(&fixture);
}

/* A child that holds the lock's descriptor outlives its program. */
static void a_stray_child_keeps_its_folder(void **state)
{
	static const char *const argv[] = {"sleep", "1000", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct fixture fixture;
	struct work_folder *folder;
	char *path;
	pid_t pid;
	int fd;

	make_repository(*state, "");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "HEAD");
	path = xstrdup(work_folder_path(folder));
	fd = work_folder_lock_fd(folder);
	options.argv = argv;
	options.keep = &fd;
	options.keep_count = 1;
	pid = child_start(&options, NULL);
	assert_true(pid > 0);
	stop(&fixture);
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "HEAD");
	assert_string_not_equal(work_folder_path(folder), path);
	stop(&fixture);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "HEAD");
	assert_string_equal(work_folder_path(folder), path);
	stop(&fixture);
	free(path);
}

static void assert_refused(struct fixture *fixture, const char *revision,
			   const char *first, const char *second)
{
	struct answer answer = prepare(fixture, revision);

	assert_null(answer.folder);
	if (!strstr(answer.message, first) || !strstr(answer.message, second))
		fail_msg("%s", answer.message);
	free(answer.message);
}

static void a_submodule_is_refused_by_name(void **state)
{
	struct fixture fixture;

	make_repository(*state, "");
	scratch_run(*state, "git clone -q repo lib && cd repo && git -c "
			    "protocol.file.allow=always submodule --quiet add "
			    "../lib vendor/lib && git commit -qm sub");
	start(&fixture, *state, 1);
	assert_refused(&fixture, "HEAD", "vendor/lib", "submodule");
	/* The pool goes on. */
	work_give_back(prepared(&fixture, "HEAD~1"));
	stop(&fixture);
}

static void a_smudge_filter_is_applied(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	scratch_run(*state,
		    "cd repo && git config filter.upper.clean 'tr A-Z a-z' &&"
		    "git config filter.upper.smudge 'tr a-z A-Z' &&"
		    "echo '*.up filter=upper' >src/.gitattributes &&"
		    "echo LOUD >src/x.up && git add . && git commit -qm up");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "HEAD");
	assert_same_as_git(scratch_ask(work_folder_path(folder),
				       "cat src/x.up; git show HEAD:src/x.up"),
			   *state, "echo LOUD; echo loud");
	stop(&fixture);
}

static void a_filter_that_is_not_set_up_is_refused_by_name(void **state)
{
	struct fixture fixture;

	make_repository(*state, "");
	scratch_run(*state,
		    "cd repo && git checkout -q -b unused && echo '*.none "
		    "filter=ghost' >.gitattributes && git add . && git commit "
		    "-qm unused && git checkout -q -b lfs main && printf "
		    "'[attr]big filter=lfs -text\\n*.bin big\\n' "
		    ">.gitattributes && echo pointer >src/x.bin && git add . "
		    "&& git commit -qm lfs");
	start(&fixture, *state, 1);
	assert_refused(&fixture, "lfs", "src/x.bin", "git lfs install");
	assert_refused(&fixture, "lfs", "src/x.bin", "'lfs'");
	work_give_back(prepared(&fixture, "unused"));
	stop(&fixture);
}

static void a_filter_that_fails_is_no_pointer(void **state)
{
	struct fixture fixture;

	make_repository(*state, "");
	scratch_run(*state, "cd repo && git config filter.gone.smudge "
			    "/nowhere/at/all && echo '*.g filter=gone' "
			    ">.git/info/attributes && echo pointer >x.g && git "
			    "add . && git commit -qm gone");
	start(&fixture, *state, 1);
	assert_refused(&fixture, "HEAD", "x.g", "gone");
	stop(&fixture);
}

static void a_sha256_repository_is_checked_out(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "--object-format=sha256");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "HEAD");
	assert_is_clean(&fixture, folder, "HEAD");
	assert_same_as_git(scratch_ask(work_folder_path(folder),
				       "git status --porcelain; git rev-parse "
				       "HEAD"),
			   *state, "git -C repo rev-parse HEAD");
	stop(&fixture);
}

static void a_sparse_repository_is_checked_out_whole(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	scratch_run(*state, "cd repo && git sparse-checkout set --no-cone file "
			    "&& test ! -e src");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "HEAD~1");
	assert_is_clean(&fixture, folder, "HEAD~1");
	stop(&fixture);
}

static void a_partial_clone_fetches_what_it_lacks(void **state)
{
	struct fixture fixture;
	struct work_folder *folder;

	make_repository(*state, "");
	scratch_run(*state,
		    "mv repo origin && git -C origin config "
		    "uploadpack.allowFilter true && git clone -q --no-checkout "
		    "--filter=blob:none \"file://$PWD/origin\" repo");
	start(&fixture, *state, 1);
	folder = prepared(&fixture, "HEAD");
	assert_same_as_git(scratch_ask(work_folder_path(folder), "cat file"),
			   *state, "echo two");
	stop(&fixture);
}

static void a_commit_that_is_not_there_is_said(void **state)
{
	struct fixture fixture;
	struct answer answer = {0};

	make_repository(*state, "");
	start(&fixture, *state, 1);
	work_prepare(fixture.pool, "1111111111111111111111111111111111111111",
		     ready, &answer);
	await(&fixture, &answer);
	assert_null(answer.folder);
	assert_non_null(strstr(answer.message, "111111111111"));
	free(answer.message);
	work_give_back(prepared(&fixture, "HEAD"));
	stop(&fixture);
}

static void a_cancelled_request_frees_its_folder(void **state)
{
	struct fixture fixture;
	struct commit commit = COMMIT_INIT;
	struct answer answer = {0};
	struct answer next;

	make_repository(*state, "");
	start(&fixture, *state, 1);
	assert_int_equal(
		repository_commit(fixture.repository, NULL, &commit, NULL), 0);
	/* At whatever point it is: it is never answered, the next one is. */
	for (int turns = 0; turns < 12; turns++) {
		struct work_request *request =
			work_prepare(fixture.pool, commit.id, ready, &answer);

		for (int i = 0; i < turns && !answer.came; i++)
			loop_turn(fixture.loop, 10);
		if (answer.came) {
			work_give_back(answer.folder);
			answer.came = false;
			continue;
		}
		work_cancel(request);
		next = prepare(&fixture, "HEAD");
		assert_non_null(next.folder);
		assert_false(answer.came);
		assert_is_clean(&fixture, next.folder, "HEAD");
		scratch_run(work_folder_path(next.folder),
			    "git status; rm file");
		work_give_back(next.folder);
	}
	commit_release(&commit);
	stop(&fixture);
}

static void a_pool_may_go_while_git_works(void **state)
{
	struct fixture fixture;
	struct commit commit = COMMIT_INIT;
	struct answer answer = {0};

	make_repository(*state, "");
	for (int turns = 0; turns < 10; turns++) {
		start(&fixture, *state, 1);
		assert_int_equal(repository_commit(fixture.repository, NULL,
						   &commit, NULL),
				 0);
		work_prepare(fixture.pool, commit.id, ready, &answer);
		for (int i = 0; i < turns && !answer.came; i++)
			loop_turn(fixture.loop, 10);
		work_pool_free(fixture.pool);
		/* The killed child is heard of. */
		for (int i = 0; i < 20; i++)
			loop_turn(fixture.loop, 5);
		helper_free(fixture.helper);
		loop_free(fixture.loop);
		repository_free(fixture.repository);
		commit_release(&commit);
		answer.came = false;
	}
}

/* The shortest of several preparations of an unchanged folder: of fifty, and
 * of more while the machine is too busy for one that is below the bound. */
static int64_t reuse_us(const char *root, int64_t bound)
{
	struct commit commit = COMMIT_INIT;
	int64_t best = INT64_MAX;
	struct work_folder *folder;
	struct fixture fixture;

	start(&fixture, root, 1);
	folder = prepared(&fixture, "HEAD");
	assert_int_equal(
		repository_commit(fixture.repository, NULL, &commit, NULL), 0);
	for (int i = 0; i < 50 || (best >= bound && i < 2000); i++) {
		int64_t from = clock_monotonic_us();
		struct answer answer = {0};

		work_give_back(folder);
		work_prepare(fixture.pool, commit.id, ready, &answer);
		await(&fixture, &answer);
		folder = answer.folder;
		from = clock_monotonic_us() - from;
		if (from < best)
			best = from;
	}
	commit_release(&commit);
	stop(&fixture);
	return best;
}

/* The bounds leave room for sanitizers and slow machines: they catch a git
 * child or a reading of contents, not noise. */
static void reuse_is_fast(void **state)
{
	int64_t one, many;

	scratch_run(*state, "git init -q -b main repo && cd repo && echo 1 "
			    ">file && git add . && git commit -qm one");
	one = reuse_us(*state, 1000);
	scratch_run(*state, "cd repo && mkdir many && i=0; while [ $i -lt 2000 "
			    "]; do i=$((i+1)); mkdir -p many/$((i%%40)); "
			    "echo $i >many/$((i%%40))/$i; done; git add . && "
			    "git commit -qm many");
	many = reuse_us(*state, 60000);
	print_message("# 1 file: %lld us, 2,001 files: %lld us\n",
		      (long long)one, (long long)many);
	assert_true(one < 1000);
	assert_true(many < 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_commit_is_checked_out),
		scratch_test(git_in_a_stage_sees_the_commit),
		scratch_test(an_unchanged_folder_needs_no_git),
		scratch_test(what_a_stage_left_is_removed_without_git),
		scratch_test(changes_of_tracked_files_are_undone),
		scratch_test(a_change_that_keeps_size_and_time_is_seen),
		scratch_test(what_git_noted_for_a_stage_is_gone),
		scratch_test(variables_of_git_lead_nowhere_else),
		scratch_test(a_folder_moves_between_commits),
		scratch_test(a_later_process_takes_old_folders_over),
		scratch_test(a_later_process_needs_no_git_for_the_same_commit),
		scratch_test(a_damaged_note_of_a_folder_says_nothing),
		scratch_test(two_stages_never_share_a_folder),
		scratch_test(two_pools_never_share_a_folder),
		scratch_test(a_stray_child_keeps_its_folder),
		scratch_test(a_submodule_is_refused_by_name),
		scratch_test(a_smudge_filter_is_applied),
		scratch_test(a_filter_that_is_not_set_up_is_refused_by_name),
		scratch_test(a_filter_that_fails_is_no_pointer),
		scratch_test(a_sha256_repository_is_checked_out),
		scratch_test(a_sparse_repository_is_checked_out_whole),
		scratch_test(a_partial_clone_fetches_what_it_lacks),
		scratch_test(a_commit_that_is_not_there_is_said),
		scratch_test(a_cancelled_request_frees_its_folder),
		scratch_test(a_pool_may_go_while_git_works),
		scratch_test(reuse_is_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
