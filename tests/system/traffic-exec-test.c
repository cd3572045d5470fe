/* SPDX-License-Identifier: MIT */
/* The traffic provider that is a command: the example, against a real
 * HAProxy, and commands that fail. */
#include "support/cmocka.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "delivery/traffic/exec-answers.h"
#include "delivery/traffic/program.h"
#include "delivery/traffic/traffic.h"
#include "system/web.h"

struct fixture {
	char *folder, *command;
	struct loop *loop;
	struct environment_config environment;
	struct traffic *traffic;
	struct web_load load;
	int port, ports[2];
	pid_t servers[2], proxy;
	bool told;
	char error[400];
	struct traffic_split split;
	struct traffic_sample sample;
};

static void done(struct traffic *traffic, const struct error *err, void *data)
{
	struct fixture *f = data;

	(void)traffic;
	f->told = true;
	snprintf(f->error, sizeof(f->error), "%s", err ? error_text(err) : "");
}

static void shifted(struct traffic *traffic, const struct traffic_split *split,
		    const char *warning, const struct error *err, void *data)
{
	struct fixture *f = data;

	(void)warning;
	done(traffic, err, data);
	if (split)
		f->split = *split;
}

static void sampled(struct traffic *traffic,
		    const struct traffic_sample *sample,
		    const struct error *err, void *data)
{
	struct fixture *f = data;

	done(traffic, err, data);
	if (sample)
		f->sample = *sample;
}

static const char *wait_told(struct fixture *f)
{
	int64_t limit = clock_monotonic_us() + 30000000;

	while (!f->told && clock_monotonic_us() < limit)
		loop_turn(f->loop, 1000);
	assert_true(f->told);
	f->told = false;
	return f->error;
}

static const char *shift(struct fixture *f, double green)
{
	struct traffic_change change = {.split = TRAFFIC_SPLIT_OF_GREEN(green)};

	traffic_set(f->traffic, &change, shifted, f);
	return wait_told(f);
}

