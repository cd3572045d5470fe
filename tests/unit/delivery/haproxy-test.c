/* SPDX-License-Identifier: MIT */
/* What is pure of the HAProxy provider: answers, lines, configuration. */
#include "support/cmocka.h"

#include <math.h>

#include "base/str.h"
#include "delivery/traffic/haproxy-answers.h"
#include "delivery/traffic/haproxy-config.h"
#include "delivery/traffic/haproxy-lines.h"

static struct strings servers[COLOUR_COUNT];

static int set_up(void **state)
{
	(void)state;
	strings_add(&servers[COLOUR_BLUE], "b1");
	strings_add(&servers[COLOUR_BLUE], "b2");
	strings_add(&servers[COLOUR_GREEN], "g1");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	strings_release(&servers[COLOUR_BLUE]);
	strings_release(&servers[COLOUR_GREEN]);
	return 0;
}

#define STATE_HEADER                                                       \
	"1\n# be_id be_name srv_id srv_name srv_op_state srv_admin_state " \
	"srv_uweight\n"

static const char whole_state[] = STATE_HEADER "3 shop 1 b1 2 0 200\n"
					       "3 shop 2 b2 0 0 200\n"
					       "3 shop 3 g1 2 1 56\n"
					       "4 other 1 b1 2 0 9\n\n";

static void state_is_summed_up_by_colour(void **state)
{
	struct haproxy_state found;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(haproxy_read_state(whole_state, 0, "shop", servers,
					    &found, &err),
			 0);
	assert_int_equal(found.backend, 3);
	assert_int_equal(found.colours[COLOUR_BLUE].servers, 2);
	assert_int_equal(found.colours[COLOUR_BLUE].units, 200);
	assert_int_equal(found.colours[COLOUR_BLUE].weight, 400);
	assert_int_equal(found.colours[COLOUR_BLUE].up, 1);
	assert_false(found.colours[COLOUR_BLUE].uneven);
	assert_int_equal(found.colours[COLOUR_GREEN].maintenance, 1);
}

static void commands_before_the_state_must_have_said_nothing(void **state)
{
	struct str text = STR_INIT;
	struct haproxy_state found;
	struct error err = ERROR_INIT;

	(void)state;
	str_addf(&text, "\n\n%s", whole_state);
	assert_int_equal(
		haproxy_read_state(text.data, 2, "shop", servers, &found, &err),
		0);
	/* One answer too few or too many is no success. */
	assert_int_equal(
		haproxy_read_state(text.data, 3, "shop", servers, &found, NULL),
		-1);
	assert_int_equal(
		haproxy_read_state(text.data, 1, "shop", servers, &found, NULL),
		-1);
	str_clear(&text);
	str_addf(&text, "\nNo such server.\n\n%s", whole_state);
	assert_int_equal(
		haproxy_read_state(text.data, 2, "shop", servers, &found, &err),
		-1);
	assert_int_equal(err.code, ERROR_PROVIDER);
	assert_non_null(strstr(error_text(&err), "\"No such server.\""));
	error_clear(&err);
	str_release(&text);
}

static void a_server_that_is_missing_is_named_by_its_colour(void **state)
{
	struct haproxy_state found;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(haproxy_read_state(STATE_HEADER "3 shop 1 b1 2 0 1\n"
							 "3 shop 3 g1 2 0 1\n",
					    0, "shop", servers, &found, &err),
			 -1);
	assert_non_null(
		strstr(error_text(&err), "1 of the 2 servers that blue"));
	error_clear(&err);
	assert_int_equal(
		haproxy_read_state("", 0, "shop", servers, &found, NULL), -1);
	assert_int_equal(
		haproxy_read_state("1\n#", 0, "shop", servers, &found, NULL),
		-1);
}

/* The columns in another order than any HAProxy has them. */
static const char stat_text[] =
	"Name: HAProxy\n\n"
	"# pxname,svname,status,hrsp_5xx,req_tot,econ,eresp,wretr,wredis,scur,"
	"uweight,ttime,algo,mode,stot,\n"
	"shop,FRONTEND,OPEN,99,99,,,,,5,,,,http,\n"
	"shop,b1,UP,1,100,2,0,4,5,3,243,12,,http,\n"
	"shop,b2,DOWN,0,50,0,1,0,0,0,243,8,,http,\n"
	"shop,g1,no check,7,70,0,0,0,0,1,13,20,,http,\n"
	"shop,BACKEND,UP,13,220,,,,,4,499,12,roundrobin,http,227,\n\n";

