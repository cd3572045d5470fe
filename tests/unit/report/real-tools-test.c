/* SPDX-License-Identifier: MIT */
/*
 * What tools that are here write today, read at once: a file with a fault in
 * it, one without, and the tool's own report of each. What is not here is
 * named and skipped.
 */

#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "support/folder.h"
#include "support/reports.h"

struct tool {
	const char *name;   /* succeeds with --version where it is there */
	const char *format; /* told by the content of its report */
	const char *file;
	const char *fault, *fine; /* two texts of the file */
	const char *command;	  /* reads $FILE, writes the file `report` */
};

#define C_FAULT                                               \
	"#include <string.h>\n"                               \
	"void copy(char *to, const char *from, int *count)\n" \
	"{\n\tint *none = NULL;\n\tstrcpy(to, from);\n"       \
	"\tif (count == NULL)\n\t\tnone = count;\n\t*none = 1;\n}\n"
#define C_FINE "int one(void);\nint one(void)\n{\n\treturn 1;\n}\n"

static const struct tool scanners[] = {
	{"flawfinder", "sarif", "a.c", C_FAULT, C_FINE,
	 "flawfinder --sarif --quiet $FILE >report"},
	{"cppcheck", "cppcheck", "a.c", C_FAULT, C_FINE,
	 "cppcheck --quiet --xml --xml-version=2 $FILE 2>report"},
	{"clang", "sarif", "a.c", C_FAULT, C_FINE,
	 "clang --analyze -Xanalyzer -analyzer-output=sarif -o report $FILE"},
	{"/usr/bin/python3 -m bandit", "bandit", "a.py",
	 "import subprocess\nsubprocess.call('ls', shell=True)\n",
	 "print('fine')\n",
	 "/usr/bin/python3 -m bandit --quiet -f json -o report $FILE"},
};

static const struct tool runners[] = {
	{"perl", "tap", "a.t",
	 "use Test::More tests => 2; ok(1, 'one'); ok(0, 'two');",
	 "use Test::More tests => 2; ok(1, 'one'); ok(1, 'two');",
	 "perl $FILE >report"},
	{"bats --formatter tap", "tap", "a.bats",
	 "@test \"one\" { true; }\n@test \"two\" { false; }\n",
	 "@test \"one\" { true; }\n@test \"two\" { true; }\n",
	 "bats --formatter tap $FILE >report"},
	{"node --test-reporter=tap", "tap", "a.test.js",
	 "const test = require('node:test');\n"
	 "test('one', () => {}); test('two', () => { throw Error('x'); });\n",
	 "const test = require('node:test');\n"
	 "test('one', () => {}); test('two', () => {});\n",
	 "node --test-reporter=tap $FILE >report"},
};

static int in_folder(const char *folder, const char *file, const char *command)
{
	char *line =
		xasprintf("cd '%s' && FILE=%s && { %s; } 2>>said </dev/null",
			  folder, file, command);
	int status = system(line);

	free(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool is_here(const char *folder, const struct tool *tool)
{
	char *command = xasprintf("%s --version >said", tool->name);
	bool here = in_folder(folder, tool->file, command) == 0;

	free(command);
	if (!here)
		print_message("skipped: %s is not here\n", tool->name);
	return here;
}

/* Its status says little: some end with 0 whatever they found. */
static struct report run(const char *folder, const struct tool *tool,
			 const char *text)
{
	char *file = path_join(folder, tool->file);
	char *path = path_join(folder, "report");
	struct error err = ERROR_INIT;
	struct report report;

	unlink(path);
	if (file_replace(file, text, strlen(text), 0600, &err) < 0)
		fail_msg("%s", err.message);
	in_folder(folder, tool->file, tool->command);
	if (report_read(path, NULL, &report, &err) < 0)
		fail_msg("%s: %s", tool->name, err.message);
	assert_string_equal(report.format, tool->format);
	free(file);
	free(path);
	return report;
}

static void scanners_that_are_here_are_read(void **state)
{
	const char *folder = *state;

	for (size_t i = 0; i < ARRAY_SIZE(scanners); i++) {
		struct report report;

		if (!is_here(folder, &scanners[i]))
			continue;
		report = run(folder, &scanners[i], scanners[i].fault);
		if (!report.open || report.verdict != REPORT_PASS)
			fail_msg("%s found nothing", scanners[i].name);
		assert_non_null(
			strstr(report.findings[0].path, scanners[i].file));
		assert_true(report.findings[0].line > 0);
		assert_int_not_equal(report.findings[0].severity,
				     REPORT_SEVERITY_UNKNOWN);
		report_release(&report);
		report = run(folder, &scanners[i], scanners[i].fine);
		if (report.open || report.verdict != REPORT_PASS)
			fail_msg("%s found what is not there",
				 scanners[i].name);
		report_release(&report);
	}
}

static void test_runners_that_are_here_are_read(void **state)
{
	const char *folder = *state;

	for (size_t i = 0; i < ARRAY_SIZE(runners); i++) {
		struct report report;

		if (!is_here(folder, &runners[i]))
			continue;
		report = run(folder, &runners[i], runners[i].fault);
		assert_int_equal(report.totals.total, 2);
		assert_int_equal(report.totals.failed, 1);
		assert_int_equal(report.verdict, REPORT_FAIL);
		report_release(&report);
		report = run(folder, &runners[i], runners[i].fine);
		assert_int_equal(report.totals.passed, 2);
		assert_int_equal(report.verdict, REPORT_PASS);
		report_release(&report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(scanners_that_are_here_are_read),
		WITH_FOLDER(test_runners_that_are_here_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
