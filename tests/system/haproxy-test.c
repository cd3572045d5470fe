/* SPDX-License-Identifier: MIT */
/* The traffic provider against a real HAProxy, ours and one that is there. */
#include "support/cmocka.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "delivery/interval.h"
#include "delivery/keeper.h"
#include "delivery/traffic/traffic.h"
#include "net/line.h"
#include "system/leftovers.h"
#include "system/web.h"

#define SERVERS 5
#define PATIENCE_US (60 * 1000000LL)

struct fixture {
	int64_t patience_ms; /* of the next that is opened; 0: its own */
	char *folder;
	struct leftovers leftovers;
	struct loop *loop;
	struct environment_config environment;
	struct traffic *traffic;
	struct web_load load;
	int port;
	int ports[SERVERS];
	pid_t servers[SERVERS];
	pid_t proxy; /* the one that is attached; 0 none */
	char *listen, *cfg, *socket, *state_file;
	struct str notes;
	/* What the last callback was told. */
	bool told;
	char *error;
	enum error_code code;
	char *warning;
	struct traffic_split split;
	struct traffic_sample sample;
	struct str answer;
};

/* Callbacks. */

static void keep_error(struct fixture *f, const struct error *err)
{
	f->told = true;
	f->code = err ? err->code : ERROR_NONE;
	free(f->error);
	f->error = xstrdup(err ? error_text(err) : "");
}

static void done(struct traffic *traffic, const struct error *err, void *data)
{
	(void)traffic;
	keep_error(data, err);
}

static void shifted(struct traffic *traffic, const struct traffic_split *split,
		    const char *warning, const struct error *err, void *data)
{
	struct fixture *f = data;

	(void)traffic;
	keep_error(f, err);
	free(f->warning);
	f->warning = xstrdup_null(warning);
	if (split)
		f->split = *split;
}

static void known(struct traffic *traffic, const struct traffic_split *split,
		  const struct error *err, void *data)
{
	shifted(traffic, split, NULL, err, data);
}

static void sampled(struct traffic *traffic,
		    const struct traffic_sample *sample,
		    const struct error *err, void *data)
{
	struct fixture *f = data;

	(void)traffic;
	keep_error(f, err);
	if (sample)
		f->sample = *sample;
}

static void noted(const char *text, void *data)
{
	struct fixture *f = data;

	str_addf(&f->notes, "%s\n", text);
}

static void answered(const char *answer, size_t len, const struct error *err,
		     void *data)
{
	struct fixture *f = data;

	keep_error(f, err);
	str_clear(&f->answer);
	if (answer)
		str_add_bytes(&f->answer, answer, len);
}

/* Operations, waited for. */

static bool is_told(struct fixture *f)
{
	int64_t limit = clock_monotonic_us() + PATIENCE_US;

	while (!f->told && clock_monotonic_us() < limit)
		loop_turn(f->loop, 1000);
	return f->told;
}

static void wait_told(struct fixture *f)
{
	assert_true(is_told(f));
	f->told = false;
}

static void ensure(struct fixture *f, double green)
{
	struct traffic_split split = TRAFFIC_SPLIT_OF_GREEN(green);

	traffic_ensure(f->traffic, split, done, f);
	wait_told(f);
}

static void ensure_well(struct fixture *f, double green)
{
	ensure(f, green);
	assert_string_equal(f->error, "");
}

static void shift(struct fixture *f, double green, bool force)
{
	struct traffic_change change = {
		.split = TRAFFIC_SPLIT_OF_GREEN(green),
		.wait_ms = force ? 0 : 5000,
		.force = force,
	};

	traffic_set(f->traffic, &change, shifted, f);
	wait_told(f);
}

static void shift_well(struct fixture *f, double green)
{
	shift(f, green, false);
	assert_string_equal(f->error, "");
	assert_null(f->warning);
}

static void take_sample(struct fixture *f)
{
	traffic_sample(f->traffic, sampled, f);
	wait_told(f);
	assert_string_equal(f->error, "");
}

static void ask(struct fixture *f, const char *socket, const char *line)
{
	struct line_question question = {
		.address = socket,
		.line = line,
		.timeout_ms = 2000,
		.limit = 1u << 20,
	};

	f->code = ERROR_NONE;
	if (!line_ask(f->loop, &question, answered, f, NULL))
		f->code = ERROR_NOT_FOUND;
	else
		wait_told(f);
}

/* Fixtures. */

static void start_server(struct fixture *f, int which, const char *name)
{
	f->servers[which] = web_server_start(name, f->ports[which]);
	assert_true(f->servers[which] > 0);
}

