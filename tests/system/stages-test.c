/* SPDX-License-Identifier: MIT */
/* What a stage can say of itself, and which stages a run takes: the real
 * program, real children. */
#include "system/support.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define HEAD "name: shop\nstages:\n"

static void prepare(struct site *site, const char *text)
{
	site_pipeline(site, text);
	site_commit(site, "a commit");
}

/* The outcome of a stage in the journal of a run; the caller's. */
static char *field_of(struct site *site, int run, enum event_type type,
		      const char *stage, const char *key)
{
	char *folder = site_run_folder(site, run);
	struct event *event = site_last_event(folder, type, stage);
	char *text = event ? xstrdup(event_text(event, key)) : NULL;

	free(folder);
	event_free(event);
	if (!text)
		fail_msg("no %s of %s", event_type_name(type), stage);
	return text;
}

static void assert_field(struct site *site, int run, enum event_type type,
			 const char *stage, const char *key, const char *wanted)
{
	char *text = field_of(site, run, type, stage, key);

	assert_string_equal(text, wanted);
	free(text);
}

static int count_of(struct site *site, int run, enum event_type type,
		    const char *stage)
{
	char *folder = site_run_folder(site, run);
	int count = site_count_events(folder, type, stage);

	free(folder);
	return count;
}

static void a_part_of_the_stages_runs_and_the_journal_says_which(void **state)
{
	struct site *site = *state;
	char *why;

	prepare(site, HEAD "  unit: {run: 'true'}\n"
			   "  build: {run: 'true'}\n"
			   "  pack: {run: 'true'}\n");
	assert_int_equal(site_call(site, "run", "--only", "build", NULL), 0);
	assert_says(site->out, "--only build");
	assert_says(site->out, "2 stages left out");
	why = field_of(site, 1, EVENT_STAGE_SKIPPED, "unit", "reason");
	assert_says(why, "left out by ");
	assert_says(why, ": --only build");
	free(why);
	assert_field(site, 1, EVENT_STAGE_FINISHED, "build", "outcome",
		     "passed");
	assert_int_equal(site_call(site, "run", "--from", "build", "--until",
				   "build", NULL),
			 0);
	assert_int_equal(count_of(site, 2, EVENT_STAGE_STARTED, "unit"), 0);
	assert_int_equal(count_of(site, 2, EVENT_STAGE_STARTED, "build"), 1);
	assert_int_equal(count_of(site, 2, EVENT_STAGE_STARTED, "pack"), 0);
}

static void dry_run_prints_the_plan_and_starts_nothing(void **state)
{
	struct site *site = *state;
	char *runs = path_join(site->state, "runs");

	prepare(site, HEAD "  unit: {run: 'true'}\n"
			   "  build: {run: 'true'}\n");
	assert_int_equal(
		site_call(site, "run", "--dry-run", "--only", "build", NULL),
		0);
	assert_says(site->out, "unit (run): left out by ");
	assert_says(site->out, "build (run) after unit\n");
	assert_int_equal(site_call(site, "plan", "--until", "unit", NULL), 0);
	assert_says(site->out, "build (run): left out by ");
	assert_int_equal(
		site_call(site, "run", "--dry-run", "--only", "biuld", NULL),
		2);
	assert_says(site->err, "did you mean 'build'?");
	assert_false(file_exists(runs));
	free(runs);
}

static void deploying_past_stages_left_out_wants_a_reason(void **state)
{
	struct site *site = *state;

	prepare(site,
		"name: shop\nenvironments:\n" SITE_PRODUCTION
		"    gate: {}\nstages:\n  unit: {run: 'true'}\n" SITE_BUILD
		"  production: {deploy: {environment: production}}\n");
	assert_int_equal(site_call(site, "run", "--from", "build", NULL), 2);
	assert_says(site->err, "production would deploy without stages");
	assert_int_equal(site_call(site, "run", "--from", "build", "--reason",
				   "a hotfix", NULL),
			 6);
	assert_says(site->out, "production waits for 1 approval");
	assert_int_equal(site_call(site, "run", "--until", "gate", NULL), 0);
	assert_int_equal(count_of(site, 2, EVENT_GATE_OPENED, NULL), 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest all[] = {
		TEST(a_part_of_the_stages_runs_and_the_journal_says_which),
		TEST(dry_run_prints_the_plan_and_starts_nothing),
		TEST(deploying_past_stages_left_out_wants_a_reason),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
