/* SPDX-License-Identifier: MIT */
/*
 * From the Enter after B, as it is written to the dashboard's terminal, or
 * from the exec of `signalbox rollback`, to the last request that began on
 * the colour left, by the proxy's own log. HAProxy: beside a bare socat that
 * gives the same socket the same weights, from its exec. nginx: beside a bare
 * `nginx -s reload` of another one, whose file names the other colour by
 * then. Under load, in turns. At most 1.2 times that, or 5 ms over it.
 */
#include "system/support.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "bench/bench.h"
#include "screen/pty.h"

#define ROUNDS 20
#define RATIO 1.2
#define SLACK_MS 5

struct measure {
	struct site *site;
	struct terminal *terminal;
	char *log, *socket;
	bool on_green; /* where the traffic is */
	bool is_nginx; /* so are the lines of the log */
	/* Another nginx, before the same colours, with a load of its own. */
	char *peer_log, *peer_conf;
	int peer_port;
	bool peer_on_green;
	struct web_load peer_load;
};

static int64_t wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static const char *name_of(bool green)
{
	return green ? "green" : "blue";
}

/* When the request of a line began, if it was given to the colour; else 0. */
static long long begun_by(const struct measure *measure, const char *line,
			  bool green)
{
	const struct site *site = measure->site;
	double end, took;
	long long begin;
	char server[64];
	int port;

	if (measure->is_nginx)
		return sscanf(line, "%lf %lf %*d %*[^|]|127.0.0.1:%d", &end,
			      &took, &port) == 3 &&
				       port == (green ? site->green
						      : site->blue)
			       ? (long long)((end - took) * 1e6)
			       : 0;
	return sscanf(line, "%lld %*d %*s %63s", &begin, server) == 2 &&
			       strcmp(server, name_of(green)) == 0
		       ? begin
		       : 0;
}

/* When the last request began on a colour, by the log from `offset` on. */
static int64_t last_begun(const struct measure *measure, const char *path,
			  long offset, bool green)
{
	FILE *log = fopen(path, "r");
	char line[512];
	long long last = 0;

	assert_non_null(log);
	fseek(log, offset, SEEK_SET);
	while (fgets(line, sizeof(line), log)) {
		long long begin = begun_by(measure, line, green);

		if (begin > last)
			last = begin;
	}
	fclose(log);
	return last;
}

static long size_of(const char *path)
{
	FILE *log = fopen(path, "r");
	long size;

	assert_non_null(log);
	fseek(log, 0, SEEK_END);
	size = ftell(log);
	fclose(log);
	return size;
}

/* Milliseconds from `began` on, 0 where none began after it; the traffic is
 * on the other colour then. */
static double left_after(struct measure *measure, int64_t began, long offset)
{
	int64_t last;

	site_await_requests(measure->site, 300);
	last = last_begun(measure, measure->log, offset, measure->on_green);
	assert_true(last > 0); /* there was traffic to move */
	measure->on_green = !measure->on_green;
	assert_string_equal(site_colour(measure->site),
			    name_of(measure->on_green));
	return last > began ? (double)(last - began) / 1000 : 0;
}

/* A key that comes while the dialog changes is not taken. */
static void leave_reason(struct terminal *terminal)
{
	bool is_open = true;

	while (is_open) {
		char *screen;

		terminal_keys(terminal, "\033");
		screen = terminal_text(terminal);
		is_open = strstr(screen, "WHY DID YOU") != NULL;
		free(screen);
	}
}

static double by_dashboard(struct measure *measure)
{
	long offset = size_of(measure->log);
	int64_t began;
	double ms;

	terminal_keys(measure->terminal, "B");
	terminal_expect(measure->terminal, "ROLL BACK PRODUCTION");
	began = wall_us();
	terminal_write(measure->terminal, "\r", 1);
	terminal_expect(measure->terminal, "WHY DID YOU ROLL BACK");
	ms = left_after(measure, began, offset);
	leave_reason(measure->terminal);
	return ms;
}

