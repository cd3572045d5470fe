/* SPDX-License-Identifier: MIT */
/* What is pure of metrics: queries, answers, limits. The sources themselves
 * are asked in tests/system/judged-test.c. */
#include "support/cmocka.h"

#include <math.h>
#include <string.h>

#include "base/strings.h"
#include "delivery/metric.h"

static void query_names_the_candidate(void **state)
{
	struct strings env = STRINGS_INIT;
	char *query;

	(void)state;
	strings_add(&env, "COLOUR=green");
	strings_add(&env, "VERSION=1.2");
	query = metric_query("a{c=\"$COLOUR\",v=\"${VERSION}x\",r=~\"b$\","
			     "n=\"$COLOURS $X ${COLOUR $\"}",
			     &env);
	assert_string_equal(query, "a{c=\"green\",v=\"1.2x\",r=~\"b$\","
				   "n=\"$COLOURS $X ${COLOUR $\"}");
	free(query);
	strings_release(&env);
}

#define VECTOR(result)                                                 \
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\"," \
	"\"result\":[" result "]}}"

static struct metric_reading read_body(const char *body, int status)
{
	struct metric_reading reading;

	metric_read_prometheus(body, status, &reading);
	return reading;
}

static void prometheus_gives_one_number(void **state)
{
	struct metric_reading reading = read_body(
		VECTOR("{\"metric\":{},\"value\":[1.5,\"2.5e1\"]}"), 200);

	(void)state;
	assert_true(reading.known);
	assert_float_equal(reading.value, 25, 1e-9);
	reading = read_body("{\"status\":\"success\",\"data\":{\"resultType\":"
			    "\"scalar\",\"result\":[1,\"-3\"]}}",
			    200);
	assert_true(reading.known);
	assert_float_equal(reading.value, -3, 1e-9);
	reading = read_body(VECTOR("{\"value\":[1,\"+Inf\"]}"), 200);
	assert_true(reading.known && isinf(reading.value));
}

static void prometheus_that_gives_none_says_why(void **state)
{
	static const struct {
		const char *body, *why;
		int status;
	} cases[] = {
		{VECTOR(""), "the query gives no data", 200},
		{VECTOR("{\"value\":[1,\"NaN\"]}"), "Prometheus says NaN", 200},
		{VECTOR("{},{}"),
		 "the query gives 2 series; make them one by sum() or max()",
		 200},
		{VECTOR("{}"), "Prometheus says nothing", 200},
		{"{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\","
		 "\"result\":[]}}",
		 "the query gives a matrix; it must give one number", 200},
		{"{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":"
		 "\"parse error\"}",
		 "Prometheus: parse error", 400},
		{"<html>", "Prometheus answered 502", 502},
		{"{}", "Prometheus answered 200", 200},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct metric_reading reading =
			read_body(cases[i].body, cases[i].status);

		assert_false(reading.known);
		assert_string_equal(reading.why, cases[i].why);
	}
}

static void command_gives_a_number_in_its_last_line(void **state)
{
	static const struct {
		const char *output;
		double value;
	} cases[] = {
		{"12\n", 12},
		{"asking\n 0.5 \n\n", 0.5},
		{"-1e3", -1000},
		{"{\"value\": 7, \"unit\": \"s\"}\n", 7},
	};
	static const char *const wrong[] = {
		"",
		"\n\n",
		"12 ms\n",
		"1,2",
		"[1]",
		"nan",
		"{\"value\": \"7\"}",
		"{\"val\": 7}",
		"7\nnone\n",
		"1111111111111111111111111111111111111111111111111111111111111"
		"111111 and what stands behind it",
		"{",
	};
	struct metric_reading reading;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		metric_read_output(cases[i].output, strlen(cases[i].output),
				   &reading);
		assert_true(reading.known);
		assert_float_equal(reading.value, cases[i].value, 1e-9);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		metric_read_output(wrong[i], strlen(wrong[i]), &reading);
		if (reading.known)
			fail_msg("'%s' is %g", wrong[i], reading.value);
	}
	assert_string_equal(reading.why, "its last line is no number and no "
					 "{\"value\": NUMBER}: '{'");
	metric_read_output("1\n\0 9\n", 6, &reading);
	assert_false(reading.known);
}

static enum verdict judged(bool above, double limit, double value)
{
	struct metric_config config = {.name = "queue",
				       .command = "x",
				       .above = above,
				       .limit = limit};
	struct metric_reading reading = {true, value, ""};
	struct finding finding;

	metric_judge(&config, &reading, &finding);
	return finding.verdict;
}

static void limit_is_held_on_its_side(void **state)
{
	(void)state;
	assert_int_equal(judged(false, 100, 99.9), VERDICT_PASS);
	assert_int_equal(judged(false, 100, 100), VERDICT_FAIL);
	assert_int_equal(judged(true, 0.95, 0.96), VERDICT_PASS);
	assert_int_equal(judged(true, 0.95, 0.95), VERDICT_FAIL);
	assert_int_equal(judged(false, 100, INFINITY), VERDICT_FAIL);
	assert_int_equal(judged(false, 0, -1), VERDICT_PASS);
}

static void what_is_without_end_is_told_so(void **state)
{
	struct metric_config config = {
		.name = "queue", .prometheus = "x", .limit = 100};
	struct metric_reading reading = {true, INFINITY, ""};
	struct finding finding;

	(void)state;
	metric_judge(&config, &reading, &finding);
	assert_string_equal(finding.text, "queue +Inf, limit < 100");
	reading.value = -INFINITY;
	metric_judge(&config, &reading, &finding);
	assert_string_equal(finding.text, "queue -Inf, limit < 100");
}

static void what_is_not_known_is_an_error(void **state)
{
	struct metric_config config = {.name = "queue", .prometheus = "x"};
	struct metric_reading reading = {false, 0, "nobody answers"};
	struct finding finding;

	(void)state;
	metric_judge(&config, &reading, &finding);
	assert_int_equal(finding.verdict, VERDICT_ERROR);
	assert_string_equal(finding.source, "prometheus");
	assert_string_equal(finding.text,
			    "could not measure queue: nobody answers");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(query_names_the_candidate),
		cmocka_unit_test(prometheus_gives_one_number),
		cmocka_unit_test(prometheus_that_gives_none_says_why),
		cmocka_unit_test(command_gives_a_number_in_its_last_line),
		cmocka_unit_test(limit_is_held_on_its_side),
		cmocka_unit_test(what_is_without_end_is_told_so),
		cmocka_unit_test(what_is_not_known_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
