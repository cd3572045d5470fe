/* SPDX-License-Identifier: MIT */
#include "delivery/target/docker.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "event/event.h"

#define OWN_SOCKET "/var/run/docker.sock"
/* Of Docker 20.10 (2020); newer ones know it too. */
#define API "http://docker/v1.41"
#define USUAL_MS 30000
#define BODY_LIMIT (16u << 20)
#define FRAME_HEAD 8

struct question {
	docker_done *done;
	void (*hear)(const char *bytes, size_t len, void *data);
	void *data;
};

char *docker_socket(const char *configured)
{
	const char *host = getenv("DOCKER_HOST");

	if (configured)
		return xstrdup(configured);
	if (host && starts_with(host, "unix://"))
		return xstrdup(host + strlen("unix://"));
	return xstrdup(OWN_SOCKET);
}

static void answered(const struct http_response *response,
		     const struct error *err, void *data)
{
	struct question *question = data;
	struct docker_answer answer = {0};
	struct error why = ERROR_INIT;

	if (response) {
		answer.status = response->status;
		answer.body = response->body;
		answer.len = response->body_len;
		answer.json =
			json_loadb(response->body, response->body_len, 0, NULL);
		question->done(&answer, NULL, question->data);
		json_decref(answer.json);
	} else {
		error_set(&why, ERROR_IO,
			  err->code == ERROR_NETWORK
				  ? "Docker Engine: %s; start it, and let "
				    "your user use its socket"
				  : "Docker Engine: %s",
			  error_text(err));
		question->done(NULL, &why, question->data);
		error_clear(&why);
	}
	free(question);
}

static void heard(const char *bytes, size_t len, void *data)
{
	struct question *question = data;

	if (question->hear)
		question->hear(bytes, len, question->data);
}

void docker_ask(struct http *http, const char *socket,
		const struct docker_question *what, docker_done *done,
		void *data)
{
	static const char *const json_headers[] = {
		"Content-Type: application/json", NULL};
	static const char *const tar_headers[] = {
		"Content-Type: application/x-tar", NULL};
	struct question *question = xcalloc(1, sizeof(*question));
	struct http_request request = HTTP_REQUEST_INIT;
	char *url = xasprintf(API "%s", what->path), *body = NULL;

	question->done = done;
	question->data = data;
	question->hear = what->hear;
	if (what->body)
		body = json_dumps(what->body, JSON_COMPACT);
	request.method = what->method;
	request.url = url;
	request.unix_socket = socket;
	request.headers = what->file ? tar_headers : json_headers;
	request.body = body;
	request.body_len = body ? strlen(body) : 0;
	request.body_file = what->file;
	request.timeout_ms = what->timeout_ms ? what->timeout_ms : USUAL_MS;
	request.body_limit = BODY_LIMIT;
	request.hear = heard;
	http_start(http, &request, answered, question);
	json_decref(what->body);
	free(what->path);
	free(body);
	free(url);
}

int docker_check(const struct docker_answer *answer, const char *what,
		 struct error *err)
{
	const char *message = json_text(answer->json, "message");

	if (answer->status < 400)
		return 0;
	if (*message)
		return error_set(err, ERROR_FAILED,
				 "%s: Docker Engine says: %.300s", what,
				 message);
	return error_set(err, ERROR_FAILED, "%s: Docker Engine answered %d",
			 what, answer->status);
}

void docker_log(const struct docker_answer *answer, struct str *text)
{
	const unsigned char *at = (const unsigned char *)answer->body;
	size_t left = answer->len;

	while (left > FRAME_HEAD) {
		size_t len = (size_t)at[4] << 24 | (size_t)at[5] << 16 |
			     (size_t)at[6] << 8 | at[7];

		at += FRAME_HEAD;
		left -= FRAME_HEAD;
		if (len > left)
			len = left;
		str_add_bytes(text, at, len);
		at += len;
		left -= len;
	}
}