static void stop_server(struct fixture *f, int which)
{
	web_server_stop(f->servers[which]);
	f->servers[which] = 0;
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->folder = xstrdup("/tmp/signalbox-haproxy-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	leftovers_watch(&f->leftovers, f->folder); /* who is none itself */
	setenv("XDG_RUNTIME_DIR", f->folder, 1);
	f->loop = loop_new();
	str_init(&f->notes);
	str_init(&f->answer);
	f->port = web_free_port();
	for (int i = 0; i < SERVERS; i++)
		f->ports[i] = web_free_port();
	f->listen = xasprintf("127.0.0.1:%d", f->port);
	f->environment.name = (char *)"production";
	f->environment.target.host = (char *)"127.0.0.1";
	f->environment.target.instances = 1;
	f->environment.target.ports[0] = f->ports[0];
	f->environment.target.ports[1] = f->ports[1];
	f->environment.target.health = (char *)"/healthz";
	*state = f;
	return 0;
}

static struct traffic *open_traffic(struct fixture *f)
{
	char *folder = path_join(f->folder, "production");
	struct traffic_options options = {
		.loop = f->loop,
		.environment = &f->environment,
		.folder = folder,
		.note = noted,
		.data = f,
		.patience_ms = f->patience_ms,
	};
	struct error err = ERROR_INIT;
	struct traffic *traffic = traffic_open(&options, &err);

	free(f->error);
	f->error = xstrdup(error_text(&err));
	error_clear(&err);
	free(folder);
	return traffic;
}

/* A managed one with both colours serving and all traffic on blue. */
static struct fixture *managed(void **state)
{
	struct fixture *f = *state;

	f->environment.traffic.haproxy.listen = f->listen;
	start_server(f, 0, "blue");
	start_server(f, 1, "green");
	f->traffic = open_traffic(f);
	assert_non_null(f->traffic);
	ensure_well(f, 0);
	return f;
}

static void stop_proxy(struct fixture *f)
{
	if (f->proxy <= 0)
		return;
	kill(f->proxy, SIGTERM);
	while (waitpid(f->proxy, NULL, 0) < 0 && errno == EINTR)
		;
	f->proxy = 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	bool stopped = true;

	web_load_stop(&f->load);
	if (f->traffic) {
		f->told = false;
		traffic_stop(f->traffic, done, f);
		stopped = is_told(f) && strcmp(f->error, "") == 0;
	}
	traffic_close(f->traffic);
	stop_proxy(f);
	for (int i = 0; i < SERVERS; i++)
		stop_server(f, i);
	loop_free(f->loop);
	leftovers_end(&f->leftovers);
	stopped = folder_remove(f->folder, NULL) == 0 && stopped;
	for (int i = 0; i < COLOUR_COUNT; i++)
		strings_release(&f->environment.traffic.haproxy.servers[i]);
	free(f->folder);
	free(f->listen);
	free(f->cfg);
	free(f->socket);
	free(f->state_file);
	free(f->error);
	free(f->warning);
	str_release(&f->notes);
	str_release(&f->answer);
	free(f);
	return stopped ? 0 : -1;
}

/* Managed. */

static void load_through_shifts(struct fixture *f, bool keep_alive)
{
	static const double shares[] = {5,  25, 100, 0,	  50, 100, 75, 0,
					10, 90, 0,   100, 0,  1,   99, 0};
	struct web_load *load = &f->load;
	int64_t failed;
	long rounds = 0;

	take_sample(f);
	failed = f->sample.failed;
	web_load_start(load, f->port, "/", keep_alive);
	while (web_load_count(load) < 10000 || rounds < 3) {
		for (size_t i = 0; i < ARRAY_SIZE(shares); i++)
			shift_well(f, shares[i]);
		rounds++;
	}
	web_load_stop(load);
	take_sample(f);
	assert_int_equal(atomic_load(&load->failed), 0);
	assert_int_equal(atomic_load(&load->answers_5xx), 0);
	assert_int_equal(f->sample.failed, failed);
	assert_int_equal(f->sample.lost, 0);
	assert_true(atomic_load(&load->blue) > 0);
	assert_true(atomic_load(&load->green) > 0);
	print_message("# %ld requests through %ld shifts, none failed\n",
		      web_load_count(load), rounds * (long)ARRAY_SIZE(shares));
}

static void no_request_fails_through_shifts_with_keep_alive(void **state)
{
	load_through_shifts(managed(state), true);
}

static void no_request_fails_through_shifts_without_keep_alive(void **state)
{
	load_through_shifts(managed(state), false);
}

static void a_share_is_rounded_and_read_back(void **state)
{
	struct fixture *f = managed(state);

	shift_well(f, 5);
	assert_int_equal(f->split.units[COLOUR_BLUE], 243);
	assert_int_equal(f->split.units[COLOUR_GREEN], 13);
	assert_true(fabs(f->split.percent[COLOUR_GREEN] - 5.078125) < 1e-9);
	traffic_inspect(f->traffic, known, f);
	wait_told(f);
	assert_int_equal(f->split.units[COLOUR_BLUE], 243);
	assert_int_equal(f->split.units[COLOUR_GREEN], 13);
	shift_well(f, 0.1);
	assert_int_equal(f->split.units[COLOUR_GREEN], 1);
	shift_well(f, 100);
	assert_int_equal(f->split.units[COLOUR_BLUE], 0);
	assert_int_equal(f->split.units[COLOUR_GREEN], 256);
}

static void observed_share_is_the_share_asked(void **state)
{
	struct fixture *f = managed(state);
	struct web_load *load = &f->load;
	double share;

	shift_well(f, 25);
	web_load_start(load, f->port, "/", false);
	while (web_load_count(load) < 4000)
		loop_turn(f->loop, 10);
	web_load_stop(load);
	share = 100.0 * (double)atomic_load(&load->green) /
		(double)web_load_count(load);
	assert_true(fabs(share - 25) < 1);
}

static void a_colour_that_is_down_gets_no_traffic(void **state)
{
	struct traffic_change change = {
		.split = TRAFFIC_SPLIT_OF_GREEN(100),
		.wait_ms = 100,
	};
	struct fixture *f = managed(state);
	char body[64] = "";

	stop_server(f, 1);
	do /* until the proxy has seen it */
		take_sample(f);
	while (f->sample.colours[COLOUR_GREEN].up);
	traffic_set(f->traffic, &change, shifted, f);
	wait_told(f);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "holds green for down"));
	traffic_inspect(f->traffic, known, f);
	wait_told(f);
	assert_int_equal(f->split.units[COLOUR_GREEN], 0);
	assert_int_equal(web_get(f->port, "/", body), 200);
	assert_string_equal(body, "blue");
	/* A person may, and is told. */
	shift(f, 100, true);
	assert_string_equal(f->error, "");
	assert_non_null(f->warning);
	assert_non_null(strstr(f->warning, "green"));
}

static void wait_for_green(struct fixture *f, bool force)
{
	struct traffic_change change = {
		.split = TRAFFIC_SPLIT_OF_GREEN(100),
		.wait_ms = 60000,
		.force = force,
	};

	stop_server(f, 1);
	do
		take_sample(f);
	while (f->sample.colours[COLOUR_GREEN].up);
	traffic_set(f->traffic, &change, shifted, f);
	start_server(f, 1, "green");
	wait_told(f);
	assert_string_equal(f->error, "");
	assert_null(f->warning);
	assert_int_equal(f->split.units[COLOUR_GREEN], 256);
}

static void a_shift_waits_for_a_colour_to_come_up(void **state)
{
	wait_for_green(managed(state), false);
}

static void a_forced_shift_waits_as_long_as_it_was_told(void **state)
{
	wait_for_green(managed(state), true);
}

struct told {
	int calls;
	enum error_code code;
};

static void told_shift(struct traffic *traffic,
		       const struct traffic_split *split, const char *warning,
		       const struct error *err, void *data)
{
	struct told *told = data;

	(void)traffic;
	(void)split;
	(void)warning;
	told->calls++;
	told->code = err ? err->code : ERROR_NONE;
}

