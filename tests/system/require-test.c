/* SPDX-License-Identifier: MIT */
/* What the reports of a stage must come to. */
#include "system/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define RELEASE SITE_BUILD "  production: {deploy: {environment: production}}\n"

static void prepare(struct site *site, const char *text)
{
	char *other = xasprintf("%lld\n", (long long)clock_monotonic_us());

	/* So that there is something to commit. */
	site_write(site, "turn", other);
	free(other);
	site_pipeline(site, text);
	site_commit(site, "a commit");
}

/* A stage that writes reports that stand beside the repository. */
#define TESTS                                                     \
	"name: shop\nenvironments:\n" SITE_PRODUCTION "stages:\n" \
	"  unit:\n    run: cp @FOLDER@/r.* .\n"                   \
	"    reports: {tap: r.tap, lcov: r.info}\n"
#define CALL_TESTS TESTS "    require: "
#define LCOV(lines) \
	"SF:a.c\n" lines "BRDA:1,0,0,1\nBRDA:1,0,1,0\nend_of_record\n"

static int run_required(struct site *site, const char *rules)
{
	char *text = xasprintf(CALL_TESTS "%s\n", rules);

	prepare(site, text);
	free(text);
	return site_call(site, "run", NULL);
}

static void short_of(struct site *site, const char *rules, const char *word)
{
	if (run_required(site, rules) != 1)
		fail_msg("%s is not red: %s%s", rules, site->out, site->err);
	assert_says(site->out, word);
}

static void meets(struct site *site, const char *rules)
{
	if (run_required(site, rules) != 0)
		fail_msg("%s is not green: %s%s", rules, site->out, site->err);
}

static void reports_come_to_what_is_required(void **state)
{
	struct site *site = *state;

	site_put(site, "r.tap", "1..3\nok 1 a\nok 2 b\nok 3 c # SKIP x\n");
	site_put(site, "r.info", LCOV("DA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\n"));
	meets(site, "{tests: 2, skipped: 1, lines: 75%, branches: 50%}");
	short_of(site, "{tests: 3}", "2 tests ran, and 3 must");
	short_of(site, "{skipped: 0}", "1 test was skipped, and 0 may be");
	short_of(site, "{lines: 75.5%}",
		 "75% of lines are covered, and 75.5% must be");
	short_of(site, "{branches: 51%}",
		 "50% of branches are covered, and 51% must be");
	site_put(site, "r.info", "SF:a.c\nDA:1,1\nend_of_record\n");
	short_of(site, "{branches: 1%}", "no branches were measured");
}

static void less_than_what_is_live_is_red(void **state)
{
	static const char rules[] = "{against: production, newly-skipped: "
				    "fail, drop: 5%}";
	struct site *site = *state;

	site_put(site, "r.tap", "1..2\nok 1 a\nok 2 b\n");
	site_put(site, "r.info", LCOV("DA:1,1\nDA:2,1\nDA:3,1\nDA:4,1\n"));
	meets(site, rules);
	assert_says(site->out, "no run of signalbox is live in production");
	prepare(site, TESTS RELEASE);
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	meets(site, rules);
	site_put(site, "r.tap", "1..2\nok 1 a # SKIP x\nok 2 b\n");
	short_of(site, rules,
		 "1 test that ran in run 2, which is live, is "
		 "skipped now, the first: a");
	assert_says(site->out, "SKIPPED a, newly");
	meets(site, "{against: production, newly-skipped: warn}");
	assert_says(site->out, "the first: a");
	site_put(site, "r.tap", "1..2\nok 1 a\nok 2 b\n");
	site_put(site, "r.info", LCOV("DA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\n"));
	short_of(site, rules, "75% of lines are covered, after 100%");
	meets(site, "{against: production, drop: 25%}");
	site_shell(site, site->folder,
		   "rm -f shop/.git/signalbox/runs/2/logs/unit.evidence");
	short_of(site, "{against: production, drop: 25%}",
		 "is not as its run kept it");
	site_shell(site, site->state, "touch runs/2/logs-freed");
	meets(site, "{against: production, drop: 25%}");
	assert_says(site->out, "keeps nothing of unit");
	site_shell(site, site->state, "rm -r runs/2");
	short_of(site, "{against: production, drop: 25%}",
		 "run 2, which is live, has no journal any more");
}

/* As on a full disk: the run passes, but is nothing to compare with. */
static void what_could_not_be_kept_is_no_nothing(void **state)
{
	struct site *site = *state;

	site_put(site, "r.tap", "1..1\nok 1 a\n");
	site_put(site, "r.info", LCOV("DA:1,1\n"));
	prepare(site, "name: shop\nenvironments:\n" SITE_PRODUCTION "stages:\n"
		      "  unit:\n"
		      "    run: cp @FOLDER@/r.* .; mkdir -p "
		      "$SIGNALBOX_RUN_FOLDER/logs/unit.evidence/in\n"
		      "    reports: {tap: r.tap, lcov: r.info}\n" RELEASE);
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	assert_says(site->out, "what its reports say is not kept");
	short_of(site, "{against: production, drop: 25%}",
		 "run 1, which is live, could not keep its reports");
}

#define SITE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest all[] = {
		SITE_TEST(reports_come_to_what_is_required),
		SITE_TEST(less_than_what_is_live_is_red),
		SITE_TEST(what_could_not_be_kept_is_no_nothing),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
