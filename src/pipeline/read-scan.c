/* SPDX-License-Identifier: MIT */
/* `scan`: the policy that a scanner's report is held against. */
#include "pipeline/sections.h"

#include "base/memory.h"
#include "base/vector.h"

static void read_scan_format(struct reader *reader, const struct node *value,
			     void *into)
{
	/* report/'s names of the formats that have findings, or whose
	 * components can have some by their licences. */
	static const char *const words[] = {
		"sarif",    "trivy",	 "grype",      "cyclonedx",
		"osv",	    "npm-audit", "yarn-audit", "snyk",
		"semgrep",  "gitleaks",	 "bandit",     "openvex",
		"cppcheck", "retire",	 "spdx",       "licensecheck",
	};
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		read_line(reader, value, into);
}

static void read_fail_on(struct reader *reader, const struct node *value,
			 void *into)
{
	static const char *const words[] = {"info", "low", "medium", "high",
					    "critical"};
	struct scan_config *scan = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		scan->fail_on = (enum severity)(SEVERITY_INFO + word);
}

static void read_unknown(struct reader *reader, const struct node *value,
			 void *into)
{
	static const char *const words[] = {"fail", "warn", "count"};
	struct scan_config *scan = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word == 0)
		scan->unknown = UNKNOWN_FAIL;
	else if (word > 0)
		scan->unknown = word == 1 ? UNKNOWN_WARN : UNKNOWN_COUNT;
}

static void read_exits(struct reader *reader, const struct node *value,
		       int **exits, size_t *count)
{
	size_t cap = 0;

	*count = 0;
	if (!expect_kind(reader, value, NODE_LIST, "a list of exit statuses"))
		return;
	for (size_t i = 0; i < value->count; i++) {
		int number = -1;

		read_between(reader, &value->children[i],
			     "exit status; it is a number", 0, 255, &number);
		if (number >= 0)
			*VECTOR_ADD(*exits, *count, cap) = number;
	}
}

static void read_ok_exits(struct reader *reader, const struct node *value,
			  void *into)
{
	struct scan_config *scan = into;

	read_exits(reader, value, &scan->ok_exits, &scan->ok_exit_count);
}

static void read_findings_exits(struct reader *reader, const struct node *value,
				void *into)
{
	struct scan_config *scan = into;

	read_exits(reader, value, &scan->findings_exits,
		   &scan->findings_exit_count);
}

#define MOST_OF(name, list, index)                           \
	{                                                    \
		name, read_count,                            \
			offsetof(struct scan_config, list) + \
				(index) * sizeof(int),       \
			false                                \
	}

/* The kinds stand as report/'s. */
static const struct key threshold_keys[] = {
	MOST_OF("critical", most_of_severity, SEVERITY_CRITICAL),
	MOST_OF("high", most_of_severity, SEVERITY_HIGH),
	MOST_OF("medium", most_of_severity, SEVERITY_MEDIUM),
	MOST_OF("low", most_of_severity, SEVERITY_LOW),
	MOST_OF("info", most_of_severity, SEVERITY_INFO),
	MOST_OF("unknown", most_of_severity, SEVERITY_UNKNOWN),
	MOST_OF("vulnerability", most_of_kind, 0),
	MOST_OF("misconfiguration", most_of_kind, 1),
	MOST_OF("secret", most_of_kind, 2),
	MOST_OF("license", most_of_kind, 3),
	MOST_OF("code", most_of_kind, 4),
};
static const struct schema threshold_schema =
	SCHEMA("thresholds", threshold_keys);

static void read_thresholds(struct reader *reader, const struct node *value,
			    void *into)
{
	read_map(reader, value, &threshold_schema, into);
}

#define SCAN_KEY(name, read, member)                                    \
	{                                                               \
		name, read, offsetof(struct scan_config, member), false \
	}

