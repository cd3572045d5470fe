/* SPDX-License-Identifier: MIT */
/* What a SARIF result says, in words. */
#ifndef SIGNALBOX_REPORT_FORMATS_SARIF_MESSAGE_H
#define SIGNALBOX_REPORT_FORMATS_SARIF_MESSAGE_H

#include <jansson.h>

#include "base/str.h"

/* Appends the result's message, its placeholders filled in, or else what the
 * rule is about. Appends nothing when neither says. */
void sarif_message(const json_t *result, const json_t *rule, struct str *out);

#endif
