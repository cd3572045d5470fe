/* SPDX-License-Identifier: MIT */
/*
 * The configuration file of a managed HAProxy: made whole from the
 * environment and the weights, so that two texts that differ by their
 * weights alone are known to be one configuration. Pure.
 */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_HAPROXY_CONFIG_H
#define SIGNALBOX_DELIVERY_TRAFFIC_HAPROXY_CONFIG_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"
#include "model/model.h"
#include "pipeline/pipeline.h"

#define HAPROXY_UNITS 256
#define HAPROXY_BACKEND "signalbox"
/* Of requests that want to look at a colour, so that none of them counts. */
#define HAPROXY_PREVIEW "signalbox_preview"
#define HAPROXY_RING "requests"

/* Refuses what would not be one word of the file. */
int haproxy_config_check(const struct environment_config *environment,
			 struct error *err) MUST_CHECK;
/* preview: the colour that it reaches, -1: none; where there is one. */
void haproxy_config_write(const struct environment_config *environment,
			  const char *socket, const int units[COLOUR_COUNT],
			  int preview, struct str *out);
/* Requests can look at a colour. */
bool haproxy_config_previews(const struct environment_config *environment);
/* The colour that the preview of a text reaches; -1: none. */
int haproxy_config_preview(const char *text);
/* What the server of an instance, from 0, is called; the caller's. */
char *haproxy_config_server(enum colour colour, int instance);
/* The weights in a text; false when it has none of a colour. */
bool haproxy_config_units(const char *text, int units[COLOUR_COUNT]);
/* The path of the socket in a text, the caller's; NULL when it has none. */
char *haproxy_config_socket(const char *text);

#endif
