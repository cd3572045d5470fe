/* SPDX-License-Identifier: MIT */
/* The traffic provider against a real nginx, ours and one that is there. */
#include "support/cmocka.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "delivery/keeper-folder.h"
#include "delivery/keeper.h"
#include "delivery/traffic/program.h"
#include "delivery/traffic/traffic.h"
#include "net/http.h"
#include "system/leftovers.h"
#include "system/web.h"

#define PATIENCE_US (60 * 1000000LL)

/* Of what is to fail: it says why long before. */
#define SHORT_MS 1500

struct fixture {
	int64_t patience_ms; /* of the next that is opened */
	char *folder;
	struct leftovers leftovers;
	struct loop *loop;
	struct environment_config environment;
	struct traffic *traffic;
	struct web_load load;
	int port;
	int ports[3];
	pid_t servers[3];
	pid_t proxy; /* the one that is attached; 0 none */
	char *listen, *conf, *url, *reload, *log, *files;
	struct str notes;
	/* What the last callback was told. */
	bool told;
	char *error;
	enum error_code code;
	char *warning;
	struct traffic_split split;
	struct traffic_sample sample;
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

static void shift(struct fixture *f, double green, int64_t wait_ms, bool force)
{
	struct traffic_change change = {
		.split = TRAFFIC_SPLIT_OF_GREEN(green),
		.wait_ms = wait_ms,
		.force = force,
	};

	traffic_set(f->traffic, &change, shifted, f);
	wait_told(f);
}

static void shift_well(struct fixture *f, double green)
{
	shift(f, green, 5000, false);
	assert_string_equal(f->error, "");
	assert_null(f->warning);
}

static void take_sample(struct fixture *f)
{
	traffic_sample(f->traffic, sampled, f);
	wait_told(f);
	assert_string_equal(f->error, "");
}

static void inspect(struct fixture *f)
{
	traffic_inspect(f->traffic, known, f);
	wait_told(f);
}

static void assert_answers(const struct fixture *f, const char *colour)
{
	char body[64] = "";

	assert_int_equal(web_get(f->port, "/", body), 200);
	assert_string_equal(body, colour);
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

	f->folder = xstrdup("/tmp/signalbox-nginx-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	leftovers_watch(&f->leftovers, f->folder); /* who is none itself */
	setenv("XDG_RUNTIME_DIR", f->folder, 1);
	f->loop = loop_new();
	str_init(&f->notes);
	f->port = web_free_port();
	for (int i = 0; i < 3; i++)
		f->ports[i] = web_free_port();
	f->listen = xasprintf("127.0.0.1:%d", f->port);
	f->environment.name = (char *)"production";
	f->environment.target.host = (char *)"127.0.0.1";
	f->environment.target.instances = 1;
	f->environment.target.ports[0] = f->ports[0];
	f->environment.target.ports[1] = f->ports[1];
	f->environment.target.health = (char *)"/healthz";
	f->environment.traffic.kind = TRAFFIC_NGINX;
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

static void need_nginx(void)
{
	char *path = program_path("nginx", "", NULL);

	free(path);
	if (path)
		return;
	print_message("# nginx is not installed: not tested\n");
	skip();
}

static void start_colours(struct fixture *f)
{
	need_nginx();
	start_server(f, 0, "blue");
	start_server(f, 1, "green");
	f->traffic = open_traffic(f);
	assert_string_equal(f->error, "");
	assert_non_null(f->traffic);
}

/* A test that fails before it opens another leaves none to be stopped. */
static void close_traffic(struct fixture *f)
{
	traffic_close(f->traffic);
	f->traffic = NULL;
}

/* A managed one with both colours serving and all traffic on blue. */
static struct fixture *managed(void **state)
{
	struct fixture *f = *state;

	f->environment.traffic.nginx.listen = f->listen;
	start_colours(f);
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
	for (int i = 0; i < 3; i++)
		stop_server(f, i);
	loop_free(f->loop);
	leftovers_end(&f->leftovers);
	stopped = folder_remove(f->folder, NULL) == 0 && stopped;
	free(f->folder);
	free(f->listen);
	free(f->conf);
	free(f->url);
	free(f->reload);
	free(f->log);
	free(f->files);
	free(f->error);
	free(f->warning);
	str_release(&f->notes);
	free(f);
	return stopped ? 0 : -1;
}

/* Managed. */

/* nginx writes a line when it has answered: the last may come late. */
static void assert_all_are_counted(struct fixture *f)
{
	const struct traffic_colour_sample *colours = f->sample.colours;
	int64_t limit = clock_monotonic_us() + PATIENCE_US;

	do
		take_sample(f);
	while (colours[COLOUR_BLUE].requests + colours[COLOUR_GREEN].requests <
		       web_load_count(&f->load) &&
	       clock_monotonic_us() < limit);
	assert_int_equal(colours[COLOUR_BLUE].requests,
			 atomic_load(&f->load.blue));
	assert_int_equal(colours[COLOUR_GREEN].requests,
			 atomic_load(&f->load.green));
}

static void load_through_shifts(struct fixture *f, bool keep_alive)
{
	static const double shares[] = {5,  25, 100, 0,	  50, 100, 75, 0,
					10, 90, 0,   100, 0,  1,   99, 0};
	struct web_load *load = &f->load;
	long rounds = 0;

	take_sample(f);
	web_load_start(load, f->port, "/", keep_alive);
	while (web_load_count(load) < 10000 || rounds < 2) {
		for (size_t i = 0; i < ARRAY_SIZE(shares); i++)
			shift_well(f, shares[i]);
		rounds++;
	}
	web_load_stop(load);
	assert_all_are_counted(f);
	assert_int_equal(atomic_load(&load->failed), 0);
	assert_int_equal(atomic_load(&load->answers_5xx), 0);
	assert_int_equal(f->sample.failed, 0);
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
	inspect(f);
	assert_int_equal(f->split.units[COLOUR_GREEN], 13);
	shift_well(f, 0.1);
	assert_int_equal(f->split.units[COLOUR_GREEN], 1);
	shift_well(f, 99.9);
	assert_int_equal(f->split.units[COLOUR_BLUE], 1);
	shift_well(f, 100);
	assert_int_equal(f->split.units[COLOUR_GREEN], 256);
	assert_answers(f, "green");
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
	/* By chance: 4.5 is over six and a half deviations, 1e-10. */
	assert_true(fabs(share - 25) < 4.5);
}

static void a_colour_that_is_down_gets_no_traffic(void **state)
{
	struct fixture *f = managed(state);

	stop_server(f, 1);
	shift(f, 100, 100, false);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "green does not pass its health"));
	inspect(f);
	assert_int_equal(f->split.units[COLOUR_GREEN], 0);
	assert_answers(f, "blue");
	/* A person may, and is told. */
	shift(f, 100, 0, true);
	assert_string_equal(f->error, "");
	assert_non_null(strstr(f->warning, "green"));
}

static void a_shift_waits_for_a_colour_to_come_up(void **state)
{
	struct traffic_change change = {
		.split = TRAFFIC_SPLIT_OF_GREEN(100),
		.wait_ms = 60000,
	};
	struct fixture *f = managed(state);

	stop_server(f, 1);
	traffic_set(f->traffic, &change, shifted, f);
	for (int i = 0; i < 20; i++)
		loop_turn(f->loop, 10);
	assert_false(f->told);
	start_server(f, 1, "green");
	wait_told(f);
	assert_string_equal(f->error, "");
	assert_answers(f, "green");
}

static void a_change_that_may_not_wait_goes_to_what_is_up(void **state)
{
	struct fixture *f = managed(state);

	shift(f, 100, 0, false); /* nobody has asked green before */
	assert_string_equal(f->error, "");
	assert_answers(f, "green");
	stop_server(f, 0);
	do
		take_sample(f);
	while (f->sample.colours[COLOUR_BLUE].up);
	shift(f, 0, 0, false);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_answers(f, "green");
}

static void a_newer_change_takes_the_place_of_one_that_waits(void **state)
{
	struct traffic_change change = {
		.split = TRAFFIC_SPLIT_OF_GREEN(100),
		.wait_ms = 60000,
	};
	struct fixture *f = managed(state);
	struct fixture other = {0};

	stop_server(f, 1);
	traffic_set(f->traffic, &change, shifted, &other);
	shift(f, 0, 0, true);
	assert_string_equal(f->error, "");
	while (!other.told)
		loop_turn(f->loop, 100);
	assert_int_equal(other.code, ERROR_REFUSED);
	free(other.error);
}

static void a_colour_that_dies_is_left_at_once(void **state)
{
	struct fixture *f = managed(state);
	struct web_load *load = &f->load;
	long before;

	shift_well(f, 50);
	web_load_start(load, f->port, "/", false);
	while (web_load_count(load) < 1000)
		loop_turn(f->loop, 10);
	stop_server(f, 1);
	before = web_load_count(load);
	while (web_load_count(load) < before + 3000)
		loop_turn(f->loop, 10);
	web_load_stop(load);
	take_sample(f);
	/* What green had begun is lost with it: a request a client. */
	assert_in_range(atomic_load(&load->answers_5xx) +
				atomic_load(&load->failed),
			0, WEB_CLIENTS);
	assert_true(f->sample.colours[COLOUR_GREEN].retries > 0);
}

static void counts_and_times_are_the_colours_own(void **state)
{
	struct fixture *f = managed(state);
	const struct traffic_colour_sample *blue =
		&f->sample.colours[COLOUR_BLUE];
	int64_t begun_us;

	take_sample(f);
	assert_true(blue->up);
	assert_true(f->sample.colours[COLOUR_GREEN].up);
	assert_int_equal(blue->requests, 0);
	begun_us = clock_wall_ms() * 1000;
	for (int i = 0; i < 3; i++)
		assert_int_equal(web_get(f->port, "/slow", NULL), 200);
	assert_int_equal(web_get(f->port, "/fail", NULL), 500);
	while (blue->requests < 4)
		take_sample(f);
	assert_int_equal(blue->errors, 1);
	assert_int_equal(f->sample.failed, 0);
	assert_int_equal(f->sample.colours[COLOUR_GREEN].requests, 0);
	assert_true(blue->marked.p95 >= 29 && blue->marked.p95 < 1000);
	assert_true(blue->last_begun_us >= begun_us - 2000);
	traffic_mark(f->traffic);
	take_sample(f);
	assert_int_equal(blue->marked.requests, 0);
	stop_server(f, 0);
	assert_int_equal(web_get(f->port, "/", NULL), 502);
	do
		take_sample(f);
	while (blue->up || blue->errors < 2);
}

static void what_runs_is_found_with_its_weights(void **state)
{
	struct fixture *f = managed(state);
	char body[64];

	shift_well(f, 25);
	traffic_settle(f->traffic, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
	close_traffic(f);
	assert_int_equal(web_get(f->port, "/", body), 200);
	f->traffic = open_traffic(f);
	inspect(f);
	assert_string_equal(f->error, "");
	assert_int_equal(f->split.units[COLOUR_GREEN], 64);
	ensure_well(f, 0);
	inspect(f);
	assert_int_equal(f->split.units[COLOUR_GREEN], 64);
	assert_string_equal(f->notes.data, "");
}

static void weights_that_another_moves_are_told(void **state)
{
	struct fixture *f = managed(state);
	char *link = path_join(f->folder, "production/weights/green");

	take_sample(f);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink("256", link), 0);
	take_sample(f);
	assert_non_null(strstr(f->notes.data, "someone else changed it"));
	assert_int_equal(f->sample.colours[COLOUR_GREEN].units, 256);
	free(link);
}

/* Whatever stands in the place of its link: no reload, which would lose
 * requests of connections that are kept alive. */
static void link_that_is_lost_is_made_again_without_a_reload(void **state)
{
	static const char *const elsewhere[] = {NULL, "/etc", "300"};
	struct fixture *f = managed(state);
	char *link = path_join(f->folder, "production/weights/green");
	char *within = path_join(link, "a-file");
	struct web_load load;

	web_load_start(&load, f->port, "/", true);
	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++) {
		shift_well(f, 50);
		assert_int_equal(unlink(link), 0);
		if (elsewhere[i])
			assert_int_equal(symlink(elsewhere[i], link), 0);
		ensure_well(f, 0);
		inspect(f);
		assert_int_equal(f->split.units[COLOUR_GREEN], 0);
	}
	assert_int_equal(unlink(link), 0);
	assert_int_equal(mkdir(link, 0700), 0);
	assert_int_equal(file_replace(within, "x", 1, 0600, NULL), 0);
	shift_well(f, 50);
	web_load_stop(&load);
	assert_null(strstr(f->notes.data, "reloaded"));
	assert_int_equal(atomic_load(&load.failed), 0);
	assert_int_equal(atomic_load(&load.answers_5xx), 0);
	free(within);
	free(link);
}

