/* SPDX-License-Identifier: MIT */
/* Components held against a licence policy by the real program, and what a
 * plan changes shown at the gate. */
#include "system/support.h"

#include <stdlib.h>

#include "base/memory.h"

#define HEAD "name: shop\nstages:\n"
#define BOM                                                               \
	"{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\",\n"      \
	" \"metadata\": {\"component\": {\"bom-ref\": \"s\", \"name\": "  \
	"\"shop\"}},\n"                                                   \
	" \"components\": [\n"                                            \
	"  {\"bom-ref\": \"a\", \"name\": \"plum\", \"licenses\": "       \
	"[{\"license\": {\"id\": \"MIT\"}}]},\n"                          \
	"  {\"bom-ref\": \"b\", \"name\": \"sloe\", \"version\": \"2\", " \
	"\"licenses\": [{\"license\": {\"name\": \"The Sloe\"}}]},\n"     \
	"  {\"bom-ref\": \"c\", \"name\": \"pear\", \"licenses\": "       \
	"[{\"expression\": \"GPL-3.0-only\"}]}],\n"                       \
	" \"dependencies\": [{\"ref\": \"s\", \"dependsOn\": [\"a\"]}, "  \
	"{\"ref\": \"a\", \"dependsOn\": [\"b\", \"c\"]}]}\n"

static int scan(struct site *site, const char *licences)
{
	char *text = xasprintf(HEAD "  scan: {run: cat bom > b.json, scan: "
				    "{report: b.json, %s}}\n",
			       licences);
	int status;

	site_pipeline(site, text);
	site_commit(site, "a policy");
	status = site_call(site, "run", NULL);
	free(text);
	return status;
}

#define LISTS "licences: {allow: [MIT], deny: [GPL-*]"

static void each_licence_must_be_allowed(void **state)
{
	struct site *site = *state;

	site_write(site, "bom", BOM);
	assert_int_equal(scan(site, LISTS "}"), 1);
	assert_says(site->out, "1 high");
	assert_says(site->out, "GPL-3.0-only is denied");
	site_call(site, "log", "1", "scan", NULL);
	assert_says(site->out,
		    "pear: GPL-3.0-only is denied (shop > plum > pear)");
	assert_int_equal(scan(site, LISTS "}, fail-on: medium"), 1);
	assert_says(site->out, "1 high, 1 medium");
	assert_int_equal(scan(site, "licences: {allow: [MIT, GPL-*]}"), 0);
	assert_int_equal(scan(site, "licences: {allow: [MIT, GPL-*], "
				    "unknown: fail}"),
			 1);
	assert_says(site->out, "The Sloe is in no list");
	assert_int_equal(scan(site, "fail-on: high"), 1);
}

/* What the policy makes of the licences is no finding of the scanner. */
static void a_scanner_that_found_something_must_report_it(void **state)
{
	struct site *site = *state;

	site_write(site, "bom",
		   "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\","
		   "\"vulnerabilities\":[],\"components\":[{\"bom-ref\":"
		   "\"a\",\"name\":\"plum\"}]}");
	site_pipeline(site, HEAD "  scan: {run: cat bom > b.json; exit 1, "
				 "scan: {report: b.json, " LISTS "}}}\n");
	site_commit(site, "a scan that found something");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "b.json holds no finding");
	assert_int_equal(scan(site, LISTS "}"), 0);
}

static void an_approval_or_an_exception_lets_one_pass(void **state)
{
	struct site *site = *state;

	site_write(site, "bom", BOM);
	site_write(site, "ok.csv", "package,license\nsloe,The Sloe\n");
	assert_int_equal(
		scan(site, "fail-on: medium, " LISTS ", approvals: ok.csv}"),
		1);
	assert_says_not(site->out, "1 medium");
	site_write(site, "ok.csv", "sloe,The Sloe\npear,GPL-3.0-only\n");
	assert_int_equal(scan(site, LISTS ", approvals: ok.csv}"), 1);
	site_write(site, ".signalbox-exceptions",
		   "# reason: the pear is linked into no release\n"
		   "# owner: ana\n# reviewer: lee\n# until: 2026-12-10\n"
		   "GPL-3.0-only pear\n");
	assert_int_equal(scan(site, "exceptions: .signalbox-exceptions, " LISTS
				    ", approvals: ok.csv}"),
			 0);
}

static void what_cannot_be_judged_is_red(void **state)
{
	struct site *site = *state;

	site_write(site, "bom", BOM);
	assert_int_equal(scan(site, LISTS ", approvals: none.csv}"), 1);
	assert_says(site->out, "none.csv");
	site_write(site, "bad.csv", "sloe\n");
	assert_int_equal(scan(site, LISTS ", approvals: bad.csv}"), 1);
	assert_says(site->out, "bad.csv:1: the row has 1 fields");
	site_write(site, "bom",
		   "{\"bomFormat\":\"CycloneDX\","
		   "\"specVersion\":\"1.5\",\"components\":[]}");
	assert_int_equal(scan(site, LISTS "}"), 1);
	assert_says(site->out, "not one component");
	site_write(site, "bom",
		   "{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{},"
		   "\"results\":[]}]}");
	assert_int_equal(scan(site, LISTS "}"), 1);
	assert_says(site->out, "lists no components");
}

static void a_plan_is_told_before_its_gate(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	struct event *read;

	site_write(site, "plan",
		   "{\"format_version\":\"1.2\",\"planned_values\":{},"
		   "\"variables\":{\"key\":{\"value\":\"hunter2\"}},"
		   "\"resource_changes\":[{\"address\":\"pot.a\",\"change\":{"
		   "\"actions\":[\"delete\",\"create\"],\"before\":{\"k\":"
		   "\"hunter2\"}}},{\"change\":{\"actions\":[\"create\"]}}]}");
	site_pipeline(site, HEAD "  infra: {run: cat plan > p.json, reports: "
				 "{terraform: p.json}}\n");
	site_commit(site, "a plan");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "infra: 1 to REPLACE, 1 to add");
	read = site_last_event(folder, EVENT_REPORT_READ, "infra");
	assert_non_null(read);
	assert_string_equal(event_text(read, "kind"), "changes");
	assert_int_equal(event_int(read, "replacements", -1), 1);
	event_free(read);
	site_write(site, "plan",
		   "{\"format_version\":\"1.2\","
		   "\"planned_values\":{},\"errored\":true}");
	site_commit(site, "a bad plan");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "ended in an error");
	free(folder);
}

/* Nor in the journal, nor in what is kept of the report. */
static void no_value_of_a_plan_is_written_down(void **state)
{
	struct site *site = *state;

	site_write(site, "play",
		   "{\"plays\":[{\"tasks\":[{\"hosts\":{\"a\":{\"diff\":"
		   "\"hunter2\"}}}]}],\"stats\":{\"a\":{\"changed\":1}}}");
	site_pipeline(site, HEAD "  hosts: {run: cat play > p.json, reports: "
				 "{ansible: p.json}}\n");
	site_commit(site, "a play");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "hosts: 1 changed on 1 host");
	site_shell(site, site->state,
		   "! grep -rl --exclude-dir=work hunter2 .");
}

#define SITE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(each_licence_must_be_allowed),
		SITE_TEST(a_scanner_that_found_something_must_report_it),
		SITE_TEST(an_approval_or_an_exception_lets_one_pass),
		SITE_TEST(what_cannot_be_judged_is_red),
		SITE_TEST(a_plan_is_told_before_its_gate),
		SITE_TEST(no_value_of_a_plan_is_written_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
