/* SPDX-License-Identifier: MIT */
/*
 * What ships to an environment, as far as it was found, and the rows that
 * show it: sections that fold, folders with what changed in them. Grows at
 * the end of each list only, so that an item is found again by its number.
 */
#ifndef SIGNALBOX_UI_SHIPMENT_H
#define SIGNALBOX_UI_SHIPMENT_H

#include "model/compare.h"
#include "source/ships.h"

enum ship_section {
	SECTION_COMMITS,
	SECTION_FILES,
	SECTION_TESTS,
	SECTION_FINDINGS,
	SECTION_COUNT
};

enum ship_row_kind {
	ROW_SECTION, /* item: an enum ship_section */
	ROW_COMMIT,
	ROW_FOLDER,
	ROW_FILE,
	ROW_TEST,
	ROW_FINDING,
};

struct ship_row {
	enum ship_row_kind kind;
	int depth;
	size_t item;
	size_t label; /* of a path: where what is shown of it begins */
};

struct ship_folder {   /* those above one come before it */
	char *path;    /* "src/ui/" */
	size_t parent; /* 1 is the first one; 0 none */
	size_t first, files;
	size_t insertions, deletions, risky;
	bool is_folded;
};

struct shipment {
	/* What is asked. "" and 0: not known. */
	char *environment;
	char *live, *live_version; /* live "": nothing is */
	char *candidate, *candidate_version;
	int64_t live_run, run;
	int64_t until;	    /* events of the run to look at */
	int64_t live_since; /* 0 not known */
	bool was_live;	    /* live is what was before the run */

	struct shipped_commit *commits; /* newest first */
	size_t commit_count, commit_cap;
	struct shipped_file *files; /* by path */
	size_t file_count, file_cap;
	struct ship_folder *folders;
	size_t folder_count, folder_cap;
	size_t insertions, deletions, risky, migrations;
	/* Known at the end. */
	bool is_known, lines_partial, is_compared;
	size_t authors, lost;
	struct comparison comparison;
	char *error; /* why it cannot be known, NULL */

	bool folded[SECTION_COUNT];
	struct ship_row *rows;
	size_t row_count, row_cap;
};

struct shipment *shipment_new(void);
void shipment_free(struct shipment *it);
/* Both take what the struct owns. */
void shipment_add_commit_owned(struct shipment *it,
			       struct shipped_commit commit);
void shipment_add_file_owned(struct shipment *it, struct shipped_file file);
/* Makes the rows anew: after what was added, or folded. */
void shipment_lay_out(struct shipment *it);
/* Folds or unfolds what the row is; false: it does not fold. */
bool shipment_fold(struct shipment *it, size_t row);
/* The row of an item, or the one that it is folded into. */
size_t shipment_row(const struct shipment *it, struct ship_row row);

#endif
