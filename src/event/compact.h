/* SPDX-License-Identifier: MIT */
/* JSON as event_encode() writes most of it, read and written at a fraction of
 * what jansson itself takes. */
#ifndef SIGNALBOX_EVENT_COMPACT_H
#define SIGNALBOX_EVENT_COMPACT_H

#include <jansson.h>

#include "base/str.h"

/* The object that json_loadb() would give, with JSON_REJECT_DUPLICATES; NULL
 * for all that is unusual (spaces, escapes, powers, a doubled key, a mistake):
 * then that is to be asked. */
json_t *compact_load(const char *text, size_t len);

/* Adds what json_dump_callback() would write with these flags, JSON_COMPACT
 * and JSON_ENCODE_ANY. */
void compact_add(const json_t *value, size_t flags, struct str *out);
/* A member: its key, ':' and its value. */
void compact_add_member(const char *key, const json_t *value, size_t flags,
			struct str *out);

#endif