static void another_configuration_is_reloaded_and_weights_stay(void **state)
{
	struct fixture *f = managed(state);
	struct web_load *load = &f->load;

	shift_well(f, 50);
	start_server(f, 2, "green");
	close_traffic(f);
	f->environment.target.ports[1] = f->ports[2];
	f->traffic = open_traffic(f);
	ensure_well(f, 0);
	assert_non_null(strstr(f->notes.data, "nginx is reloaded"));
	stop_server(f, 1);
	inspect(f);
	assert_int_equal(f->split.units[COLOUR_GREEN], 128);
	web_load_start(load, f->port, "/", false);
	while (atomic_load(&load->green) < 100)
		loop_turn(f->loop, 10);
	web_load_stop(load);
	assert_int_equal(atomic_load(&load->failed), 0);
	assert_int_equal(atomic_load(&load->answers_5xx), 0);
}

static void configuration_that_is_refused_leaves_the_old_one(void **state)
{
	struct fixture *f = managed(state);
	char *taken = xasprintf("127.0.0.1:%d", f->ports[0]);

	close_traffic(f);
	f->environment.traffic.nginx.listen = taken;
	f->patience_ms = SHORT_MS;
	f->traffic = open_traffic(f);
	f->patience_ms = 0;
	ensure(f, 0);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "nginx did not reload"));
	assert_non_null(strstr(f->error, taken));
	assert_answers(f, "blue");
	close_traffic(f);
	f->environment.traffic.nginx.listen = f->listen;
	f->traffic = open_traffic(f);
	ensure_well(f, 0);
	assert_answers(f, "blue");
	free(taken);
}

