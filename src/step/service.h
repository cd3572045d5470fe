/* SPDX-License-Identifier: MIT */
/*
 * A program that runs beside stages, such as a database for tests: started,
 * asked until it is healthy, ended with its group. Not a step: it belongs to
 * the run.
 *
 *	service = service_new(&options);
 *	service_start(service);         // healthy() or ended() follows
 *	service_end(service);           // ended() follows, then start again
 *	service_free(service);          // what still runs is killed
 */
#ifndef SIGNALBOX_STEP_SERVICE_H
#define SIGNALBOX_STEP_SERVICE_H

#include "step/step.h"

struct service;

struct service_options {
	const struct step_host *host;
	const struct service_config *config;
	const char *folder;    /* where it runs; borrowed */
	struct stage_log *log; /* its own; outlives it */
	int port;
	void (*healthy)(void *data, int64_t ms);
	/* Never from within a call of this file. why is NULL when it was
	 * asked to end. */
	void (*ended)(void *data, const char *why);
	void *data;
};

struct service *service_new(const struct service_options *options);
void service_start(struct service *service);
pid_t service_pid(const struct service *service); /* 0 when it cannot start */
/* TERM, and KILL after grace. */
void service_end(struct service *service);
void service_kill(struct service *service);
/* Its output is over, and in the log. */
void service_output_ended(struct service *service);
void service_free(struct service *service); /* NULL is fine */

#endif
