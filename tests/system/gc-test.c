/* SPDX-License-Identifier: MIT */
/* What runs leave behind: what is kept for people, what `gc` frees, and what
 * it never does. */
#include "system/support.h"

#include <signal.h>
#include <stdio.h>
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

/* Everything in the state folder is from long ago. */
static void age(struct site *site)
{
	site_shell(site, site->state,
		   "mkdir -p work artifacts releases && "
		   "find work artifacts releases -print0 | "
		   "xargs -0 touch -h -d 2026-01-01");
}

static bool has(const struct site *site, const char *path)
{
	char *whole = path_join(site->state, path);
	bool is = file_exists(whole);

	free(whole);
	return is;
}

/* "run 1" .. of what gc shows, nothing freed. */
static void assert_would_free(struct site *site, const char *what, bool wanted)
{
	assert_int_equal(site_call(site, "gc", "--dry-run", NULL), 0);
	assert_says_at(site->out, what, wanted, __FILE__, __LINE__);
}

#define ARTIFACT                              \
	"name: shop\nkeep-runs: 2\nstages:\n" \
	"  build: {run: 'echo made; date +%N >made', artifacts: [made]}\n"

static int count_artifacts(struct site *site)
{
	char *text =
		xasprintf("find %s/artifacts -type f | wc -l", site->state);
	FILE *pipe = popen(text, "r");
	int count = -1;

	assert_int_equal(fscanf(pipe, "%d", &count), 1);
	pclose(pipe);
	free(text);
	return count;
}

static void gc_frees_what_old_runs_printed_and_made(void **state)
{
	struct site *site = *state;

	commit_pipeline(site, ARTIFACT);
	for (int i = 0; i < 4; i++)
		assert_int_equal(site_call(site, "run", NULL), 0);
	age(site);
	assert_int_equal(site_call(site, "gc", NULL), 0);
	assert_says(site->out, "run 1: what the stages printed");
	assert_says(site->out, "run 2: ");
	assert_says_not(site->out, "run 3: ");
	assert_says(site->out, "files: 2 that none of the newest 2 runs made");
	assert_says(site->out, "nothing is freed yet");
	assert_int_equal(site_call(site, "gc", "--dry-run", NULL), 0);
	assert_true(has(site, "runs/1/logs"));
	assert_int_equal(count_artifacts(site), 4);
	assert_int_equal(site_call(site, "gc", "--dry-run", "--yes", NULL), 2);
	assert_int_equal(
		site_call(site, "gc", "--yes", "--output", "json", NULL), 0);
	assert_says(site->out, "\"freed\": true");
	assert_false(has(site, "runs/1/logs"));
	assert_true(has(site, "runs/3/logs"));
	assert_int_equal(count_artifacts(site), 2);
	/* The record is whole, and says what is no longer there. */
	assert_int_equal(site_call(site, "log", "1", "build", NULL), 0);
	assert_says(site->err, "no longer kept");
	assert_int_equal(site_call(site, "log", "3", "build", NULL), 0);
	assert_string_equal(site->out, "made\n");
	assert_int_equal(site_call(site, "status", "1", NULL), 0);
	assert_says(site->out, "passed");
	assert_int_equal(site_call(site, "verify", NULL), 0);
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_says(site->out, "nothing to free");
	assert_int_equal(site_call(site, "run", NULL), 0);
}

#define WAITS                                                               \
	"name: shop\nkeep-runs: 0\nstages:\n"                               \
	"  build: {run: 'echo made | tee made', artifacts: [made]}\n"       \
	"  later:\n"                                                        \
	"    run: ': > @FOLDER@/busy; until test -e @FOLDER@/go; do sleep " \
	"0.01; done; cat made'\n"

static void gc_leaves_what_a_run_under_way_needs(void **state)
{
	struct site *site = *state;
	char *busy = path_join(site->folder, "busy");
	char *go = path_join(site->folder, "go");
	struct process *run;

	commit_pipeline(site, WAITS);
	run = site_start(site, NULL, "run", NULL);
	await_file(busy);
	age(site);
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_says(site->out, "nothing to free");
	site_write(site, "../go", "");
	assert_int_equal(process_await(run), 0);
	assert_int_equal(site_call(site, "log", "1", "later", NULL), 0);
	assert_string_equal(site->out, "made\n");
	age(site);
	assert_would_free(site, "run 1", true);
	assert_would_free(site, "folder 1: no stage used it", true);
	free(busy);
	free(go);
}

