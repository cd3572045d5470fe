/* SPDX-License-Identifier: MIT */
#include "step/requests.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "step/allowances.h"

struct requests_run {
	struct step *step;
	char *base;
	const struct exception_config *tls;
	const struct requests *requests;
	size_t at;
	int64_t passed, failed;
	char *why; /* the first that failed */
	struct http_call *call;
	requests_done *done;
	void *data;
};

/* The value at "$.a.b[0]", NULL when there is none. */
static const json_t *json_at(const json_t *value, const char *path)
{
	if (*path == '$')
		path++;
	while (value && *path) {
		size_t len;
		char *key;

		if (*path == '[') {
			value = json_array_get(value,
					       strtoul(path + 1, NULL, 10));
			path += strcspn(path, "]");
			path += *path == ']';
			continue;
		}
		path += *path == '.';
		len = strcspn(path, ".[");
		key = xstrndup(path, len);
		value = json_object_get(value, key);
		free(key);
		path += len;
	}
	return value;
}

/* NULL when it is as expected; else what is wrong, the caller's. */
static char *check_json(const struct pair *expect, const json_t *body)
{
	const json_t *got = json_at(body, expect->key);
	json_t *want = json_loads(expect->value, JSON_DECODE_ANY, NULL);
	char *shown = NULL;
	char *why = NULL;

	if (!want) /* a bare word is a string */
		want = json_string(expect->value);
	if (!got)
		why = xasprintf("has no %s", expect->key);
	else if (!json_equal(got, want)) {
		shown = json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT);
		why = xasprintf("%s is %.80s, expected %s", expect->key,
				shown ? shown : "?", expect->value);
	}
	free(shown);
	json_decref(want);
	return why;
}

static char *check_body(const struct request *request,
			const struct http_response *response)
{
	json_t *body;
	char *why = NULL;

	if (request->contains && !strstr(response->body, request->contains))
		return xasprintf("the answer does not contain \"%s\"",
				 request->contains);
	if (!request->expect.count)
		return NULL;
	body = json_loadb(response->body, response->body_len, JSON_DECODE_ANY,
			  NULL);
	if (!body)
		return xstrdup("the answer is no JSON");
	for (size_t i = 0; i < request->expect.count && !why; i++)
		why = check_json(&request->expect.items[i], body);
	json_decref(body);
	return why;
}

static char *check_answer(const struct request *request,
			  const struct http_response *response)
{
	bool fine = request->status ? response->status == request->status
				    : response->status / 100 == 2;

	if (!fine && request->status)
		return xasprintf("status %d, expected %d", response->status,
				 request->status);
	if (!fine)
		return xasprintf("status %d, expected 2xx", response->status);
	return check_body(request, response);
}

static void send_next(struct requests_run *run);

static void tell(struct requests_run *run, const struct request *request,
		 double ms, const char *why)
{
	struct event *event = step_event(run->step, EVENT_TEST_FINISHED);

	stage_log_printf(run->step->options.log, "%s %-4s %-40s %6.0f ms%s%s\n",
			 why ? "FAIL" : "ok  ", request->method, request->path,
			 ms, why ? "\n     | " : "", why ? why : "");
	run->passed += !why;
	run->failed += why != NULL;
	event_set_int(event, "passed", run->passed);
	event_set_int(event, "failed", run->failed);
	event_set_int(event, "skipped", 0);
	event_setf(event, "name", "%s %s", request->method, request->path);
	event_set(event, "outcome", why ? "failed" : "passed");
	event_set(event, "message", why);
	event_set_int(event, "ms", (int64_t)ms);
	step_emit(run->step, event);
	if (why && !run->why)
		run->why = xasprintf("%s %s: %s", request->method,
				     request->path, why);
}

static void answered(const struct http_response *response,
		     const struct error *err, void *data)
{
	struct requests_run *run = data;
	const struct request *request = &run->requests->items[run->at++];
	char *why;

	run->call = NULL;
	why = err ? xstrdup(error_text(err)) : check_answer(request, response);
	tell(run, request, err ? 0 : response->ms, why);
	free(why);
	send_next(run);
}

static void send_one(struct requests_run *run, const struct request *request)
{
	const struct step_host *host = run->step->options.host;
	struct http_request http = HTTP_REQUEST_INIT;
	struct strings headers = STRINGS_INIT;
	char *url = xasprintf("%s%s", run->base, request->path);

	for (size_t i = 0; i < request->headers.count; i++)
		strings_addf(&headers, "%s: %s", request->headers.items[i].key,
			     request->headers.items[i].value);
	if (request->json)
		strings_add(&headers, "Content-Type: application/json");
	http.method = request->method;
	http.url = url;
	http.headers = (const char *const *)headers.items;
	http.body = request->body;
	http.body_len = request->body ? strlen(request->body) : 0;
	http.timeout_ms = request->timeout_ms;
	http.any_certificate =
		run->tls && allowance_tls(host->allowances, run->tls);
	run->call = http_start(host->http, &http, answered, run);
	strings_release(&headers);
	free(url);
}

static void send_next(struct requests_run *run)
{
	if (run->at < run->requests->count)
		send_one(run, &run->requests->items[run->at]);
	else
		run->done(run->why, run->data);
}

struct requests_run *requests_send(struct step *step,
				   const struct requests_peer *peer,
				   const struct requests *requests,
				   requests_done *done, void *data)
{
	struct requests_run *run = xcalloc(1, sizeof(*run));

	run->step = step;
	run->base = xstrdup(peer->base);
	run->tls = peer->tls;
	run->requests = requests;
	run->done = done;
	run->data = data;
	if (!requests->count)
		BUG("a check of no request");
	send_one(run, &requests->items[0]);
	return run;
}

void requests_free(struct requests_run *run)
{
	if (!run)
		return;
	http_cancel(run->call);
	free(run->base);
	free(run->why);
	free(run);
}
