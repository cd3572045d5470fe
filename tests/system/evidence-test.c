/* SPDX-License-Identifier: MIT */
/* What reports of tests and of scanners do to a run of the real program. */
#include "system/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"

#define HEAD "name: shop\nstages:\n"

static void prepare(struct site *site, const char *text)
{
	char *other = xasprintf("%lld\n", (long long)clock_monotonic_us());

	/* So that there is something to commit. */
	site_write(site, "turn", other);
	free(other);
	site_pipeline(site, text);
	site_commit(site, "a commit");
}

/* So many findings of the compiler, the last of another rule. */
static void write_findings(struct site *site, int count, const char *last)
{
	struct str text = STR_INIT;

	str_add(&text, "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[");
	for (int i = 0; i < count; i++)
		str_addf(&text,
			 "%s{\"ruleId\":\"%s\",\"level\":\"note\","
			 "\"locations\":[{\"physicalLocation\":{"
			 "\"artifactLocation\":{\"uri\":\"%d.c\"}}}]}",
			 i ? "," : "", i + 1 < count ? "rule" : last, i);
	str_add(&text, "]}]}\n");
	site_put(site, "scan.sarif", text.data);
	str_release(&text);
}

/* What an approval of that run would bind; the caller's. */
static char *binds_of(struct site *site, int run)
{
	char *folder = site_run_folder(site, run);
	struct event *opened;
	char *binds;

	site_call(site, "run", NULL);
	opened = site_last_event(folder, EVENT_GATE_OPENED, NULL);
	if (!opened)
		fail_msg("no gate: %s%s", site->out, site->err);
	binds = xstrdup(event_text(opened, "binds"));
	event_free(opened);
	free(folder);
	return binds;
}

static void an_approval_binds_every_open_finding(void **state)
{
	struct site *site = *state;
	char *first, *same, *other;

	prepare(site, "name: shop\nenvironments:\n" SITE_PRODUCTION
		      "    gate: {required: 1, not: [author]}\n"
		      "stages:\n" SITE_BUILD
		      "  scan: {run: cat @FOLDER@/scan.sarif > scan.sarif, "
		      "scan: {report: scan.sarif, fail-on: high}}\n"
		      "  production: {deploy: {environment: production}}\n");
	write_findings(site, 230, "one");
	first = binds_of(site, 1);
	same = binds_of(site, 2);
	write_findings(site, 230, "two");
	other = binds_of(site, 3);
	assert_string_equal(first, same);
	assert_string_not_equal(first, other);
	free(first);
	free(same);
	free(other);
}

/* A compiler names files by where they lay, which is another folder in each
 * run. */
