/* SPDX-License-Identifier: MIT */
/* What runs of the real program keep of their reports. */
#include "system/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "evidence/kept.h"
#include "source/artifact.h"

#define SARIF                                                             \
	"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"ruleId\":\"r-" \
	"1\",\"level\":\"note\",\"message\":{\"text\":\"one\"}}]}]}\n"

static void run_it(struct site *site, const char *stages)
{
	char *text = xasprintf("name: shop\nenvironments:\n" SITE_PRODUCTION
			       "    secrets: [SHOP_TOKEN]\n"
			       "stages:\n%s",
			       stages);

	site_write(site, "r.sarif", SARIF);
	site_pipeline(site, text);
	site_commit(site, "a commit");
	site_call(site, "run", NULL);
	free(text);
}

static struct kept load(struct site *site, int run, const char *stage)
{
	char *folder = site_run_folder(site, run);
	char *path = evidence_path(folder, stage);
	struct error err = ERROR_INIT;
	struct kept kept;

	if (kept_load(path, NULL, &kept, &err) < 0)
		fail_msg("%s", error_text(&err));
	free(path);
	free(folder);
	return kept;
}

/* The digest of the last report's file, "" none; the caller's. */
static char *raw_of(struct site *site, int run)
{
	char *folder = site_run_folder(site, run);
	struct event *event = site_last_event(folder, EVENT_REPORT_READ, NULL);
	char *digest = xstrdup(event ? event_text(event, "digest") : "");

	event_free(event);
	free(folder);
	return digest;
}

static void damage(const char *path)
{
	assert_int_equal(file_replace(path, "x", 1, 0600, NULL), 0);
}

static void a_stage_keeps_its_tests_and_its_findings(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	char *path = evidence_path(folder, "scan");
	char *digest, *object;
	struct kept kept;

	run_it(site, "  scan:\n"
		     "    run: \"printf '1..2\\nok 1 - a\\nnot ok 2 - b\\n'; "
		     "cat r.sarif > out.sarif\"\n"
		     "    reports: {tap: \"-\"}\n"
		     "    allow-failure: {reason: r, owner: o, reviewer: p, "
		     "until: "
		     "2999-01-01}\n"
		     "  both:\n"
		     "    run: \"printf '1..1\\nok 1 - c\\n'; cat r.sarif > "
		     "out.sarif\"\n"
		     "    reports: {tap: \"-\"}\n"
		     "    scan: {report: out.sarif, fail-on: high}\n");
	kept = load(site, 1, "scan");
	assert_true(kept.whole);
	assert_int_equal(kept.test_count, 2);
	assert_string_equal(kept.tests[1].name, "b");
	assert_int_equal(kept.tests[1].outcome, TEST_FAILED);
	kept_release(&kept);
	kept = load(site, 1, "both");
	assert_true(kept.whole);
	assert_int_equal(kept.test_count, 1);
	assert_int_equal(kept.finding_count, 1);
	assert_string_equal(kept.findings[0].id, "r-1");
	kept_release(&kept);
	assert_int_equal(site_call(site, "verify", NULL), 0);
	assert_says(site->out, "and 5 files of logs and reports");
	digest = raw_of(site, 1);
	object = artifact_object_path(site->state, digest);
	assert_true(file_exists(object));
	damage(object);
	assert_int_equal(site_call(site, "verify", "1", NULL), 1);
	assert_says(site->out, "DAMAGED: the report out.sarif was changed");
	assert_int_equal(unlink(object), 0);
	assert_int_equal(site_call(site, "verify", "1", NULL), 0);
	damage(path);
	assert_int_equal(site_call(site, "verify", "1", NULL), 1);
	assert_says(site->out, "DAMAGED: the evidence of scan was changed");
	site_shell(site, folder, "echo more >> logs/both.log");
	site_call(site, "verify", "1", NULL);
	assert_says_not(site->out, "DAMAGED: the log");
	site_shell(site, folder, "sed -i s/ok/OK/ logs/both.log");
	site_call(site, "verify", "1", NULL);
	assert_says(site->out, "DAMAGED: the log both.log was changed");
	free(object);
	free(digest);
	free(path);
	free(folder);
}

/* The report tells the pipeline's secret. */
static void a_report_with_a_secret_is_not_copied(void **state)
{
	struct site *site = *state;
	struct kept kept;
	char *digest;

	setenv("SHOP_TOKEN", "one", 1);
	run_it(site, "  scan:\n"
		     "    run: cat r.sarif > out.sarif\n"
		     "    environment: production\n"
		     "    scan: {report: out.sarif, fail-on: high}\n");
	unsetenv("SHOP_TOKEN");
	digest = raw_of(site, 1);
	assert_string_equal(digest, "");
	kept = load(site, 1, "scan");
	assert_string_equal(kept.findings[0].title, "***");
	kept_release(&kept);
	free(digest);
}

