/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "evidence/exceptions.h"

#define REPORT                                                              \
	"{\"SchemaVersion\":2,\"ArtifactName\":\"x\",\"Results\":["         \
	"{\"Target\":\"deps\",\"Class\":\"lang-pkgs\",\"Vulnerabilities\":" \
	"[{\"VulnerabilityID\":\"CVE-1\",\"PkgName\":\"zlib\","             \
	"\"InstalledVersion\":\"1\",\"Severity\":\"HIGH\"},"                \
	"{\"VulnerabilityID\":\"CVE-1\",\"PkgName\":\"other\","             \
	"\"InstalledVersion\":\"1\",\"Severity\":\"HIGH\"},"                \
	"{\"VulnerabilityID\":\"CVE-2\",\"PkgName\":\"zlib\","              \
	"\"InstalledVersion\":\"1\",\"Severity\":\"CRITICAL\"}]}]}"

#define BLOCK(reviewer, until, findings)                         \
	"# reason: minizip is not compiled in\n# owner: ana\n# " \
	"reviewer: " reviewer "\n# until: " until "\n" findings "\n"

static int64_t moment(const char *text)
{
	int64_t ms;

	assert_int_equal(clock_parse_utc(text, &ms, NULL), 0);
	return ms;
}

static uint64_t open_after(const char *text, const char *now,
			   struct strings *notes)
{
	struct exceptions it;
	struct report report;
	struct error err = ERROR_INIT;
	uint64_t open;

	assert_int_equal(
		report_parse(REPORT, strlen(REPORT), "x", NULL, &report, NULL),
		0);
	if (exceptions_parse(&it, text, "let", &err) < 0)
		fail_msg("%s", error_text(&err));
	exceptions_apply(&it, &report, moment(now), notes);
	open = report.open;
	assert_int_equal(report.open + report.excepted, 3);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_HIGH] +
				 report.by_severity[REPORT_SEVERITY_CRITICAL],
			 open);
	exceptions_release(&it);
	report_release(&report);
	return open;
}

static void check(const char *text, const char *now, uint64_t open,
		  const char *note)
{
	struct strings notes = STRINGS_INIT;

	assert_int_equal(open_after(text, now, &notes), open);
	assert_int_equal(notes.count, note != NULL);
	if (note && !strstr(notes.items[0], note))
		fail_msg("%s", notes.items[0]);
	strings_release(&notes);
}

static void what_is_reviewed_and_in_time_is_hidden(void **state)
{
	(void)state;
	check(BLOCK("lee", "2026-12-01", "CVE-1 zlib"), "2026-11-21T10:00:00Z",
	      2, NULL);
	check(BLOCK("lee", "2026-12-01", "CVE-1"), "2026-11-21T10:00:00Z", 1,
	      NULL);
	check("# a file of exceptions\n\n\n" BLOCK("lee", "2026-11-25",
						   "CVE-1\nCVE-2 zlib"),
	      "2026-11-21T10:00:00Z", 0, NULL);
	/* Its last day is one of them. */
	check(BLOCK("lee", "2026-11-21", "CVE-1 zlib"), "2026-11-21T23:59:59Z",
	      2, NULL);
}

static void all_others_hide_nothing_and_say_so(void **state)
{
	(void)state;
	check(BLOCK("", "2026-12-01", "CVE-1"), "2026-11-21T10:00:00Z", 3,
	      "no reviewer");
	check(BLOCK("lee", "2026-11-20", "CVE-1"), "2026-11-21T00:00:00Z", 3,
	      "has ended");
	check(BLOCK("lee", "2027-12-01", "CVE-1"), "2026-11-21T10:00:00Z", 3,
	      "too late");
	check(BLOCK("lee", "2026-12-01", "CVE-2"), "2026-11-21T10:00:00Z", 3,
	      "too late");
	check(BLOCK("lee", "2026-12-01", "CVE-3"), "2026-11-21T10:00:00Z", 3,
	      "meets no finding");
	check(BLOCK("lee", "2026-12-01", "CVE-1 zlib2"), "2026-11-21T10:00:00Z",
	      3, "meets no finding");
}

static void a_mistake_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *says;
	} wrong[] = {
		{BLOCK("Ana", "2026-12-01", "CVE-1"), "reviewer is the owner"},
		{BLOCK("lee", "soon", "CVE-1"), "no day"},
		{BLOCK("lee", "2026-13-01", "CVE-1"), "no day"},
		{BLOCK("lee", "2026-12-01 ", "CVE-1 a b"), "let:5: a finding"},
		{BLOCK("lee", "2026-12-01", ""), "names no finding"},
		{"CVE-1\n", "are needed"},
		{"# reason: x\nCVE-1\n", "are needed"},
		{"# reason: x\n# owner: a\n# until: 2026-12-01\nCVE-1\n",
		 "15 characters"},
		{"# owner: a\n# owner: b\nCVE-1\n", "let:2: the key stands"},
		{BLOCK("lee", "2026-12-01", "CVE-1\n# owner: c"), "let:6"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct exceptions it;
		struct error err = ERROR_INIT;

		assert_int_equal(
			exceptions_parse(&it, wrong[i].text, "let", &err), -1);
		if (!strstr(error_text(&err), wrong[i].says))
			fail_msg("%s: %s", wrong[i].text, error_text(&err));
		error_clear(&err);
	}
}

/* Cut anywhere, and with any one byte another: it is read or refused. */
static void no_bytes_break_it(void **state)
{
	static const char whole[] =
		"# a file\n\n" BLOCK("lee", "2026-12-01", "CVE-1 zlib\nCVE-2");
	static const char others[] = "\n#: \t\r\x1b\xff";

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(whole); i++) {
		for (size_t j = 0; j < sizeof(others); j++) {
			char *text = xstrdup(whole);
			struct exceptions it;

			text[i] = others[j];
			if (exceptions_parse(&it, text, "let", NULL) == 0)
				exceptions_release(&it);
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_reviewed_and_in_time_is_hidden),
		cmocka_unit_test(all_others_hide_nothing_and_say_so),
		cmocka_unit_test(a_mistake_is_told_with_its_line),
		cmocka_unit_test(no_bytes_break_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