static void nginx_that_cannot_start_says_why(void **state)
{
	struct fixture *f = *state;
	char *keeper = path_join(f->folder, "production/nginx");

	need_nginx();
	f->environment.traffic.nginx.listen = f->listen;
	start_server(f, 0, "blue");
	f->ports[1] = f->port; /* it is taken */
	start_server(f, 1, "green");
	f->patience_ms = SHORT_MS;
	f->traffic = open_traffic(f);
	ensure(f, 0);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "nginx did not start"));
	assert_non_null(strstr(f->error, "in use"));
	assert_false(keeper_is_alive(keeper));
	inspect(f);
	assert_int_equal(f->code, ERROR_NOT_FOUND);
	free(keeper);
}

/* Workers of the one that was killed may answer yet. */
static void await_another(struct fixture *f, const char *keeper, pid_t killed)
{
	int64_t limit = clock_monotonic_us() + PATIENCE_US;
	pid_t now;

	do {
		now = keeper_child_running(keeper);
		inspect(f);
	} while ((f->code != ERROR_NONE || now <= 0 || now == killed) &&
		 clock_monotonic_us() < limit);
	assert_string_equal(f->error, "");
}

static void nginx_that_is_killed_comes_back_with_its_weights(void **state)
{
	struct fixture *f = managed(state);
	char *keeper = path_join(f->folder, "production/nginx");
	pid_t killed = keeper_child_running(keeper);

	shift_well(f, 100);
	assert_true(killed > 0);
	assert_int_equal(kill(killed, SIGKILL), 0);
	await_another(f, keeper, killed);
	assert_int_equal(f->split.units[COLOUR_GREEN], 256);
	assert_answers(f, "green");
	free(keeper);
}