static void take_sample(struct fixture *f)
{
	traffic_sample(f->traffic, sampled, f);
	assert_string_equal(wait_told(f), "");
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->folder = xstrdup("/tmp/signalbox-exec-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->loop = loop_new();
	f->environment.name = (char *)"production";
	f->environment.traffic.kind = TRAFFIC_EXEC;
	f->environment.traffic.exec.timeout_ms = 10000;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	web_load_stop(&f->load);
	traffic_close(f->traffic);
	for (int i = 0; i < 2; i++)
		if (f->servers[i] > 0)
			web_server_stop(f->servers[i]);
	if (f->proxy > 0) {
		kill(f->proxy, SIGTERM);
		while (waitpid(f->proxy, NULL, 0) < 0 && errno == EINTR)
			;
	}
	loop_free(f->loop);
	assert_int_equal(folder_remove(f->folder, NULL), 0);
	free(f->folder);
	free(f->command);
	free(f);
	return 0;
}

static void open_with(struct fixture *f, const char *command)
{
	struct traffic_options options = {
		.loop = f->loop,
		.environment = &f->environment,
		.folder = f->folder,
	};

	f->environment.traffic.exec.command = (char *)command;
	f->traffic = traffic_open(&options, NULL);
	assert_non_null(f->traffic);
}

static void start_proxy(struct fixture *f)
{
	char *program = program_path("haproxy", "", NULL);
	char *path = path_join(f->folder, "haproxy.cfg");
	struct str text = STR_INIT;

	f->port = web_free_port();
	str_addf(&text,
		 "global\n stats socket %s/socket level admin\ndefaults\n"
		 " mode http\n timeout connect 2s\n timeout client 9s\n"
		 " timeout server 9s\nfrontend f\n bind 127.0.0.1:%d\n"
		 " default_backend shop\nbackend shop\n",
		 f->folder, f->port);
	for (int i = 0; i < 2; i++) {
		f->ports[i] = web_free_port();
		f->servers[i] =
			web_server_start(i ? "green" : "blue", f->ports[i]);
		str_addf(&text, " server %s 127.0.0.1:%d weight %d\n",
			 i ? "green" : "blue", f->ports[i], i ? 0 : 256);
	}
	assert_int_equal(file_replace(path, text.data, text.len, 0600, NULL),
			 0);
	f->proxy = fork();
	if (f->proxy == 0) {
		execl(program, "haproxy", "-f", path, (char *)NULL);
		_exit(127);
	}
	while (web_get(f->port, "/", NULL) != 200)
		assert_int_equal(waitpid(f->proxy, NULL, WNOHANG), 0);
	str_release(&text);
	free(program);
	free(path);
}

static void example_steers_a_real_haproxy_and_loses_nothing(void **state)
{
	static const double shares[] = {5, 50, 100, 25, 0};
	struct traffic_split blue = TRAFFIC_SPLIT_OF_GREEN(0);
	struct fixture *f = *state;
	struct web_load *load = &f->load;
	char *socat = program_path("socat", "", NULL);

	free(socat);
	if (!socat) {
		print_message("# socat is not installed: not tested\n");
		skip();
	}
	start_proxy(f);
	f->command = xasprintf("SOCKET=%s/socket BACKEND=shop "
			       "%s/examples/traffic-exec/haproxy-by-socat",
			       f->folder, getenv("top_srcdir"));
	open_with(f, f->command);
	traffic_ensure(f->traffic, blue, done, f);
	assert_string_equal(wait_told(f), "");
	assert_int_equal(traffic_capabilities(f->traffic).units, 256);
	take_sample(f);
	assert_true(f->sample.colours[COLOUR_GREEN].up);
	web_load_start(load, f->port, "/", true);
	for (size_t i = 0; i < ARRAY_SIZE(shares); i++) {
		long before = web_load_count(load);

		assert_string_equal(shift(f, shares[i]), "");
		while (web_load_count(load) < before + 200)
			loop_turn(f->loop, 10);
	}
	web_load_stop(load);
	take_sample(f);
	assert_int_equal(atomic_load(&load->failed), 0);
	assert_int_equal(atomic_load(&load->answers_5xx), 0);
	assert_int_equal(f->sample.colours[COLOUR_GREEN].requests,
			 atomic_load(&load->green));
	assert_true(atomic_load(&load->green) > 0);
	print_message("# %ld requests\n", web_load_count(load));
}

static void command_that_fails_is_told_by_its_last_words(void **state)
{
	struct fixture *f = *state;

	open_with(f, "echo no such proxy >&2; exit 3; :");
	assert_non_null(strstr(shift(f, 100), "no such proxy"));
}

static int64_t requests_when_told(struct fixture *f, int requests)
{
	char *path = path_join(f->folder, "answer");
	char *text = xasprintf("{\"percent\":{\"blue\":100,\"green\":0},"
			       "\"colours\":{\"blue\":{\"up\":true,"
			       "\"requests\":%d}}}\n",
			       requests);

	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(text);
	free(path);
	take_sample(f);
	return f->sample.colours[COLOUR_BLUE].requests;
}

static void counts_that_begin_anew_go_on(void **state)
{
	struct fixture *f = *state;

	f->command = xasprintf("cat %s/answer; :", f->folder);
	open_with(f, f->command);
	assert_int_equal(requests_when_told(f, 1000), 0);
	assert_int_equal(requests_when_told(f, 1500), 500);
	assert_int_equal(requests_when_told(f, 100), 600);
	assert_int_equal(requests_when_told(f, 2100), 2600);
}

static void what_was_set_is_read_back(void **state)
{
	struct fixture *f = *state;

	open_with(f, "echo '{\"percent\":{\"blue\":100,\"green\":0}}'; :");
	assert_string_equal(shift(f, 0), "");
	assert_non_null(strstr(shift(f, 100), "green was to have 100 %"));
}

static void answer_that_is_none_is_refused(void **state)
{
	struct fixture *f = *state;

	open_with(f, "echo done; :");
	assert_non_null(strstr(shift(f, 100), "no JSON object"));
}

/* The last line of all it prints, not of its first MiB. */
static void answer_stands_behind_whatever_else_is_printed(void **state)
{
	struct fixture *f = *state;

	open_with(f, "yes '{\"percent\":{\"blue\":0,\"green\":100}}' | "
		     "head -c 3000000; echo; "
		     "echo '{\"percent\":{\"blue\":100,\"green\":0}}'; :");
	assert_string_equal(shift(f, 0), "");
	assert_non_null(strstr(shift(f, 100), "says 0 %"));
}

static void slow_command_is_ended(void **state)
{
	struct fixture *f = *state;

	f->environment.traffic.exec.timeout_ms = 200;
	open_with(f, "sleep 60; :");
	assert_non_null(strstr(shift(f, 100), "did not end in time"));
}

/* A command that tells no health holds nothing for down. */
static void a_colour_of_which_nothing_is_told_is_not_down(void **state)
{
	static const char *const told[] = {"{\"up\":false}", "{\"up\":true}",
					   "{\"requests\":9}", "null"};
	struct traffic_colour_sample colour;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		json_t *json = json_loads(told[i], JSON_DECODE_ANY, NULL);

		exec_read_colour(json, &colour);
		assert_true(colour.up == (i > 0));
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_colour_of_which_nothing_is_told_is_not_down),
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(example_steers_a_real_haproxy_and_loses_nothing),
		TEST(command_that_fails_is_told_by_its_last_words),
		TEST(counts_that_begin_anew_go_on),
		TEST(what_was_set_is_read_back),
		TEST(answer_that_is_none_is_refused),
		TEST(answer_stands_behind_whatever_else_is_printed),
		TEST(slow_command_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
