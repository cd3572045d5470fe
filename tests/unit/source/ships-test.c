/* SPDX-License-Identifier: MIT */
#include "unit/source/scratch.h"

#include "source/backend.h"
#include "source/ships.h"
#include "source/text.h"

/*
 * 30 commits by three people after v1, a merge, a binary file, a file gone, a
 * file that became a link, one without a last newline.
 */
static void make_history(const char *root, const char *init)
{
	scratch_run(root,
		    "git init -q -b main %s repo && cd repo &&"
		    "mkdir -p src db/migrations .github/workflows &&"
		    "seq 100 >src/a && seq 50 >src/gone && echo x >src/link &&"
		    "printf 'no newline' >src/tail && git add . &&"
		    "git commit -qm one && git tag v1 && i=0;"
		    "while [ $i -lt 28 ]; do i=$((i+1));"
		    "export GIT_COMMITTER_DATE=\"$((1700001000+i*60)) +0000\";"
		    "export GIT_AUTHOR_EMAIL=Dev$((i%%3))@Example.org;"
		    "export GIT_AUTHOR_NAME=\"Dev $((i%%3))\";"
		    "sed -i \"$((i*3))s/.*/changed $i/\" src/a;"
		    "if [ $i = 10 ]; then git branch side; fi;"
		    "git commit -qam \"Change $i\"; done;"
		    "export GIT_COMMITTER_DATE='1700010000 +0000';"
		    "git checkout -q side; seq 7 >db/migrations/7.sql;"
		    "head -c 5000 /dev/urandom >binary; echo '{}' >yarn.lock;"
		    "git add .; git commit -qm 'On the side\n\n"
		    "Co-authored-by: Zed <ZED@example.org>';"
		    "git checkout -q main; git merge -q --no-edit side;"
		    "export GIT_COMMITTER_DATE='1700020000 +0000';"
		    "git rm -q src/gone; rm src/link; ln -s a src/link;"
		    "printf 'still none' >src/tail; echo x >signalbox.yaml;"
		    "git add .; git commit -qm 'The last'",
		    init);
}

static struct repository *open_repo(const char *root)
{
	char *path = path_join(root, "repo");
	struct error err = ERROR_INIT;
	struct repository *repository = repository_open(path, &err);

	if (!repository)
		fail_msg("%s", error_text(&err));
	free(path);
	return repository;
}

/* " 3 files changed, 4 insertions(+)": ours in git's words. */
static char *shortstat(const struct ships *ships)
{
	struct str text = STR_INIT;

	str_addf(&text, " %zu file%s changed", ships->files,
		 ships->files == 1 ? "" : "s");
	if (ships->insertions)
		str_addf(&text, ", %zu insertion%s(+)", ships->insertions,
			 ships->insertions == 1 ? "" : "s");
	if (ships->deletions)
		str_addf(&text, ", %zu deletion%s(-)", ships->deletions,
			 ships->deletions == 1 ? "" : "s");
	return str_detach(&text);
}

static char *list_text(const struct ships *ships)
{
	struct str text = STR_INIT;

	for (size_t i = 0; i < ships->list_count; i++)
		str_addf(&text, "%s %s %s %lld %s\n", ships->list[i].id,
			 ships->list[i].author, ships->list[i].email,
			 (long long)(ships->list[i].time_ms / 1000),
			 ships->list[i].subject);
	str_truncate(&text, text.len - 1);
	return str_detach(&text);
}

static char *number_text(size_t number)
{
	return xasprintf("%zu", number);
}