static void the_newest_shift_wins(void **state)
{
	struct fixture *f = managed(state);
	struct traffic_change forward = {
		.split = TRAFFIC_SPLIT_OF_GREEN(100),
		.wait_ms = 5000,
	};
	struct traffic_change back = {
		.split = TRAFFIC_SPLIT_OF_GREEN(0),
		.force = true,
	};
	struct told older[3] = {{0}};

	for (int i = 0; i < 50; i++) {
		memset(older, 0, sizeof(older));
		forward.force = i % 2; /* as a question, and as a write */
		forward.wait_ms = forward.force ? 0 : 5000;
		for (int j = 0; j < 3; j++)
			traffic_set(f->traffic, &forward, told_shift,
				    &older[j]);
		traffic_set(f->traffic, &back, shifted, f);
		wait_told(f);
		assert_string_equal(f->error, "");
		while (!older[0].calls || !older[1].calls || !older[2].calls)
			loop_turn(f->loop, 1000);
		for (int j = 0; j < 3; j++) {
			assert_int_equal(older[j].calls, 1);
			assert_int_equal(older[j].code, ERROR_REFUSED);
		}
		traffic_inspect(f->traffic, known, f);
		wait_told(f);
		assert_int_equal(f->split.units[COLOUR_BLUE], 256);
		assert_int_equal(f->split.units[COLOUR_GREEN], 0);
	}
}

static void ensuring_twice_leaves_the_proxy_alone(void **state)
{
	struct fixture *f = managed(state);
	struct traffic *other;
	struct traffic *first;

	take_sample(f);
	shift_well(f, 25);
	other = open_traffic(f);
	first = f->traffic;
	f->traffic = other;
	ensure_well(f, 0);
	f->traffic = first;
	traffic_close(other);
	take_sample(f);
	assert_int_equal(f->sample.colours[COLOUR_GREEN].units, 64);
	assert_string_equal(f->notes.data, "");
}

static void another_configuration_is_loaded_without_a_failure(void **state)
{
	struct fixture *f = managed(state);
	struct web_load *load = &f->load;

	shift_well(f, 50);
	web_load_start(load, f->port, "/", false);
	f->environment.target.health = (char *)"/ready";
	ensure_well(f, 0);
	assert_non_null(strstr(f->notes.data, "configuration has changed"));
	traffic_inspect(f->traffic, known, f);
	wait_told(f);
	assert_int_equal(f->split.units[COLOUR_GREEN], 128);
	web_load_stop(load);
	assert_int_equal(atomic_load(&load->failed), 0);
	assert_int_equal(atomic_load(&load->answers_5xx), 0);
}

struct status {
	bool told;
	pid_t pid;
};

static void status_told(const struct keeper_status *status,
			const struct error *err, void *data)
{
	struct status *found = data;

	(void)err;
	found->told = true;
	found->pid = status ? status->pid : 0;
}

static pid_t master(struct fixture *f)
{
	char *folder = xasprintf("%s/production/proxy", f->folder);
	struct status status = {0};

	keeper_ask_status(f->loop, folder, status_told, &status);
	while (!status.told)
		loop_turn(f->loop, 1000);
	free(folder);
	assert_true(status.pid > 1);
	return status.pid;
}

/* Until a sample says so. A master that has just begun may lose a signal. */
static void signal_for_new_worker(struct fixture *f, pid_t pid,
				  int signal_number)
{
	int64_t again = 0;

	str_clear(&f->notes);
	while (!strstr(f->notes.data, "reloaded or restarted")) {
		if (clock_monotonic_us() > again &&
		    (again == 0 || signal_number == SIGUSR2)) {
			kill(pid, signal_number);
			again = clock_monotonic_us() + 1000000;
		}
		loop_turn(f->loop, 5);
		traffic_sample(f->traffic, sampled, f);
		wait_told(f);
	}
}

