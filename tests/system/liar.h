/* SPDX-License-Identifier: MIT */
/*
 * A Runtime API socket without an HAProxy, in a child: it answers in the
 * shape of a version that cannot be run here, or not as it should. Backend
 * `shop` has the servers `blue` and `green`; no request passes.
 */
#ifndef SIGNALBOX_TESTS_SYSTEM_LIAR_H
#define SIGNALBOX_TESTS_SYSTEM_LIAR_H

#include <stdatomic.h>
#include <sys/types.h>

/* What one version prints. Where the columns are from: liar.c. */
struct liar_shape {
	const char *version;
	const char *state; /* columns of `show servers state` */
	const char *stat;  /* of `show stat` */
};
extern const struct liar_shape liar_2_2, liar_2_4, liar_2_8, liar_3_0;
/* No version's: what comes first is last. */
extern const struct liar_shape liar_backwards;

enum liar_way {
	LIAR_HONEST,
	LIAR_FORGETS, /* takes weights and has the old ones */
	LIAR_BABBLES, /* does it, and answers no text at all */
	LIAR_STOPS,   /* in the middle of its answer, for ever */
	LIAR_CLOSES,  /* does it, and answers nothing */
	LIAR_WEDGED,  /* takes the question, for ever */
};

struct liar {
	pid_t pid;
	struct liar_mind *mind; /* shared with the child */
};

struct liar_mind {
	atomic_int way;
	atomic_int weights[2]; /* blue's, green's */
};

void liar_start(struct liar *liar, const char *path,
		const struct liar_shape *shape);
void liar_end(struct liar *liar);

#endif