static double by_socat(struct measure *measure)
{
	char *address = xasprintf("UNIX-CONNECT:%s", measure->socket);
	char *text =
		xasprintf("printf 'set weight signalbox/%s 256; set weight "
			  "signalbox/%s 0\\n' > %s/weights",
			  name_of(!measure->on_green),
			  name_of(measure->on_green), measure->site->folder);
	char *input = xasprintf("OPEN:%s/weights,rdonly!!STDOUT",
				measure->site->folder);
	const char *const argv[] = {"socat", "-t2", input, address, NULL};
	long offset = size_of(measure->log);
	struct process *socat;
	int64_t began;

	site_shell(measure->site, measure->site->folder, text);
	began = wall_us();
	socat = site_spawn(measure->site, NULL, argv);
	if (process_await(socat) != 0)
		fail_msg("socat: %s", socat->err.data);
	free(input);
	free(text);
	free(address);
	return left_after(measure, began, offset);
}

static double by_command(struct measure *measure)
{
	struct site *site = measure->site;
	long offset = size_of(measure->log);
	int64_t began = wall_us();

	if (site_call(site, "rollback", "production", "--no-veto", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	return left_after(measure, began, offset);
}

static char *find_socket(const struct site *site)
{
	char *path = xasprintf("%s/environments/production/proxy/haproxy.cfg",
			       site->state);
	struct str text = STR_INIT;
	char *at, *found;

	assert_int_equal(file_read(path, &text, 1 << 20, NULL), 0);
	at = strstr(text.data, "stats socket ");
	assert_non_null(at);
	at += strlen("stats socket ");
	found = xasprintf("%.*s", (int)strcspn(at, " \n"), at);
	str_release(&text);
	free(path);
	return found;
}

#define HEAD                                                        \
	"name: shop\nenvironments:\n  production:\n"                \
	"    target: {process: {command: \"exec @SERVER@ serve\", " \
	"ports: [@BLUE@, @GREEN@], health: /healthz}}\n"            \
	"    traffic: {%s: {listen: \"127.0.0.1:@PORT@\"}}\n"       \
	"stages:\n" SITE_BUILD "%s"
#define DEPLOY "  production: {deploy: {environment: production}}\n"

static void commit(struct measure *measure, const char *stages)
{
	char *text = xasprintf(HEAD, measure->is_nginx ? "nginx" : "haproxy",
			       stages);

	site_pipeline(measure->site, text);
	site_commit(measure->site, "a commit");
	free(text);
}

/* v1 warm on blue, v2 live on green. */
static void prepare(struct measure *measure)
{
	struct site *site = measure->site;

	for (int i = 0; i < 2; i++) {
		site_write(site, "bug", i ? "0\n" : "");
		commit(measure, DEPLOY);
		if (site_call(site, "run", NULL) != 0)
			fail_msg("%s%s", site->out, site->err);
	}
	commit(measure, ""); /* a run without a release */
	measure->on_green = true;
	measure->log =
		xasprintf("%s/environments/production/proxy/%s/log",
			  site->state, measure->is_nginx ? "nginx" : "proxy");
	site_load_start(site);
}

/* One that stays. */
static void start_dashboard(struct measure *measure)
{
	const struct site *site = measure->site;
	const char *const argv[] = {site->signalbox, "run", NULL};
	const char *const env[] = {"TERM=xterm-256color", NULL};
	const struct terminal_options options = {40, 120, argv, env};

	assert_int_equal(chdir(site->repository), 0);
	measure->terminal = terminal_start(&options);
	terminal_expect(measure->terminal, "READY");
}

static void report(const char *what, double *ours, const double *peer)
{
	double theirs[ROUNDS], base, most;

	memcpy(theirs, peer, sizeof(theirs));
	base = bench_median(theirs, ROUNDS);
	most = base * RATIO > base + SLACK_MS ? base * RATIO : base + SLACK_MS;
	bench_row(what, ours, theirs, ROUNDS, most / base);
}

static void rollback_leaves_a_colour_about_as_fast_as_a_bare_socat(void **state)
{
	struct measure measure = {.site = *state};
	double by_key[ROUNDS], called[ROUNDS], peer[ROUNDS];

	prepare(&measure);
	measure.socket = find_socket(measure.site);
	for (int i = 0; i < ROUNDS; i++) /* there and back */
		called[i] = by_command(&measure);
	start_dashboard(&measure);
	for (int i = 0; i < ROUNDS; i++) {
		by_key[i] = by_dashboard(&measure);
		peer[i] = by_socat(&measure);
		(void)by_socat(
			&measure); /* what signalbox knows is true again */
	}
	terminal_free(measure.terminal);
	assert_int_equal(chdir("/"), 0); /* what we stand in goes */
	site_load_stop(measure.site);
	assert_int_equal(site_load_failed(measure.site), 0);
	assert_int_equal(site_load_5xx(measure.site), 0);
	report("HAProxy: Enter to it left, ms", by_key, peer);
	report("HAProxy: command to it left, ms", called, peer);
	free(measure.log);
	free(measure.socket);
}

static void write_peer(struct measure *measure)
{
	const struct site *site = measure->site;
	const char *folder = site->folder;
	char *text = xasprintf(
		"%sdaemon off;\nworker_processes auto;\npid %s/peer.pid;\n"
		"error_log %s/peer.errors;\nevents {}\nhttp {\n"
		"log_format peer '$msec $request_time $status "
		"peer|$upstream_addr|$upstream_status';\n"
		"access_log %s peer;\nkeepalive_requests 1000000;\n"
		"client_body_temp_path %s/peer-body;\n"
		"proxy_temp_path %s/peer-proxy;\n"
		"fastcgi_temp_path %s/peer-fastcgi;\n"
		"uwsgi_temp_path %s/peer-uwsgi;\n"
		"scgi_temp_path %s/peer-scgi;\n"
		"upstream shop { server 127.0.0.1:%d; keepalive 64; }\n"
		"server { listen 127.0.0.1:%d; location / {\n"
		"proxy_pass http://shop; proxy_http_version 1.1;\n"
		"proxy_set_header Connection \"\"; } } }\n",
		getuid() == 0 ? "user root;\n" : "", folder, folder,
		measure->peer_log, folder, folder, folder, folder, folder,
		measure->peer_on_green ? site->green : site->blue,
		measure->peer_port);

	assert_int_equal(file_replace(measure->peer_conf, text, strlen(text),
				      0600, NULL),
			 0);
	free(text);
}

static void start_peer(struct measure *measure)
{
	struct site *site = measure->site;
	const char *argv[] = {"nginx", "-c", NULL, NULL};

	measure->peer_port = web_free_port();
	measure->peer_log = path_join(site->folder, "peer.log");
	measure->peer_conf = path_join(site->folder, "peer.conf");
	write_peer(measure);
	argv[2] = measure->peer_conf;
	(void)site_spawn(site, NULL, argv);
	while (web_get(measure->peer_port, "/", NULL) != 200)
		usleep(1000);
	/* Without keep-alive: a reload ends what is idle. */
	web_load_start(&measure->peer_load, measure->peer_port, "/", false);
}

static void await_peer_requests(struct measure *measure, long more)
{
	long wanted = web_load_count(&measure->peer_load) + more;

	while (web_load_count(&measure->peer_load) < wanted)
		usleep(1000);
}

static double by_reload(struct measure *measure)
{
	const char *const argv[] = {"nginx", "-c",     measure->peer_conf,
				    "-s",    "reload", NULL};
	bool was_green = measure->peer_on_green;
	struct process *nginx;
	int64_t began, last;
	long offset;

	measure->peer_on_green = !was_green;
	write_peer(measure);
	await_peer_requests(measure, 100);
	offset = size_of(measure->peer_log);
	began = wall_us();
	nginx = site_spawn(measure->site, NULL, argv);
	if (process_await(nginx) != 0)
		fail_msg("nginx: %s", nginx->err.data);
	await_peer_requests(measure, 500);
	last = last_begun(measure, measure->peer_log, offset, was_green);
	return last > began ? (double)(last - began) / 1000 : 0;
}

static void rollback_leaves_a_colour_faster_than_a_bare_reload(void **state)
{
	struct measure measure = {.site = *state, .is_nginx = true};
	double called[ROUNDS], peer[ROUNDS];
	char *nginx = bench_find("nginx");

	if (!nginx)
		return;
	free(nginx);
	prepare(&measure);
	start_peer(&measure);
	for (int i = 0; i < ROUNDS; i++) {
		called[i] = by_command(&measure);
		peer[i] = by_reload(&measure);
	}
	web_load_stop(&measure.peer_load);
	site_load_stop(measure.site);
	assert_int_equal(site_load_failed(measure.site), 0);
	assert_int_equal(site_load_5xx(measure.site), 0);
	report("nginx: command to it left, ms", called, peer);
	free(measure.log);
	free(measure.peer_log);
	free(measure.peer_conf);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			rollback_leaves_a_colour_about_as_fast_as_a_bare_socat,
			site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			rollback_leaves_a_colour_faster_than_a_bare_reload,
			site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
