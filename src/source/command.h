/* SPDX-License-Identifier: MIT */
/* What the files that ask the git command share. Inside source/ only. */
#ifndef SIGNALBOX_SOURCE_COMMAND_H
#define SIGNALBOX_SOURCE_COMMAND_H

#include <stdbool.h>

#include "source/backend.h"

#define COMMAND_ANSWER_LIMIT ((size_t)1 << 20)
#define COMMAND_FIELDS_MAX 9
/* A field of git log's format: the co-authors, \001 between them. */
#define COMMAND_CO_AUTHORS \
	"%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x01)"

/* git --git-dir=... ARGUMENTS (NULL ends them), its output appended. */
int command_ask(const struct repository *repository,
		const char *const *arguments, struct str *output, size_t limit,
		struct error *err) MUST_CHECK;
/* The answer without its newline, or NULL. Owned by the caller. */
char *command_ask_line(const struct repository *repository,
		       const char *const *arguments,
		       struct error *err) MUST_CHECK;
/* How many commits a range (A..B) has. */
int command_count(struct repository *repository, const char *range,
		  size_t *count, struct error *err) MUST_CHECK;

/* Cuts count fields, each ended by NUL (the text's own end counts), off
 * *from. False when there are fewer. */
bool command_fields(char **from, const char *end, char **fields, size_t count);
void command_each_co_author(char *field,
			    void (*take)(const char *person, void *data),
			    void *data);

int command_ships(struct repository *repository, const char *live,
		  const char *candidate, struct ships *ships,
		  struct error *err);
int command_paths(struct repository *repository, const char *live,
		  const char *candidate,
		  void (*take)(const char *raw, void *data), void *data,
		  struct error *err);
int command_diff(struct repository *repository, const char *live,
		 const char *candidate, const char *raw, size_t limit,
		 struct str *text, struct error *err);
int command_show(struct repository *repository, const char *commit,
		 size_t limit, struct str *text, struct error *err);

#endif
