/* SPDX-License-Identifier: MIT */
#include "net/http.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"

struct http {
	struct loop *loop;
	CURLM *multi;
	struct timer *timer;
	struct http_call **calls;
	size_t count, cap;
	bool busy; /* handing out ends: freed only after that */
	bool dead;
};

struct http_call {
	struct http *http;
	CURL *easy;
	struct curl_slist *headers;
	http_done *done;
	void *data;
	char *url, *unix_socket;
	FILE *file; /* what is sent; NULL: none */
	struct str body;
	size_t limit;
	bool cuts, too_long;
	void (*hear)(const char *bytes, size_t len, void *data);
	int64_t started_us;
	struct error refused; /* before anything was sent */
	char reason[CURL_ERROR_SIZE];
};

int net_init(struct error *err)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	if (code != CURLE_OK)
		return error_set(err, ERROR_NETWORK,
				 "cannot set up HTTP: libcurl says %s",
				 curl_easy_strerror(code));
	return 0;
}

void net_cleanup(void)
{
	curl_global_cleanup();
}

/* From here on it cannot be cancelled. */
static void unlist_call(struct http_call *call)
{
	struct http *http = call->http;

	for (size_t i = 0; i < http->count; i++)
		if (http->calls[i] == call) {
			http->calls[i] = http->calls[--http->count];
			return;
		}
}

static void forget_call(struct http_call *call)
{
	struct http *http = call->http;

	unlist_call(call);
	curl_multi_remove_handle(http->multi, call->easy);
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	error_clear(&call->refused);
	str_release(&call->body);
	if (call->file)
		fclose(call->file);
	free(call->url);
	free(call->unix_socket);
	free(call);
}

static const char *why(const struct http_call *call, CURLcode code)
{
	long reason = 0;

	curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &reason);
	if (code == CURLE_COULDNT_CONNECT && reason != 0)
		return strerror((int)reason);
	return call->reason[0] ? call->reason : curl_easy_strerror(code);
}

static void explain_failure(const struct http_call *call, CURLcode code,
			    struct error *err)
{
	double seconds =
		(double)(clock_monotonic_us() - call->started_us) / 1e6;

	if (call->too_long)
		error_set(err, ERROR_NETWORK,
			  "%s answered more than %zu bytes; only that much is "
			  "read",
			  call->url, call->limit);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		error_set(err, ERROR_TIMEOUT, "%s did not answer within %.1f s",
			  call->url, seconds);
	else if (call->unix_socket)
		error_set(err, ERROR_NETWORK, "%s did not answer: %s",
			  call->unix_socket, why(call, code));
	else
		error_set(err, ERROR_NETWORK, "%s did not answer: %s",
			  call->url, why(call, code));
}

static void tell_answer(const struct http_call *call, http_done *done,
			void *data)
{
	struct http_response response = {
		.body = call->body.data,
		.body_len = call->body.len,
		.ms = (double)(clock_monotonic_us() - call->started_us) / 1e3,
	};
	long status = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	response.status = (int)status;
	done(&response, NULL, data);
}

static void end_call(struct http_call *call, CURLcode code)
{
	struct error err = ERROR_INIT;
	http_done *done = call->done;

	unlist_call(call);
	if (code == CURLE_OK || (call->too_long && call->cuts)) {
		tell_answer(call, done, call->data);
	} else {
		explain_failure(call, code, &err);
		done(NULL, &err, call->data);
		error_clear(&err);
	}
	forget_call(call);
}

static void release_http(struct http *http)
{
	timer_free(http->timer);
	curl_multi_cleanup(http->multi);
	free(http->calls);
	free(http);
}

/* Hands out what has ended. http may be gone afterwards. */
static void tell_ends(struct http *http)
{
	struct http_call *call;
	CURLMsg *message;
	int left;

	if (http->busy)
		return;
	http->busy = true;
	while (!http->dead &&
	       (message = curl_multi_info_read(http->multi, &left))) {
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
				  &call);
		end_call(call, code);
	}
	http->busy = false;
	if (http->dead)
		release_http(http);
}

static void act(struct http *http, curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(http->multi, fd, what, &running);
	tell_ends(http);
}

static void timer_fired(void *data)
{
	act(data, CURL_SOCKET_TIMEOUT, 0);
}

static void socket_ready(int fd, short revents, void *data)
{
	int what = 0;

	if (revents & (POLLIN | POLLHUP))
		what |= CURL_CSELECT_IN;
	if (revents & POLLOUT)
		what |= CURL_CSELECT_OUT;
	if (revents & (POLLERR | POLLNVAL))
		what |= CURL_CSELECT_ERR;
	act(data, fd, what);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *data,
			void *socket_data)
{
	struct watch *watch = socket_data;
	struct http *http = data;
	short events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		watch_remove(watch);
		curl_multi_assign(http->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= POLLIN;
	if (what & CURL_POLL_OUT)
		events |= POLLOUT;
	if (watch) {
		watch_events(watch, events);
		return 0;
	}
	watch = loop_watch(http->loop, fd, events, socket_ready, http);
	curl_multi_assign(http->multi, fd, watch);
	return 0;
}

static int set_timer(CURLM *multi, long ms, void *data)
{
	struct http *http = data;

	(void)multi;
	if (ms < 0)
		timer_stop(http->timer);
	else
		timer_set_in(http->timer, ms);
	return 0;
}

struct http *http_new(struct loop *loop)
{
	struct http *http = xcalloc(1, sizeof(*http));

	http->loop = loop;
	http->multi = curl_multi_init();
	if (!http->multi)
		BUG("curl_multi_init failed: was net_init() called?");
	http->timer = loop_timer(loop, clock_monotonic_us(), timer_fired, http);
	timer_stop(http->timer);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	return http;
}

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
	struct http_call *call = user;

	if (call->body.len + size * count > call->limit) {
		call->too_long = true;
		return 0;
	}
	str_add_bytes(&call->body, data, size * count);
	if (call->hear)
		call->hear(data, size * count, call->data);
	return size * count;
}

