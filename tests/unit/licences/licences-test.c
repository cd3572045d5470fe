/* SPDX-License-Identifier: MIT */

#include "licences/licences.h"

#include "base/memory.h"
#include "base/str.h"
#include "report/collect.h"
#include "report/license-names.h"
#include "support/cmocka.h"

static char *const allow[] = {"MIT",	    "BSD-*",
			      "Apache-2.0", "GPL-2.0",
			      "Apache-1.0", "LGPL-2.1-only WITH Good"};
static char *const deny[] = {"AGPL-*", "gpl-3.0-*", "BSD-4-Clause"};
static char *const review[] = {"LGPL-*", "BSD-3-Clause-Attribution"};

#define LIST(name)                                   \
	{                                            \
		(char **)(name), ARRAY_SIZE(name), 0 \
	}

static const struct strings allow_list = LIST(allow);
static const struct strings deny_list = LIST(deny);
static const struct strings review_list = LIST(review);

static struct license_policy policy_of(const struct approvals *approvals)
{
	return (struct license_policy){.allow = &allow_list,
				       .deny = &deny_list,
				       .review = &review_list,
				       .approvals = approvals};
}

static void assert_verdict(const struct license_policy *policy,
			   const char *license, const char *verdict,
			   const char *reason)
{
	struct component component = {.name = "left-pad", .license = license};
	char *why = NULL;
	const char *got =
		license_verdict_name(license_judge(policy, &component, &why));

	if (strcmp(got, verdict) != 0 || !reason != !why ||
	    (why && !strstr(why, reason)))
		fail_msg("'%s' is %s (%s), not %s (%s)",
			 license ? license : "(none)", got, why ? why : "-",
			 verdict, reason ? reason : "-");
	free(why);
}

static const struct {
	const char *license, *verdict, *reason;
} judged[] = {
	{"MIT", "allowed", NULL},
	{"mit", "allowed", NULL},
	{"MIT License", "allowed", NULL},
	{"The MIT License (MIT)", "review", "The MIT License (MIT)"},
	{"Expat", "allowed", NULL},
	{"BSD-2-Clause", "allowed", NULL},
	{"Apache License, Version 2.0", "allowed", NULL},
	{"License :: OSI Approved :: MIT License", "allowed", NULL},
	{"License :: MIT License", "allowed", NULL},
	{"OSI Approved :: MIT License", "allowed", NULL},
	{"*No copyright* MIT License", "allowed", NULL},
	{"MIT License [generated file]", "allowed", NULL},
	/* deny over review over allow */
	{"BSD-4-Clause", "denied", "BSD-4-Clause is denied"},
	{"BSD-3-Clause-Attribution", "review", "is to be looked at"},
	{"AGPL-3.0-only", "denied", "AGPL-3.0-only is denied"},
	{"AGPL-3.0", "denied", "AGPL-3.0-only is denied"},
	{"GPL-3.0+", "denied", "GPL-3.0-or-later is denied"},
	{"LGPL-3.0-only", "review", "LGPL-3.0-only is to be looked at"},
	{"GPL-2.0-only", "allowed", NULL},
	{"GPL-2.0-or-later", "review", "is in no list"},
	{"Apache-1.0+", "allowed", NULL},
	/* expressions */
	{"MIT OR GPL-3.0-only", "allowed", NULL},
	{"MIT AND GPL-3.0-only", "denied", "GPL-3.0-only is denied"},
	{"AGPL-3.0-only OR GPL-3.0-only", "denied",
	 "AGPL-3.0-only, GPL-3.0-only is denied"},
	{"Foo OR GPL-3.0-only", "review", "Foo is in no list"},
	{"Foo AND LGPL-3.0-only", "review", "is in no list"},
	{"Expat AND GPL-2", "allowed", NULL},
	{"MIT License; BSD 3-Clause", "allowed", NULL},
	{"MIT License; GPLv3", "denied", "GPL-3.0-only is denied"},
	{"MIT; ", "review", "is in no list"},
	/* WITH is a licence of its own */
	{"LGPL-2.1-only WITH Good", "allowed", NULL},
	{"GPL-2.0-only WITH Font-exception-2.0", "review", "is in no list"},
	/* and no way round what is denied */
	{"GPL-3.0-only WITH GCC-exception-3.1", "denied",
	 "GPL-3.0-only WITH GCC-exception-3.1 is denied"},
	{"AGPL-3.0-only WITH bogus-exception", "denied", "is denied"},
	{"AGPL-3.0+ WITH bogus-exception", "denied", "is denied"},
	{"AGPL WITH bogus-exception", "denied", "may be one"},
	/* what nobody knows */
	{NULL, "review", "no licence is told"},
	{"Artistic", "review", "Artistic is in no list"},
	/* what may be a denied one */
	{"MIT :: AGPL-3.0-only :: MIT", "denied", "may be one"},
	{"AGPL-3.0-only :: MIT", "denied", "may be one"},
	{"License :: AGPL-3.0-only :: MIT", "denied", "may be one"},
	{"SSPL-1.0 :: MIT", "review", "is in no list"},
	{"BSD", "denied", "BSD may be one that is denied"},
	{"License :: OSI Approved :: BSD License", "denied", "may be one"},
	{"GPL", "denied", "GPL may be one that is denied"},
	{"GNU GPL", "denied", "GNU GPL may be one that is denied"},
	{"GPL v3", "denied", "GPL v3 may be one that is denied"},
	{"GPL-v3", "denied", "may be one that is denied"},
	{"AGPL", "denied", "may be one that is denied"},
	{"AGPLv3+", "denied", "may be one that is denied"},
	{"MIT, GPL-3.0", "denied", "MIT, GPL-3.0 may be one"},
	{"GNU Affero General Public License", "denied", "may be one"},
	{"GNU General Public License", "denied", "may be one"},
	{"LicenseRef-GPL-3.0", "denied", "may be one"},
	{"MIT License; GPL", "denied", "may be one"},
	{"MIT OR GPL", "allowed", NULL},
	{"MIT AND GPL", "denied", "GPL may be one"},
	/* of another family than the denied ones */
	{"LGPL", "review", "LGPL is in no list"},
	{"GNU Lesser General Public License v2 or later (LGPLv2+)", "review",
	 "is in no list"},
	{"GNU Library General Public License", "review", "is in no list"},
	{"Server Side Public License", "review", "is in no list"},
	{"GPL-1.0-only", "review", "is in no list"},
	{"Apache Software License", "review", "is in no list"},
	{"MIT/Apache-2.0", "review", "is in no list"},
	{"MIT OR", "review", "is in no list"},
	{"LicenseRef-own", "review", "is in no list"},
	{"NOASSERTION", "review", "is in no list"},
	{"", "review", "is in no list"},
};

