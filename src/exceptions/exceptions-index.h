/* SPDX-License-Identifier: MIT */
/*
 * The exceptions by what they name, an id and a place, so that those that may
 * cover a finding are found without a look at all others.
 *
 *	exceptions_index(all);
 *	exceptions_visit(all, finding, each, data);
 */
#ifndef SIGNALBOX_EXCEPTIONS_EXCEPTIONS_INDEX_H
#define SIGNALBOX_EXCEPTIONS_EXCEPTIONS_INDEX_H

#include "exceptions/exceptions.h"

/* More of one id, one place and one line are not looked through for each
 * finding. */
#define EXCEPTIONS_ALIKE 1000

/* false: go on with those alike. The same one may come twice. */
typedef bool exceptions_visitor(struct exceptions *all, size_t at,
				struct finding *finding, void *data);

/* Anew, after any was added. Those that are too many alike become invalid. */
void exceptions_index(struct exceptions *all);
/* At least those that cover the finding, of those alike the first first. */
void exceptions_visit(struct exceptions *all, struct finding *finding,
		      exceptions_visitor *each, void *data);

#endif
