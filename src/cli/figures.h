/* SPDX-License-Identifier: MIT */
/* What an environment's journal says in numbers, as JSON tells it. */
#ifndef SIGNALBOX_CLI_FIGURES_H
#define SIGNALBOX_CLI_FIGURES_H

#include <jansson.h>

#include "delivery/environment.h"
#include "model/dora.h"

struct figures {
	struct dora dora;
	json_t *observed; /* since the last change of traffic; NULL: nothing */
};

#define FIGURES_INIT              \
	{                         \
		.observed = NULL, \
	}

int figures_read(struct environment *environment, struct figures *figures,
		 struct error *err) MUST_CHECK;
void figures_release(struct figures *figures);
json_t *figures_dora(const struct figures *figures);
/* Of a traffic.observed: {colour, asked, share, low, high, requests, agrees,
 * text}. */
json_t *figures_observed(const struct event *event);

#endif