static void each_licence_has_its_verdict_and_reason(void **state)
{
	struct license_policy policy = policy_of(NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(judged); i++)
		assert_verdict(&policy, judged[i].license, judged[i].verdict,
			       judged[i].reason);
}

static void assert_suspect(const char *entry, const char *license,
			   const char *verdict)
{
	char *entries[] = {(char *)entry};
	const struct strings list = {entries, 1, 0};
	struct license_policy policy = {.deny = &list};

	assert_verdict(&policy, license, verdict,
		       strcmp(verdict, "denied") == 0 ? "may be" : "in no");
}

static void a_family_goes_by_all_its_names(void **state)
{
	(void)state;
	assert_suspect("LGPL-*", "LGPL", "denied");
	assert_suspect("LGPL-*", "GNU Lesser GPL", "denied");
	assert_suspect("LGPL-*", "GNU Lesser General Public License", "denied");
	assert_suspect("LGPL-*",
		       "GNU Library or Lesser General Public License (LGPL)",
		       "denied");
	assert_suspect("LGPL-*",
		       "GNU Lesser General Public License v2 or later "
		       "(LGPLv2+)",
		       "denied");
	assert_suspect("SSPL-1.0", "Server Side Public License", "denied");
	assert_suspect("*GPL-*", "LGPL v3", "denied");
	assert_suspect("BUSL-*", "Business Source License", "denied");
	assert_suspect("GPL-*", "Artistic and more", "review");
	assert_suspect("*-NC-*", "Artistic", "review");
}

static void an_entry_of_a_family_denies_each_version(void **state)
{
	char *entries[] = {"AGPL", "Apache-2.0", "GPL-3.0"};
	const struct strings list = {entries, 3, 0};
	struct license_policy policy = {.deny = &list};

	(void)state;
	assert_verdict(&policy, "AGPL-3.0-only", "denied", "is denied");
	assert_verdict(&policy, "agpl-1.0+", "denied", "is denied");
	assert_verdict(&policy, "GPL-3.0-or-later", "denied", "is denied");
	assert_verdict(&policy, "GPL-2.0-or-later", "review", "is in no list");
	assert_verdict(&policy, "AGPLX-1.0", "review", "is in no list");
	assert_verdict(&policy, "Apache-1.0", "review", "is in no list");
}

static void what_no_list_names_can_be_denied(void **state)
{
	struct license_policy policy = policy_of(NULL);

	(void)state;
	policy.unknown_fails = true;
	assert_verdict(&policy, NULL, "denied", "no licence is told");
	assert_verdict(&policy, "Foo", "denied", "Foo is in no list");
	assert_verdict(&policy, "MIT OR", "denied", "is in no list");
	assert_verdict(&policy, "LGPL-3.0-only", "review", "looked at");
	assert_verdict(&policy, "MIT OR Foo", "allowed", NULL);
}

