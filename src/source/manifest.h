/* SPDX-License-Identifier: MIT */
/*
 * What a clean work folder holds, to the nanosecond: which files a commit
 * has, and how each looked after its checkout. Inside source/ only; every
 * function that takes a folder blocks.
 */
#ifndef SIGNALBOX_SOURCE_MANIFEST_H
#define SIGNALBOX_SOURCE_MANIFEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct manifest;

/* paths: count files relative to the folder; the folders they lie in are
 * expected too. */
struct manifest *manifest_new(char *const *paths, size_t count);
void manifest_free(struct manifest *manifest);
/* For a later process; NULL where a path is no text. The caller owns it. */
json_t *manifest_encode(const struct manifest *manifest);
/* NULL when it is none; what it says is believed. */
struct manifest *manifest_decode(const json_t *json) MUST_CHECK;
/* Files and folders. */
size_t manifest_count(const struct manifest *manifest);

/* Removes all that is not expected and remembers how the rest looks. An
 * expected file that is missing is an error. */
int manifest_note(struct manifest *manifest, const char *folder,
		  struct error *err) MUST_CHECK;

/* True when the folder is as it was noted; gives up at the first difference,
 * changes nothing. */
bool manifest_matches(struct manifest *manifest, const char *folder);

/* Removes all that is not expected, and expected files that changed. *intact
 * tells whether every expected one is still there. */
int manifest_clean(struct manifest *manifest, const char *folder, bool *intact,
		   struct error *err) MUST_CHECK;

#endif
