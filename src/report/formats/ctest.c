/* SPDX-License-Identifier: MIT */
/*
 * CTest's own Test.xml, of `ctest -T Test`. What was not run was skipped
 * where the test itself says so; a program that is not there, or a fixture
 * that failed, is an error. Host names, command lines and the environment in
 * it are not read.
 */
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/format.h"
#include "report/sink.h"
#include "report/value.h"
#include "report/xml.h"

struct ctest {
	struct test_sink *sink;
	unsigned depth;
	unsigned test_depth; /* of the test that is read; 0 none */
	enum test_outcome outcome;
	struct str measurement; /* the one that is read; "" its output */
	struct str text;	/* of the element that is read */
	bool reads;		/* it */
	struct str name, status, exit, output;
	int64_t ms;
};

static void start_test(struct ctest *ctest, const char **attributes)
{
	const char *status = xml_attribute(attributes, "Status");

	if (!status || ctest->test_depth)
		return; /* a name in a list of them */
	ctest->test_depth = ctest->depth;
	ctest->outcome = TEST_ERROR;
	if (strcmp(status, "passed") == 0)
		ctest->outcome = TEST_PASSED;
	else if (strcmp(status, "failed") == 0)
		ctest->outcome = TEST_FAILED;
	str_clear(&ctest->name);
	str_clear(&ctest->status);
	str_clear(&ctest->exit);
	str_clear(&ctest->output);
	ctest->ms = -1;
}

static void start_measurement(struct ctest *ctest, const char **attributes)
{
	const char *name = xml_attribute(attributes, "name");

	str_clear(&ctest->measurement);
	str_add(&ctest->measurement, name ? name : "?");
}

static void on_start(void *data, const char *name, const char **attributes)
{
	struct ctest *ctest = data;

	ctest->depth++;
	ctest->reads = false;
	str_clear(&ctest->text);
	if (strcmp(name, "Test") == 0)
		start_test(ctest, attributes);
	else if (strcmp(name, "NamedMeasurement") == 0)
		start_measurement(ctest, attributes);
	else if (strcmp(name, "Measurement") == 0)
		str_clear(&ctest->measurement);
	else if (strcmp(name, "Name") == 0 || strcmp(name, "Value") == 0)
		/* What is compressed is not unpacked. */
		ctest->reads = ctest->test_depth &&
			       !xml_attribute(attributes, "encoding");
}

static void on_text(void *data, const char *text, size_t len)
{
	struct ctest *ctest = data;
	size_t room = REPORT_MESSAGE_MAX - ctest->text.len;

	if (ctest->reads)
		str_add_bytes(&ctest->text, text, text_cut(text, len, room));
}

static void end_value(struct ctest *ctest)
{
	const char *what = ctest->measurement.data;
	double seconds;

	if (!*what)
		str_add(&ctest->output, ctest->text.data);
	else if (strcmp(what, "Completion Status") == 0)
		str_add(&ctest->status, ctest->text.data);
	else if (strcmp(what, "Exit Code") == 0)
		str_add(&ctest->exit, ctest->text.data);
	else if (strcmp(what, "Execution Time") == 0 &&
		 text_number(ctest->text.data, ctest->text.len, &seconds) &&
		 seconds >= 0 && seconds < 1e9)
		ctest->ms = (int64_t)(seconds * 1000 + 0.5);
}

static void end_test(struct ctest *ctest)
{
	const char *status = ctest->status.data;

	if (ctest->outcome == TEST_ERROR &&
	    (strcmp(status, "Disabled") == 0 ||
	     strncmp(status, "SKIP_", strlen("SKIP_")) == 0))
		ctest->outcome = TEST_SKIPPED;
	if (!ctest->name.len)
		str_add(&ctest->name, "(no name)");
	sink_begin(ctest->sink, ctest->outcome, ctest->name.data,
		   ctest->name.len);
	ctest->sink->ms = ctest->ms;
	if (ctest->outcome != TEST_PASSED) {
		sink_explain_lines(ctest->sink, ctest->exit.len
							? ctest->exit.data
							: ctest->status.data);
		sink_explain_lines(ctest->sink, ctest->output.data);
	}
	sink_settle(ctest->sink);
	ctest->test_depth = 0;
}

static void on_end(void *data, const char *name)
{
	struct ctest *ctest = data;

	if (ctest->reads && strcmp(name, "Name") == 0)
		str_add(&ctest->name, ctest->text.data);
	else if (ctest->reads)
		end_value(ctest);
	ctest->reads = false;
	if (ctest->test_depth && ctest->depth == ctest->test_depth)
		end_test(ctest);
	ctest->depth--;
}

/* Its Build.xml, Configure.xml and others have the same root. */
static bool matches(const struct report_input *input)
{
	return strcmp(input->root, "Site") == 0 &&
	       strstr(input->text, "<Testing");
}

static int read_ctest(const struct report_input *input, struct report *report,
		      struct error *err)
{
	static const struct xml_ops ops = {
		.start = on_start, .end = on_end, .text = on_text};
	struct test_sink sink;
	struct ctest ctest = {.sink = &sink};
	struct str *const texts[] = {&ctest.measurement, &ctest.text,
				     &ctest.name,	 &ctest.status,
				     &ctest.exit,	 &ctest.output};
	int result;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		str_init(texts[i]);
	sink_init(&sink, report->format);
	result = report_xml_read(input, &ops, &ctest, err);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		str_release(texts[i]);
	if (result == 0) {
		report_release(report);
		report_close(&sink.report);
		*report = sink.report;
		sink.report = (struct report){0};
		/* Host names, command lines, environments. */
		report->has_secrets = true;
	}
	sink_release(&sink);
	return result;
}

const struct report_format_ops ctest_format = {
	.name = "ctest",
	.title = "CTest's Test.xml",
	.encoding = REPORT_XML,
	.kind = REPORT_OF_TESTS,
	.matches = matches,
	.read = read_ctest,
};