static void a_work_folder_stands_in_no_path(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	struct event *found;

	prepare(site, "name: shop\nenvironments:\n" SITE_PRODUCTION
		      "stages:\n  scan:\n    run: sed \"s,@W@,$PWD,\" "
		      "@FOLDER@/scan.sarif > scan.sarif\n"
		      "    scan: {report: scan.sarif, fail-on: high}\n");
	site_put(site, "scan.sarif",
		 "{\"version\":\"2.1.0\",\"runs\":[{\"results\":["
		 "{\"ruleId\":\"rule\",\"level\":\"note\","
		 "\"locations\":[{\"physicalLocation\":{"
		 "\"artifactLocation\":{\"uri\":"
		 "\"file://@W@/src/main.c\"}}}]}]}]}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	found = site_last_event(folder, EVENT_FINDING_FOUND, NULL);
	assert_non_null(found);
	assert_string_equal(event_text(found, "path"), "src/main.c");
	event_free(found);
	free(folder);
}

/* A stage that writes the report beside the repository and scans it. */
#define SCAN                                                      \
	"name: shop\nenvironments:\n" SITE_PRODUCTION "stages:\n" \
	"  scan:\n    run: cp @FOLDER@/r*.json .\n    scan: "

static int run_scan(struct site *site, const char *policy)
{
	char *text = xasprintf(SCAN "%s\n", policy);

	prepare(site, text);
	free(text);
	return site_call(site, "run", NULL);
}

static void red(struct site *site, const char *policy, const char *word)
{
	if (run_scan(site, policy) != 1)
		fail_msg("%s is not red: %s%s", policy, site->out, site->err);
	assert_says(site->out, word);
}

static void green(struct site *site, const char *policy, const char *word)
{
	if (run_scan(site, policy) != 0)
		fail_msg("%s is not green: %s%s", policy, site->out, site->err);
	assert_says(site->out, word);
}

#define TRIVY(results)                                                      \
	"{\"SchemaVersion\":2,\"ArtifactName\":\"a\",\"Results\":[" results \
	"]}\n"
#define TARGET(target, list) "{\"Target\":\"" target "\"," list "}"
#define FOUND(id, package, severity, more)                       \
	"{\"VulnerabilityID\":\"" id "\",\"PkgName\":\"" package \
	"\",\"InstalledVersion\":\"1\"" more ",\"Severity\":\"" severity "\"}"
#define MOSS FOUND("CVE-2031-1", "moss", "MEDIUM", ",\"FixedVersion\":\"2\"")
#define FERN FOUND("CVE-2031-2", "fern", "CRITICAL", "")

static void thresholds_hold_over_all_reports_of_a_glob(void **state)
{
	struct site *site = *state;

	site_put(site, "r1.json",
		 TRIVY(TARGET("t", "\"Vulnerabilities\":[" MOSS "]")));
	site_put(site, "r2.json",
		 TRIVY(TARGET("t", "\"Vulnerabilities\":[" MOSS "]")));
	green(site, "{report: \"r*.json\"}", "run 1 passed");
	green(site, "{report: [r1.json, r2.json], thresholds: {medium: 2}}",
	      "run 2 passed");
	red(site, "{report: [r1.json, r2.json], thresholds: {medium: 1}}",
	    "2 medium, and the policy lets 1 stand");
	assert_says(site->out, ": MEDIUM ");
	red(site,
	    "{report: [r1.json, \"r2*\"], thresholds: {vulnerability: 0}}",
	    "2 vulnerability, and the policy lets 0 stand");
	red(site, "{report: [r1.json, r3.json]}", "there is no report");
	red(site, "{report: [r1.json, \"x*.json\"]}",
	    "no report matches x*.json");
}

static void only_what_can_be_mended_may_count(void **state)
{
	struct site *site = *state;

	site_put(site, "r.json",
		 TRIVY(TARGET("t", "\"Vulnerabilities\":[" FERN "]")));
	red(site, "{report: r.json}", "1 critical");
	green(site, "{report: r.json, only-fixable: true}",
	      "that nothing mends yet");
	site_put(site, "r.json",
		 TRIVY(TARGET("t", "\"Vulnerabilities\":[" FOUND(
					   "CVE-2031-2", "fern", "CRITICAL",
					   ",\"FixedVersion\":\"2\"") "]")));
	red(site, "{report: r.json, only-fixable: true}", "1 critical");
}

static void what_stands_in_the_baseline_does_not_count(void **state)
{
	struct site *site = *state;

	site_put(site, "r.json",
		 TRIVY(TARGET("t", "\"Vulnerabilities\":[" FERN "]")));
	site_write(site, "base.json",
		   TRIVY(TARGET("t", "\"Vulnerabilities\":[" FERN "]")));
	green(site, "{report: r.json, baseline: base.json}", "1 known before");
	site_put(site, "r.json",
		 TRIVY(TARGET("t", "\"Vulnerabilities\":[" FERN "," FERN "]")));
	red(site, "{report: r.json, baseline: base.json}", "1 critical");
	red(site, "{report: r.json, baseline: none.json}", "none.json");
	/* An empty list is of many formats: here of the scan's. */
	site_write(site, "base.json", "[]");
	red(site, "{report: r.json, baseline: base.json}", "base.json");
	site_put(site, "r.json", "[{\"RuleID\":\"k\",\"File\":\"a\"}]");
	red(site, "{report: r.json, format: gitleaks, baseline: base.json}",
	    "1 high");
	site_write(site, "base.json", "{\"SchemaVersion\":2,");
	red(site, "{report: r.json, baseline: base.json}", "base.json");
	site_write(site, "base.json", "ok 1\n1..1\n");
	red(site, "{report: r.json, baseline: base.json}", "is no baseline");
}

#define RELEASE SITE_BUILD "  production: {deploy: {environment: production}}\n"

static void release_with(struct site *site, const char *policy)
{
	char *text = xasprintf(SCAN "%s\n" RELEASE, policy);

	prepare(site, text);
	free(text);
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
}

static void only_what_is_new_since_live_counts(void **state)
{
	struct site *site = *state;
	char *kept;

	site_put(site, "r.json",
		 TRIVY(TARGET("t", "\"Vulnerabilities\":[" FERN "]")));
	red(site, "{report: r.json, new-only: production}", "1 critical");
	assert_says(site->out, "no run of signalbox is live in production");
	release_with(site, "{report: r.json, unknown: warn, only-fixable: "
			   "true}");
	green(site, "{report: r.json, new-only: production}", "1 known before");
	/* It was let stand until there is a version that mends it. */
	site_put(site, "r.json",
		 TRIVY(TARGET("t", "\"Vulnerabilities\":[" FOUND(
					   "CVE-2031-2", "fern", "CRITICAL",
					   ",\"FixedVersion\":\"2\"") "]")));
	red(site, "{report: r.json, new-only: production, only-fixable: true}",
	    "1 critical");
	site_put(site, "r.json",
		 TRIVY(TARGET("t", "\"Vulnerabilities\":[" FERN
				   "," FOUND("CVE-2031-3", "fern", "HIGH",
					     "") "]")));
	red(site, "{report: r.json, new-only: production}", "1 high");
	/* What somebody wrote into it since makes nothing known. */
	kept = xasprintf("%s/runs/2/logs/scan.evidence", site->state);
	assert_true(file_exists(kept));
	site_shell(site, site->folder,
		   "f=shop/.git/signalbox/runs/2/logs/scan.evidence; "
		   "chmod u+w $f; sed -i '$d' $f");
	red(site, "{report: r.json, new-only: production}",
	    "is not as its run kept it");
	assert_int_equal(unlink(kept), 0);
	red(site, "{report: r.json, new-only: production}",
	    "is not as its run kept it");
	free(kept);
}

#define LOW_SARIF                                                           \
	"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"ruleId\":\"r\"," \
	"\"level\":\"note\"}]}]}"
#define HIGH_SARIF                                                          \
	"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"ruleId\":\"r\"," \
	"\"level\":\"error\"}]}]}"
#define CLEAN_SARIF "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[]}]}"

/* The report that the stage writes, how it ends, and what that comes to. */
static const struct verdict {
	const char *report; /* NULL: none; "-": an old one is there */
	int status;
	const char *policy; /* of a scan; NULL: a report of tests */
	bool green;
} verdicts[] = {
	{CLEAN_SARIF, 0, "", true},
	{LOW_SARIF, 0, "", true},
	{LOW_SARIF, 1, "", true}, /* it worked, and found something */
	{HIGH_SARIF, 0, "", false},
	{HIGH_SARIF, 1, "", false},
	{CLEAN_SARIF, 1, "", false},
	{CLEAN_SARIF, 2, "", false},
	{CLEAN_SARIF, 128, "", false},
	{"", 128, "", false},
	{NULL, 0, "", false},
	{NULL, 1, "", false},
	{"-", 0, "", false},
	{"", 0, "", false},
	{"{\"version\":\"2.1.0\",\"runs\":[{\"resul", 0, "", false},
	{"{\"error\":{\"summary\":\"no network\"}}", 0, "", false},
	{"<!DOCTYPE html><html></html>", 0, "", false},
	{"{\"version\":\"2.1.0\",\"runs\":[{\"results\":null}]}", 0, "", false},
	{CLEAN_SARIF, 3, ", ok-exits: [0, 3]", true},
	{LOW_SARIF, 2, ", findings-exits: [2]", true},
	{LOW_SARIF, 1, ", findings-exits: [2]", false},
	{CLEAN_SARIF, 1, ", ok-exits: [0, 1]", true},
	{"1..1\nok 1 a\n", 0, NULL, true},
	{"1..1\nok 1 a\n", 1, NULL, false},
	{"1..1\nnot ok 1 a\n", 0, NULL, false},
	{"1..2\nok 1 a\n", 0, NULL, false},
	{"1..0\n", 0, NULL, false},
	{"1..0 # SKIP no\n", 0, NULL, false},
	{"", 0, NULL, false},
	{NULL, 0, NULL, false},
	{"-", 0, NULL, false},
};

static void add_stage(struct site *site, struct str *text, size_t which)
{
	const struct verdict *it = &verdicts[which];
	bool writes = it->report && strcmp(it->report, "-") != 0;
	char *name = xasprintf("r%zu", which);

	if (writes)
		site_put(site, name, it->report);
	else if (it->report)
		site_write(site, name,
			   it->policy ? CLEAN_SARIF : "ok 1\n1..1\n");
	str_addf(text, "  s%zu:\n    needs: []\n    run: \"%s%s%s; exit %d\"\n",
		 which, writes ? "cp @FOLDER@/" : "true", writes ? name : "",
		 writes ? " ." : "", it->status);
	if (it->policy)
		str_addf(text, "    scan: {report: %s%s}\n", name, it->policy);
	else
		str_addf(text, "    reports: {tap: %s}\n", name);
	free(name);
}

static void the_verdict_is_the_worst_of_exit_report_and_freshness(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	struct str text = STR_INIT;

	str_add(&text, HEAD);
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
		add_stage(site, &text, i);
	prepare(site, text.data);
	assert_int_equal(site_call(site, "run", "--jobs", "4", NULL), 1);
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		char *name = xasprintf("s%zu", i);
		struct event *end =
			site_last_event(folder, EVENT_STAGE_FINISHED, name);
		const char *wanted = verdicts[i].green ? "passed" : "failed";

		assert_non_null(end);
		if (strcmp(event_text(end, "outcome"), wanted) != 0)
			fail_msg("%s is not %s: %s", name, wanted,
				 event_text(end, "reason"));
		event_free(end);
		free(name);
	}
	str_release(&text);
	free(folder);
}

