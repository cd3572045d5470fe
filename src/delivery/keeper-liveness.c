/* SPDX-License-Identifier: MIT */
#include "delivery/keeper-liveness.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "net/http.h"

#define FIRST_MS 250 /* until it has answered */
#define EVERY_MS 2000
#define LIMIT_MS 2000
#define FAILURES 3

struct liveness {
	struct http *http;
	struct http_call *call; /* under way; NULL: none */
	struct timer *timer;
	char *url;
	bool has_answered; /* since the process was started */
	int failures;	   /* in a row */
	liveness_lost *lost;
	void *data;
};

static void failed(struct liveness *liveness, const char *why)
{
	char *text;

	if (liveness->has_answered && ++liveness->failures >= FAILURES) {
		text = xasprintf("not alive %d times: %s", FAILURES, why);
		liveness->lost(text, liveness->data);
		free(text);
		return;
	}
	timer_set_in(liveness->timer,
		     liveness->has_answered ? EVERY_MS : FIRST_MS);
}

static void answered(const struct http_response *response,
		     const struct error *err, void *data)
{
	struct liveness *liveness = data;
	char *why;

	liveness->call = NULL;
	if (response && response->status >= 200 && response->status < 400) {
		liveness->has_answered = true;
		liveness->failures = 0;
		timer_set_in(liveness->timer, EVERY_MS);
		return;
	}
	why = response ? xasprintf("%s answered %d", liveness->url,
				   response->status)
		       : xstrdup(error_text(err));
	failed(liveness, why);
	free(why);
}

static void ask(void *data)
{
	struct liveness *liveness = data;
	struct http_request request = HTTP_REQUEST_INIT;

	request.url = liveness->url;
	request.timeout_ms = LIMIT_MS;
	request.cuts_body = true;
	liveness->call =
		http_start(liveness->http, &request, answered, liveness);
}

struct liveness *liveness_new(struct loop *loop, const char *url,
			      liveness_lost *lost, void *data)
{
	struct liveness *liveness = xcalloc(1, sizeof(*liveness));

	liveness->http = http_new(loop);
	liveness->timer = loop_timer(loop, INT64_MAX, ask, liveness);
	liveness->url = xstrdup(url);
	liveness->lost = lost;
	liveness->data = data;
	return liveness;
}

void liveness_begin(struct liveness *liveness)
{
	if (!liveness)
		return;
	liveness->has_answered = false;
	liveness->failures = 0;
	timer_set_in(liveness->timer, FIRST_MS);
}

void liveness_end(struct liveness *liveness)
{
	if (!liveness)
		return;
	http_cancel(liveness->call);
	liveness->call = NULL;
	timer_stop(liveness->timer);
}

void liveness_free(struct liveness *liveness)
{
	if (!liveness)
		return;
	http_free(liveness->http);
	timer_free(liveness->timer);
	free(liveness->url);
	free(liveness);
}