static void a_reload_and_a_restart_keep_the_settled_split(void **state)
{
	struct fixture *f = managed(state);
	struct traffic_split split;

	shift_well(f, 75);
	split = f->split;
	traffic_settle(f->traffic, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
	shift_well(f, 100); /* not settled */
	take_sample(f);
	signal_for_new_worker(f, master(f), SIGUSR2);
	traffic_inspect(f->traffic, known, f);
	wait_told(f);
	assert_int_equal(f->split.units[COLOUR_BLUE], split.units[COLOUR_BLUE]);
	assert_int_equal(f->split.units[COLOUR_GREEN],
			 split.units[COLOUR_GREEN]);
	shift_well(f, 0);
	signal_for_new_worker(f, master(f), SIGKILL);
	traffic_inspect(f->traffic, known, f);
	wait_told(f);
	assert_int_equal(f->split.units[COLOUR_BLUE], split.units[COLOUR_BLUE]);
	assert_int_equal(f->split.units[COLOUR_GREEN],
			 split.units[COLOUR_GREEN]);
}

/* The ring's lines come by themselves: until so many were read. */
static int64_t lines_of(struct fixture *f, enum colour colour, int64_t wanted)
{
	int64_t limit = clock_monotonic_us() + PATIENCE_US;

	do {
		loop_turn(f->loop, 10);
		take_sample(f);
	} while (f->sample.colours[colour].marked.requests < wanted &&
		 clock_monotonic_us() < limit);
	return f->sample.colours[colour].marked.requests;
}

/* The proxy takes the reader on when it likes: until lines come, and then
 * the last one, which is known by when it began; and no more come. */
static void attach_to_ring(struct fixture *f)
{
	int64_t limit = clock_monotonic_us() + PATIENCE_US;
	int64_t seen, begun_us;

	do {
		assert_int_equal(web_get(f->port, "/", NULL), 200);
		loop_turn(f->loop, 20);
		take_sample(f);
		assert_true(clock_monotonic_us() < limit);
	} while (f->sample.colours[COLOUR_BLUE].marked.requests == 0);
	poll(NULL, 0, 20); /* longer than a clock that was read before */
	begun_us = clock_wall_ms() * 1000 - 10000;
	assert_int_equal(web_get(f->port, "/", NULL), 200);
	do {
		assert_true(clock_monotonic_us() < limit);
		loop_turn(f->loop, 20);
	} while (traffic_last_begun_us(f->traffic, COLOUR_BLUE) < begun_us);
	do {
		seen = f->sample.colours[COLOUR_BLUE].marked.requests;
		loop_turn(f->loop, 100);
		take_sample(f);
	} while (f->sample.colours[COLOUR_BLUE].marked.requests > seen);
	traffic_mark(f->traffic);
}

static void preview(struct fixture *f, int colour)
{
	traffic_preview(f->traffic, colour, done, f);
	wait_told(f);
}

static void preview_well(struct fixture *f, int colour)
{
	preview(f, colour);
	assert_string_equal(f->error, "");
	traffic_settle(f->traffic, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
}

/* By its port and by its header; colour NULL: nobody is there. */
static void assert_previews(struct fixture *f, int port, const char *colour)
{
	char body[64];

	for (int i = 0; i < 2; i++) {
		int status = i ? web_get(port, "/", body)
			       : web_get_with(f->port, "/", "X-Preview: 0\r\n",
					      body);

		assert_int_equal(status, colour ? 200 : 503);
		assert_string_equal(
			body,
			colour ? colour : "nothing is there to be looked at");
	}
	assert_int_equal(web_get(f->port, "/", body), 200);
	assert_string_equal(body, "blue");
}

/* The port that it is to have. */
static int previewed(struct fixture *f)
{
	int port = web_free_port();

	free(f->cfg);
	f->cfg = xasprintf("127.0.0.1:%d", port);
	f->environment.preview.listen = f->cfg;
	f->environment.preview.header = (char *)"X-Preview";
	return port;
}

static void preview_reaches_a_colour_without_traffic(void **state)
{
	struct fixture *f = *state;
	int port = previewed(f);
	int64_t requests;

	managed(state);
	attach_to_ring(f);
	requests = f->sample.colours[COLOUR_BLUE].requests;
	assert_previews(f, port, NULL);
	preview_well(f, COLOUR_GREEN);
	for (int i = 0; i < 20; i++)
		assert_previews(f, port, "green");
	ensure_well(f, 0);
	assert_previews(f, port, "green");
	preview_well(f, COLOUR_BLUE);
	assert_previews(f, port, "blue");
	preview_well(f, -1);
	assert_previews(f, port, NULL);
	/* It has no part in any count. */
	assert_int_equal(lines_of(f, COLOUR_BLUE, 24), 24);
	assert_int_equal(f->sample.colours[COLOUR_BLUE].requests,
			 requests + 24);
	assert_int_equal(f->sample.colours[COLOUR_GREEN].requests, 0);
	assert_int_equal(f->sample.colours[COLOUR_GREEN].marked.requests, 0);
	assert_int_equal(f->sample.colours[COLOUR_GREEN].last_begun_us, 0);
	assert_int_equal(f->sample.failed, 0);
	assert_string_equal(f->notes.data, "");
}

static void preview_outlives_a_reload_and_a_restart_when_settled(void **state)
{
	struct fixture *f = *state;
	int port = previewed(f);

	managed(state);
	take_sample(f);
	preview_well(f, COLOUR_GREEN);
	signal_for_new_worker(f, master(f), SIGUSR2);
	assert_previews(f, port, "green");
	shift_well(f, 50); /* its weights are its own */
	shift_well(f, 0);
	signal_for_new_worker(f, master(f), SIGKILL);
	assert_previews(f, port, "green");
	/* What is not there is not taken for what is live. */
	stop_server(f, 1);
	do
		take_sample(f);
	while (f->sample.colours[COLOUR_GREEN].up);
	assert_previews(f, port, NULL);
	start_server(f, 1, "green");
	do
		take_sample(f);
	while (!f->sample.colours[COLOUR_GREEN].up);
	assert_previews(f, port, "green");
	/* One that is started anew shows nothing. */
	traffic_stop(f->traffic, done, f);
	wait_told(f);
	ensure_well(f, 0);
	assert_previews(f, port, NULL);
}

static void preview_comes_and_goes_with_the_configuration(void **state)
{
	struct fixture *f = managed(state);
	char body[64] = "";
	int port;

	preview(f, COLOUR_GREEN);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "No such backend"));
	preview_well(f, -1);
	shift_well(f, 0);
	port = previewed(f);
	/* Who settles by the new file changes nothing of what runs. */
	traffic_settle(f->traffic, done, f);
	wait_told(f);
	preview(f, COLOUR_GREEN);
	assert_int_equal(f->code, ERROR_PROVIDER);
	ensure_well(f, 0);
	assert_non_null(strstr(f->notes.data, "configuration has changed"));
	preview_well(f, COLOUR_GREEN);
	do /* until the worker before has let the port go */
		web_get_with(f->port, "/", "X-Preview: 1\r\n", body);
	while (strcmp(body, "green") != 0);
	f->environment.preview = (struct preview_config){NULL, NULL};
	ensure_well(f, 0);
	while (web_get(port, "/", NULL) != 0)
		loop_turn(f->loop, 10);
	do
		web_get_with(f->port, "/", "X-Preview: 1\r\n", body);
	while (strcmp(body, "blue") != 0);
}

static void samples_count_what_the_client_counts(void **state)
{
	struct fixture *f = managed(state);
	const struct traffic_colour_sample *blue =
		&f->sample.colours[COLOUR_BLUE];
	const struct traffic_colour_sample *green =
		&f->sample.colours[COLOUR_GREEN];
	struct web_load *load = &f->load;
	int64_t before;
	int blues = 0;

	take_sample(f);
	assert_int_equal(blue->requests, 0);
	attach_to_ring(f);
	before = blue->requests;
	assert_true(before > 0);
	shift_well(f, 50);
	web_load_start(load, f->port, "/", true);
	while (web_load_count(load) < 2000)
		loop_turn(f->loop, 10);
	web_load_stop(load);
	assert_int_equal(lines_of(f, COLOUR_BLUE, load->blue), load->blue);
	assert_int_equal(lines_of(f, COLOUR_GREEN, load->green), load->green);
	assert_int_equal(blue->requests - before, load->blue);
	assert_int_equal(green->requests, load->green);
	assert_int_equal(blue->errors + green->errors, 0);
	assert_int_equal(f->sample.failed, 0);
	assert_int_equal(f->sample.lost, 0);
	for (int i = 0; i < 6; i++) {
		char body[64];

		assert_int_equal(web_get(f->port, "/fail", body), 500);
		blues += strcmp(body, "blue") == 0;
	}
	take_sample(f);
	assert_int_equal(blue->errors, blues);
	assert_int_equal(green->errors, 6 - blues);
	assert_int_equal(f->sample.failed, 0);
}