/* pa&s<w"o/rd\xc3\xa9SECRET as each format writes it. */
static void a_report_with_an_escaped_secret_is_not_copied(void **state)
{
	static const char *const written[] = {
		"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"ruleId\":"
		"\"r\",\"message\":{\"text\":\"pa\\u0026s<w\\\"o\\/rd\\u00e9"
		"SECRET\"}}]}]}",
		"<testsuite><testcase name=\"pa&amp;s&lt;w&#34;o/rd&#xe9;"
		"SECRET\"/></testsuite>",
		"<testsuite><testcase name=\"{pa&amp;s&lt;w\\&quot;o/rd\\u00e9"
		"SECRET}\"/></testsuite>",
	};
	static const char *const stages[] = {"json", "xml", "both"};
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);

	for (size_t i = 0; i < ARRAY_SIZE(written); i++)
		site_write(site, stages[i], written[i]);
	setenv("SHOP_TOKEN", "pa&s<w\"o/rd\xc3\xa9SECRET", 1);
	run_it(site, "  json:\n"
		     "    run: cat json > out\n"
		     "    environment: production\n"
		     "    scan: {report: out, fail-on: critical}\n"
		     "  xml:\n"
		     "    run: cat xml > out\n"
		     "    environment: production\n"
		     "    reports: {junit: out}\n"
		     "  both:\n"
		     "    run: cat both > out\n"
		     "    environment: production\n"
		     "    reports: {junit: out}\n");
	unsetenv("SHOP_TOKEN");
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		struct event *event =
			site_last_event(folder, EVENT_REPORT_READ, stages[i]);

		assert_non_null(event);
		assert_true(event_bool(event, "ok"));
		assert_false(event_has(event, "digest"));
		event_free(event);
	}
	free(folder);
}

static void only_what_may_be_copied_is(void **state)
{
	static const char *const stages[] = {"plain", "private", "told"};
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);

	run_it(site, "  plain:\n"
		     "    run: echo '<testsuite><testcase name=\"a\"/>"
		     "</testsuite>' > j.xml\n"
		     "    reports: {junit: j.xml}\n"
		     "  private:\n"
		     "    run: echo '<testsuite><testcase name=\"a\">"
		     "<system-out>x</system-out></testcase></testsuite>' > "
		     "j.xml\n"
		     "    reports: {junit: j.xml}\n"
		     "  told:\n"
		     "    run: echo '<testsuite><testcase name=\"a\"/>"
		     "</testsuite>' > j.xml\n"
		     "    reports: {junit: j.xml, keep: false}\n");
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		struct event *event =
			site_last_event(folder, EVENT_REPORT_READ, stages[i]);

		assert_non_null(event);
		assert_true(event_bool(event, "ok"));
		assert_int_equal(event_has(event, "digest"), i == 0);
		event_free(event);
	}
	free(folder);
}

/* What the try before found is not what this one does. */
static void a_new_try_begins_without_evidence(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	char *path = evidence_path(folder, "scan");

	run_it(site, "  scan:\n"
		     "    run: \"test -e @FOLDER@/was && exit 3; touch "
		     "@FOLDER@/was; cat r.sarif > out.sarif\"\n"
		     "    retries: 1\n"
		     "    scan: {report: out.sarif, fail-on: info}\n");
	assert_int_equal(site_count_events(folder, EVENT_STAGE_RETRYING, NULL),
			 1);
	assert_false(file_exists(path));
	assert_int_equal(site_call(site, "verify", NULL), 0);
	free(path);
	free(folder);
}

static void gc_leaves_the_reports_of_the_newest_runs(void **state)
{
	struct site *site = *state;
	char *digest, *object;

	run_it(site, "  scan:\n"
		     "    run: cat r.sarif > out.sarif\n"
		     "    scan: {report: out.sarif, fail-on: high}\n");
	digest = raw_of(site, 1);
	object = artifact_object_path(site->state, digest);
	site_shell(site, site->state,
		   "touch -d 2001-01-01 artifacts/sha256/*/*");
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	assert_true(file_exists(object));
	free(object);
	free(digest);
}