static void check_range(struct repository *repository, const char *root)
{
	struct ships ships = SHIPS_INIT;

	assert_int_equal(ships_find(repository, "v1", "HEAD", &ships, NULL), 0);
	assert_same_as_git(list_text(&ships), root,
			   "git -C repo log -20 --format='%%H %%an %%ae %%ct "
			   "%%s' v1..HEAD");
	assert_same_as_git(number_text(ships.commits), root,
			   "git -C repo rev-list --count v1..HEAD");
	assert_same_as_git(shortstat(&ships), root,
			   "git -C repo diff --no-renames --shortstat v1 HEAD");
	assert_same_as_git(number_text(ships.authors.count), root,
			   "git -C repo log --format=%%ae v1..HEAD | sort -u | "
			   "wc -l");
	assert_int_equal(ships.lost, 0);
	assert_false(ships.lines_partial);
	assert_true(strings_has(&ships.emails, "lee@example.org"));
	assert_true(strings_has(&ships.emails, "dev0@example.org"));
	assert_true(strings_has(&ships.emails, "zed@example.org"));
	assert_int_equal(ships.risky_count, 3);
	assert_true(strings_has(&ships.risky, "db/migrations/7.sql"));
	assert_true(strings_has(&ships.risky, "yarn.lock"));
	assert_true(strings_has(&ships.risky, "signalbox.yaml"));
	assert_string_equal(ships.changed[0].path, "src/a");
	assert_int_equal(ships.changed[0].insertions, 28);
	assert_int_equal(ships.changed[1].deletions, 50);
	ships_release(&ships);
}

static void check_beginning(struct repository *repository, const char *root)
{
	struct ships ships = SHIPS_INIT;

	assert_int_equal(ships_find(repository, NULL, "v1", &ships, NULL), 0);
	assert_int_equal(ships.commits, 1);
	assert_same_as_git(shortstat(&ships), root,
			   "git -C repo diff --shortstat $(git -C repo "
			   "hash-object -t tree /dev/null) v1");
	ships_release(&ships);
}

static void check_backwards(struct repository *repository, const char *root)
{
	struct ships ships = SHIPS_INIT;

	assert_int_equal(ships_find(repository, "HEAD", "v1", &ships, NULL), 0);
	assert_int_equal(ships.commits, 0);
	assert_same_as_git(number_text(ships.lost), root,
			   "git -C repo rev-list --count v1..HEAD");
	assert_same_as_git(shortstat(&ships), root,
			   "git -C repo diff --no-renames --shortstat HEAD v1");
	ships_release(&ships);
}

