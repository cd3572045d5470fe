/* SPDX-License-Identifier: MIT */
/*
 * From the Enter after B, as it is written to the dashboard's terminal, to
 * the last request that began on the colour left, by HAProxy's own log;
 * beside a bare socat that gives the same socket the same weights, from its
 * exec. Under load, in turns. At most 1.5 times that, or 10 ms over it.
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
#define RATIO 1.5
#define SLACK_MS 10

struct measure {
	struct site *site;
	struct terminal *terminal;
	char *log, *socket;
	bool on_green; /* where the traffic is */
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

/* When the last request began on a colour, by the log from `offset` on. */
static int64_t last_begun(const struct measure *measure, long offset,
			  const char *colour)
{
	FILE *log = fopen(measure->log, "r");
	char line[512], server[64];
	long long begin, last = 0;

	assert_non_null(log);
	fseek(log, offset, SEEK_SET);
	while (fgets(line, sizeof(line), log))
		if (sscanf(line, "%lld %*d %*s %63s", &begin, server) == 2 &&
		    strcmp(server, colour) == 0 && begin > last)
			last = begin;
	fclose(log);
	return last;
}

static long log_size(const struct measure *measure)
{
	FILE *log = fopen(measure->log, "r");
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
	last = last_begun(measure, offset, name_of(measure->on_green));
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
	long offset = log_size(measure);
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
	long offset = log_size(measure);
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

#define PIPELINE \
	"name: shop\nenvironments:\n" SITE_PRODUCTION "stages:\n" SITE_BUILD

/* v1 warm on blue, v2 live on green, a dashboard that stays. */
static void prepare(struct measure *measure)
{
	struct site *site = measure->site;
	const char *const argv[] = {site->signalbox, "run", NULL};
	const char *const env[] = {"TERM=xterm-256color", NULL};
	const struct terminal_options options = {40, 120, argv, env};

	site_pipeline(site, PIPELINE
		      "  production: {deploy: {environment: production}}\n");
	for (int i = 0; i < 2; i++) {
		site_write(site, "bug", i ? "0\n" : "");
		site_commit(site, "a release");
		if (site_call(site, "run", NULL) != 0)
			fail_msg("%s%s", site->out, site->err);
	}
	site_pipeline(site, PIPELINE);
	site_commit(site, "no release");
	measure->on_green = true;
	measure->socket = find_socket(site);
	measure->log = xasprintf("%s/environments/production/proxy/proxy/log",
				 site->state);
	site_load_start(site);
	assert_int_equal(chdir(site->repository), 0);
	measure->terminal = terminal_start(&options);
	terminal_expect(measure->terminal, "READY");
}

static void report(double *ours, double *peer)
{
	double base = bench_median(peer, ROUNDS);
	double most =
		base * RATIO > base + SLACK_MS ? base * RATIO : base + SLACK_MS;

	bench_row("Enter to the colour left, ms", ours, peer, ROUNDS,
		  most / base);
}

static void rollback_leaves_a_colour_about_as_fast_as_a_bare_socat(void **state)
{
	struct measure measure = {.site = *state};
	double ours[ROUNDS], peer[ROUNDS];

	prepare(&measure);
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = by_dashboard(&measure);
		peer[i] = by_socat(&measure);
		(void)by_socat(
			&measure); /* what signalbox knows is true again */
	}
	terminal_free(measure.terminal);
	site_load_stop(measure.site);
	assert_int_equal(site_load_failed(measure.site), 0);
	assert_int_equal(site_load_5xx(measure.site), 0);
	report(ours, peer);
	free(measure.log);
	free(measure.socket);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			rollback_leaves_a_colour_about_as_fast_as_a_bare_socat,
			site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