static void an_exception_is_left_away_only_where_that_is_said(void **state)
{
	struct license_policy policy = policy_of(NULL);

	(void)state;
	policy.with_base = true;
	assert_verdict(&policy, "GPL-2.0-only WITH Font-exception-2.0",
		       "allowed", NULL);
	assert_verdict(&policy, "GPL-3.0-only WITH GCC-exception-3.1", "denied",
		       "WITH GCC-exception-3.1 is denied");
	assert_verdict(&policy, "Foo WITH Bar", "review", "Foo WITH Bar is in");
}

static void a_policy_without_lists_allows_nothing(void **state)
{
	struct license_policy policy = {0};

	(void)state;
	assert_verdict(&policy, "MIT", "review", "MIT is in no list");
}

static struct approvals approvals_of(const char *text)
{
	struct approvals approvals;
	struct error err = ERROR_INIT;

	if (approvals_parse(&approvals, text, "ok.csv", &err) < 0)
		fail_msg("%s", err.message);
	return approvals;
}

static void an_approval_is_for_one_package_and_one_licence(void **state)
{
	struct approvals approvals =
		approvals_of("left-pad,BSD\nleft-pad,UNKNOWN\n"
			     "right-pad,Foo\nleft-pad,GPL-3.0-only\n");
	struct license_policy policy = policy_of(&approvals);

	(void)state;
	assert_verdict(&policy, "BSD", "approved", "BSD may be one");
	assert_verdict(&policy, NULL, "approved", "no licence is told");
	assert_verdict(&policy, "Foo", "review", "Foo is in no list");
	/* A denial takes an exception, which has an owner and an end. */
	assert_verdict(&policy, "GPL-3.0-only", "denied", "is denied");
	policy.unknown_fails = true;
	assert_verdict(&policy, "bsd", "approved", "bsd may be one");
	assert_verdict(&policy, "Foo", "denied", "Foo is in no list");
	approvals_release(&approvals);
}

static void names_stand_for_ids_only_where_they_mean_one(void **state)
{
	(void)state;
	assert_string_equal(license_of_name("Apache License, Version 2.0"),
			    "Apache-2.0");
	assert_string_equal(license_of_name("BSD 3-Clause \"New\" or "
					    "\"Revised\" License"),
			    "BSD-3-Clause");
	assert_string_equal(
		license_of_name("GNU General Public License v2 or later "
				"(GPLv2+)"),
		"GPL-2.0-or-later");
	assert_string_equal(license_of_name("Mozilla Public License 2.0 "
					    "(MPL 2.0)"),
			    "MPL-2.0");
	assert_null(license_of_name("BSD"));
	assert_null(license_of_name("GPL"));
	assert_null(license_of_name("MIT-0"));
	assert_null(license_of_name("not MIT"));
	assert_null(license_of_name(""));
	assert_false(license_is_told("noassertion"));
	assert_false(license_is_told("None"));
	assert_false(license_is_told(NULL));
	assert_true(license_is_told("MIT"));
}

static void add(struct report *report, const char *name, const char *license)
{
	struct component component = {
		.name = report_text(report, name, 100),
		.version = report_text(report, "1.0", 100),
		.license = report_text(report, license, 100),
		.chain = report_text(report, "app > dep", 100),
	};

	report_add_component(report, &component);
}

static void what_is_not_allowed_becomes_a_finding(void **state)
{
	struct license_policy policy = policy_of(NULL);
	struct report report;

	(void)state;
	report_begin(&report, REPORT_OF_COMPONENTS, "cyclonedx");
	add(&report, "fine", "MIT");
	add(&report, "bad", "MIT AND GPL-3.0-only");
	add(&report, "odd", NULL);
	licences_apply(&policy, &report);
	assert_true(report.has_findings);
	assert_int_equal(report.open, 2);
	assert_int_equal(report.distinct, 2);
	assert_int_equal(report.by_kind[FINDING_LICENSE], 2);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_HIGH], 1);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_MEDIUM], 1);
	assert_string_equal(report.findings[0].id, "MIT_AND_GPL-3.0-only");
	assert_string_equal(report.findings[0].package, "bad");
	assert_string_equal(report.findings[0].title, "GPL-3.0-only is denied");
	assert_string_equal(report.findings[0].chain, "app > dep");
	assert_string_equal(report.findings[1].id, "unknown-licence");
	assert_string_equal(report.components[0].verdict, "allowed");
	assert_string_equal(report.components[1].verdict, "denied");
	assert_string_equal(report.components[2].verdict, "review");
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_licence_has_its_verdict_and_reason),
		cmocka_unit_test(a_family_goes_by_all_its_names),
		cmocka_unit_test(an_entry_of_a_family_denies_each_version),
		cmocka_unit_test(what_no_list_names_can_be_denied),
		cmocka_unit_test(
			an_exception_is_left_away_only_where_that_is_said),
		cmocka_unit_test(a_policy_without_lists_allows_nothing),
		cmocka_unit_test(
			an_approval_is_for_one_package_and_one_licence),
		cmocka_unit_test(names_stand_for_ids_only_where_they_mean_one),
		cmocka_unit_test(what_is_not_allowed_becomes_a_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