static void gc_leaves_what_a_run_that_was_cut_off_needs(void **state)
{
	struct site *site = *state;
	char *busy = path_join(site->folder, "busy");
	struct process *run;

	commit_pipeline(site, WAITS);
	run = site_start(site, NULL, "run", NULL);
	await_file(busy);
	assert_int_equal(kill(process_program(run), SIGKILL), 0);
	process_await(run);
	age(site);
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_true(has(site, "runs/1/logs/build.log"));
	assert_int_equal(count_artifacts(site), 1);
	free(busy);
}

static int count_sockets(struct site *site)
{
	char *text = xasprintf("find %s/runtime -type s | wc -l", site->folder);
	FILE *pipe = popen(text, "r");
	int count = -1;

	assert_int_equal(fscanf(pipe, "%d", &count), 1);
	pclose(pipe);
	free(text);
	return count;
}

static void socket_of_a_killed_run_goes_with_the_next_start(void **state)
{
	struct site *site = *state;
	char *busy = path_join(site->folder, "busy");

	commit_pipeline(site, WAITS);
	for (int i = 0; i < 2; i++) {
		struct process *run = site_start(site, NULL, "run", NULL);

		await_file(busy);
		assert_int_equal(kill(process_program(run), SIGKILL), 0);
		process_await(run);
		assert_int_equal(count_sockets(site), 1);
		assert_int_equal(unlink(busy), 0);
	}
	site_write(site, "../go", "");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(count_sockets(site), 0);
	free(busy);
}

static void gc_removes_sockets_that_nobody_listens_at(void **state)
{
	struct site *site = *state;
	char *busy = path_join(site->folder, "busy");
	struct process *run;

	commit_pipeline(site, WAITS);
	run = site_start(site, NULL, "run", NULL);
	await_file(busy);
	site_shell(site, site->folder,
		   "touch -d 2026-01-01 runtime/signalbox/*.sock");
	assert_would_free(site, "where nobody listens", false);
	assert_int_equal(kill(process_program(run), SIGKILL), 0);
	process_await(run);
	assert_int_equal(site_call(site, "gc", NULL), 0);
	assert_says(site->out, "1 item; nothing is freed yet");
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_says(site->out, "where nobody listens");
	assert_says(site->out, "freed 1 item");
	assert_int_equal(count_sockets(site), 0);
	free(busy);
}