static void what_the_proxy_itself_failed_is_counted_apart(void **state)
{
	struct fixture *f = managed(state);
	int status;

	take_sample(f);
	stop_server(f, 0);
	stop_server(f, 1);
	do
		take_sample(f);
	while (f->sample.colours[COLOUR_BLUE].up ||
	       f->sample.colours[COLOUR_GREEN].up);
	status = web_get(f->port, "/", NULL);
	assert_int_equal(status, 503);
	while (f->sample.failed < 1)
		take_sample(f); /* it is counted when it was answered */
	assert_int_equal(f->sample.failed, 1);
	assert_int_equal(f->sample.colours[COLOUR_BLUE].errors, 0);
}

/* What the median of 20 requests one by one cannot be above, in ms: half of
 * them took no longer than all. The proxy reads its clock a little early. */
static double most_of_20(struct fixture *f, const char *path)
{
	int64_t took = clock_monotonic_us();

	for (int i = 0; i < 20; i++)
		assert_int_equal(web_get(f->port, path, NULL), 200);
	took = clock_monotonic_us() - took;
	assert_int_equal(lines_of(f, COLOUR_BLUE, 20), 20);
	return (double)took / 1000 / 10 * 1.1 + 5;
}

static void latencies_are_those_of_the_requests(void **state)
{
	struct fixture *f = managed(state);
	const struct traffic_colour_sample *blue =
		&f->sample.colours[COLOUR_BLUE];
	double most;

	attach_to_ring(f);
	most = most_of_20(f, "/slow");
	assert_true(blue->marked.p50 >= 29.5 && blue->marked.p50 <= most);
	assert_true(blue->marked.p99 >= blue->marked.p50);
	traffic_mark(f->traffic);
	most = most_of_20(f, "/");
	assert_true(blue->marked.p50 <= most);
	take_sample(f);
	assert_int_equal(blue->recent.requests, 0);
	assert_true(isnan(blue->recent.p99));
}

/* Two answers later it has begun one since this was called. */
static void await_another_of_each_client(struct fixture *f)
{
	for (int i = 0; i < WEB_CLIENTS; i++) {
		long wanted = atomic_load(&f->load.clients[i].answered) + 2;

		while (atomic_load(&f->load.clients[i].answered) < wanted)
			loop_turn(f->loop, 1);
	}
}

static void the_last_request_begun_on_a_colour_is_known(void **state)
{
	struct fixture *f = managed(state);
	struct web_load *load = &f->load;
	int64_t before, after, last;

	assert_int_equal(traffic_last_begun_us(f->traffic, COLOUR_GREEN), 0);
	attach_to_ring(f);
	shift_well(f, 100);
	web_load_start(load, f->port, "/", true);
	while (web_load_count(load) < 1000)
		loop_turn(f->loop, 10);
	before = clock_wall_ms();
	await_another_of_each_client(f);
	shift(f, 0, true);
	after = clock_wall_ms();
	while (atomic_load(&load->blue) < 1000)
		loop_turn(f->loop, 10);
	web_load_stop(load);
	assert_true(lines_of(f, COLOUR_BLUE, load->blue) == load->blue);
	last = traffic_last_begun_us(f->traffic, COLOUR_GREEN) / 1000;
	/* The proxy reads its clock once for what it finds at one look. */
	assert_true(last >= before - 100 && last <= after + 1);
	assert_true(traffic_last_begun_us(f->traffic, COLOUR_BLUE) / 1000 >=
		    last);
	print_message("# last request begun on the colour left %lld ms after\n",
		      (long long)(last - before));
}

static void a_rollback_needs_no_ensure(void **state)
{
	struct fixture *f = managed(state);
	int64_t begun;

	shift_well(f, 100);
	traffic_close(f->traffic);
	f->traffic = open_traffic(f);
	begun = clock_monotonic_us();
	shift(f, 0, true);
	print_message("# from the call to the weights read back: %lld us\n",
		      (long long)(clock_monotonic_us() - begun));
	assert_string_equal(f->error, "");
	assert_int_equal(f->split.units[COLOUR_BLUE], 256);
	assert_int_equal(f->split.units[COLOUR_GREEN], 0);
}

static void sessions_of_a_colour_can_be_cut(void **state)
{
	struct fixture *f = managed(state);

	traffic_cut(f->traffic, COLOUR_BLUE, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
}

static void a_port_in_use_is_said(void **state)
{
	struct fixture *f = *state;

	f->environment.traffic.haproxy.listen = f->listen;
	f->servers[0] = web_server_start("squatter", f->port);
	f->patience_ms = 1500; /* it says so long before */
	f->traffic = open_traffic(f);
	assert_non_null(f->traffic);
	ensure(f, 0);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "did not start"));
	assert_non_null(strstr(f->error, f->listen));
}

static void a_listen_that_is_no_address_is_refused(void **state)
{
	struct fixture *f = *state;

	f->environment.traffic.haproxy.listen = (char *)"127.0.0.1:80\n\tstats";
	assert_null(open_traffic(f));
	assert_non_null(strstr(f->error, "cannot be written"));
}

static void a_runtime_folder_too_long_for_a_socket_is_said(void **state)
{
	struct fixture *f = *state;
	char *folder = xasprintf("%s/%060d", f->folder, 1);

	assert_int_equal(folder_make(folder, 0700, NULL), 0);
	setenv("XDG_RUNTIME_DIR", folder, 1);
	f->environment.traffic.haproxy.listen = f->listen;
	assert_null(open_traffic(f));
	assert_non_null(strstr(f->error, "too long for haproxy's socket"));
	free(folder);
}

/* Attached. */

