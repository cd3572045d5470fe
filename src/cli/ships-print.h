/* SPDX-License-Identifier: MIT */
/* What ships, as text and as JSON. */
#ifndef SIGNALBOX_CLI_SHIPS_PRINT_H
#define SIGNALBOX_CLI_SHIPS_PRINT_H

#include <jansson.h>

#include "source/ships.h"
#include "ui/shipment.h"

void ships_print(const struct shipment *it);
/* A new object: that of the event gate.opened with all commits and files, and
 * what is compared. */
json_t *ships_print_json(const struct shipment *it, const struct ships *ships);

#endif
