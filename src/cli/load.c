/* SPDX-License-Identifier: MIT */
#include "cli/load.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "loop/loop.h"
#include "net/http.h"

#define TICK_MS 10
#define MOST_OPEN 256
#define PRODUCTS 20

struct load {
	const struct load_options *options;
	struct loop *loop;
	struct http *http;
	struct timer *tick;
	int64_t began_us, told_us, sent;
	int open;
	bool is_ending;
	struct load_counts counts;
};

static void tell(struct load *load)
{
	const struct load_counts *counts = &load->counts;
	char *text = xasprintf("%lld %lld %lld %s", (long long)counts->requests,
			       (long long)counts->errors,
			       (long long)counts->failed, counts->first);

	if (file_replace(load->options->result, text, strlen(text), 0600,
			 NULL) < 0)
		loop_stop(load->loop); /* its folder is gone: so is the demo */
	free(text);
	load->told_us = clock_monotonic_us();
}

static void note_failure(struct load_counts *counts,
			 const struct http_response *response,
			 const struct error *err)
{
	char when[CLOCK_TEXT_SIZE];

	if (counts->failed++)
		return;
	clock_format_local(clock_wall_ms(), when);
	if (err)
		snprintf(counts->first, sizeof(counts->first), "%s %s", when,
			 error_text(err));
	else
		snprintf(counts->first, sizeof(counts->first), "%s status %d",
			 when, response->status);
}

static void answered(const struct http_response *response,
		     const struct error *err, void *data)
{
	struct load *load = data;

	load->open--;
	load->counts.requests++;
	if (err || (response->status / 100 != 2 && response->status != 500))
		note_failure(&load->counts, response, err);
	else if (response->status == 500)
		load->counts.errors++;
	if (load->is_ending && !load->open)
		loop_stop(load->loop);
}

/* Every fourth request on a connection of its own, the rest kept alive. */
static void send_one(struct load *load)
{
	static const char *const closing[] = {"Connection: close", NULL};
	struct http_request request = HTTP_REQUEST_INIT;
	char *url = xasprintf("%s/products/%d", load->options->url,
			      1 + (int)(load->sent % PRODUCTS));

	request.url = url;
	if (load->sent % 4 == 0)
		request.headers = closing;
	load->sent++;
	load->open++;
	http_start(load->http, &request, answered, load);
	free(url);
}

static void tick(void *data)
{
	struct load *load = data;
	int64_t now = clock_monotonic_us();
	int64_t due = (now - load->began_us) * load->options->rate / 1000000;

	if (load->is_ending)
		return;
	if (getppid() == 1) { /* the demo died */
		loop_stop(load->loop);
		return;
	}
	if (due - load->sent > load->options->rate) /* we were suspended */
		load->sent = due;
	while (load->sent < due && load->open < MOST_OPEN)
		send_one(load);
	if (now - load->told_us > 1000000)
		tell(load);
	timer_set_in(load->tick, TICK_MS);
}

static void end(int signal_number, void *data)
{
	struct load *load = data;

	(void)signal_number;
	load->is_ending = true;
	if (!load->open)
		loop_stop(load->loop);
}

_Noreturn static void work(const struct load_options *options)
{
	struct load load = {.options = options};

	if (net_init(NULL) < 0)
		_exit(1);
	load.loop = loop_new();
	load.http = http_new(load.loop);
	loop_signal(load.loop, SIGTERM, end, &load);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	load.began_us = load.told_us = clock_monotonic_us();
	load.tick = loop_timer(load.loop, load.began_us, tick, &load);
	loop_run(load.loop);
	tell(&load);
	_exit(0);
}

pid_t load_start(const struct load_options *options, struct error *err)
{
	pid_t pid = fork();

	if (pid < 0)
		return error_set(err, ERROR_IO, "cannot fork: %s",
				 strerror(errno));
	if (!pid)
		work(options);
	return pid;
}

int load_stop(pid_t pid, const char *result, struct load_counts *counts,
	      struct error *err)
{
	struct str text = STR_INIT;
	long long requests = 0, errors = 0, failed = 0;
	int status, at = 0;

	kill(pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (file_read(result, &text, 4096, err) < 0)
		return -1;
	sscanf(text.data, "%lld %lld %lld %n", &requests, &errors, &failed,
	       &at);
	*counts = (struct load_counts){requests, errors, failed, ""};
	snprintf(counts->first, sizeof(counts->first), "%s", text.data + at);
	str_release(&text);
	return 0;
}