/* What is left of the group of a master that was killed. */
static size_t left_of(pid_t session, pid_t group)
{
	return processes_of_session(session, group, NULL, 0);
}

/* A request that nginx has read; its answer is still to come. */
static int begin_request(const struct fixture *f)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)f->port)};
	char *line = xasprintf(":%04X [0-9A-F]*:[0-9A-F]* 01 "
			       "00000000:00000000 [^ ]* [^ ]* *[0-9]* *[0-9]* "
			       "[1-9]",
			       f->port);
	char *look =
		xasprintf("grep -q '^[^:]*: [0-9A-F]*%s' /proc/net/tcp", line);
	int64_t limit = clock_monotonic_us() + 20000000;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, request, strlen(request), 0),
			 strlen(request));
	while (system(look) != 0) {
		assert_true(clock_monotonic_us() < limit);
		loop_turn(f->loop, 5);
	}
	free(look);
	free(line);
	return fd;
}

static void killed_nginx_leaves_no_worker_and_loses_no_answer(void **state)
{
	struct fixture *f = managed(state);
	char *keeper = path_join(f->folder, "production/nginx");
	pid_t killed = keeper_child_running(keeper);
	pid_t session = getsid(killed);
	int64_t limit = clock_monotonic_us() + 20000000;
	char text[512] = "";
	int fd;

	if (access("/proc/net/tcp", R_OK) < 0)
		skip();
	assert_true(left_of(session, killed) > 1);
	assert_int_equal(kill(f->servers[0], SIGSTOP), 0);
	fd = begin_request(f);
	assert_int_equal(kill(killed, SIGKILL), 0);
	await_another(f, keeper, killed);
	assert_int_equal(kill(f->servers[0], SIGCONT), 0);
	assert_true(recv(fd, text, sizeof(text) - 1, MSG_WAITALL) > 0);
	assert_non_null(strstr(text, "200 OK"));
	close(fd);
	while (left_of(session, killed) > 0) {
		assert_true(clock_monotonic_us() < limit);
		loop_turn(f->loop, 5);
	}
	await_another(f, keeper, killed);
	assert_answers(f, "blue");
	free(keeper);
}

