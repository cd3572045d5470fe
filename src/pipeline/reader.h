/* SPDX-License-Identifier: MIT */
/*
 * How the sections of the file are read: a map by a const table with a row a
 * key, a value by one of the readers below. Every reader stores nothing and
 * complains, with place, about a value it cannot take, so one pass finds all
 * mistakes. Keys are read in the order of the table, not of the file: what
 * others refer to (people, environments) stands in an earlier row.
 */
#ifndef SIGNALBOX_PIPELINE_READER_H
#define SIGNALBOX_PIPELINE_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "pipeline/name-index.h"
#include "pipeline/pipeline.h"
#include "yaml/tree.h"

struct reader {
	struct problems *problems;
	struct pipeline *pipeline; /* filled as reading goes on */
	struct name_index environments;
	struct name_index people;   /* logins */
	struct name_index groups;   /* "@group", once for each member */
	struct strings group_names; /* what that index borrows */
	size_t comparisons_left;    /* that suggestions may still cost */
	/* The environment that a deployment being read goes to, or NULL. */
	const struct environment_config *target;
};

typedef void read_value(struct reader *reader, const struct node *value,
			void *into);

struct key {
	const char *name;
	read_value *read; /* NULL: comes in a later version */
	size_t offset;	  /* of what it fills in the struct of its map */
	bool required;
};

struct schema {
	const char *what; /* "a stage" */
	const struct key *keys;
	size_t count;
};

#define SCHEMA(what, keys)                       \
	{                                        \
		(what), (keys), ARRAY_SIZE(keys) \
	}

void complain_at(struct reader *reader, struct place place, const char *format,
		 ...) PRINTF_LIKE(3, 4);
/* About the value itself. */
#define complain_about(reader, value, ...) \
	complain_at((reader), (value)->place, __VA_ARGS__)
/* "; did you mean 'x'?" or "". Owned by the caller. */
char *suggest(struct reader *reader, const char *word, const char *const *known,
	      size_t count);

/* Whether the value has the kind; complains that it wants `what` if not. */
bool expect_kind(struct reader *reader, const struct node *value,
		 enum node_kind kind, const char *what);
/* Reads a map by its table into the struct at `into`. */
void read_map(struct reader *reader, const struct node *map,
	      const struct schema *schema, void *into);
/* Whether the map has a key that was complained about as unknown or of a
 * later version: it may be the one that seems missing. */
bool has_strange_key(const struct node *map, const struct schema *schema);
/* The index of the value among the words, or -1 after a complaint. `later`
 * (NULL-ended, may be NULL) are words of a later version. */
int read_word(struct reader *reader, const struct node *value,
	      const char *const *words, size_t count, const char *const *later);

read_value read_text;		   /* char *: any text that is not empty */
read_value read_line;		   /* char *: one line that is not empty */
read_value read_name;		   /* char *: fit for files, refs and proxies */
read_value read_url;		   /* char *: http:// or https:// */
read_value read_path;		   /* char *: of a URL */
read_value read_duration;	   /* int64_t: 0 or more ms */
read_value read_time_limit;	   /* int64_t: more than 0 ms */
read_value read_count;		   /* int: 0 or more */
read_value read_positive;	   /* int: 1 or more */
read_value read_size;		   /* int64_t: bytes, 1 or more */
read_value read_lines;		   /* struct strings: a list of lines */
read_value read_words;		   /* the same, and a line may come again */
read_value read_truth;		   /* bool: true or false */
read_value read_variables;	   /* struct strings: names of variables */
read_value read_environment_pairs; /* struct pairs: variable to text */

bool parse_whole(const char *text, long *number);
/* A whole number; complains that others are no `what`. */
void read_between(struct reader *reader, const struct node *value,
		  const char *what, int least, int most, int *into);
/* "5%" to 5; false when it is no percentage from 0 to 100. */
bool parse_percent(const char *text, double *percent);
bool is_name(const char *text);
/* Of a Unix user. */
bool is_login(const char *text);
bool is_variable(const char *text);
/* Adds a copy. */
void pairs_add(struct pairs *pairs, const char *key, const char *value);

#endif
