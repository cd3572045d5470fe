/* SPDX-License-Identifier: MIT */
#include "unit/source/scratch.h"

#include <sys/stat.h>

#include "source/artifact.h"
#include "source/release.h"

/* ROOT/state, and ROOT/work with what a stage made. */
static char *make_stage(const char *root)
{
	scratch_run(root,
		    "mkdir -p work/dist/sub work/.git work/build/.hidden work/"
		    "other && cd work && echo app >dist/app && chmod 755 "
		    "dist/app && echo lib >dist/sub/lib && echo conf >a.conf "
		    "&& echo b >b.conf && echo h >.c.conf && echo 1 >.git/HEAD "
		    "&& echo deep >build/x.so && echo no >build/.hidden/y.so &&"
		    "ln -s dist/app link && ln -s /etc/passwd out && mkfifo "
		    "other/pipe && ln -s dist folder");
	return path_join(root, "state");
}

static char *work_of(const char *root)
{
	return path_join(root, "work");
}

static int store(const char *root, const char *state, const char *glob,
		 struct artifacts *set, struct error *err)
{
	struct strings globs = STRINGS_INIT;
	char *work = work_of(root);
	int result;

	strings_add(&globs, glob);
	result = artifacts_store(state, work, &globs, set, err);
	strings_release(&globs);
	free(work);
	return result;
}

static char *paths_text(const struct artifacts *set)
{
	struct str text = STR_INIT;

	for (size_t i = 0; i < set->count; i++)
		str_addf(&text, "%s%s", i ? " " : "", set->items[i].path);
	return str_detach(&text);
}

static void check_glob(const char *root, const char *state, const char *glob,
		       const char *expected)
{
	struct artifacts set = ARTIFACTS_INIT;
	struct error err = ERROR_INIT;
	char *text;

	if (store(root, state, glob, &set, &err) < 0)
		fail_msg("%s: %s", glob, error_text(&err));
	text = paths_text(&set);
	assert_string_equal(text, expected);
	free(text);
	artifacts_release(&set);
}

static void globs_name_files(void **state)
{
	char *kept = make_stage(*state);

	check_glob(*state, kept, "*.conf", "a.conf b.conf");
	check_glob(*state, kept, "./dist/", "dist/app dist/sub/lib");
	check_glob(*state, kept, "d?st/*", "dist/app dist/sub/lib");
	check_glob(*state, kept, "**/*.so", "build/x.so");
	check_glob(*state, kept, "**/*.conf", "a.conf b.conf");
	check_glob(*state, kept, "dist/**", "dist/app dist/sub/lib");
	check_glob(*state, kept, "build", "build/.hidden/y.so build/x.so");
	check_glob(*state, kept, ".c.conf", ".c.conf");
	check_glob(*state, kept, "[ab].conf", "a.conf b.conf");
	check_glob(*state, kept, "link", "link");
	free(kept);
}

static void check_refusal(const char *root, const char *state, const char *glob,
			  enum error_code code, const char *text)
{
	struct artifacts set = ARTIFACTS_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(store(root, state, glob, &set, &err), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.message, text))
		fail_msg("%s: %s", glob, err.message);
	error_clear(&err);
	artifacts_release(&set);
}

static void what_is_no_artifact_is_refused_by_name(void **state)
{
	char *kept = make_stage(*state);

	check_refusal(*state, kept, "*.zip", ERROR_FAILED, "*.zip");
	check_refusal(*state, kept, "out", ERROR_FAILED, "leads out");
	check_refusal(*state, kept, "folder", ERROR_FAILED, "folder itself");
	check_refusal(*state, kept, "folder/app", ERROR_FAILED, "folder/app");
	check_refusal(*state, kept, "other/*", ERROR_FAILED, "other/pipe");
	check_refusal(*state, kept, "/etc/*", ERROR_CONFIG, "/etc/*");
	check_refusal(*state, kept, "../*", ERROR_CONFIG, "..");
	check_refusal(*state, kept, ".git/HEAD", ERROR_FAILED, ".git/HEAD");
	free(kept);
}

