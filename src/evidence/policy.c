/* SPDX-License-Identifier: MIT */
#include "evidence/policy.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "evidence/kept.h"

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
		str_addf(text, "a report of %s (%s) has no findings; %s",
			 report_kind_name(report->kind), report->format,
			 report->kind == REPORT_OF_COMPONENTS
				 ? "hold it against 'licences'"
				 : "name it below 'reports'");
		return true;
	}
	if (report->verdict == REPORT_PASS)
		return false;
	str_add(text, report->why ? report->why : "the scan did not go well");
	return true;
}

static void leave_out(struct report *report, struct finding *finding,
		      enum finding_state why, uint64_t *count)
{
	finding->state = why;
	report->by_severity[finding->severity]--;
	report->by_kind[finding->kind]--;
	report->open--;
	++*count;
}

/* No version mends a package that was made to do harm: it is to go. OSV has
 * ids for these, others say it in the title. */
static bool is_malicious(const struct finding *finding)
{
	static const char *const titles[] = {"malware", "malicious package",
					     "malicious code"};

	if ((finding->id && strncasecmp(finding->id, "MAL-", 4) == 0) ||
	    (finding->aliases &&
	     (strncasecmp(finding->aliases, "MAL-", 4) == 0 ||
	      strcasestr(finding->aliases, " MAL-"))))
		return true;
	for (size_t i = 0; finding->title && i < ARRAY_SIZE(titles); i++)
		if (strcasestr(finding->title, titles[i]))
			return true;
	return false;
}

static bool may_wait(const struct finding *finding)
{
	return finding->kind == FINDING_VULNERABILITY && !finding->fixed &&
	       !is_malicious(finding);
}

void findings_sort_out(struct report *report,
		       const struct findings_policy *policy)
{
	char key[FINDING_KEY_SIZE];

	report->is_compared = policy->known;
	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding *finding = &report->findings[i];

		if (finding->state != FINDING_OPEN)
			continue;
		if (policy->known) {
			finding_key(finding, key);
			finding->is_new =
				!known_take(policy->known, key,
					    finding->severity, !finding->fixed);
		}
		/* First, since the next run is to know why it did not count. */
		if (policy->only_fixable && may_wait(finding))
			leave_out(report, finding, FINDING_NOT_FIXABLE,
				  &report->not_fixable);
		else if (policy->known && !finding->is_new)
			leave_out(report, finding, FINDING_KNOWN,
				  &report->known);
	}
}

static void add_age(struct str *text, const struct report *report,
		    const struct findings_policy *policy)
{
	const char *also = text->len ? "; " : "";
	int64_t age_ms = policy->now_ms - report->data_ms;

	if (policy->max_age_ms < 0)
		return;
	if (!report->data_ms)
		str_addf(text,
			 "%sit does not tell how old what it knows is, and "
			 "the policy has a max-age",
			 also);
	else if (age_ms < -DAY_MS) /* clocks may differ a little */
		str_addf(text,
			 "%swhat it knows is dated more than a day from now "
			 "in the future, so how old it is is not told, and "
			 "the policy has a max-age",
			 also);
	else if (age_ms > policy->max_age_ms)
		str_addf(text,
			 "%swhat it knows is %lld days old, more than the "
			 "policy's max-age: update the scanner's database",
			 also, (long long)(age_ms / DAY_MS));
}

/* What is wrong with the scan, whatever it found. */
static void add_scan_faults(struct str *text, const struct report *report,
			    const struct findings_policy *policy)
{
	const char *also = text->len ? "; " : "";

	if (policy->strict && report->tool_errors)
		str_addf(text,
			 "%s%" PRIu64 " error%s of the tool itself, and the "
			 "policy is strict",
			 also, report->tool_errors,
			 report->tool_errors == 1 ? "" : "s");
	also = text->len ? "; " : "";
	if (!policy->may_be_empty && report->nothing_scanned)
		str_addf(text,
			 "%sit looked at nothing: mend what it is pointed at, "
			 "or say may-be-empty: true",
			 also);
}

static void add_bad(struct str *text, const struct report *report,
		    const struct findings_policy *policy)
{
	uint64_t unknown = report->by_severity[REPORT_SEVERITY_UNKNOWN];

	add_above(text, report, policy->fail_on);
	if (unknown && (policy->unknown == FINDINGS_UNKNOWN_FAIL ||
			policy->fail_on == REPORT_SEVERITY_UNKNOWN))
		add_count(text, unknown, "of unknown severity");
	if (text->len)
		str_addf(text, "; the policy fails on %s and above",
			 report_severity_name(policy->fail_on));
}

static void add_rest(struct str *text, uint64_t count, const char *what)
{
	if (count)
		str_addf(text, "; %" PRIu64 " %s", count, what);
}

bool findings_hold(const struct report *report,
		   const struct findings_policy *policy, char **reason)
{
	uint64_t unknown = report->by_severity[REPORT_SEVERITY_UNKNOWN];
	struct str text = STR_INIT;
	bool pass;

	if (refuse(report, &text)) {
		say(reason, &text);
		return false;
	}
	add_bad(&text, report, policy);
	add_scan_faults(&text, report, policy);
	add_age(&text, report, policy);
	pass = text.len == 0;
	if (pass)
		str_addf(&text, "%" PRIu64 " open, none %s or above",
			 report->open, report_severity_name(policy->fail_on));
	if (pass && policy->unknown == FINDINGS_UNKNOWN_WARN)
		add_rest(&text, unknown, "of unknown severity: look at them");
	add_rest(&text, report->suppressed - report->excepted,
		 "suppressed by the report itself");
	add_rest(&text, report->excepted, "under an exception");
	add_rest(&text, report->known, "known before");
	add_rest(&text, report->not_fixable, "that nothing mends yet");
	say(reason, &text);
	return pass;
}

void findings_add(struct findings_sum *sum, const struct report *report)
{
	for (int i = 0; i < REPORT_SEVERITY_COUNT; i++)
		sum->by_severity[i] += report->by_severity[i];
	for (int i = 0; i < FINDING_KIND_COUNT; i++)
		sum->by_kind[i] += report->by_kind[i];
}

static void add_excess(struct str *text, uint64_t count, int most,
		       const char *what)
{
	if (most >= 0 && count > (uint64_t)most)
		str_addf(text, "%s%" PRIu64 " %s, and the policy lets %d stand",
			 text->len ? "; " : "", count, what, most);
}

bool findings_within(const struct findings_sum *sum,
		     const struct findings_limits *limits, char **reason)
{
	struct str text = STR_INIT;

	for (int i = REPORT_SEVERITY_COUNT - 1; i >= 0; i--)
		add_excess(&text, sum->by_severity[i], limits->by_severity[i],
			   i ? report_severity_name((enum report_severity)i)
			     : "of unknown severity");
	for (int i = 0; i < FINDING_KIND_COUNT; i++)
		add_excess(&text, sum->by_kind[i], limits->by_kind[i],
			   finding_kind_name((enum finding_kind)i));
	if (!text.len) {
		str_release(&text);
		return true;
	}
	say(reason, &text);
	return false;
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
