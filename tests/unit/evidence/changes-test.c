/* SPDX-License-Identifier: MIT */
/* Plans and plays: what they will change, or have. */

#include "report/describe.h"
#include "support/reports.h"

static void a_plan_counts_what_it_does_to_resources(void **state)
{
	struct report report = report_of("terraform/everything.json");
	const struct report_changes *n = &report.changes;

	(void)state;
	assert_string_equal(report.format, "terraform");
	assert_int_equal(report.kind, REPORT_OF_CHANGES);
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_true(n->is_plan);
	assert_true(report.has_secrets);
	assert_int_equal(n->adds, 2);
	assert_int_equal(n->changes, 1);
	assert_int_equal(n->destroys, 1);
	assert_int_equal(n->replacements, 3);
	assert_int_equal(report.notes.count, 3);
	assert_non_null(strstr(report.notes.items[0], "1 resource will be"));
	assert_non_null(strstr(report.notes.items[1], "1 resource will be im"));
	assert_non_null(strstr(report.notes.items[2], "1 resources were"));
	report_release(&report);
}

/* Terraform leaves the list out where nothing changes. */
static void a_plan_without_changes_is_read(void **state)
{
	struct report report = report_of("terraform/no-changes.json");

	(void)state;
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.changes.adds, 0);
	report_release(&report);
}

static void assert_red(const char *name, enum report_verdict verdict,
		       const char *why)
{
	struct report report = report_of(name);

	assert_int_equal(report.verdict, verdict);
	if (!strstr(report.why, why))
		fail_msg("%s: %s", name, report.why);
	report_release(&report);
}

static void what_did_not_go_well_is_red(void **state)
{
	(void)state;
	assert_red("terraform/errored.json", REPORT_FAIL, "ended in an error");
	assert_red("terraform/incomplete.json", REPORT_FAIL, "not complete");
	assert_red("ansible/failed.json", REPORT_FAIL, "2 tasks failed");
	assert_red("ansible/no-host.json", REPORT_EMPTY, "names no host");
	assert_red("puppet/failed.yaml", REPORT_FAIL, "3 resources failed");
	assert_red("puppet/no-catalog.yaml", REPORT_FAIL, "no resources");
}

static void a_play_is_summed_over_its_hosts(void **state)
{
	struct report report = report_of("ansible/changed.json");

	(void)state;
	assert_string_equal(report.format, "ansible");
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_false(report.changes.is_plan);
	assert_true(report.has_secrets);
	assert_int_equal(report.changes.changed, 3);
	assert_int_equal(report.changes.failed, 0);
	assert_int_equal(report.changes.hosts, 2);
	assert_string_equal(report.notes.items[0],
			    "1 failures were rescued, 1 ignored");
	report_release(&report);
	report = report_of("ansible/failed.json");
	assert_int_equal(report.changes.failed, 2);
	assert_int_equal(report.changes.unreachable, 1);
	report_release(&report);
}

static void a_run_of_puppet_is_one_host(void **state)
{
	struct report report = report_of("puppet/changed.yaml");

	(void)state;
	assert_string_equal(report.format, "puppet");
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.changes.changed, 3);
	assert_int_equal(report.changes.hosts, 1);
	assert_non_null(strstr(report.notes.items[0], "2 changes were left"));
	report_release(&report);
	report = report_of("puppet/failed.yaml");
	assert_int_equal(report.changes.failed, 3);
	report_release(&report);
}

static void assert_no_secret(const char *name)
{
	struct report report = report_of(name);
	json_t *object = report_describe(&report, name);
	char *text = json_dumps(object, 0);

	assert_null(strstr(text, "hunter2"));
	for (size_t i = 0; i < report.notes.count; i++)
		assert_null(strstr(report.notes.items[i], "hunter2"));
	free(text);
	json_decref(object);
	report_release(&report);
}

static void no_private_value_is_kept(void **state)
{
	(void)state;
	assert_no_secret("terraform/everything.json");
	assert_no_secret("ansible/changed.json");
	assert_no_secret("puppet/changed.yaml");
}

#define REFUSED(text, why) assert_refused(text, sizeof(text) - 1, NULL, why)
#define PLAN "{\"format_version\":\"1.0\",\"resource_changes\":"

static void what_cannot_be_counted_is_refused(void **state)
{
	(void)state;
	REFUSED("{\"format_version\":\"2.0\",\"planned_values\":{}}",
		"plan format 2.0");
	REFUSED(PLAN "{}}", "resource_changes is no list");
	REFUSED(PLAN "[{}]}", "no actions");
	REFUSED(PLAN "[{\"change\":{\"actions\":[]}}]}", "no actions");
	REFUSED(PLAN "[{\"change\":{\"actions\":[\"import\"]}}]}",
		"an unknown action");
	REFUSED("{\"plays\":[],\"stats\":{\"a\":1}}", "entry is no count");
	REFUSED("{\"plays\":[],\"stats\":{\"a\":{\"changed\":\"1\"}}}",
		"changed is no count");
	REFUSED("{\"plays\":[],\"stats\":{\"a\":{\"failures\":-1}}}",
		"failures is no count");
	assert_file_refused("puppet/no-count.yaml",
			    "3:22: changed is no count");
	REFUSED("version: {puppet: 7}\nresources: [1\n", "r");
	REFUSED("version: {puppet: 7}\nresources: {changed: 1, failed: 0}\n",
		"is cut");
	REFUSED("version: {puppet: 7}\nresources: {changed: 1, total: 1}",
		"is cut");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_counts_what_it_does_to_resources),
		cmocka_unit_test(a_plan_without_changes_is_read),
		cmocka_unit_test(what_did_not_go_well_is_red),
		cmocka_unit_test(a_play_is_summed_over_its_hosts),
		cmocka_unit_test(a_run_of_puppet_is_one_host),
		cmocka_unit_test(no_private_value_is_kept),
		cmocka_unit_test(what_cannot_be_counted_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