static void a_file_is_kept_by_its_digest(void **state)
{
	struct artifacts set = ARTIFACTS_INIT;
	char *kept = make_stage(*state);
	struct stat info;
	char *object;

	assert_int_equal(store(*state, kept, "dist/app", &set, NULL), 0);
	assert_int_equal(set.count, 1);
	assert_int_equal(set.items[0].bytes, 4);
	assert_int_equal(set.items[0].mode, 0755);
	assert_same_as_git(xstrdup(set.items[0].digest), *state,
			   "sha256sum work/dist/app | cut -c1-64");
	object = artifact_object_path(kept, set.items[0].digest);
	assert_same_as_git(xstrdup(object), *state,
			   "find $PWD/state/artifacts -type f");
	assert_int_equal(stat(object, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0444);
	free(object);
	artifacts_release(&set);
	free(kept);
}

static void artifacts_are_found_at_the_same_path_later(void **state)
{
	struct artifacts set = ARTIFACTS_INIT;
	char *kept = make_stage(*state);
	char *later = path_join(*state, "later");

	assert_int_equal(store(*state, kept, "dist", &set, NULL), 0);
	assert_int_equal(store(*state, kept, "*.conf", &set, NULL), 0);
	/* In the way: a file, a folder, and a link that leads out. */
	scratch_run(*state, "mkdir -p outside later/a.conf/x && ln -s "
			    "../outside later/dist && ln -s ../outside/b "
			    "later/b.conf");
	assert_int_equal(artifacts_place(kept, &set, later, NULL), 0);
	assert_same_as_git(scratch_ask(*state, "cd later && find . -type f "
					       "-printf '%%p %%m %%l\\n' | sort"
					       " && cat a.conf b.conf dist/app "
					       "dist/sub/lib"),
			   *state,
			   "echo './a.conf 644 \n./b.conf 644 \n./dist/app 755 "
			   "\n./dist/sub/lib 644 \nconf\nb\napp\nlib'");
	assert_same_as_git(scratch_ask(*state, "ls outside"), *state, "true");
	/* What is placed may be written to; what is kept is not touched. */
	scratch_run(*state, "echo more >>later/dist/app && rm -r later && "
			    "mkdir later");
	assert_int_equal(artifacts_place(kept, &set, later, NULL), 0);
	assert_same_as_git(scratch_ask(*state, "cat later/dist/app"), *state,
			   "echo app");
	free(later);
	artifacts_release(&set);
	free(kept);
}

static void a_damaged_artifact_is_refused_and_made_whole(void **state)
{
	struct artifacts set = ARTIFACTS_INIT;
	struct error err = ERROR_INIT;
	char *kept = make_stage(*state);
	char *later = path_join(*state, "later");

	assert_int_equal(store(*state, kept, "dist/app", &set, NULL), 0);
	scratch_run(*state, "mkdir later; f=$(find state/artifacts -type f) && "
			    "chmod u+w $f && echo xyz >$f");
	assert_int_equal(artifacts_place(kept, &set, later, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_same_as_git(scratch_ask(*state, "find later -type f"), *state,
			   "true");
	error_clear(&err);
	assert_int_equal(store(*state, kept, "dist/app", &set, NULL), 0);
	assert_int_equal(artifacts_place(kept, &set, later, NULL), 0);
	scratch_run(*state, "rm -rf state/artifacts/sha256/*");
	assert_int_equal(artifacts_place(kept, &set, later, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
	free(later);
	artifacts_release(&set);
	free(kept);
}

static void a_large_file_is_copied_whole(void **state)
{
	struct artifacts set = ARTIFACTS_INIT;
	char *kept = make_stage(*state);
	char *later = path_join(*state, "later");

	scratch_run(*state, "mkdir later; head -c 20000001 /dev/urandom "
			    ">work/large");
	assert_int_equal(store(*state, kept, "large", &set, NULL), 0);
	assert_int_equal(artifacts_place(kept, &set, later, NULL), 0);
	scratch_run(*state, "cmp work/large later/large");
	free(later);
	artifacts_release(&set);
	free(kept);
}

static void the_digest_of_a_set_knows_paths_and_contents(void **state)
{
	static const char *const one = "11";
	static const char *const two = "22";
	struct artifacts a = ARTIFACTS_INIT;
	struct artifacts b = ARTIFACTS_INIT;
	char first[DIGEST_TEXT_SIZE], second[DIGEST_TEXT_SIZE];

	(void)state;
	artifacts_put(&a, "x", one, 1, 0644);
	artifacts_put(&a, "y", two, 1, 0644);
	artifacts_put(&b, "y", two, 1, 0644);
	artifacts_put(&b, "x", two, 1, 0644);
	artifacts_digest(&a, first);
	artifacts_digest(&b, second);
	assert_string_not_equal(first, second);
	artifacts_put(&b, "x", one, 1, 0644);
	assert_int_equal(b.count, 2);
	artifacts_digest(&b, second);
	assert_string_equal(first, second);
	artifacts_put(&b, "z", one, 1, 0644);
	artifacts_digest(&b, second);
	assert_string_not_equal(first, second);
	artifacts_release(&a);
	artifacts_release(&b);
}

static void what_nobody_keeps_may_be_pruned(void **state)
{
	struct strings prunable = STRINGS_INIT;
	struct artifacts set = ARTIFACTS_INIT;
	struct strings keep = STRINGS_INIT;
	char *kept = make_stage(*state);

	assert_int_equal(
		artifacts_prunable(kept, &keep, INT64_MAX, &prunable, NULL), 0);
	assert_int_equal(prunable.count, 0);
	assert_int_equal(store(*state, kept, "dist", &set, NULL), 0);
	strings_add(&keep, set.items[0].digest);
	assert_int_equal(
		artifacts_prunable(kept, &keep, INT64_MAX, &prunable, NULL), 0);
	assert_int_equal(prunable.count, 1);
	assert_string_equal(prunable.items[0], set.items[1].digest);
	assert_int_equal(
		artifact_remove(kept, prunable.items[0], INT64_MAX, NULL), 0);
	assert_int_equal(
		artifact_remove(kept, prunable.items[0], INT64_MAX, NULL), 0);
	assert_same_as_git(
		scratch_ask(*state, "find state/artifacts -type f | wc -l"),
		*state, "echo 1");
	strings_release(&prunable);
	strings_release(&keep);
	artifacts_release(&set);
	free(kept);
}

/* A release of one artifact, made in work/ by shell text. */
static int release_of(const char *root, const char *script, const char *glob,
		      struct unpacked_release *release, struct error *err)
{
	struct artifacts set = ARTIFACTS_INIT;
	char *state = path_join(root, "state");
	int result;

	scratch_run(root, "rm -rf work && mkdir work && cd work && { %s\n}",
		    script);
	if (store(root, state, glob, &set, err) < 0)
		fail_msg("%s: %s", glob, err ? error_text(err) : "");
	result = release_unpack(state, &set, release, err);
	artifacts_release(&set);
	free(state);
	return result;
}

#define MAKE_SHOP                                                           \
	"mkdir -p shop-1.2/bin && echo '#!/bin/sh' >shop-1.2/bin/shop && "  \
	"chmod 4755 shop-1.2/bin/shop && echo r >shop-1.2/README && chmod " \
	"600 shop-1.2/README && ln -s bin/shop shop-1.2/run && "

static void an_archive_becomes_a_read_only_release(void **state)
{
	static const char *const archives[][2] = {
		{MAKE_SHOP "tar -cf shop.tar shop-1.2", "shop.tar"},
		{MAKE_SHOP "tar -czf shop.tar.gz shop-1.2", "shop.tar.gz"},
		{MAKE_SHOP "tar -czf shop.tgz shop-1.2", "*.tgz"},
		{MAKE_SHOP "tar -cJf shop.tar.xz shop-1.2", "*.tar.xz"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(archives); i++) {
		struct unpacked_release release = UNPACKED_RELEASE_INIT;
		struct error err = ERROR_INIT;
		char *root;

		if (release_of(*state, archives[i][0], archives[i][1], &release,
			       &err) < 0)
			fail_msg("%s", error_text(&err));
		root = path_join(release.folder, "shop-1.2");
		assert_string_equal(release.root, root);
		assert_same_as_git(
			scratch_ask(release.root,
				    "find . ! -type l -printf '%%p %%m %%l\\n' "
				    "| sort && cat run"),
			*state,
			"echo '. 555 \n./README 444 \n./bin 555 \n./bin/shop "
			"555 \n#!/bin/sh'");
		free(root);
		unpacked_release_clear(&release);
	}
}

static void the_root_is_the_folder_when_there_is_more(void **state)
{
	struct unpacked_release release = UNPACKED_RELEASE_INIT;

	assert_int_equal(release_of(*state,
				    "mkdir a b && touch a/x b/y && tar -cf "
				    "two.tar a b",
				    "two.tar", &release, NULL),
			 0);
	assert_string_equal(release.root, release.folder);
	unpacked_release_clear(&release);
	/* A folder that plain artifacts lie in is their path. */
	assert_int_equal(release_of(*state, "mkdir bin && echo x >bin/app",
				    "bin/*", &release, NULL),
			 0);
	assert_string_equal(release.root, release.folder);
	assert_same_as_git(scratch_ask(release.root, "cat bin/app"), *state,
			   "echo x");
	unpacked_release_clear(&release);
}

static void a_release_is_unpacked_once(void **state)
{
	struct unpacked_release first = UNPACKED_RELEASE_INIT;
	struct unpacked_release second = UNPACKED_RELEASE_INIT;
	struct unpacked_release found = UNPACKED_RELEASE_INIT;
	struct error err = ERROR_INIT;
	struct stat before, after;
	char *kept = path_join(*state, "state");

	assert_int_equal(release_of(*state, "echo x >app", "app", &first, NULL),
			 0);
	assert_int_equal(stat(first.folder, &before), 0);
	assert_int_equal(
		release_of(*state, "echo x >app", "app", &second, NULL), 0);
	assert_string_equal(first.digest, second.digest);
	assert_int_equal(stat(second.folder, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(release_find(kept, first.digest, &found, NULL), 0);
	assert_string_equal(found.root, first.root);
	assert_int_equal(release_remove(kept, first.digest, INT64_MAX, NULL),
			 0);
	unpacked_release_clear(&found);
	assert_int_equal(release_find(kept, first.digest, &found, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_same_as_git(scratch_ask(*state, "ls -A state/releases"), *state,
			   "echo .lock");
	error_clear(&err);
	unpacked_release_clear(&first);
	unpacked_release_clear(&second);
	free(kept);
}

static void check_evil(const char *root, const char *script,
		       enum error_code code, const char *text)
{
	struct unpacked_release release = UNPACKED_RELEASE_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(release_of(root, script, "evil.tar", &release, &err),
			 -1);
	if (err.code != code || !strstr(err.message, text))
		fail_msg("%d: %s", err.code, err.message);
	error_clear(&err);
	assert_same_as_git(scratch_ask(root, "ls -A state/releases; find . "
					     "-name pwned -not -path "
					     "'./work/*'"),
			   root, "echo .lock");
}

static void an_archive_that_leads_out_is_refused(void **state)
{
	check_evil(*state,
		   "touch pwned && tar -cPf evil.tar "
		   "--transform='s|^|../../|' pwned",
		   ERROR_REFUSED, "../../pwned");
	check_evil(*state,
		   "touch pwned && tar -cPf evil.tar "
		   "--transform='s|^|a/../../|' pwned",
		   ERROR_REFUSED, "leads out");
	check_evil(*state, "touch pwned && tar -cPf evil.tar $PWD/pwned",
		   ERROR_REFUSED, "leads out");
	/* A link out, then a file through it. */
	check_evil(*state,
		   "ln -s ../../.. a && tar -cf evil.tar a && rm a && mkdir a "
		   "&& touch a/pwned && tar -rf evil.tar a/pwned",
		   ERROR_FAILED, "cannot unpack");
	check_evil(*state, "mkfifo pipe && tar -cf evil.tar pipe",
		   ERROR_REFUSED, "pipe");
	check_evil(*state, "echo garbage >evil.tar", ERROR_FAILED, "evil.tar");
}

static void releases_in_use_are_never_pruned(void **state)
{
	struct strings prunable = STRINGS_INIT;
	struct strings keep = STRINGS_INIT;
	struct strings made = STRINGS_INIT;
	char *kept = path_join(*state, "state");

	for (int i = 0; i < RELEASES_KEPT + 4; i++) {
		struct unpacked_release release = UNPACKED_RELEASE_INIT;
		char *script = xasprintf("echo %d >app", i);

		assert_int_equal(
			release_of(*state, script, "app", &release, NULL), 0);
		/* Their times of use, without waiting for the clock. */
		scratch_run(*state,
			    "touch -d '2026-01-01 00:00:%02d' "
			    "state/releases/%s.json",
			    i, release.digest);
		strings_add(&made, release.digest);
		unpacked_release_clear(&release);
		free(script);
	}
	strings_add(&keep, made.items[1]);
	assert_int_equal(releases_prunable(kept, &keep, &prunable, NULL), 0);
	assert_int_equal(prunable.count, 3);
	assert_true(strings_has(&prunable, made.items[0]));
	assert_false(strings_has(&prunable, made.items[1]));
	assert_true(strings_has(&prunable, made.items[2]));
	assert_true(strings_has(&prunable, made.items[3]));
	strings_release(&prunable);
	strings_release(&keep);
	strings_release(&made);
	free(kept);
}

static void nothing_is_no_release(void **state)
{
	struct artifacts set = ARTIFACTS_INIT;
	struct unpacked_release release = UNPACKED_RELEASE_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(release_unpack(*state, &set, &release, &err), -1);
	assert_non_null(strstr(err.message, "artifacts:"));
	error_clear(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(globs_name_files),
		scratch_test(what_is_no_artifact_is_refused_by_name),
		scratch_test(a_file_is_kept_by_its_digest),
		scratch_test(artifacts_are_found_at_the_same_path_later),
		scratch_test(a_damaged_artifact_is_refused_and_made_whole),
		scratch_test(a_large_file_is_copied_whole),
		cmocka_unit_test(the_digest_of_a_set_knows_paths_and_contents),
		scratch_test(what_nobody_keeps_may_be_pruned),
		scratch_test(an_archive_becomes_a_read_only_release),
		scratch_test(the_root_is_the_folder_when_there_is_more),
		scratch_test(a_release_is_unpacked_once),
		scratch_test(an_archive_that_leads_out_is_refused),
		scratch_test(releases_in_use_are_never_pruned),
		scratch_test(nothing_is_no_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