static void check_nothing(struct repository *repository)
{
	struct ships ships = SHIPS_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(ships_find(repository, "HEAD", "HEAD", &ships, NULL),
			 0);
	assert_int_equal(ships.commits + ships.files + ships.lost, 0);
	assert_int_equal(ships.emails.count, 0);
	ships_release(&ships);
	assert_int_equal(
		ships_find(repository, "nowhere", "HEAD", &ships, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	error_clear(&err);
}

static void check_all(struct repository *repository, const char *root)
{
	check_range(repository, root);
	check_beginning(repository, root);
	check_backwards(repository, root);
	check_nothing(repository);
	repository_free(repository);
}

static void libgit2_counts_as_git_does(void **state)
{
	struct repository *repository;

	make_history(*state, "");
	repository = open_repo(*state);
	assert_ptr_equal(repository_backend(repository, NULL), &native_backend);
	check_all(repository, *state);
}

static void the_git_command_counts_the_same(void **state)
{
	struct repository *repository;

	make_history(*state, "--object-format=sha256");
	repository = open_repo(*state);
	assert_ptr_equal(repository_backend(repository, NULL),
			 &command_backend);
	check_all(repository, *state);
}

static void the_record_has_what_a_gate_shows(void **state)
{
	struct ships ships = SHIPS_INIT;
	struct repository *repository;
	json_t *json, *first;

	make_history(*state, "");
	repository = open_repo(*state);
	assert_int_equal(ships_find(repository, "v1", "HEAD", &ships, NULL), 0);
	json = ships_json(&ships);
	assert_int_equal(json_integer_value(json_object_get(json, "commits")),
			 ships.commits);
	assert_int_equal(json_integer_value(json_object_get(json, "authors")),
			 3);
	assert_int_equal(json_array_size(json_object_get(json, "list")), 20);
	assert_int_equal(json_array_size(json_object_get(json, "risky")), 3);
	first = json_array_get(json_object_get(json, "list"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "time")),
			    "2023-11-15T03:46:40.000Z");
	assert_string_equal(
		json_string_value(json_object_get(first, "subject")),
		"The last");
	json_decref(json);
	ships_release(&ships);
	repository_free(repository);
}

static void what_is_already_live_does_not_count_as_lost(void **state)
{
	struct ships ships = SHIPS_INIT;
	struct repository *repository;

	scratch_run(*state, "git init -q -b main repo && cd repo &&"
			    "git commit -q --allow-empty -m base &&"
			    "git checkout -q -b hotfix &&"
			    "git commit -q --allow-empty -m fix &&"
			    "git checkout -q main &&"
			    "git commit -q --allow-empty -m next");
	repository = open_repo(*state);
	assert_int_equal(ships_find(repository, "hotfix", "main", &ships, NULL),
			 0);
	assert_int_equal(ships.commits, 1);
	assert_int_equal(ships.lost, 1);
	ships_release(&ships);
	repository_free(repository);
}

static void risky_paths_are_known(void **state)
{
	(void)state;
	assert_true(risk_of(NULL, "signalbox.yaml"));
	assert_true(risk_of(NULL, ".github/workflows/ci.yml"));
	assert_true(risk_of(NULL, ".gitlab-ci.yml"));
	assert_true(risk_of(NULL, "build/Jenkinsfile"));
	assert_true(risk_of(NULL, "docker/Dockerfile.prod"));
	assert_true(risk_of(NULL, "app/db/Migrations/1.sql"));
	assert_true(risk_of(NULL, "Cargo.lock"));
	assert_true(risk_of(NULL, "web/package-lock.json"));
	assert_false(risk_of(NULL, "doc/signalbox.yaml"));
	assert_false(risk_of(NULL, "src/migrations.c"));
	assert_false(risk_of(NULL, "src/main.c"));
	assert_false(risk_of(NULL, "clock.c"));
}

static void the_pipeline_file_says_what_is_risky(void **state)
{
	static const char text[] = "name: x\nrisky: [secrets/**]\n"
				   "migrations: [\"*.sql\"]\n"
				   "stages: {a: {run: x, scan: {report: r, "
				   "exceptions: let.txt, baseline: "
				   "base.sarif, reviewers: codeowners, "
				   "licences: {allow: [MIT], approvals: "
				   "ok.csv}}}}\n";
	struct problems problems = PROBLEMS_INIT;
	struct pipeline *pipeline = pipeline_parse(text, sizeof(text) - 1,
						   "signalbox.yaml", &problems);

	(void)state;
	assert_non_null(pipeline);
	assert_int_equal(risk_of(pipeline, "a/1.sql"), RISK_MIGRATION);
	assert_int_equal(risk_of(pipeline, "secrets/a"), RISK_LOOK);
	assert_int_equal(risk_of(pipeline, "let.txt"), RISK_LOOK);
	assert_int_equal(risk_of(pipeline, "base.sarif"), RISK_LOOK);
	assert_int_equal(risk_of(pipeline, "ok.csv"), RISK_LOOK);
	assert_int_equal(risk_of(pipeline, ".github/CODEOWNERS"), RISK_LOOK);
	assert_int_equal(risk_of(pipeline, "Dockerfile"), RISK_NONE);
	assert_int_equal(risk_of(pipeline, "db/migrations/1.py"), RISK_NONE);
	assert_int_equal(risk_of(pipeline, "signalbox.yaml"), RISK_LOOK);
	assert_int_equal(risk_of(NULL, "db/migrations/1.py"), RISK_MIGRATION);
	pipeline_free(pipeline);
	problems_release(&problems);
}

static void check_patches(struct repository *repository, const char *root)
{
	struct str text = STR_INIT;
	size_t migrations;
	char *whole;

	assert_int_equal(ships_diff(repository, "v1", "HEAD", "src/a", 1 << 20,
				    &text, NULL),
			 0);
	str_truncate(&text, text.len - 1);
	whole = xstrdup(text.data);
	assert_non_null(strstr(whole, "@@"));
	assert_same_as_git(xstrdup(strstr(whole, "@@")), root,
			   "git -C repo diff v1 HEAD -- src/a | sed -n "
			   "'/^@@/,$p'");
	str_clear(&text);
	assert_int_equal(
		ships_diff(repository, "v1", "HEAD", "src/a", 300, &text, NULL),
		0);
	assert_true(text.len < 400);
	assert_non_null(strstr(text.data, "is left out"));
	str_clear(&text);
	/* A name is no pattern. */
	assert_int_equal(
		ships_diff(repository, NULL, "HEAD", "src/*", 99, &text, NULL),
		0);
	assert_string_equal(text.data, "");
	assert_int_equal(ships_show(repository, "HEAD", 1 << 20, &text, NULL),
			 0);
	assert_true(starts_with(text.data, "    The last\n\n"));
	assert_non_null(strstr(text.data, "+still none"));
	str_clear(&text);
	assert_int_equal(ships_show(repository, "v1", 1 << 20, &text, NULL), 0);
	assert_non_null(strstr(text.data, "+no newline"));
	assert_int_equal(ships_migrations(repository, "v1", "HEAD", NULL,
					  &migrations, NULL),
			 0);
	assert_int_equal(migrations, 1);
	str_release(&text);
	free(whole);
	repository_free(repository);
}

static void patches_are_what_git_shows(void **state)
{
	make_history(*state, "");
	check_patches(open_repo(*state), *state);
}

static void the_git_command_shows_the_same_patches(void **state)
{
	make_history(*state, "--object-format=sha256");
	check_patches(open_repo(*state), *state);
}

struct told {
	size_t commits, files, most;
};

static bool take_commit(const struct shipped_commit *commit, void *data)
{
	struct told *told = data;

	assert_true(*commit->id && *commit->author);
	return ++told->commits < told->most;
}

static bool take_file(const struct shipped_file *file, void *data)
{
	struct told *told = data;

	assert_true(*file->path);
	told->files++;
	return true;
}

static void everything_is_told_until_it_is_enough(void **state)
{
	struct told told = {.most = 1000};
	struct ships ships = SHIPS_INIT;
	struct repository *repository;

	make_history(*state, "");
	repository = open_repo(*state);
	ships.ask.commit = take_commit;
	ships.ask.file = take_file;
	ships.ask.data = &told;
	assert_int_equal(ships_find(repository, "v1", "HEAD", &ships, NULL), 0);
	assert_int_equal(told.commits, ships.commits);
	assert_int_equal(told.files, ships.files);
	assert_false(ships.is_stopped);
	assert_int_equal(ships.migrations, 1);
	ships_release(&ships);
	told = (struct told){.most = 3};
	ships.ask.commit = take_commit;
	ships.ask.file = take_file;
	ships.ask.data = &told;
	assert_int_equal(ships_find(repository, "v1", "HEAD", &ships, NULL), 0);
	assert_true(ships.is_stopped);
	assert_int_equal(told.commits, 3);
	assert_int_equal(told.files, 0);
	ships_release(&ships);
	repository_free(repository);
}

static void sets_keep_each_text_once(void **state)
{
	struct text_set set = TEXT_SET_INIT;

	(void)state;
	assert_true(text_set_add_lower(&set, "B@x"));
	assert_true(text_set_add_lower(&set, "a@x"));
	assert_false(text_set_add_lower(&set, "b@X"));
	assert_false(text_set_add_lower(&set, ""));
	assert_string_equal(set.sorted.items[0], "a@x");
	assert_int_equal(set.sorted.count, 2);
	text_set_release(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(libgit2_counts_as_git_does),
		scratch_test(the_git_command_counts_the_same),
		scratch_test(the_record_has_what_a_gate_shows),
		scratch_test(what_is_already_live_does_not_count_as_lost),
		scratch_test(patches_are_what_git_shows),
		scratch_test(the_git_command_shows_the_same_patches),
		scratch_test(everything_is_told_until_it_is_enough),
		cmocka_unit_test(risky_paths_are_known),
		cmocka_unit_test(the_pipeline_file_says_what_is_risky),
		cmocka_unit_test(sets_keep_each_text_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
