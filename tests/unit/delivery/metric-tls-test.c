/* SPDX-License-Identifier: MIT */
/* A Prometheus whose certificate nobody vouches for. */
#include "support/folder.h"

#include <string.h>

#include "delivery/metric.h"
#include "support/secure.h"

struct asked {
	bool stands; /* the exception, at this moment */
	bool is_there;
	struct metric_reading reading;
};

static bool excuses(const struct exception_config *tls, void *data)
{
	const struct asked *asked = data;

	return tls->reason && asked->stands;
}

static void done(const struct metric_reading *readings, void *data)
{
	struct asked *asked = data;

	asked->reading = readings[0];
	asked->is_there = true;
}

static const char *ask(struct loop *loop, struct metrics *metrics,
		       struct asked *asked)
{
	asked->is_there = false;
	metrics_ask(metrics, done, asked);
	while (!asked->is_there)
		loop_turn(loop, -1);
	return asked->reading.why;
}

/* openssl answers with a page, which is no number: but it was asked. */
static void prometheus_is_believed_while_its_exception_stands(void **state)
{
	struct secure secure = {.pid = 0};
	struct metric_config metric = {.name = "queue", .query = "up"};
	struct analysis_config config = {.metrics = &metric, .metric_count = 1};
	struct metric_options options = {.config = &config, .folder = "."};
	struct strings env = STRINGS_INIT;
	struct asked asked = {.stands = true};
	struct metrics *metrics;

	secure_start(&secure, *state);
	assert_int_equal(net_init(NULL), 0);
	metric.prometheus = xasprintf("https://127.0.0.1:%d", secure.port);
	metric.tls.reason = "ours";
	options.loop = loop_new();
	options.http = http_new(options.loop);
	options.env = &env;
	options.excuses = excuses;
	options.data = &asked;
	metrics = metrics_new(&options);
	assert_string_equal(ask(options.loop, metrics, &asked),
			    "Prometheus answered 200");
	asked.stands = false;
	assert_non_null(
		strstr(ask(options.loop, metrics, &asked), "certificate"));
	metrics_free(metrics);
	http_free(options.http);
	loop_free(options.loop);
	net_cleanup();
	secure_stop(&secure);
	free(metric.prometheus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(prometheus_is_believed_while_its_exception_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