static void a_run_is_exported(void **state)
{
	struct site *site = *state;

	run_it(site, "  unit:\n"
		     "    run: \"printf '1..2\\nok 1 - a\\nnot ok 2 - b\\n'\"\n"
		     "    reports: {tap: \"-\"}\n"
		     "  scan:\n"
		     "    needs: []\n"
		     "    run: cat r.sarif > out.sarif\n"
		     "    scan: {report: out.sarif, fail-on: high}\n");
	assert_int_equal(site_call(site, "export", "1", NULL), 0);
	assert_says(site->out, "# shop run 1 failed");
	assert_says(site->out, "| unit | **failed** | 1 ok, 1 failed, 0 "
			       "skipped |");
	assert_int_equal(
		site_call(site, "export", "1", "--format", "junit", NULL), 0);
	assert_says(site->out, "tests=\"3\" failures=\"1\" errors=\"0\" "
			       "skipped=\"1\"");
	assert_int_equal(
		site_call(site, "export", "1", "--format", "sarif", NULL), 0);
	assert_says(site->out, "\"ruleId\": \"r-1\"");
	assert_int_equal(
		site_call(site, "export", "1", "--format", "pdf", NULL), 2);
	assert_int_equal(site_call(site, "export", "9", NULL), 2);
	site_shell(site, site->state, "rm runs/1/logs/scan.evidence");
	assert_int_equal(
		site_call(site, "export", "1", "--format", "sarif", NULL), 0);
	assert_says(site->out, "\"executionSuccessful\": false");
}

/* The run is red; who takes the finding out makes no clean scan of it. */
static void an_evidence_file_that_was_altered_is_not_believed(void **state)
{
	struct site *site = *state;

	run_it(site, "  scan:\n"
		     "    run: sed s/note/error/ r.sarif > out.sarif\n"
		     "    scan: {report: out.sarif, fail-on: high}\n");
	assert_int_equal(site_call(site, "exceptions", "1", NULL), 0);
	site_shell(site, site->state,
		   "sed -i '/\"finding\"/d' runs/1/logs/scan.evidence");
	assert_int_equal(
		site_call(site, "export", "1", "--format", "sarif", NULL), 0);
	assert_says(site->out, "\"executionSuccessful\": false");
	assert_says(site->out, "scan.evidence is not as its run kept it");
	site_call(site, "export", "1", NULL);
	assert_says(site->out, "scan.evidence is not as its run kept it");
	site_call(site, "export", "1", "--format", "junit", NULL);
	assert_says(site->out, "scan.evidence is not as its run kept it");
	assert_int_equal(site_call(site, "exceptions", "1", NULL), 7);
	assert_says(site->err, "scan.evidence is not as its run kept it");
}

/* No rule compares them: who looks is told what is new. */
static void what_is_new_since_live_is_told(void **state)
{
	static const char stages[] =
		SITE_BUILD "  scan:\n"
			   "    run: cat r.sarif > out.sarif\n"
			   "    scan: {report: out.sarif, fail-on: high}\n"
			   "  production: {deploy: {environment: "
			   "production}}\n";
	struct site *site = *state;
	char *folder = site_run_folder(site, 2);
	struct event *event;

	setenv("SHOP_TOKEN", "a-token-of-ours", 1);
	run_it(site, stages);
	assert_says(site->out, "run 1 passed");
	site_write(site, "r.sarif",
		   "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"ruleId\":"
		   "\"r-1\",\"level\":\"note\"},{\"ruleId\":\"r-2\",\"level\":"
		   "\"warning\"}]}]}\n");
	site_commit(site, "another");
	site_call(site, "run", NULL);
	unsetenv("SHOP_TOKEN");
	event = site_last_event(folder, EVENT_REPORT_READ, "scan");
	assert_string_equal(event_text(event, "since"), "production");
	assert_int_equal(
		json_int(event_json(event, "new-by-severity"), "medium", -1),
		1);
	assert_int_equal(
		json_int(event_json(event, "new-by-severity"), "low", -1), 0);
	event_free(event);
	free(folder);
}

#define SITE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_stage_keeps_its_tests_and_its_findings),
		SITE_TEST(a_report_with_a_secret_is_not_copied),
		SITE_TEST(a_report_with_an_escaped_secret_is_not_copied),
		SITE_TEST(only_what_may_be_copied_is),
		SITE_TEST(a_new_try_begins_without_evidence),
		SITE_TEST(gc_leaves_the_reports_of_the_newest_runs),
		SITE_TEST(a_run_is_exported),
		SITE_TEST(an_evidence_file_that_was_altered_is_not_believed),
		SITE_TEST(what_is_new_since_live_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