static void write_cfg(struct fixture *f, const char *balance)
{
	struct str text = STR_INIT;

	f->cfg = path_join(f->folder, "their.cfg");
	f->socket = path_join(f->folder, "admin");
	f->state_file = path_join(f->folder, "state");
	str_addf(&text,
		 "global\n\tstats socket %s mode 600 level admin\n"
		 "\tserver-state-file %s\n"
		 "ring reqs\n\tformat raw\n\tmaxlen 256\n\tsize 1048576\n"
		 "defaults\n\tmode http\n\ttimeout connect 1s\n"
		 "\ttimeout client 10s\n\ttimeout server 10s\n"
		 "\toption redispatch 1\n"
		 "frontend web\n\tbind %s\n\tdefault_backend shop\n"
		 "\tlog ring@reqs format raw daemon\n"
		 "\thttp-request set-var(txn.begin) date(0,us)\n"
		 "\tlog-format \"%%[var(txn.begin)] %%[date(0,us)] %%b %%s "
		 "%%ST %%ts %%rc\"\n"
		 "backend shop\n\tbalance %s\n"
		 "\tload-server-state-from-file global\n",
		 f->socket, f->state_file, f->listen, balance);
	for (int i = 0; i < 4; i++)
		str_addf(&text,
			 "\tserver %s%d 127.0.0.1:%d check inter 100ms "
			 "weight %d\n",
			 i % 2 ? "green" : "blue", i / 2 + 1, f->ports[i],
			 i % 2 ? 0 : 256);
	/* Another backend with a server of the same name. */
	str_addf(&text, "backend other\n\tserver blue1 127.0.0.1:%d\n",
		 f->ports[0]);
	assert_int_equal(file_replace(f->cfg, text.data, text.len, 0600, NULL),
			 0);
	str_release(&text);
}

static void start_proxy(struct fixture *f)
{
	f->proxy = fork();
	if (f->proxy == 0) {
		if (!freopen("/dev/null", "w", stdout) ||
		    !freopen("/dev/null", "w", stderr))
			_exit(1);
		execlp("haproxy", "haproxy", "-W", "-f", f->cfg, (char *)NULL);
		execl("/usr/sbin/haproxy", "haproxy", "-W", "-f", f->cfg,
		      (char *)NULL);
		_exit(1);
	}
	do {
		assert_int_equal(waitpid(f->proxy, NULL, WNOHANG), 0);
		ask(f, f->socket, "show info");
	} while (f->code != ERROR_NONE);
}

static struct fixture *attached(void **state, const char *balance)
{
	struct fixture *f = *state;
	struct haproxy_traffic *haproxy = &f->environment.traffic.haproxy;

	for (int i = 0; i < 4; i++)
		start_server(f, i, i % 2 ? "green" : "blue");
	write_cfg(f, balance);
	start_proxy(f);
	haproxy->socket = f->socket;
	haproxy->backend = (char *)"shop";
	haproxy->server_state = f->state_file;
	haproxy->ring = (char *)"reqs";
	strings_add(&haproxy->servers[COLOUR_BLUE], "blue1");
	strings_add(&haproxy->servers[COLOUR_BLUE], "blue2");
	strings_add(&haproxy->servers[COLOUR_GREEN], "green1");
	strings_add(&haproxy->servers[COLOUR_GREEN], "green2");
	f->traffic = open_traffic(f);
	return f;
}

