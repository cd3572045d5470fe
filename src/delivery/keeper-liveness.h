/* SPDX-License-Identifier: MIT */
/* Whether a process that is kept still answers: asked every two seconds once
 * it has answered, and lost when it did not three times in a row. */
#ifndef SIGNALBOX_DELIVERY_KEEPER_LIVENESS_H
#define SIGNALBOX_DELIVERY_KEEPER_LIVENESS_H

#include "loop/loop.h"

struct liveness;

/* why: "no answer 3 times: GET /healthz answered 503". Told once a start. */
typedef void liveness_lost(const char *why, void *data);

struct liveness *liveness_new(struct loop *loop, const char *url,
			      liveness_lost *lost, void *data);
/* A process was started, or has ended; NULL is fine for all. */
void liveness_begin(struct liveness *liveness);
void liveness_end(struct liveness *liveness);
void liveness_free(struct liveness *liveness);

#endif
