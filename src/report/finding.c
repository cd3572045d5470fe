/* SPDX-License-Identifier: MIT */
#include "report/finding.h"

#include <string.h>

const char *report_severity_name(enum report_severity severity)
{
	static const char *const names[REPORT_SEVERITY_COUNT] = {
		[REPORT_SEVERITY_UNKNOWN] = "unknown",
		[REPORT_SEVERITY_INFO] = "info",
		[REPORT_SEVERITY_LOW] = "low",
		[REPORT_SEVERITY_MEDIUM] = "medium",
		[REPORT_SEVERITY_HIGH] = "high",
		[REPORT_SEVERITY_CRITICAL] = "critical",
	};

	return names[severity];
}

bool report_severity_parse(const char *word, enum report_severity *severity)
{
	for (int i = 0; word && i < REPORT_SEVERITY_COUNT; i++) {
		*severity = (enum report_severity)i;
		if (strcmp(report_severity_name(*severity), word) == 0)
			return true;
	}
	return false;
}

const char *finding_kind_name(enum finding_kind kind)
{
	static const char *const names[FINDING_KIND_COUNT] = {
		[FINDING_VULNERABILITY] = "vulnerability",
		[FINDING_MISCONFIGURATION] = "misconfiguration",
		[FINDING_SECRET] = "secret",
		[FINDING_LICENSE] = "license",
		[FINDING_CODE] = "code",
	};

	return names[kind];
}

const char *finding_state_name(enum finding_state state)
{
	static const char *const names[FINDING_STATE_COUNT] = {
		[FINDING_OPEN] = "open",
		[FINDING_SUPPRESSED] = "suppressed",
		[FINDING_EXCEPTED] = "excepted",
		[FINDING_NOT_FIXABLE] = "not-fixable",
		[FINDING_KNOWN] = "known",
	};

	return names[state];
}
