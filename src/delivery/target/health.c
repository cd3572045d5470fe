/* SPDX-License-Identifier: MIT */
#include "delivery/target/health.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/words.h"
#include "net/http.h"

#define PROBE_EVERY_MS 50
#define PROBE_LIMIT_MS 2000
/* So many ends before it was ever healthy are no accident. */
#define ENDS_THAT_CONDEMN 3

struct target_wait {
	const struct target *target;
	const struct health_ops *ops;
	target_done *done; /* NULL once given up or told */
	void *data;
	struct http *http;
	struct timer *again;
	int64_t began_us;
	char *last; /* why the last probe failed */
	struct error err;
	bool over;     /* telling is posted */
	int questions; /* looks under way */
};

static void wait_release(struct target_wait *wait)
{
	if (wait->done || wait->over || wait->questions)
		return;
	http_free(wait->http);
	timer_free(wait->again);
	error_clear(&wait->err);
	free(wait->last);
	free(wait);
}

static void tell(void *data)
{
	struct target_wait *wait = data;
	target_done *done = wait->done;
	int64_t ms = (clock_monotonic_us() - wait->began_us) / 1000;

	wait->over = false;
	wait->done = NULL;
	if (done)
		done(ms, wait->err.code ? &wait->err : NULL, wait->data);
	wait_release(wait);
}

/* Posted: the HTTP client is not freed from within its own callback. */
static void wait_over(struct target_wait *wait)
{
	if (wait->over || !wait->done)
		return;
	wait->over = true;
	timer_stop(wait->again);
	loop_post(wait->target->loop, tell, wait);
}

static void condemn(struct target_wait *wait, const char *why)
{
	const struct target *target = wait->target;
	char *words = wait->ops->last_words ? wait->ops->last_words(target)
					    : xstrdup("");

	if (target->config->target.instances > 1)
		error_set(&wait->err, ERROR_FAILED, "%s, instance %d, %s%s",
			  colour_name(target->colour), target->instance + 1,
			  why, words);
	else
		error_set(&wait->err, ERROR_FAILED, "%s %s%s",
			  colour_name(target->colour), why, words);
	free(words);
	wait_over(wait);
}

static void looked(const struct health_look *look, const struct error *err,
		   void *data)
{
	struct target_wait *wait = data;
	char *why;

	wait->questions--;
	if (wait->over || !wait->done) {
		wait_release(wait);
		return;
	}
	if (err || look->ends < ENDS_THAT_CONDEMN)
		return;
	why = xasprintf("ended %d times before it was healthy: %s%s%s%s",
			ENDS_THAT_CONDEMN, look->ended,
			strcmp(look->ended, "exit status 0") == 0
				? "; its command must stay in the foreground"
				: "",
			wait->last ? "; " : "", wait->last ? wait->last : "");
	condemn(wait, why);
	free(why);
}

static void look(struct target_wait *wait, health_looked *done)
{
	wait->questions++;
	wait->ops->look(wait->target, done, wait);
}

static void try_later(struct target_wait *wait, char *why)
{
	const struct target *target = wait->target;
	int64_t limit_ms = target->config->target.start_timeout_ms;
	int64_t past_ms = (clock_monotonic_us() - wait->began_us) / 1000;
	char text[WORDS_SIZE];

	free(wait->last);
	wait->last = why;
	if (wait->ops->is_there && !wait->ops->is_there(target)) {
		condemn(wait, "is not running");
		return;
	}
	if (past_ms >= limit_ms) {
		char *late = xasprintf("was not healthy within %s: %s",
				       words_duration(limit_ms, text), why);

		condemn(wait, late);
		free(late);
		return;
	}
	if (!wait->questions && wait->ops->looks_while_waiting)
		look(wait, looked);
	timer_set_in(wait->again, PROBE_EVERY_MS);
}

/* The one that answers must be the one that was started: what has forked away
 * is not ended with its colour, and holds its port. */
static void confirmed(const struct health_look *look, const struct error *err,
		      void *data)
{
	struct target_wait *wait = data;

	wait->questions--;
	if (wait->over || !wait->done)
		wait_release(wait);
	else if (!err && !look->stayed)
		try_later(wait, xasprintf("it answers, but what was started "
					  "has ended: %s; let it stay in the "
					  "foreground",
					  look->ended));
	else
		wait_over(wait);
}

static void probed(const struct http_response *response,
		   const struct error *err, void *data)
{
	struct target_wait *wait = data;

	if (wait->over || !wait->done)
		return;
	if (response && response->status >= 200 && response->status < 400)
		look(wait, confirmed);
	else if (response)
		try_later(wait, xasprintf("GET %s answered %d",
					  wait->target->config->target.health,
					  response->status));
	else
		try_later(wait, xstrdup(error_text(err)));
}

static void probe(void *data)
{
	struct target_wait *wait = data;
	const struct target *target = wait->target;
	const struct target_config *config = &target->config->target;
	struct http_request request = HTTP_REQUEST_INIT;
	char *url = xasprintf("http://%s:%d%s", config->host,
			      target->ops->port(target), config->health);

	request.url = url;
	request.timeout_ms = PROBE_LIMIT_MS;
	http_start(wait->http, &request, probed, wait);
	free(url);
}

struct target_wait *health_await(const struct target *target,
				 const struct health_ops *ops,
				 target_done *done, void *data)
{
	struct target_wait *wait = xcalloc(1, sizeof(*wait));

	wait->target = target;
	wait->ops = ops;
	wait->done = done;
	wait->data = data;
	wait->began_us = clock_monotonic_us();
	wait->http = http_new(target->loop);
	wait->again = loop_timer(target->loop, INT64_MAX, probe, wait);
	probe(wait);
	return wait;
}

void health_cancel(struct target_wait *wait)
{
	if (!wait)
		return;
	wait->done = NULL;
	timer_stop(wait->again);
	wait_release(wait);
}
