/* SPDX-License-Identifier: MIT */
/* How a backend's commits and files become a struct ships. Inside source/
 * only. */
#ifndef SIGNALBOX_SOURCE_COLLECTOR_H
#define SIGNALBOX_SOURCE_COLLECTOR_H

#include "base/str.h"
#include "source/ships.h"
#include "source/text.h"

struct collector {
	struct ships *ships;
	struct text_set authors; /* their addresses */
	struct text_set emails;
};

/* Text is valid UTF-8 and borrowed. */
struct collected_commit {
	const char *id, *author, *email, *committer_email, *subject;
	int64_t time_ms;
};

void collector_init(struct collector *collector, struct ships *ships);
/* Newest first. False: no more is wanted. */
bool collector_add_commit(struct collector *collector,
			  const struct collected_commit *commit);
/* One more person of the range: "Ana <ana@example.org>". */
void collector_add_person(const char *person, void *collector);
/* raw: the path's bytes. False: no more is wanted. */
bool collector_add_file(struct collector *collector, const char *raw,
			size_t insertions, size_t deletions);
/* Completes the ships; nothing is added any more. */
void collector_finish(struct collector *collector);

/* The end of a patch that has more than fits. */
void ships_say_cut(struct str *text, size_t limit);
/* A commit's message, indented, and a free line. */
void ships_add_message(struct str *text, const char *message);

#endif