static void stat_is_read_by_column_name(void **state)
{
	struct haproxy_stat stat;

	(void)state;
	assert_int_equal(
		haproxy_read_stat(stat_text, "shop", servers, &stat, NULL), 0);
	assert_int_equal(stat.colours[COLOUR_BLUE].requests, 153);
	assert_int_equal(stat.colours[COLOUR_BLUE].errors, 4);
	assert_int_equal(stat.colours[COLOUR_BLUE].retries, 9);
	assert_int_equal(stat.colours[COLOUR_BLUE].sessions, 3);
	assert_int_equal(stat.colours[COLOUR_BLUE].weight, 486);
	assert_true(stat.colours[COLOUR_BLUE].up);
	assert_int_equal(stat.colours[COLOUR_GREEN].errors, 7);
	assert_true(stat.colours[COLOUR_GREEN].up);
	assert_true(stat.colours[COLOUR_GREEN].mean == 20);
	assert_int_equal(stat.backend_5xx, 13);
	assert_int_equal(stat.dropped, 3);
	assert_string_equal(stat.algorithm, "roundrobin");
	assert_int_equal(
		haproxy_read_stat(stat_text, "nope", servers, &stat, NULL), -1);
	assert_int_equal(haproxy_read_stat("Permission denied\n", "shop",
					   servers, &stat, NULL),
			 -1);
}

static void info_gives_version_and_worker(void **state)
{
	struct haproxy_info info;

	(void)state;
	assert_int_equal(haproxy_read_info("Name: HAProxy\nVersion: "
					   "2.6.12-1+deb12u4\nPid: 4711\n"
					   "Stopping: 1\n",
					   &info, NULL),
			 0);
	assert_int_equal(info.major, 2);
	assert_int_equal(info.minor, 6);
	assert_int_equal(info.pid, 4711);
	assert_true(info.stopping);
	assert_int_equal(haproxy_read_info("220 mail\n", &info, NULL), -1);
}

static void lines_give_latencies_and_the_last_begun(void **state)
{
	struct haproxy_lines *lines = calloc(1, sizeof(*lines));
	struct traffic_sample sample;

	(void)state;
	memset(&sample, 0, sizeof(sample));
	haproxy_lines_take(lines, "1000000 1005000 shop b1 200 -- 0", "shop",
			   servers);
	haproxy_lines_take(lines, "900000 903000 shop b2 200 -- 0", "shop",
			   servers);
	haproxy_lines_take(lines, "2000000 2001000 shop g1 500 -- 0", "shop",
			   servers);
	/* Not ours, no server, no line of requests, and what was dropped. */
	haproxy_lines_take(lines, "9000000 9001000 other b1 200 -- 0", "shop",
			   servers);
	haproxy_lines_take(lines, "9000000 9001000 shop <NOSRV> 503 SC 0",
			   "shop", servers);
	haproxy_lines_take(lines, "- 9001000 shop b1 400 PR 0", "shop",
			   servers);
	haproxy_lines_take(lines, "9000000", "shop", servers);
	haproxy_lines_take(lines, "17 events dropped", "shop", servers);
	haproxy_lines_sample(lines, &sample);
	assert_int_equal(sample.colours[COLOUR_BLUE].last_begun_us, 1000000);
	assert_int_equal(sample.colours[COLOUR_GREEN].last_begun_us, 2000000);
	assert_int_equal(sample.colours[COLOUR_BLUE].recent.requests, 2);
	assert_true(fabs(sample.colours[COLOUR_BLUE].recent.p50 - 3) < 0.03);
	assert_true(fabs(sample.colours[COLOUR_BLUE].recent.p99 - 5) < 0.05);
	assert_int_equal(sample.lost, 17);
	assert_int_equal(lines->unread, 2);
	haproxy_lines_sample(lines, &sample);
	assert_int_equal(sample.colours[COLOUR_BLUE].recent.requests, 0);
	assert_true(isnan(sample.colours[COLOUR_BLUE].recent.p50));
	assert_int_equal(sample.colours[COLOUR_BLUE].marked.requests, 2);
	haproxy_lines_mark(lines);
	haproxy_lines_sample(lines, &sample);
	assert_int_equal(sample.colours[COLOUR_BLUE].marked.requests, 0);
	free(lines);
}

static void percentiles_are_at_most_one_percent_off(void **state)
{
	struct latencies *latencies = calloc(1, sizeof(*latencies));
	struct traffic_percentiles found;

	(void)state;
	for (int64_t us = 1; us <= 100000; us++)
		latencies_add(latencies, us * 37);
	found = latencies_percentiles(latencies);
	assert_int_equal(found.requests, 100000);
	assert_true(fabs(found.p50 / 1850.0 - 1) < 0.01);
	assert_true(fabs(found.p95 / 3515.0 - 1) < 0.01);
	assert_true(fabs(found.p99 / 3663.0 - 1) < 0.01);
	latencies_clear(latencies);
	latencies_add(latencies, -5);
	latencies_add(latencies, INT64_MAX);
	assert_true(latencies_percentiles(latencies).p50 == 0);
	free(latencies);
}