static void an_attached_proxy_is_moved_and_settled(void **state)
{
	struct fixture *f = attached(state, "roundrobin");
	struct traffic_capabilities can;
	char body[64] = "";
	int64_t greens;
	int64_t blues;

	ensure_well(f, 0);
	can = traffic_capabilities(f->traffic);
	assert_true(can.weights);
	assert_int_equal(can.latency, TRAFFIC_LATENCY_RING);
	take_sample(f);
	attach_to_ring(f);
	blues = f->sample.colours[COLOUR_BLUE].requests;
	shift_well(f, 25);
	assert_int_equal(f->split.units[COLOUR_GREEN], 64);
	for (int i = 0; i < 40; i++)
		assert_int_equal(web_get(f->port, "/", NULL), 200);
	take_sample(f);
	greens = f->sample.colours[COLOUR_GREEN].requests;
	blues = f->sample.colours[COLOUR_BLUE].requests - blues;
	assert_true(greens >= 7 && greens <= 13);
	assert_int_equal(blues, 40 - greens);
	assert_int_equal(lines_of(f, COLOUR_GREEN, greens), greens);
	shift_well(f, 100);
	traffic_settle(f->traffic, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
	signal_for_new_worker(f, f->proxy, SIGUSR2);
	traffic_inspect(f->traffic, known, f);
	wait_told(f);
	assert_int_equal(f->split.units[COLOUR_GREEN], 256);
	assert_int_equal(f->split.units[COLOUR_BLUE], 0);
	assert_int_equal(web_get(f->port, "/", body), 200);
	assert_string_equal(body, "green");
}

static void an_attached_proxy_keeps_its_requests_through_shifts(void **state)
{
	struct fixture *f = attached(state, "leastconn");

	ensure_well(f, 0);
	load_through_shifts(f, true);
}

static void a_colour_in_maintenance_is_made_ready(void **state)
{
	struct fixture *f = attached(state, "roundrobin");

	ensure_well(f, 0);
	ask(f, f->socket,
	    "set server shop/green1 state maint; set server shop/green2 state "
	    "maint");
	shift_well(f, 100);
	assert_int_equal(web_get(f->port, "/", NULL), 200);
	ask(f, f->socket, "set server shop/blue2 state maint");
	shift_well(f, 0);
	ask(f, f->socket, "show stat shop 4 -1");
	/* Its neighbour serves: what somebody took out stays out. */
	assert_non_null(strstr(f->answer.data, "MAINT"));
}

static void drain_green1(struct fixture *f, bool out)
{
	const struct traffic_drain drain = {
		.colour = COLOUR_GREEN,
		.count = 1,
		.out = out,
		.wait_ms = 5000,
	};

	traffic_drain(f->traffic, &drain, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
}

static bool is_drained(struct fixture *f)
{
	ask(f, f->socket, "show stat shop 4 -1");
	return strstr(f->answer.data, ",DRAIN,") != NULL;
}

static void inspect_anew(struct fixture *f)
{
	traffic_close(f->traffic);
	f->traffic = open_traffic(f);
	assert_non_null(f->traffic);
	traffic_inspect(f->traffic, known, f);
	wait_told(f);
	assert_string_equal(f->error, "");
}

/* As its kill -9 leaves it: the record names a process that is no more. */
static void forget_who_drained(const char *path)
{
	struct str text = STR_INIT;
	pid_t pid = fork();
	char *as_left;

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(file_read(path, &text, 256, NULL), 0);
	as_left = xasprintf("%ld%s", (long)pid, strchr(text.data, ' '));
	assert_int_equal(
		file_replace(path, as_left, strlen(as_left), 0600, NULL), 0);
	free(as_left);
	str_release(&text);
}

static void a_server_that_was_left_drained_is_let_in_again(void **state)
{
	struct fixture *f = attached(state, "roundrobin");
	char *path = path_join(f->folder, "production/drain");
	int64_t limit = clock_monotonic_us() + 20000000;

	ensure_well(f, 0);
	drain_green1(f, true);
	assert_true(is_drained(f));
	assert_true(file_exists(path));
	/* Who drains it still runs: it is no business of another. */
	inspect_anew(f);
	assert_string_equal(f->notes.data, "");
	forget_who_drained(path);
	inspect_anew(f);
	while (!strstr(f->notes.data, "let in again")) {
		assert_true(clock_monotonic_us() < limit);
		loop_turn(f->loop, 20);
	}
	assert_false(is_drained(f));
	assert_false(file_exists(path));
	/* It is taken out for whoever wants that, and let in by them. */
	drain_green1(f, true);
	assert_true(is_drained(f));
	drain_green1(f, false);
	assert_false(is_drained(f));
	assert_false(file_exists(path));
	free(path);
}

/* A share is of the colour, whatever is left of it. */
static void a_server_that_is_down_has_no_part_in_the_share(void **state)
{
	struct fixture *f = attached(state, "roundrobin");
	const struct traffic_colour_sample *blue =
		&f->sample.colours[COLOUR_BLUE];

	ensure_well(f, 0);
	shift_well(f, 50);
	take_sample(f);
	assert_true(fabs(blue->percent - 50) < 1);
	stop_server(f, 2); /* blue2 */
	do
		take_sample(f);
	while (blue->up_servers > 1);
	assert_int_equal(blue->servers, 2);
	assert_true(fabs(blue->percent - 33.3) < 1);
	shift_well(f, 50);
	assert_true(fabs(f->split.percent[COLOUR_BLUE] - 50) < 1);
	take_sample(f);
	assert_true(fabs(blue->percent - 50) < 1);
}

/* Three of blue, two of green, at a socket that is TCP's. */
static struct fixture *attached_over_tcp(void **state)
{
	struct fixture *f = *state;
	struct haproxy_traffic *haproxy = &f->environment.traffic.haproxy;
	char *text;

	f->cfg = path_join(f->folder, "their.cfg");
	f->state_file = path_join(f->folder, "state");
	f->socket = xasprintf("127.0.0.1:%d", web_free_port());
	for (int i = 0; i < SERVERS; i++)
		start_server(f, i, i < 3 ? "blue" : "green");
	text = xasprintf("global\n\tstats socket %s level admin\n"
			 "defaults\n\tmode http\n\ttimeout connect 1s\n"
			 "\ttimeout client 10s\n\ttimeout server 10s\n"
			 "frontend web\n\tbind %s\n\tdefault_backend shop\n"
			 "backend shop\n\tbalance roundrobin\n"
			 "\ttimeout check 5s\n\tdefault-server check inter "
			 "100ms fall 2 rise 1\n"
			 "\tserver b1 127.0.0.1:%d\n\tserver b2 127.0.0.1:%d\n"
			 "\tserver b3 127.0.0.1:%d\n\tserver g1 127.0.0.1:%d\n"
			 "\tserver g2 127.0.0.1:%d\n",
			 f->socket, f->listen, f->ports[0], f->ports[1],
			 f->ports[2], f->ports[3], f->ports[4]);
	assert_int_equal(file_replace(f->cfg, text, strlen(text), 0600, NULL),
			 0);
	free(text);
	start_proxy(f);
	haproxy->socket = f->socket;
	haproxy->backend = (char *)"shop";
	haproxy->server_state = f->state_file;
	strings_add(&haproxy->servers[COLOUR_BLUE], "b1");
	strings_add(&haproxy->servers[COLOUR_BLUE], "b2");
	strings_add(&haproxy->servers[COLOUR_BLUE], "b3");
	strings_add(&haproxy->servers[COLOUR_GREEN], "g1");
	strings_add(&haproxy->servers[COLOUR_GREEN], "g2");
	f->traffic = open_traffic(f);
	assert_non_null(f->traffic);
	ensure_well(f, 0);
	return f;
}

/* Shares follow each other by turns here, not by chance: what is asked is
 * in the interval of what is seen, each time. */
static void assert_share_is_seen(struct fixture *f, double green)
{
	const int requests = 400;
	struct interval seen;
	char body[64];
	int greens = 0;

	shift_well(f, green);
	for (int i = 0; i < requests; i++) {
		assert_int_equal(web_get(f->port, "/", body), 200);
		greens += strcmp(body, "green") == 0;
	}
	seen = interval_wilson(greens, requests);
	print_message("# %g %% asked, %d of %d seen\n", green, greens,
		      requests);
	assert_true(seen.low <= green / 100 && green / 100 <= seen.high);
}

static void await_servers_up(struct fixture *f, int blue, int green)
{
	int64_t limit = clock_monotonic_us() + 30000000;

	do {
		take_sample(f);
		assert_true(clock_monotonic_us() < limit);
	} while (f->sample.colours[COLOUR_BLUE].up_servers != blue ||
		 f->sample.colours[COLOUR_GREEN].up_servers != green);
}

static void three_and_two_servers_over_tcp_share_what_was_asked(void **state)
{
	struct fixture *f = attached_over_tcp(state);

	await_servers_up(f, 3, 2);
	assert_share_is_seen(f, 10);
	assert_share_is_seen(f, 50);
	stop_server(f, 2); /* b3 */
	await_servers_up(f, 2, 2);
	assert_share_is_seen(f, 25);
	stop_server(f, 3); /* g1 */
	await_servers_up(f, 2, 1);
	assert_share_is_seen(f, 25);
	assert_share_is_seen(f, 75);
	start_server(f, 2, "blue");
	await_servers_up(f, 3, 1);
	assert_share_is_seen(f, 50);
	traffic_settle(f->traffic, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
	assert_true(file_exists(f->state_file));
}

static void a_server_that_is_not_there_is_refused(void **state)
{
	struct fixture *f = attached(state, "roundrobin");
	struct strings *green =
		&f->environment.traffic.haproxy.servers[COLOUR_GREEN];

	traffic_close(f->traffic);
	strings_add(green, "nope");
	f->traffic = open_traffic(f);
	ensure(f, 0);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "2 of the 3 servers that green"));
	shift(f, 100, true);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "No such server"));
}

