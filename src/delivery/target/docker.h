/* SPDX-License-Identifier: MIT */
/* Docker Engine, asked at its Unix socket. */
#ifndef SIGNALBOX_DELIVERY_TARGET_DOCKER_H
#define SIGNALBOX_DELIVERY_TARGET_DOCKER_H

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"
#include "net/http.h"

/* The socket: the one configured, else $DOCKER_HOST's, else the engine's own.
 * The caller's. */
char *docker_socket(const char *configured);

struct docker_question {
	const char *method; /* NULL: GET, or POST with a body */
	char *path;	    /* "/containers/NAME/json"; taken over */
	json_t *body;	    /* taken over; NULL: none */
	const char *file;   /* sent in its place; NULL: none */
	int64_t timeout_ms; /* 0: 30 s */
	/* As hear of struct http_request, with done's data; NULL: nobody. */
	void (*hear)(const char *bytes, size_t len, void *data);
};

struct docker_answer {
	int status;
	json_t *json; /* NULL: it is no JSON */
	const char *body;
	size_t len;
};

/* answer is NULL with err: nobody answered. Both are borrowed. */
typedef void docker_done(const struct docker_answer *answer,
			 const struct error *err, void *data);
/* done is called once, later, unless http is freed before. */
void docker_ask(struct http *http, const char *socket,
		const struct docker_question *question, docker_done *done,
		void *data);
/* A pull. note is told in words how far it is, when it is news, but every two
 * seconds at most; done once. Ends without either when http is freed. */
struct docker_pull {
	struct loop *loop;
	const char *socket, *image;
	void (*note)(const char *text, void *data); /* NULL: nobody */
	void (*done)(const struct error *err, void *data);
	void *data;
};
void docker_pull(struct http *http, const struct docker_pull *what);
/* -1 with "WHAT: " and why the engine would not. */
int docker_check(const struct docker_answer *answer, const char *what,
		 struct error *err) MUST_CHECK;
/* Adds the text of a log, whose lines come in frames. */
void docker_log(const struct docker_answer *answer, struct str *text);

#endif