/* What the first try wrote is not what the second one is judged by. */
static void each_try_is_judged_by_its_own_report(void **state)
{
	struct site *site = *state;

	site_put(site, "bad", "1..1\nnot ok 1 a\n");
	site_put(site, "good", "1..1\nok 1 a\n");
	prepare(site,
		HEAD "  unit: {run: 'mv @FOLDER@/bad r.tap || cp @FOLDER@/good "
		     "r.tap', reports: {tap: r.tap}, retries: 1}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_put(site, "bad", "1..1\nok 1 a\n");
	prepare(site, HEAD "  unit: {run: 'mv @FOLDER@/bad r.tap; exit 1', "
			   "reports: {tap: r.tap}, retries: 1}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "no report matches r.tap");
}

static void findings_of_unknown_severity_do_what_the_policy_says(void **state)
{
	struct site *site = *state;

	site_put(site, "r.json",
		 TRIVY(TARGET("t", "\"Vulnerabilities\":[" FOUND(
					   "CVE-2031-4", "moss", "UNKNOWN",
					   "") "]")));
	red(site, "{report: r.json}", "1 of unknown severity");
	red(site, "{report: r.json, unknown: fail, fail-on: critical}",
	    "1 of unknown severity");
	green(site, "{report: r.json, unknown: warn}", "look at them");
	green(site, "{report: r.json, unknown: count}", "run 4 passed");
	red(site, "{report: r.json, unknown: count, thresholds: {unknown: 0}}",
	    "1 of unknown severity, and the policy lets 0 stand");
}

static void what_was_not_looked_at_is_red_where_that_is_asked(void **state)
{
	struct site *site = *state;

	site_put(site, "r.json", TRIVY(""));
	red(site, "{report: r.json}", "it looked at nothing");
	green(site, "{report: r.json, may-be-empty: true}", "run 2 passed");
	site_put(site, "r.json",
		 "{\"errors\":[{\"filename\":\"a.py\",\"reason\":\"syntax "
		 "error\"}],\"generated_at\":\"2031-01-01T00:00:00Z\","
		 "\"metrics\":{\"_totals\":{\"loc\":9,\"nosec\":0},"
		 "\"b.py\":{\"loc\":9}},\"results\":[]}");
	green(site, "{report: r.json}", "could not read a.py");
	red(site, "{report: r.json, strict: true}", "the policy is strict");
	red(site, "{report: r.json, max-age: 7d}", "does not tell how old");
	site_put(site, "r.json",
		 "{\"matches\":[],\"source\":{\"type\":\"directory\"},"
		 "\"descriptor\":{\"name\":\"grype\",\"version\":\"1\",\"db\":{"
		 "\"built\":\"2020-01-02T03:04:05Z\"}}}");
	green(site, "{report: r.json}", "run 6 passed");
	red(site, "{report: r.json, max-age: 7d}", "update the scanner");
}

#define PLAN(actions)                                                  \
	"{\"format_version\":\"1.2\",\"resource_changes\":[{\"mode\":" \
	"\"managed\",\"change\":{\"actions\":[" actions "]}}]}"

static void an_approval_binds_what_a_plan_changes(void **state)
{
	struct site *site = *state;
	char *first, *same, *other;

	prepare(site, "name: shop\nenvironments:\n" SITE_PRODUCTION
		      "    gate: {required: 1, not: [author]}\n"
		      "stages:\n" SITE_BUILD
		      "  plan: {run: cp @FOLDER@/plan.json ., reports: "
		      "{terraform: plan.json}}\n"
		      "  production: {deploy: {environment: production}}\n");
	site_put(site, "plan.json", PLAN("\"update\""));
	first = binds_of(site, 1);
	same = binds_of(site, 2);
	site_put(site, "plan.json", PLAN("\"delete\""));
	other = binds_of(site, 3);
	assert_string_equal(first, same);
	assert_string_not_equal(first, other);
	free(first);
	free(same);
	free(other);
}

#define SITE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(
			the_verdict_is_the_worst_of_exit_report_and_freshness),
		SITE_TEST(each_try_is_judged_by_its_own_report),
		SITE_TEST(findings_of_unknown_severity_do_what_the_policy_says),
		SITE_TEST(what_was_not_looked_at_is_red_where_that_is_asked),
		SITE_TEST(an_approval_binds_every_open_finding),
		SITE_TEST(a_work_folder_stands_in_no_path),
		SITE_TEST(an_approval_binds_what_a_plan_changes),
		SITE_TEST(thresholds_hold_over_all_reports_of_a_glob),
		SITE_TEST(only_what_can_be_mended_may_count),
		SITE_TEST(what_stands_in_the_baseline_does_not_count),
		SITE_TEST(only_what_is_new_since_live_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