static void the_configuration_tells_its_weights_again(void **state)
{
	struct environment_config environment;
	const int units[COLOUR_COUNT] = {243, 13};
	int found[COLOUR_COUNT] = {0};
	struct str text = STR_INIT;

	(void)state;
	memset(&environment, 0, sizeof(environment));
	environment.traffic.haproxy.listen = (char *)"127.0.0.1:8080";
	environment.target.health = (char *)"/healthz?full=1";
	environment.target.host = (char *)"127.0.0.1";
	environment.target.instances = 1;
	environment.target.ports[0] = 8081;
	environment.target.ports[1] = 8082;
	assert_int_equal(haproxy_config_check(&environment, NULL), 0);
	haproxy_config_write(&environment, "/run/x/s", units, -1, &text);
	assert_true(haproxy_config_units(text.data, found));
	assert_int_equal(found[COLOUR_BLUE], 243);
	assert_int_equal(found[COLOUR_GREEN], 13);
	assert_false(haproxy_config_units("global\n", found));
	assert_null(strstr(text.data, "preview"));
	str_release(&text);
	environment.target.health = (char *)"/x\" ver HTTP/1.1\n\tlog";
	assert_int_equal(haproxy_config_check(&environment, NULL), -1);
}

static void the_configuration_tells_what_the_preview_reaches(void **state)
{
	struct environment_config environment;
	const int units[COLOUR_COUNT] = {256, 0};
	int found[COLOUR_COUNT] = {0};
	struct str text = STR_INIT;

	(void)state;
	memset(&environment, 0, sizeof(environment));
	environment.traffic.haproxy.listen = (char *)"127.0.0.1:8080";
	environment.preview.listen = (char *)"127.0.0.1:8088";
	environment.preview.header = (char *)"X-Preview";
	environment.target.host = (char *)"127.0.0.1";
	environment.target.instances = 2;
	environment.target.ports[0] = 8081;
	environment.target.ports[1] = 8091;
	assert_int_equal(haproxy_config_check(&environment, NULL), 0);
	for (int preview = -1; preview < COLOUR_COUNT; preview++) {
		str_clear(&text);
		haproxy_config_write(&environment, "/s", units, preview, &text);
		assert_int_equal(haproxy_config_preview(text.data), preview);
		assert_true(haproxy_config_units(text.data, found));
		assert_int_equal(found[COLOUR_BLUE], 256);
		assert_int_equal(found[COLOUR_GREEN], 0);
	}
	assert_non_null(strstr(text.data,
			       "\tserver green-2 127.0.0.1:8092 track "
			       "signalbox/green-2 weight 1\n"));
	assert_non_null(
		strstr(text.data, "{ req.hdr(X-Preview) -m len gt 0 }"));
	assert_non_null(strstr(text.data, "\tbind 127.0.0.1:8088\n"));
	assert_int_equal(haproxy_config_preview("backend signalbox\n"), -1);
	str_release(&text);
	environment.preview.header = (char *)"X) -m found }\n\tlog";
	assert_int_equal(haproxy_config_check(&environment, NULL), -1);
}

static bool look(struct haproxy_failed *failed, int64_t backend, int64_t green)
{
	struct haproxy_stat sum = {.backend_5xx = backend};

	sum.colours[COLOUR_GREEN].errors = green;
	return haproxy_failed_take(failed, &sum);
}

static void what_one_look_alone_says_was_not_failed(void **state)
{
	struct haproxy_failed failed = {0};

	(void)state;
	assert_false(look(&failed, 7, 7));
	/* Counted for the backend, and a moment later for the server. */
	assert_true(look(&failed, 8, 7));
	assert_false(look(&failed, 8, 8));
	assert_int_equal(failed.sure, 0);
	assert_true(look(&failed, 12, 9));
	assert_false(look(&failed, 12, 10));
	assert_int_equal(failed.sure, 2);
	assert_false(look(&failed, 12, 11));
	assert_int_equal(failed.sure, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(state_is_summed_up_by_colour),
		TEST(commands_before_the_state_must_have_said_nothing),
		TEST(a_server_that_is_missing_is_named_by_its_colour),
		TEST(stat_is_read_by_column_name),
		TEST(what_one_look_alone_says_was_not_failed),
		TEST(info_gives_version_and_worker),
		TEST(lines_give_latencies_and_the_last_begun),
		TEST(percentiles_are_at_most_one_percent_off),
		TEST(the_configuration_tells_its_weights_again),
		TEST(the_configuration_tells_what_the_preview_reaches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