static void gc_leaves_folders_that_are_kept_or_used(void **state)
{
	struct site *site = *state;
	char *kept;

	commit_pipeline(site, HEAD "  unit: {run: 'exit 1'}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	kept = kept_folder(site, 1, "unit");
	commit_pipeline(site, HEAD "  unit: {run: 'true'}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_true(has(site, "work/2"));
	assert_would_free(site, "folder 2", false); /* used just now */
	age(site);
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_says_not(site->out, "folder 1");
	assert_true(file_exists(kept));
	assert_false(has(site, "work/2"));
	assert_false(has(site, "work/2.git"));
	assert_int_equal(site_call(site, "run", NULL), 0);
	free(kept);
}

#define DELIVERY(keep)                                              \
	"name: shop\nkeep-runs: 0\nenvironments:\n" SITE_PRODUCTION \
	"    keep: " keep "\nstages:\n" SITE_BUILD

#define TO_PRODUCTION "  production: {deploy: {environment: production}}\n"

static void passes(struct site *site)
{
	int status = site_call(site, "run", NULL);

	if (status != 0)
		fail_msg("%d: %s%s", status, site->out, site->err);
}

/* The first is the previous release, the second is live. */
static void release_two(struct site *site, const char *pipeline)
{
	commit_pipeline(site, pipeline);
	passes(site);
	site_write(site, "bug", "0\n");
	site_commit(site, "the second");
	passes(site);
	assert_string_equal(site_colour(site), "green");
}

/* Releases that were used since, so that no real one is among the last ten. */
static void add_releases(struct site *site, int count)
{
	char *text = xasprintf(
		"for i in $(seq %d); do d=$(echo $i | sha256sum | cut -c1-64); "
		"mkdir -p releases/$d; : >releases/$d.json; "
		"touch -d \"2026-02-01 $i minutes\" releases/$d.json; done",
		count);

	site_shell(site, site->state, text);
	free(text);
}

static int count_releases(struct site *site)
{
	char *text = xasprintf("ls -d %s/releases/*.json | wc -l", site->state);
	FILE *pipe = popen(text, "r");
	int count = -1;

	assert_int_equal(fscanf(pipe, "%d", &count), 1);
	pclose(pipe);
	free(text);
	return count;
}

static void gc_never_frees_the_live_or_the_previous_release(void **state)
{
	struct site *site = *state;

	release_two(site, DELIVERY("30m") TO_PRODUCTION);
	age(site);
	add_releases(site, 12);
	assert_int_equal(count_releases(site), 14);
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_says(site->out, "not among the 10 last used");
	assert_says_not(site->out, "still runs");
	assert_int_equal(count_releases(site), 12);
	/* Cold, so that it is really started from there. */
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	assert_int_equal(site_call(site, "up", "production", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void gc_never_frees_a_candidate_or_its_run(void **state)
{
	struct site *site = *state;
	struct process *run;

	release_two(site, DELIVERY("0s") TO_PRODUCTION);
	site_write(site, "bug", "0 \n");
	commit_pipeline(site,
			DELIVERY("0s") "  production:\n"
				       "    deploy:\n"
				       "      environment: production\n"
				       "      strategy: canary\n"
				       "      steps: [{weight: 50%}, {pause: "
				       "10m}, {weight: 100%}]\n");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "traffic green 50 %");
	age(site);
	add_releases(site, 12);
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_says_not(site->out, "still runs");
	assert_int_equal(count_releases(site), 13);
	/* The run goes on, and the way back stands all the while. */
	assert_int_equal(site_call(site, "promote", "3", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "green");
}

static void gc_never_frees_what_waits_at_a_gate(void **state)
{
	struct site *site = *state;

	release_two(site, DELIVERY("30m") TO_PRODUCTION);
	site_write(site, "bug", "0 \n");
	commit_pipeline(site, "name: shop\nkeep-runs: 0\n"
			      "people: {root: {name: Root}}\n"
			      "environments:\n" SITE_PRODUCTION
			      "    gate: {approvers: [root], required: 1}\n"
			      "stages:\n" SITE_BUILD TO_PRODUCTION);
	assert_int_equal(site_call(site, "run", NULL), 6);
	age(site);
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_true(has(site, "runs/3/logs"));
	assert_int_equal(count_artifacts(site), 1);
}

static void gc_stops_an_old_colour_when_its_time_is_over(void **state)
{
	struct site *site = *state;

	release_two(site, DELIVERY("0s") TO_PRODUCTION);
	assert_int_not_equal(site_keeper(site, "production", "blue"), 0);
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_says(site->out, "production blue");
	assert_says(site->out, "still runs");
	assert_int_equal(site_keeper(site, "production", "blue"), 0);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "would start first");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
}

static void
gc_never_stops_a_colour_that_could_not_be_started_again(void **state)
{
	struct site *site = *state;

	release_two(site, DELIVERY("0s") TO_PRODUCTION);
	site_shell(site, site->state,
		   "chmod -R u+w releases && rm -rf releases/*");
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_says_not(site->out, "still runs");
	assert_int_not_equal(site_keeper(site, "production", "blue"), 0);
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
}

static void gc_frees_no_release_when_a_journal_cannot_be_read(void **state)
{
	struct site *site = *state;

	release_two(site, DELIVERY("30m") TO_PRODUCTION);
	age(site);
	add_releases(site, 12);
	site_shell(site, site->state,
		   "cp environments/production/journal.ndjson whole && "
		   "sed -i '3s/seq/sqe/' environments/production/"
		   "journal.ndjson");
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_says(site->err, "no release is freed");
	assert_int_equal(count_releases(site), 14);
	site_shell(site, site->state,
		   "cp whole environments/production/journal.ndjson");
}

/* A daemon that left its group, its session and its parent behind. */
static void daemon_of_a_stage_ends_with_the_stage(void **state)
{
	struct site *site = *state;

	commit_pipeline(
		site,
		HEAD "  unit:\n"
		     "    run: |\n"
		     "      (setsid sh -c '(echo $$ >@FOLDER@/one; sh -c "
		     "\"echo \\$\\$ >@FOLDER@/two; exec sleep 1000\" &) ; exec "
		     "sleep 1000' </dev/null >/dev/null 2>&1 &)\n"
		     "      until test -s @FOLDER@/two; do sleep 0.01; done\n"
		     "  later:\n"
		     "    run: |\n"
		     "      for name in one two; do\n"
		     "        pid=$(cat @FOLDER@/$name)\n"
		     "        if kill -0 $pid; then echo $name lives; exit 1; "
		     "fi\n"
		     "      done\n");
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
}

static void append_stages(struct str *text, const char *what, int count)
{
	for (int i = 0; i < count; i++)
		str_addf(text, "  %s%d: {run: 'echo %d'%s}\n", what, i, i,
			 *what == 'n' ? ", source: none" : "");
}

static int count_of(const char *text, const char *part)
{
	int count = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		count++;
	return count;
}

/* As the shell of a stage sees the engine that is its parent. */
#define COUNT "ls /proc/$PPID/fd | wc -l"

static void engine_holds_no_more_descriptors_after_100_stages(void **state)
{
	struct site *site = *state;
	struct str text = STR_INIT;

	str_addf(&text, "name: shop\nstages:\n"
			"  warm: {run: 'echo made >made', artifacts: [made]}\n"
			"  first: {run: '" COUNT " >@FOLDER@/first'}\n");
	append_stages(&text, "s", 50);
	append_stages(&text, "n", 50);
	/* A log is closed on its way to the disk, which may be busy. */
	str_addf(&text, "  last: {timeout: 100s, run: 'until test $(" COUNT
			") -le $(cat @FOLDER@/first); do sleep 0.05; done'}\n"
			"  own: {run: 'ls /proc/$$/fd; true', source: none}\n"
			"  locked: {run: 'ls -l /proc/$$/fd; true'}\n");
	commit_pipeline(site, text.data);
	str_release(&text);
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	site_shell(site, site->folder, "test $(cat first) -gt 5");
	/* A stage's child has what a program has, and its folder's lock. */
	assert_int_equal(site_call(site, "log", "1", "own", NULL), 0);
	assert_string_equal(site->out, "0\n1\n2\n");
	assert_int_equal(site_call(site, "log", "1", "locked", NULL), 0);
	assert_says(site->out, ".lock\n");
	assert_int_equal(count_of(site->out, "->"), 4);
}

/* Nothing of the run that started it: neither journals nor sockets. */
static void keepers_hold_only_what_is_theirs(void **state)
{
	struct site *site = *state;
	static const char *const names[] = {"blue", "green", "proxy/proxy"};

	release_two(site, DELIVERY("30m") TO_PRODUCTION);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *text = xasprintf(
			"cd /proc/%ld/fd; ls | wc -l; for fd in *; do link="
			"$(readlink $fd) || continue; case $link in "
			"%s/environments/production/%s/*|/dev/null|socket:*|"
			"pipe:*|anon_inode:*) ;; *) echo $link; exit 1;; esac; "
			"done; test $(ls | wc -l) -le 10",
			(long)site_keeper(site, "production", names[i]),
			site->state, names[i]);

		site_shell(site, site->folder, text);
		free(text);
	}
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(folder_of_a_failed_stage_is_kept_as_it_was),
		TEST(as_many_folders_are_kept_as_the_file_says),
		TEST(folders_of_passed_stages_are_not_kept),
		TEST(gc_frees_what_old_runs_printed_and_made),
		TEST(gc_leaves_what_a_run_under_way_needs),
		TEST(gc_leaves_what_a_run_that_was_cut_off_needs),
		TEST(socket_of_a_killed_run_goes_with_the_next_start),
		TEST(gc_removes_sockets_that_nobody_listens_at),
		TEST(gc_leaves_folders_that_are_kept_or_used),
		TEST(gc_never_frees_the_live_or_the_previous_release),
		TEST(gc_never_frees_a_candidate_or_its_run),
		TEST(gc_never_frees_what_waits_at_a_gate),
		TEST(gc_stops_an_old_colour_when_its_time_is_over),
		TEST(gc_never_stops_a_colour_that_could_not_be_started_again),
		TEST(gc_frees_no_release_when_a_journal_cannot_be_read),
		TEST(daemon_of_a_stage_ends_with_the_stage),
		TEST(engine_holds_no_more_descriptors_after_100_stages),
		TEST(keepers_hold_only_what_is_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