static const struct key scan_keys[] = {
	{"report", read_glob_or_globs, offsetof(struct scan_config, reports),
	 true},
	SCAN_KEY("format", read_scan_format, format),
	{"fail-on", read_fail_on, 0, false},
	{"thresholds", read_thresholds, 0, false},
	{"unknown", read_unknown, 0, false},
	SCAN_KEY("only-fixable", read_truth, only_fixable),
	SCAN_KEY("new-only", read_environment_name, new_only),
	SCAN_KEY("baseline", read_glob, baseline),
	SCAN_KEY("strict", read_truth, strict),
	SCAN_KEY("may-be-empty", read_truth, may_be_empty),
	SCAN_KEY("max-age", read_time_limit, max_age_ms),
	SCAN_KEY("keep", read_truth, keep),
	{"ok-exits", read_ok_exits, 0, false},
	{"findings-exits", read_findings_exits, 0, false},
	SCAN_KEY("exceptions", read_glob_or_globs, exceptions),
	SCAN_KEY("licences", read_licences, licences),
	{"orphans", read_orphans, 0, false},
	{"reviewers", read_reviewers, 0, false},
};
static const struct schema scan_schema = SCHEMA("a scan", scan_keys);

static bool has_exit(const int *exits, size_t count, int status)
{
	for (size_t i = 0; i < count; i++)
		if (exits[i] == status)
			return true;
	return false;
}

static void check_exits(struct reader *reader, const struct node *findings,
			struct scan_config *scan)
{
	for (size_t i = 0; i < scan->findings_exit_count; i++)
		if (has_exit(scan->ok_exits, scan->ok_exit_count,
			     scan->findings_exits[i]))
			complain_about(reader, findings,
				       "exit status %d stands in 'ok-exits' "
				       "too; it can mean only one thing",
				       scan->findings_exits[i]);
}

static bool fails_at_once(const struct scan_config *scan, int severity)
{
	return severity == SEVERITY_UNKNOWN ? scan->unknown == UNKNOWN_FAIL
					    : severity >= (int)scan->fail_on;
}

/* It would be read as letting some stand that one of fails the stage. */
static void check_thresholds(struct reader *reader, const struct node *value,
			     const struct scan_config *scan)
{
	for (int i = 0; i < SEVERITY_COUNT; i++) {
		const char *name = threshold_keys[SEVERITY_COUNT - 1 - i].name;
		const struct node *at = value ? node_find(value, name) : NULL;

		if (at && scan->most_of_severity[i] > 0 &&
		    fails_at_once(scan, i))
			complain_about(reader, at,
				       "one of %s severity fails the stage by "
				       "'%s' already",
				       name,
				       i == SEVERITY_UNKNOWN ? "unknown"
							     : "fail-on");
	}
}

void read_scan(struct reader *reader, const struct node *value, void *into)
{
	static const int ok = 0;
	static const int found = 1;
	struct scan_config *scan = into;
	const struct node *findings = node_find(value, "findings-exits");

	scan->present = true;
	scan->place = node_place(value);
	scan->fail_on = SEVERITY_HIGH;
	scan->max_age_ms = -1;
	scan->keep = true;
	for (int i = 0; i < SEVERITY_COUNT; i++)
		scan->most_of_severity[i] = -1;
	for (int i = 0; i < FINDING_KINDS; i++)
		scan->most_of_kind[i] = -1;
	read_map(reader, value, &scan_schema, scan);
	if (scan->new_only && scan->baseline)
		complain_about(reader, node_find(value, "baseline"),
			       "'new-only' and 'baseline' both say what is "
			       "known; write one of them");
	check_thresholds(reader, node_find(value, "thresholds"), scan);
	if (!node_find(value, "ok-exits")) {
		scan->ok_exits = xmemdup(&ok, sizeof(ok));
		scan->ok_exit_count = 1;
	}
	if (findings) {
		check_exits(reader, findings, scan);
	} else if (!has_exit(scan->ok_exits, scan->ok_exit_count, found)) {
		scan->findings_exits = xmemdup(&found, sizeof(found));
		scan->findings_exit_count = 1;
	}
}