static void nginx_killed_with_its_keeper_is_started_anew(void **state)
{
	struct fixture *f = managed(state);
	char *keeper = path_join(f->folder, "production/nginx");
	pid_t kept = keeper_lock_holder(keeper);
	pid_t master = keeper_child_running(keeper);

	assert_true(kept > 0 && master > 0);
	assert_int_equal(kill(kept, SIGSTOP), 0);
	assert_int_equal(kill(master, SIGKILL), 0);
	assert_int_equal(kill(kept, SIGKILL), 0);
	while (keeper_is_alive(keeper) || keeper_child_running(keeper))
		loop_turn(f->loop, 5);
	assert_true(left_of(kept, master) > 0);
	ensure_well(f, 0);
	assert_non_null(strstr(f->notes.data, "lost its master"));
	assert_int_equal(left_of(kept, master), 0);
	assert_true(keeper_child_running(keeper) > 0);
	assert_answers(f, "blue");
	free(keeper);
}

static void socket_that_was_removed_is_made_again(void **state)
{
	struct fixture *f = managed(state);
	char *command = xasprintf("rm %s/signalbox/nginx-*", f->folder);
	char *keeper = path_join(f->folder, "production/nginx");
	pid_t master = keeper_child_running(keeper);

	shift_well(f, 100);
	assert_int_equal(system(command), 0);
	inspect(f);
	assert_int_equal(f->code, ERROR_NOT_FOUND);
	ensure_well(f, 0);
	inspect(f);
	assert_int_equal(f->split.units[COLOUR_GREEN], 256);
	assert_int_equal(keeper_child_running(keeper), master);
	free(keeper);
	free(command);
}

