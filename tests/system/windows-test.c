/* SPDX-License-Identifier: MIT */
/* Releases wait for their window; a way back does not. */
#include "system/support.h"

#include <signal.h>
#include <stdlib.h>

#define WEEKEND "2026-11-21T12:00:00Z"
#define MONDAY "2026-11-23T10:00:00Z"
#define PIPELINE(more)                                     \
	"name: shop\nenvironments:\n" SITE_PRODUCTION more \
	"stages:\n" SITE_BUILD                             \
	"  production: {deploy: {environment: production}}\n"
#define OFFICE "    windows: [\"Mon-Fri 09:00-17:00 Europe/London\"]\n"
#define FROZEN                                                      \
	OFFICE "    freezes: [{from: \"2026-11-23 08:00\", until: " \
	       "\"2026-11-25 12:00\", zone: UTC, why: the sale is on}]\n"

static void release(struct site *site, const char *pipeline, const char *bug,
		    const char *now)
{
	setenv("SIGNALBOX_NOW", now, 1);
	site_pipeline(site, pipeline);
	site_write(site, "bug", bug);
	site_commit(site, "a commit");
}

static int tear_down(void **state)
{
	unsetenv("SIGNALBOX_NOW");
	return site_tear_down(state);
}

static void release_waits_for_its_window_and_the_way_back_does_not(void **state)
{
	struct site *site = *state;
	struct process *run;
	struct event *planned;
	char *folder;

	for (int i = 0; i < 2; i++) {
		release(site, PIPELINE(OFFICE), i ? "0\n" : "", MONDAY);
		if (site_call(site, "run", NULL) != 0)
			fail_msg("%s%s", site->out, site->err);
	}
	assert_string_equal(site_colour(site), "green");
	release(site, PIPELINE(OFFICE), "0 \n", WEEKEND);
	assert_int_equal(site_call(site, "plan", NULL), 0);
	assert_says(site->out, "opens Mon 2026-11-23 09:00 Europe/London");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "production: opens Mon 2026-11-23 09:00 "
				"Europe/London");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "signalbox override 3 production --reason TEXT "
			       "lets it begin now");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	assert_false(process_has_ended(run));
	assert_int_equal(site_call(site, "override", "3", NULL), 2);
	assert_says(site->err, "--reason");
	assert_int_equal(site_call(site, "approve", "3", NULL), 8);
	assert_int_equal(site_call(site, "override", "3", "--reason",
				   "the shop is down", NULL),
			 0);
	assert_int_equal(process_await(run), 0);
	assert_says(run->out.data, "overrides its windows: the shop is down");
	assert_string_equal(site_colour(site), "green");
	folder = site_run_folder(site, 1);
	planned = site_last_event(folder, EVENT_DEPLOY_PLANNED, NULL);
	assert_string_equal(event_text(planned, "windows"),
			    "open until Mon 2026-11-23 17:00 Europe/London");
	event_free(planned);
	free(folder);
}

static void freeze_says_why_and_until_when(void **state)
{
	struct site *site = *state;
	struct process *run;

	release(site, PIPELINE(FROZEN), "0\n", MONDAY);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "production: frozen: the sale is on; opens Wed "
				"2026-11-25 12:00 Europe/London");
	assert_int_equal(site_call(site, "cancel", "1", NULL), 0);
	assert_int_equal(process_await(run), 4);
}

/* The engine dies before the release has begun. */
static void override_holds_when_the_run_is_resumed(void **state)
{
	struct site *site = *state;
	struct process *run;

	release(site, PIPELINE(OFFICE), "", MONDAY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	release(site, PIPELINE(OFFICE), "0\n", WEEKEND);
	assert_int_equal(site_call(site, "lock", "production", NULL), 0);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "production: opens Mon ");
	assert_int_equal(site_call(site, "override", "2", "--reason",
				   "the shop is down", NULL),
			 0);
	process_await_text(run, "production is locked by");
	assert_int_equal(kill(process_program(run), SIGKILL), 0);
	process_await(run);
	assert_int_equal(site_call(site, "unlock", "production", NULL), 0);
	if (site_call(site, "resume", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	assert_says_not(site->out, "opens Mon");
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, site_set_up, tear_down)
		TEST(release_waits_for_its_window_and_the_way_back_does_not),
		TEST(freeze_says_why_and_until_when),
		TEST(override_holds_when_the_run_is_resumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
