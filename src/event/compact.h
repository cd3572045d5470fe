/* SPDX-License-Identifier: MIT */
/* JSON as event_encode() writes most of it, read at a fraction of what
 * jansson's own parser takes. */
#ifndef SIGNALBOX_EVENT_COMPACT_H
#define SIGNALBOX_EVENT_COMPACT_H

#include <jansson.h>

/* The object that json_loadb() would give, with JSON_REJECT_DUPLICATES; NULL
 * for all that is unusual (spaces, escapes, powers, a doubled key, a mistake):
 * then that is to be asked. */
json_t *compact_load(const char *text, size_t len);

#endif
