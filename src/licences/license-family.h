/* SPDX-License-Identifier: MIT */
/* Licences that are told without their version, or in words of which none
 * stands for one identifier: which families they may be of. */
#ifndef SIGNALBOX_LICENCES_LICENSE_FAMILY_H
#define SIGNALBOX_LICENCES_LICENSE_FAMILY_H

#include <stdbool.h>

#include "base/strings.h"

/* Whether an identifier says so little that it may be several: "GPL" and
 * "BSD", not "GPL-2.0-only". */
bool license_is_vague(const char *id);

/* Whether what these words tell may be a licence of the list, of identifiers
 * and globs: "MIT, GPL v3" may be one of "GPL-3.0-*". The family counts, what
 * stands before the first hyphen, and not the version. */
bool license_may_be(const char *words, const struct strings *list);

#endif