static void sessions_are_counted_where_the_system_tells(void **state)
{
	struct fixture *f = managed(state);
	struct web_load *load = &f->load;
	bool seen = false;

	if (access("/proc/net/tcp", R_OK) < 0)
		skip();
	web_load_start(load, f->port, "/slow", true);
	while (!seen) {
		take_sample(f);
		seen = f->sample.colours[COLOUR_BLUE].sessions > 0;
		assert_int_equal(f->sample.colours[COLOUR_GREEN].sessions, 0);
	}
	web_load_stop(load);
	do
		take_sample(f);
	while (f->sample.colours[COLOUR_BLUE].sessions > 0);
	traffic_cut(f->traffic, COLOUR_BLUE, done, f);
	wait_told(f);
	assert_int_equal(f->code, ERROR_PROVIDER);
}

static void preview_reaches_the_colour_that_has_no_traffic(void **state)
{
	struct fixture *f = *state;
	int port = web_free_port();
	char *listen = xasprintf("127.0.0.1:%d", port);
	char body[64];

	f->environment.preview.listen = listen;
	f->environment.preview.header = (char *)"X-Preview";
	managed(state);
	assert_int_equal(web_get(port, "/", body), 503);
	assert_int_equal(web_get_with(f->port, "/", "X-Preview: 0\r\n", body),
			 503);
	assert_string_equal(body, "nothing is there to be looked at");
	traffic_preview(f->traffic, COLOUR_GREEN, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
	assert_int_equal(web_get(port, "/", body), 200);
	assert_string_equal(body, "green");
	assert_int_equal(web_get_with(f->port, "/", "X-Preview: 0\r\n", body),
			 200);
	assert_string_equal(body, "green");
	assert_answers(f, "blue");
	do /* the one line that counts */
		take_sample(f);
	while (f->sample.colours[COLOUR_BLUE].requests < 1);
	assert_int_equal(f->sample.colours[COLOUR_GREEN].requests, 0);
	assert_int_equal(f->sample.failed, 0);
	traffic_preview(f->traffic, -1, done, f);
	wait_told(f);
	assert_int_equal(web_get(port, "/", body), 503);
	/* One that is started anew shows nothing. */
	traffic_preview(f->traffic, COLOUR_GREEN, done, f);
	wait_told(f);
	traffic_stop(f->traffic, done, f);
	wait_told(f);
	ensure_well(f, 0);
	assert_int_equal(web_get(port, "/", body), 503);
	traffic_stop(f->traffic, done, f);
	wait_told(f);
	f->environment.preview = (struct preview_config){NULL, NULL};
	free(listen);
}

/* One that is there. */

static void write_conf(struct fixture *f, bool includes)
{
	struct str text = STR_INIT;

	str_addf(&text,
		 "daemon off;\npid %s/nginx.pid;\nerror_log %s/error.log;\n"
		 "events {}\nhttp {\naccess_log off;\n"
		 "client_body_temp_path %s/body;\nproxy_temp_path %s/p;\n"
		 "fastcgi_temp_path %s/f;\nuwsgi_temp_path %s/u;\n"
		 "scgi_temp_path %s/s;\n",
		 f->folder, f->folder, f->folder, f->folder, f->folder,
		 f->folder, f->folder);
	if (includes)
		str_addf(&text, "include %s/http.conf;\n", f->files);
	str_addf(&text,
		 "upstream shop_blue { server 127.0.0.1:%d; keepalive 8; }\n"
		 "upstream shop_green { server 127.0.0.1:%d; keepalive 8; }\n"
		 "server {\nlisten %s;\n",
		 f->ports[0], f->ports[1], f->listen);
	if (includes)
		str_addf(&text, "include %s/server.conf;\n", f->files);
	str_addf(&text,
		 "location / {\nproxy_http_version 1.1;\n"
		 "proxy_set_header Connection \"\";\n"
		 "proxy_pass http://%s;\n}\n}\n}\n",
		 includes ? "$signalbox_production" : "shop_blue");
	assert_int_equal(file_replace(f->conf, text.data, text.len, 0644, NULL),
			 0);
	str_release(&text);
}

static void start_proxy(struct fixture *f)
{
	char *program = program_path("nginx", "", NULL);

	f->proxy = fork();
	if (f->proxy == 0) {
		execl(program, "nginx", "-c", f->conf, (char *)NULL);
		_exit(127);
	}
	free(program);
	while (web_get(f->port, "/", NULL) != 200)
		assert_int_equal(waitpid(f->proxy, NULL, WNOHANG), 0);
}

static struct fixture *attached(void **state)
{
	struct fixture *f = *state;
	struct nginx_traffic *nginx = &f->environment.traffic.nginx;

	f->conf = path_join(f->folder, "nginx.conf");
	f->files = path_join(f->folder, "files");
	f->log = path_join(f->folder, "shop.log");
	f->url = xasprintf("http://%s/", f->listen);
	f->reload = xasprintf("kill -HUP $(cat %s/nginx.pid)", f->folder);
	f->environment.url = f->url;
	nginx->folder = f->files;
	nginx->log = f->log;
	nginx->upstreams[0] = (char *)"shop_blue";
	nginx->upstreams[1] = (char *)"shop_green";
	start_colours(f);
	write_conf(f, false);
	start_proxy(f);
	return f;
}

/* Files written, included, and read by workers that are another user. */
static struct fixture *joined(void **state)
{
	struct fixture *f = attached(state);

	assert_int_equal(chmod(f->folder, 0755), 0);
	ensure(f, 0); /* writes what is to be included, and cannot reload */
	f->environment.traffic.nginx.reload = f->reload;
	write_conf(f, true);
	ensure_well(f, 0);
	return f;
}

static void attached_nginx_says_what_it_lacks(void **state)
{
	struct fixture *f = attached(state);

	ensure(f, 0);
	assert_int_equal(f->code, ERROR_PROVIDER);
	assert_non_null(strstr(f->error, "include "));
	assert_non_null(strstr(f->error, "/server.conf;"));
	assert_non_null(strstr(f->error, "nginx -s reload"));
	assert_answers(f, "blue");
	f->environment.traffic.nginx.reload = (char *)"echo not you >&2; false";
	ensure(f, 0);
	assert_non_null(strstr(f->error, "cannot reload nginx"));
	assert_non_null(strstr(f->error, "not you"));
	if (geteuid() != 0)
		return;
	/* Its workers are nobody, and the folder above is ours alone. */
	write_conf(f, true);
	f->environment.traffic.nginx.reload = f->reload;
	ensure(f, 0);
	while (!strstr(f->error, "may not read")) /* old workers may answer */
		ensure(f, 0);
}

static void attached_nginx_loses_no_request_through_shifts(void **state)
{
	static const double shares[] = {5, 50, 100, 0, 100, 75, 0};
	struct fixture *f = joined(state);
	struct web_load *load = &f->load;

	take_sample(f);
	web_load_start(load, f->port, "/", true);
	while (web_load_count(load) < 5000)
		for (size_t i = 0; i < ARRAY_SIZE(shares); i++)
			shift_well(f, shares[i]);
	web_load_stop(load);
	assert_all_are_counted(f);
	assert_int_equal(atomic_load(&load->failed), 0);
	assert_int_equal(atomic_load(&load->answers_5xx), 0);
	assert_true(atomic_load(&load->green) > 0);
	print_message("# %ld requests\n", web_load_count(load));
}

static void attached_log_is_followed_over_its_rotation(void **state)
{
	struct fixture *f = joined(state);
	char *other = xasprintf("%s.1", f->log);
	struct stat st;
	off_t before;

	take_sample(f);
	assert_answers(f, "blue");
	while (stat(f->log, &st) < 0 || st.st_size == 0)
		loop_turn(f->loop, 10);
	assert_int_equal(rename(f->log, other), 0);
	assert_int_equal(stat(other, &st), 0);
	before = st.st_size;
	assert_answers(f, "blue"); /* to the old one yet */
	while (stat(other, &st) == 0 && st.st_size == before)
		loop_turn(f->loop, 10);
	assert_int_equal(kill(f->proxy, SIGUSR1), 0);
	while (stat(f->log, &st) < 0)
		loop_turn(f->loop, 10);
	shift_well(f, 100);
	do {
		assert_answers(f, "green");
		take_sample(f);
	} while (f->sample.colours[COLOUR_GREEN].requests < 3);
	assert_int_equal(f->sample.colours[COLOUR_BLUE].requests, 2);
	free(other);
}

static void attached_nginx_outlives_the_provider_with_its_weights(void **state)
{
	struct fixture *f = joined(state);

	shift_well(f, 100);
	traffic_settle(f->traffic, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
	traffic_stop(f->traffic, done, f);
	wait_told(f);
	assert_string_equal(f->error, "");
	close_traffic(f);
	stop_proxy(f);
	start_proxy(f);
	assert_answers(f, "green");
	f->traffic = open_traffic(f);
	str_clear(&f->notes);
	ensure_well(f, 0);
	assert_string_equal(f->notes.data, "");
	inspect(f);
	assert_int_equal(f->split.units[COLOUR_GREEN], 256);
	stop_proxy(f);
	inspect(f);
	assert_int_equal(f->code, ERROR_NOT_FOUND);
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
		TEST(a_change_that_may_not_wait_goes_to_what_is_up),
		TEST(a_newer_change_takes_the_place_of_one_that_waits),
		TEST(a_colour_that_dies_is_left_at_once),
		TEST(counts_and_times_are_the_colours_own),
		TEST(what_runs_is_found_with_its_weights),
		TEST(weights_that_another_moves_are_told),
		TEST(link_that_is_lost_is_made_again_without_a_reload),
		TEST(another_configuration_is_reloaded_and_weights_stay),
		TEST(configuration_that_is_refused_leaves_the_old_one),
		TEST(nginx_that_cannot_start_says_why),
		TEST(nginx_that_is_killed_comes_back_with_its_weights),
		TEST(killed_nginx_leaves_no_worker_and_loses_no_answer),
		TEST(nginx_killed_with_its_keeper_is_started_anew),
		TEST(socket_that_was_removed_is_made_again),
		TEST(preview_reaches_the_colour_that_has_no_traffic),
		TEST(sessions_are_counted_where_the_system_tells),
		TEST(attached_nginx_says_what_it_lacks),
		TEST(attached_nginx_loses_no_request_through_shifts),
		TEST(attached_log_is_followed_over_its_rotation),
		TEST(attached_nginx_outlives_the_provider_with_its_weights),
	};

	if (strcmp(argv[0], KEEPER_NAME) == 0)
		return keeper_main(argc, argv);
	if (net_init(NULL) < 0)
		return 1;
	if (argc > 1) /* one test alone, by its name */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
