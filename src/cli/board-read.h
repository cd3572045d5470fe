/* SPDX-License-Identifier: MIT */
/* What the board shows, read from the disk: on a helper. */
#ifndef SIGNALBOX_CLI_BOARD_READ_H
#define SIGNALBOX_CLI_BOARD_READ_H

#include "ui/board.h"

struct ahead { /* of a commit that is live, against the branch */
	char *commit;
	int64_t ahead, lost;
};

/* Where the branch stood when it was counted. */
struct ahead_list {
	char *branch, *tip, *subject; /* NULL: not counted yet */
	struct ahead *items;
	size_t count, cap;
};

void ahead_list_release(struct ahead_list *list);
/* For each of the board's environments; what `known` has is not counted
 * again. What git cannot tell is left out. */
void ahead_list_count(struct ahead_list *list, const struct ahead_list *known,
		      const struct board *board, const char *repository);
void ahead_list_apply(const struct ahead_list *list, struct board *board);

/*
 * The runs and the environments. generation: the number of this reading, from
 * 1; what has moved since the board before (NULL: none) has it as its
 * sequence number, so that a question asked of that one is found to be old.
 */
struct board *board_read(const char *state, const struct board *before,
			 int64_t generation);

#endif
