/* SPDX-License-Identifier: MIT */
#include "evidence/policy.h"

#include <inttypes.h>

#include "base/str.h"

static void say(char **reason, struct str *text)
{
	if (reason)
		*reason = str_detach(text);
	else
		str_release(text);
}

static void add_count(struct str *text, uint64_t count, const char *what)
{
	str_addf(text, "%s%" PRIu64 " %s", text->len ? ", " : "", count, what);
}

/* The severities at or above the threshold, worst first. */
static void add_above(struct str *text, const struct report *report,
		      enum report_severity fail_on)
{
	for (int s = REPORT_SEVERITY_CRITICAL; s >= (int)fail_on; s--)
		if (s != REPORT_SEVERITY_UNKNOWN && report->by_severity[s])
			add_count(text, report->by_severity[s],
				  report_severity_name(s));
}

static bool refuse(const struct report *report, struct str *text)
{
	if (!report->has_findings) {
		str_addf(text, "a report of %s (%s) has no findings",
			 report_kind_name(report->kind), report->format);
		return true;
	}
	if (report->verdict == REPORT_PASS)
		return false;
	str_add(text, report->why ? report->why : "the scan did not go well");
	return true;
}

bool findings_pass(const struct report *report, enum report_severity fail_on,
		   enum findings_unknown mode, char **reason)
{
	uint64_t unknown = report->by_severity[REPORT_SEVERITY_UNKNOWN];
	struct str text = STR_INIT;
	bool pass;

	if (refuse(report, &text)) {
		say(reason, &text);
		return false;
	}
	add_above(&text, report, fail_on);
	if (unknown && (mode == FINDINGS_UNKNOWN_FAIL ||
			fail_on == REPORT_SEVERITY_UNKNOWN))
		add_count(&text, unknown, "of unknown severity");
	pass = text.len == 0;
	if (!pass)
		str_addf(&text, "; the policy fails on %s and above",
			 report_severity_name(fail_on));
	else
		str_addf(&text, "%" PRIu64 " open, none %s or above",
			 report->open, report_severity_name(fail_on));
	if (pass && unknown && mode == FINDINGS_UNKNOWN_WARN)
		str_addf(&text,
			 "; %" PRIu64 " of unknown severity: look at them",
			 unknown);
	if (report->suppressed > report->excepted)
		str_addf(&text, "; %" PRIu64 " suppressed by the report itself",
			 report->suppressed - report->excepted);
	if (report->excepted)
		str_addf(&text, "; %" PRIu64 " under an exception",
			 report->excepted);
	say(reason, &text);
	return pass;
}

bool tests_pass(const struct report *report, char **reason)
{
	struct str text = STR_INIT;
	bool pass = report->kind == REPORT_OF_TESTS &&
		    report->verdict == REPORT_PASS;

	if (report->kind != REPORT_OF_TESTS)
		str_addf(&text, "a report of %s (%s) has no tests",
			 report_kind_name(report->kind), report->format);
	else if (report->why)
		str_add(&text, report->why);
	else
		str_addf(&text, "%" PRIu64 " tests, %" PRIu64 " passed",
			 report->totals.total, report->totals.passed);
	say(reason, &text);
	return pass;
}
