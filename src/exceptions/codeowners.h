/* SPDX-License-Identifier: MIT */
/* A file that says who answers for which paths, as GitHub and GitLab read
 * it. */
#ifndef SIGNALBOX_EXCEPTIONS_CODEOWNERS_H
#define SIGNALBOX_EXCEPTIONS_CODEOWNERS_H

#include "base/strings.h"

/* Where it may lie, the first that is there counts; ends with NULL. */
extern const char *const codeowners_places[];

/*
 * Adds those whom the last line that meets the path names: "@ana",
 * "@org/team", "ana@example.org". None: nobody owns it. As GitHub does,
 * lines with '!' or '[' say nothing. The number of that line, or 0.
 */
int codeowners_find(const char *text, const char *path, struct strings *owners);

#endif
