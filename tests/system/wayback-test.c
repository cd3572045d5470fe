/* SPDX-License-Identifier: MIT */
/* The way back as people use it: drilled, kept from coming again, adopted.
 * The real program, HAProxy and servers, under load. */
#include "system/support.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "event/journal.h"

#define PIPELINE                                                             \
	"name: shop\nenvironments:\n" SITE_PRODUCTION "stages:\n" SITE_BUILD \
	"  production: {deploy: {environment: production}}\n"

static void release(struct site *site, const char *subject)
{
	site_pipeline(site, PIPELINE);
	site_write(site, "subject", subject);
	site_commit(site, subject);
	assert_int_equal(site_call(site, "run", NULL), 0);
}

/* The first is on blue, the second, live, on green. */
static void two_releases(struct site *site)
{
	release(site, "one");
	release(site, "two");
}

static void drill_measures_the_way_back_and_loses_no_request(void **state)
{
	struct site *site = *state;
	struct event *event;
	char *folder;
	long by_blue;

	two_releases(site);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "never gone; signalbox drill production");
	assert_int_equal(site_call(site, "drill", "production", NULL), 2);
	assert_says(site->err, "--yes does it without a terminal");
	site_load_start(site);
	site_await_requests(site, 100);
	by_blue = site_load_by(site, false);
	assert_int_equal(site_call(site, "drill", "production", "--yes",
				   "--for", "500ms", NULL),
			 0);
	assert_says(site->out, "DRILL of the way back");
	assert_says(site->out, "failed by it: 0 of ");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, " ms, by a drill");
	assert_true(site_load_by(site, false) > by_blue);
	site_await_begun_requests(site);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_string_equal(site_colour(site), "green");
	folder = site_environment_folder(site, "production");
	event = site_last_event(folder, EVENT_DRILL_FINISHED, NULL);
	assert_string_equal(event_text(event, "outcome"), "passed");
	assert_true(event_int(event, "requests", 0) > 0);
	event_free(event);
	free(folder);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static bool is_blue(void *data)
{
	return strcmp(site_colour(data), "blue") == 0;
}

static void drill_killed_in_the_middle_goes_back_to_what_is_live(void **state)
{
	struct site *site = *state;
	struct process *drill;

	two_releases(site);
	site_load_start(site);
	drill = site_start(site, NULL, "drill", "production", "--yes", "--for",
			   "10m", NULL);
	await(is_blue, site, "the drill is away");
	kill(drill->pid, SIGKILL);
	process_await(drill);
	/* A lock by hand, which nobody but its person takes away. */
	assert_int_equal(site_call(site, "lock", "production", NULL), 0);
	assert_says(site->out, "the drill was cut off; the traffic is back on "
			       "green");
	assert_int_equal(site_call(site, "unlock", "production", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void drill_that_is_interrupted_comes_back_first(void **state)
{
	struct site *site = *state;
	struct process *drill;

	two_releases(site);
	drill = site_start(site, NULL, "drill", "production", "--yes", "--for",
			   "10m", NULL);
	await(is_blue, site, "the drill is away");
	kill(drill->pid, SIGTERM);
	assert_int_equal(process_await(drill), 128 + SIGTERM);
	assert_says(drill->out.data, "back on green in ");
	assert_string_equal(site_colour(site), "green");
}

static void what_was_rolled_back_comes_again_by_an_override_alone(void **state)
{
	struct site *site = *state;

	two_releases(site);
	assert_int_equal(site_call(site, "rollback", "production", "--reason",
				   "slow checkout", NULL),
			 0);
	assert_says(site->out, "is not released again without an override");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "vetoed: ");
	assert_int_equal(site_call(site, "run", NULL), 6);
	assert_says(site->out, "VETOED: ");
	assert_says(site->out, ": slow checkout");
	assert_int_equal(site_call(site, "approve", "3", NULL), 8);
	assert_says(site->err, "an override with a reason lets it pass");
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "override", "3", "--reason",
				   "it was the disk", NULL),
			 0);
	assert_int_equal(site_call(site, "resume", "3", NULL), 0);
	assert_says(site->out, "may be released again");
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void another_commit_is_not_held_by_a_veto(void **state)
{
	struct site *site = *state;

	two_releases(site);
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	release(site, "three");
	assert_int_equal(
		site_call(site, "rollback", "production", "--no-veto", NULL),
		0);
	assert_int_equal(site_call(site, "run", NULL), 0);
}

static void rollback_prepares_a_branch_that_reverts_it(void **state)
{
	struct site *site = *state;

	two_releases(site);
	site_write(site, "more", "text");
	release(site, "three");
	assert_int_equal(site_call(site, "rollback", "production", "--to", "1",
				   "--revert-branch=mend", NULL),
			 0);
	assert_says(site->out, "branch mend: ");
	assert_string_equal(site->err, "");
	/* What it holds is what run 1 held, two commits back; the person's
	 * branch, folder and work trees are as they were. */
	site_shell(site, site->repository,
		   "git diff --quiet HEAD~2 mend && "
		   "test $(git rev-list --count HEAD..mend) = 2 && "
		   "git log -1 --format=%s mend | grep -q 'Revert \"two\"' && "
		   "test -z \"$(git status --porcelain)\" && "
		   "test $(git worktree list | wc -l) = 1");
	assert_int_equal(site_call(site, "rollback", "production",
				   "--revert-branch=mend", NULL),
			 0);
	assert_says(site->err, "no branch mend was made: there is a branch");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest all[] = {
		TEST(drill_measures_the_way_back_and_loses_no_request),
		TEST(drill_killed_in_the_middle_goes_back_to_what_is_live),
		TEST(drill_that_is_interrupted_comes_back_first),
		TEST(what_was_rolled_back_comes_again_by_an_override_alone),
		TEST(another_commit_is_not_held_by_a_veto),
		TEST(rollback_prepares_a_branch_that_reverts_it),
	};

	return cmocka_run_group_tests_name("wayback", all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