static void a_shift_to_no_server_leaves_traffic_where_it_was(void **state)
{
	struct fixture *f = attached(state, "roundrobin");
	struct strings *green =
		&f->environment.traffic.haproxy.servers[COLOUR_GREEN];
	char body[64] = "";

	traffic_close(f->traffic);
	strings_release(green);
	*green = (struct strings)STRINGS_INIT;
	strings_add(green, "nope");
	f->traffic = open_traffic(f);
	shift(f, 100, true);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "No such server"));
	assert_int_equal(web_get(f->port, "/", body), 200);
	assert_string_equal(body, "blue");
}

static void a_backend_that_is_not_there_is_refused(void **state)
{
	struct fixture *f = attached(state, "roundrobin");

	traffic_close(f->traffic);
	f->environment.traffic.haproxy.backend = (char *)"nope";
	f->traffic = open_traffic(f);
	ensure(f, 0);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "nope"));
}

static void a_static_algorithm_takes_only_all_or_nothing(void **state)
{
	struct fixture *f = attached(state, "source");
	struct traffic_capabilities can;

	ensure_well(f, 0);
	can = traffic_capabilities(f->traffic);
	assert_false(can.weights);
	assert_non_null(strstr(can.why, "roundrobin"));
	shift(f, 5, false);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "only 0 and 100 %"));
	/* Known by itself when nobody asked before. */
	traffic_close(f->traffic);
	f->traffic = open_traffic(f);
	shift(f, 5, true);
	assert_non_null(strstr(f->error, "only 0 and 100 %"));
	shift(f, 0, true);
	assert_string_equal(f->error, "");
	assert_int_equal(f->split.units[COLOUR_BLUE], 256);
}

static void a_missing_ring_or_server_state_is_said(void **state)
{
	struct fixture *f = attached(state, "roundrobin");

	traffic_close(f->traffic);
	f->environment.traffic.haproxy.ring = (char *)"nope";
	f->traffic = open_traffic(f);
	ensure(f, 0);
	assert_non_null(strstr(f->error, "no ring \"nope\""));
	traffic_close(f->traffic);
	f->environment.traffic.haproxy.server_state = NULL;
	f->traffic = open_traffic(f);
	assert_null(f->traffic);
	assert_non_null(strstr(f->error, "server-state"));
}

/* Locks. */

static void a_lock_held_by_another_process_is_named(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	struct traffic_lock *lock;
	int ready[2];
	int over[2];
	char byte = 0;
	pid_t pid;

	f->environment.traffic.haproxy.listen = f->listen;
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(over), 0);
	pid = fork();
	if (pid == 0) {
		close(over[1]);
		lock = traffic_lock(&f->environment, "run 480 by ana", NULL);
		if (!lock || write(ready[1], &byte, 1) != 1)
			_exit(1);
		_exit(read(over[0], &byte, 1) == 0 ? 0 : 1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_null(traffic_lock(&f->environment, "me", &err));
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_non_null(strstr(error_text(&err), "run 480 by ana"));
	assert_non_null(strstr(error_text(&err), f->listen));
	error_clear(&err);
	close(over[0]);
	close(over[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(ready[0]);
	close(ready[1]);
	/* Its end let go of it. */
	lock = traffic_lock(&f->environment, "me", NULL);
	assert_non_null(lock);
	traffic_unlock(lock);
	lock = traffic_lock(&f->environment, "me again", NULL);
	assert_non_null(lock);
	traffic_unlock(lock);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(no_request_fails_through_shifts_with_keep_alive),
		TEST(no_request_fails_through_shifts_without_keep_alive),
		TEST(a_share_is_rounded_and_read_back),
		TEST(observed_share_is_the_share_asked),
		TEST(a_colour_that_is_down_gets_no_traffic),
		TEST(a_shift_waits_for_a_colour_to_come_up),
		TEST(a_forced_shift_waits_as_long_as_it_was_told),
		TEST(the_newest_shift_wins),
		TEST(ensuring_twice_leaves_the_proxy_alone),
		TEST(another_configuration_is_loaded_without_a_failure),
		TEST(a_reload_and_a_restart_keep_the_settled_split),
		TEST(preview_reaches_a_colour_without_traffic),
		TEST(preview_outlives_a_reload_and_a_restart_when_settled),
		TEST(preview_comes_and_goes_with_the_configuration),
		TEST(samples_count_what_the_client_counts),
		TEST(what_the_proxy_itself_failed_is_counted_apart),
		TEST(latencies_are_those_of_the_requests),
		TEST(the_last_request_begun_on_a_colour_is_known),
		TEST(a_rollback_needs_no_ensure),
		TEST(sessions_of_a_colour_can_be_cut),
		TEST(a_port_in_use_is_said),
		TEST(a_listen_that_is_no_address_is_refused),
		TEST(a_runtime_folder_too_long_for_a_socket_is_said),
		TEST(an_attached_proxy_is_moved_and_settled),
		TEST(an_attached_proxy_keeps_its_requests_through_shifts),
		TEST(a_colour_in_maintenance_is_made_ready),
		TEST(a_server_that_was_left_drained_is_let_in_again),
		TEST(a_server_that_is_down_has_no_part_in_the_share),
		TEST(three_and_two_servers_over_tcp_share_what_was_asked),
		TEST(a_server_that_is_not_there_is_refused),
		TEST(a_shift_to_no_server_leaves_traffic_where_it_was),
		TEST(a_backend_that_is_not_there_is_refused),
		TEST(a_static_algorithm_takes_only_all_or_nothing),
		TEST(a_missing_ring_or_server_state_is_said),
		TEST(a_lock_held_by_another_process_is_named),
	};

	if (strcmp(argv[0], KEEPER_NAME) == 0)
		return keeper_main(argc, argv);
	if (argc > 1) /* one test alone, by its name */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
