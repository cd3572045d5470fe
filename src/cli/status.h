/* SPDX-License-Identifier: MIT */
/* What `status` tells of an environment. */
#ifndef SIGNALBOX_CLI_STATUS_H
#define SIGNALBOX_CLI_STATUS_H

#include <jansson.h>

#include "delivery/environment.h"

json_t *status_environment_json(struct environment *environment);
/* Lines on standard output. */
void status_environment_print(struct environment *environment);

#endif