static bool is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 ||
	       starts_with(host, "127.") || str_equal(host, "[::1]");
}

/* Refuses what is no http URL; sees to proxies. */
static int check_url(struct http_call *call, struct error *err)
{
	CURLU *url = curl_url();
	char *scheme = NULL;
	char *host = NULL;
	int result = 0;

	if (curl_url_set(url, CURLUPART_URL, call->url, 0) != CURLUE_OK ||
	    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		result = error_set(err, ERROR_NETWORK,
				   "%s is no URL; write http://HOST:PORT/PATH",
				   call->url);
	else if (!str_equal(scheme, "http") && !str_equal(scheme, "https"))
		result = error_set(err, ERROR_NETWORK,
				   "%s: only http and https can be asked",
				   call->url);
	else if (call->unix_socket ||
		 (curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		  is_loopback(host)))
		curl_easy_setopt(call->easy, CURLOPT_PROXY, "");
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(url);
	return result;
}

static void set_headers(struct http_call *call, const char *const *headers)
{
	/* No wait for "100 Continue". */
	call->headers = curl_slist_append(call->headers, "Expect:");
	for (; headers && *headers; headers++)
		call->headers = curl_slist_append(call->headers, *headers);
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
}

static void set_method(struct http_call *call,
		       const struct http_request *request)
{
	const char *method = request->method;

	if (request->body) {
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->body_len);
		curl_easy_setopt(call->easy, CURLOPT_COPYPOSTFIELDS,
				 request->body);
	}
	if (str_equal(method, "HEAD"))
		curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
	else if (method)
		curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, method);
}

static size_t give_file(char *into, size_t size, size_t count, void *file)
{
	return fread(into, size, count, file);
}

static int send_file(struct http_call *call, const char *path,
		     struct error *err)
{
	int fd = file_open(path, O_RDONLY, 0, err);

	if (fd < 0)
		return -1;
	call->file = fdopen(fd, "r");
	curl_easy_setopt(call->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)lseek(fd, 0, SEEK_END));
	lseek(fd, 0, SEEK_SET);
	curl_easy_setopt(call->easy, CURLOPT_READFUNCTION, give_file);
	curl_easy_setopt(call->easy, CURLOPT_READDATA, call->file);
	return 0;
}

static void set_up(struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->reason);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, PACKAGE_NAME);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	if (request->unix_socket)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH,
				 request->unix_socket);
	if (request->any_certificate) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	set_method(call, request);
	set_headers(call, request->headers);
}

static void tell_refused(void *data)
{
	struct http_call *call = data;
	http_done *done = call->done;
	struct error err = call->refused;
	void *user = call->data;

	call->refused = (struct error)ERROR_INIT;
	forget_call(call);
	done(NULL, &err, user);
	error_clear(&err);
}

struct http_call *http_start(struct http *http,
			     const struct http_request *request,
			     http_done *done, void *data)
{
	struct http_call *call = xcalloc(1, sizeof(*call));
	CURLMcode code = CURLM_OK;

	call->http = http;
	call->done = done;
	call->data = data;
	call->url = xstrdup(request->url);
	call->unix_socket = xstrdup_null(request->unix_socket);
	call->limit = request->body_limit;
	call->cuts = request->cuts_body;
	call->hear = request->hear;
	call->started_us = clock_monotonic_us();
	str_init(&call->body);
	call->easy = curl_easy_init();
	if (!call->easy)
		BUG("curl_easy_init failed: was net_init() called?");
	*VECTOR_ADD(http->calls, http->count, http->cap) = call;
	set_up(call, request);
	if (check_url(call, &call->refused) == 0 &&
	    (!request->body_file ||
	     send_file(call, request->body_file, &call->refused) == 0))
		code = curl_multi_add_handle(http->multi, call->easy);
	if (code != CURLM_OK)
		error_set(&call->refused, ERROR_NETWORK, "cannot ask %s: %s",
			  call->url, curl_multi_strerror(code));
	if (call->refused.code != ERROR_NONE)
		loop_post(http->loop, tell_refused, call);
	return call;
}

void http_cancel(struct http_call *call)
{
	if (!call)
		return;
	loop_unpost(call->http->loop, tell_refused, call);
	forget_call(call);
}

void http_free(struct http *http)
{
	if (!http)
		return;
	while (http->count)
		http_cancel(http->calls[0]);
	if (http->busy)
		http->dead = true;
	else
		release_http(http);
}
