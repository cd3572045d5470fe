/* SPDX-License-Identifier: MIT */
/* For every format alike: a report cut short is never green, and reading
 * one takes a bounded amount of memory. */

#include <ctype.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "evidence/policy.h"
#include "support/reports.h"

static bool is_green(const char *text, size_t len)
{
	struct report report;
	bool green;

	if (report_parse(text, len, "r", NULL, &report, NULL) < 0)
		return false;
	green = report.kind == REPORT_OF_TESTS
			? tests_pass(&report, NULL)
			: findings_pass(&report, REPORT_SEVERITY_INFO,
					FINDINGS_UNKNOWN_FAIL, NULL);
	report_release(&report);
	return green;
}

/* The whole is green, and nothing that lacks a part of it is. */
static void check_cuts(const char *name, bool newline_counts)
{
	char *path = report_fixture(name);
	struct str text = STR_INIT;

	assert_int_equal(file_read(path, &text, 1 << 20, NULL), 0);
	while (!newline_counts &&
	       isspace((unsigned char)text.data[text.len - 1]))
		str_truncate(&text, text.len - 1);
	assert_true(is_green(text.data, text.len));
	for (size_t len = 0; len < text.len; len++) {
		char *cut = xstrndup(text.data, len);

		if (is_green(cut, len))
			fail_msg("%s is green when cut at %zu", name, len);
		free(cut);
	}
	str_release(&text);
	free(path);
}

static void a_report_cut_anywhere_is_never_green(void **state)
{
	(void)state;
	check_cuts("tap/plan-last.tap", true);
	check_cuts("tap/subtests.tap", true);
	check_cuts("cmocka/all-run.txt", false);
	check_cuts("junit/flaky.xml", false);
	check_cuts("junit/latin1.xml", false);
	check_cuts("sarif/clean.sarif", false);
	check_cuts("trivy/clean.json", false);
}

static long peak_kib(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

/* In a child, so that one's peak does not hide the next one's. */
static void read_and_measure(const struct str *text, const char *what)
{
	long before = peak_kib();
	long limit = 65536 + 12 * (long)(text->len >> 10);
	struct report report;
	long used;

	if (report_parse(text->data, text->len, what, NULL, &report, NULL) < 0)
		_exit(2);
	used = peak_kib() - before;
	print_message("# %s: %zu KiB, %ld of at most %ld KiB of memory\n", what,
		      text->len >> 10, used, limit);
	fflush(stdout);
#ifdef __SANITIZE_ADDRESS__
	limit *= 4; /* red zones, and nothing freed is used again */
#endif
	_exit(used < limit ? 0 : 1);
}

static void check_memory(const struct str *text, const char *what)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		read_and_measure(text, what);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void memory_is_bounded_by_the_size(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{}");
	for (int i = 0; i < 20000; i++)
		str_addf(&text,
			 ",{\"ruleId\":\"R%d\",\"message\":{\"text\":\"no %d\"}"
			 ",\"locations\":[{\"physicalLocation\":{"
			 "\"artifactLocation\":{\"uri\":\"%d.c\"},"
			 "\"region\":{\"startLine\":%d}}}]}",
			 i, i, i, i);
	str_add(&text, "]}]}");
	check_memory(&text, "compact SARIF");
	str_clear(&text);
	str_add(&text, "<testsuite>");
	for (int i = 0; i < 100000; i++)
		str_addf(&text, "<testcase name='%d'><failure/></testcase>", i);
	str_add(&text, "</testsuite>");
	check_memory(&text, "JUnit of failures");
	str_clear(&text);
	for (int i = 0; i < 1000000; i++)
		str_add(&text, "not ok\n");
	check_memory(&text, "TAP of failures");
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_cut_anywhere_is_never_green),
		cmocka_unit_test(memory_is_bounded_by_the_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
