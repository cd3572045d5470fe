/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/printable.h"
#include "delivery/traffic/nginx.h"

#define RUN_MS 10000
#define ANSWER_LIMIT 65536

struct nginx_work *nginx_work_new(struct nginx *nginx, nginx_next *finish,
				  void *data)
{
	struct nginx_work *work = xcalloc(1, sizeof(*work));

	work->nginx = nginx;
	work->loop = nginx->traffic.options.loop;
	work->finish = finish;
	work->data = data;
	str_init(&work->text);
	work->next = nginx->works;
	nginx->works = work;
	return work;
}

static void unlist(struct nginx_work *work)
{
	struct nginx_work **at = &work->nginx->works;

	while (*at && *at != work)
		at = &(*at)->next;
	if (*at)
		*at = work->next;
}

static void tell_failure(void *data)
{
	struct nginx_work *work = data;
	struct error failure = work->failure;

	work->failure = (struct error)ERROR_INIT;
	nginx_work_fail(work, &failure);
}

static void tell_unanswered(void *data)
{
	struct nginx_work *work = data;
	struct error failure = work->failure;

	work->failure = (struct error)ERROR_INIT;
	work->told(work, NULL, &failure);
	error_clear(&failure);
}

/* Does not look at the provider, which may be gone. */
static void release(struct nginx_work *work)
{
	line_cancel(work->line);
	http_cancel(work->http);
	tool_cancel(work->tool);
	timer_free(work->timer);
	loop_unpost(work->loop, tell_failure, work);
	loop_unpost(work->loop, tell_unanswered, work);
	if (work->errand)
		work->errand->work = NULL;
	error_clear(&work->failure);
	str_release(&work->text);
	free(work->warning);
	free(work);
}

void nginx_work_drop(struct nginx_work *work)
{
	unlist(work);
	release(work);
}

void nginx_work_end(struct nginx_work *work, const struct error *err)
{
	unlist(work);
	work->finish(work, err);
	release(work);
}

void nginx_work_fail(struct nginx_work *work, struct error *err)
{
	nginx_work_end(work, err);
	error_clear(err);
}

void nginx_work_fail_later(struct nginx_work *work, struct error *err)
{
	error_move(&work->failure, err);
	loop_post(work->loop, tell_failure, work);
}

void nginx_finish_done(struct nginx_work *work, const struct error *err)
{
	work->tell.done(&work->nginx->traffic, err, work->data);
}

static void waited(void *data)
{
	struct nginx_work *work = data;

	work->timed(work);
}

void nginx_work_wait(struct nginx_work *work, int64_t ms,
		     void (*timed)(struct nginx_work *))
{
	int64_t deadline = clock_monotonic_us() + ms * 1000;

	work->timed = timed;
	if (work->timer)
		timer_set(work->timer, deadline);
	else
		work->timer = loop_timer(work->loop, deadline, waited, work);
}

/* What the probe's place says: 16 digits, or that it may not look. */
static void tell(struct nginx_work *work, int status, const char *body)
{
	char generation[NGINX_GENERATION_LENGTH + 1] = "";
	struct error err = ERROR_INIT;

	if (status == 200 &&
	    strspn(body, "0123456789abcdef") == NGINX_GENERATION_LENGTH) {
		memcpy(generation, body, NGINX_GENERATION_LENGTH);
		work->told(work, generation, NULL);
	} else if (status == 500 && starts_with(body, "unreadable")) {
		work->told(work, "", NULL);
	} else {
		error_set(&err, ERROR_NOT_FOUND,
			  "nginx answers %d where it would tell which "
			  "configuration it has",
			  status);
		work->told(work, NULL, &err);
	}
	error_clear(&err);
}

static void socket_answered(const char *answer, size_t len,
			    const struct error *err, void *data)
{
	struct nginx_work *work = data;
	const char *body = answer ? strstr(answer, "\r\n\r\n") : NULL;
	int status = 0;

	(void)len;
	work->line = NULL;
	if (err)
		work->told(work, NULL, err);
	else if (!body || sscanf(answer, "HTTP/%*s %d", &status) != 1)
		tell(work, 0, "");
	else
		tell(work, status, body + 4);
}

static void http_answered(const struct http_response *response,
			  const struct error *err, void *data)
{
	struct nginx_work *work = data;

	work->http = NULL;
	if (err)
		work->told(work, NULL, err);
	else
		tell(work, response->status, response->body);
}

