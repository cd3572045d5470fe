/* SPDX-License-Identifier: MIT */
/*
 * net/ speaks to others on the loop: HTTP, one-line questions over Unix and
 * TCP sockets, and our own listening sockets. This file: an HTTP client.
 *
 *	struct http *http = http_new(loop);
 *	struct http_request request = HTTP_REQUEST_INIT;
 *	request.url = "http://127.0.0.1:8081/healthz";
 *	http_start(http, &request, done, data);     // done() comes later
 *	http_free(http);                            // cancels what is open
 *
 * Redirects are answers, not followed. Proxies of the environment are not
 * used for loopback addresses.
 */
#ifndef SIGNALBOX_NET_HTTP_H
#define SIGNALBOX_NET_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "loop/loop.h"

/* Once for the process, before any thread starts. */
int net_init(struct error *err) MUST_CHECK;
void net_cleanup(void);

struct http;
struct http_call;

struct http_request {
	const char *method; /* NULL: GET, or POST with a body */
	const char *url;    /* http or https; required */
	/* The path of a socket that is asked in place of the URL's host, which
	 * still names it in the request. NULL: none. */
	const char *unix_socket;
	const char *const
		*headers; /* "Name: value", NULL-terminated, or NULL */
	const char *body; /* NULL: none */
	size_t body_len;
	const char *body_file; /* in place of body: a file sent as it is */
	int64_t timeout_ms;    /* of the whole exchange */
	size_t body_limit;     /* bytes of the answer; more is an error */
	bool cuts_body;	       /* or is not read: what counts is the status */
	bool any_certificate;  /* of https: whoever answers is believed */
	/* Told of what has come of the body, as it comes; data is done()'s. It
	 * asks nothing here and cancels nothing. NULL: nobody. */
	void (*hear)(const char *bytes, size_t len, void *data);
};

#define HTTP_REQUEST_INIT                                       \
	{                                                       \
		.timeout_ms = 10000, .body_limit = 1024u * 1024 \
	}

struct http_response {
	int status;
	const char *body; /* NUL-terminated; borrowed, for the call only */
	size_t body_len;
	double ms; /* from the start to the last byte */
};

/* Exactly one of response and err is NULL. An err says what went wrong with
 * which URL: ERROR_TIMEOUT, or ERROR_NETWORK. Called on the loop's thread,
 * never from within http_start(). */
typedef void http_done(const struct http_response *response,
		       const struct error *err, void *data);

struct http *http_new(struct loop *loop);
/* Cancels the calls under way; their done() is not called. NULL is fine. */
void http_free(struct http *http);

/* Copies the request. The call is over (and no longer to be cancelled) once
 * done() was called. */
struct http_call *http_start(struct http *http,
			     const struct http_request *request,
			     http_done *done, void *data);
/* done() will not be called. NULL is fine. */
void http_cancel(struct http_call *call);

#endif
