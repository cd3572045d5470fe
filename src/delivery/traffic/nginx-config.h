/* SPDX-License-Identifier: MIT */
/*
 * What nginx is given to read: the configuration of one of our own, and the
 * two files that the configuration of one that is there includes. Made whole
 * from the environment; weights are not in it (nginx-steer.h), so that what
 * moves traffic needs no reload. Pure.
 */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_NGINX_CONFIG_H
#define SIGNALBOX_DELIVERY_TRAFFIC_NGINX_CONFIG_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"
#include "pipeline/pipeline.h"

/* Where nginx tells which configuration it has. */
#define NGINX_PROBE "/.well-known/signalbox-"
#define NGINX_GENERATION_LENGTH 16

struct nginx_place {
	const struct environment_config *environment;
	const char *folder; /* of the environment, or `folder` */
	const char *steer;  /* see nginx-steer.h */
	const char *socket; /* managed: where it answers us */
	const char *user;   /* managed: "USER GROUP" of its workers; NULL: ours,
			     * for only root can be another */
};

/* Refuses what would not be one word of the file. */
int nginx_config_check(const struct nginx_place *place,
		       struct error *err) MUST_CHECK;
void nginx_config_managed(const struct nginx_place *place, struct str *out);
/* To be included in `http` and in `server`. */
void nginx_config_http(const struct nginx_place *place, struct str *out);
void nginx_config_server(const struct nginx_place *place, struct str *out);

/* "signalbox_production": of the variable and the format; the caller's. */
char *nginx_config_name(const struct environment_config *environment);
/* The digits that nginx with this text answers; another text has others. */
void nginx_config_told(const char *text,
		       char generation[NGINX_GENERATION_LENGTH + 1]);
/* The path of the socket in a managed text, the caller's; NULL: none. */
char *nginx_config_socket(const char *text);

#endif
