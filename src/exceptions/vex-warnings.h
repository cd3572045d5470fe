/* SPDX-License-Identifier: MIT */
/*
 * What OpenVEX documents say is affected, since the last statement about a
 * vulnerability of a product is the one that counts.
 *
 *	struct vex_warnings warnings = {0};
 *	vex_warnings_read(root, statements, order, &warnings);
 *	turn = vex_turn_of(root, statement, order + 3);
 *	if (vex_is_warned_of(&warnings, "CVE-1", &turn, product, NULL))
 *		... what the statement lets stand was taken back
 *	vex_warnings_release(&warnings);
 *
 * It borrows nothing from the documents.
 */
#ifndef SIGNALBOX_EXCEPTIONS_VEX_WARNINGS_H
#define SIGNALBOX_EXCEPTIONS_VEX_WARNINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"

/* Where a statement stands among all: by its time or the document's, and
 * without by its place. */
struct vex_turn {
	size_t order;
	bool timed;
	int64_t ms;
};

struct vex_name {
	char *text; /* a purl without what qualifies it, or another id */
	bool whole; /* of a product, not of a part or of one told by parts */
};

struct vex_warning {
	struct vex_name *names; /* by text */
	size_t count, cap;
	bool of_all; /* names no product */
	struct vex_turn turn;
};

struct vex_mention {
	char *id;
	size_t warning;
};

struct vex_warnings {
	struct vex_warning *items;
	size_t count, cap;
	struct vex_mention *mentions; /* by id */
	size_t mention_count, mention_cap;
};

/* Appends the vulnerability's name, and then its aliases. */
void vex_read_ids(const json_t *statement, struct strings *ids);
struct vex_turn vex_turn_of(const json_t *root, const json_t *statement,
			    size_t order);
/* "affected", "under_investigation", or nothing that is known. */
bool vex_is_warning(const json_t *statement);
/* So many statements of a document may follow its order: it is the next
 * document's turn then. */
#define VEX_DOCUMENT ((size_t)1 << 22)
/* Adds those of a document. */
void vex_warnings_read(const json_t *root, const json_t *list, size_t order,
		       struct vex_warnings *all);
/* Whether a later statement warns of the product, or of that part of it; NULL:
 * of whatever product. */
bool vex_is_warned_of(const struct vex_warnings *all, const char *id,
		      const struct vex_turn *turn, const json_t *product,
		      const json_t *part);
void vex_warnings_release(struct vex_warnings *all);

#endif
