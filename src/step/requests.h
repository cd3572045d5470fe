/* SPDX-License-Identifier: MIT */
/*
 * Sends a list of HTTP requests one after the other and holds each answer
 * against what the pipeline file expects. Each is a line in the stage's log
 * and counts as a test.
 */
#ifndef SIGNALBOX_STEP_REQUESTS_H
#define SIGNALBOX_STEP_REQUESTS_H

#include "step/step.h"

struct requests_run;

/* why is NULL when every answer was as expected, else the first that was
 * not. Called once, never from within requests_send(). */
typedef void requests_done(const char *why, void *data);

/* Whom they go to. */
struct requests_peer {
	const char *base;		    /* "http://127.0.0.1:8081" */
	const struct exception_config *tls; /* of that; NULL: none */
};

/* The base is copied; the requests and tls are borrowed. */
struct requests_run *requests_send(struct step *step,
				   const struct requests_peer *peer,
				   const struct requests *requests,
				   requests_done *done, void *data);
/* done() is not called any more. NULL is fine; call it after done() too. */
void requests_free(struct requests_run *run);

#endif