void nginx_ask(struct nginx_work *work, nginx_told *told)
{
	struct nginx *nginx = work->nginx;
	struct line_question question = {
		.address = nginx->socket,
		/* The line's end is the head's. */
		.line = "GET " NGINX_PROBE "managed HTTP/1.0\r\n\r",
		.timeout_ms = NGINX_TIMEOUT_MS,
		.limit = ANSWER_LIMIT,
	};
	struct http_request request = HTTP_REQUEST_INIT;

	work->told = told;
	if (!nginx->managed) {
		request.url = nginx->url;
		request.timeout_ms = NGINX_TIMEOUT_MS;
		request.body_limit = ANSWER_LIMIT;
		work->http =
			http_start(nginx->http, &request, http_answered, work);
		return;
	}
	work->line = line_ask(work->loop, &question, socket_answered, work,
			      &work->failure);
	if (!work->line)
		loop_post(work->loop, tell_unanswered, work);
}

/* What is wrong stands behind [emerg], else in the last line. */
static void explain(const struct tool_end *end, const char *what,
		    struct error *err)
{
	const char *at = strstr(end->errors, "[emerg] ");
	struct str words = STR_INIT;

	if (!at || end->status == 0) {
		(void)!tool_check(end, what, err);
		return;
	}
	at += strlen("[emerg] ");
	str_add_printable(&words, at, strcspn(at, "\n"), false);
	error_set(err, ERROR_PROVIDER, "%s: %s", what, words.data);
	str_release(&words);
}

static void ran(const struct tool_end *end, void *data)
{
	struct nginx_work *work = data;
	struct error err = ERROR_INIT;

	work->tool = NULL;
	explain(end, work->what, &err);
	work->after(work, err.code == ERROR_NONE ? NULL : &err);
	error_clear(&err);
}

void nginx_run(struct nginx_work *work, const char *const *argv,
	       const char *what, nginx_next *after)
{
	const struct tool_options options = {
		.loop = work->loop,
		.argv = argv,
		.timeout_ms = RUN_MS,
	};
	struct error err = ERROR_INIT;

	work->what = what;
	work->after = after;
	work->tool = tool_start(&options, ran, work, &err);
	if (!work->tool)
		after(work, &err);
	error_clear(&err);
}

struct nginx_errand *nginx_errand_new(struct nginx_work *work)
{
	struct nginx_errand *errand = xcalloc(1, sizeof(*errand));

	errand->work = work;
	str_init(&errand->text);
	work->errand = errand;
	return errand;
}

struct nginx_work *nginx_errand_end(struct nginx_errand *errand)
{
	struct nginx_work *work = errand->work;

	if (work)
		work->errand = NULL;
	error_clear(&errand->err);
	str_release(&errand->text);
	free(errand->path);
	free(errand);
	return work;
}

static void do_write(void *data)
{
	struct nginx_errand *errand = data;

	if (file_replace(errand->path, errand->text.data, errand->text.len,
			 errand->mode, &errand->err) < 0)
		return; /* told by errand_done() */
}

static void do_sync(void *data)
{
	struct nginx_errand *errand = data;

	if (nginx_steer_sync(errand->path, &errand->err) < 0)
		return; /* likewise */
}

static void errand_done(void *data)
{
	struct nginx_errand *errand = data;
	struct error err = errand->err;
	struct nginx_work *work;

	errand->err = (struct error)ERROR_INIT;
	work = nginx_errand_end(errand);
	if (work)
		work->after(work, err.code == ERROR_NONE ? NULL : &err);
	error_clear(&err);
}

static struct nginx_errand *hand_over(struct nginx_work *work, const char *path,
				      nginx_next *after)
{
	struct nginx_errand *errand = nginx_errand_new(work);

	if (!work->nginx->helper)
		work->nginx->helper = helper_new(work->loop, "traffic");
	errand->path = xstrdup(path);
	work->after = after;
	return errand;
}

void nginx_write(struct nginx_work *work, const char *path,
		 const struct str *text, nginx_next *after)
{
	struct nginx_errand *errand = hand_over(work, path, after);

	/* An attached nginx may read as another user. */
	errand->mode = work->nginx->managed ? 0600 : 0644;
	str_add_bytes(&errand->text, text->data, text->len);
	helper_run(work->nginx->helper, do_write, errand_done, errand);
}

void nginx_sync(struct nginx_work *work, nginx_next *after)
{
	struct nginx_errand *errand =
		hand_over(work, work->nginx->steer, after);

	helper_run(work->nginx->helper, do_sync, errand_done, errand);
}
