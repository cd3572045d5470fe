/* SPDX-License-Identifier: MIT */
/* What every subcommand does with its words, and with its failure. */
#ifndef SIGNALBOX_CLI_ARGUMENTS_H
#define SIGNALBOX_CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"

/* Prints "signalbox: TEXT" on standard error, made printable; clears err;
 * returns the exit status of its code. No error: prints nothing, returns 0. */
int cli_fail(struct error *err);

/* What getopt would do, in the words of this program. */
struct cli_option {
	const char *name;   /* "--output" */
	const char **value; /* takes a value when not NULL */
	bool *flag;	    /* is set when not NULL; a value after '=' alone */
	struct strings *list; /* takes a value, any number of times */
	/* What the value is: "text|json", or what completion knows more of,
	 * such as "STAGE" (complete-values.h); NULL where there is none. */
	const char *takes;
	const char *help; /* a sentence */
};
#define CLI_OPTIONS_END      \
	{                    \
		.name = NULL \
	}
struct cli_arguments {
	const struct cli_option *options; /* ends with CLI_OPTIONS_END */
	const char **words;		  /* filled; NULL where absent */
	int most;			  /* how many words there may be */
	int least;
};
/* Splits argv; ERROR_USAGE names the word that is wrong. Where help or
 * completion was asked for it is printed: -1, and no error. */
int cli_parse(int argc, char **argv, const struct cli_arguments *arguments,
	      struct error *err) MUST_CHECK;
/* --output text|json. */
int cli_is_json(const char *output, bool *json, struct error *err) MUST_CHECK;

/* --seen RECORD: the newest record that a person has seen. */
int cli_parse_seen(const char *text, int64_t *seen,
		   struct error *err) MUST_CHECK;

/* A subcommand that lists: at most one word (NULL: none), and --output.
 * Returns the exit status. */
int cli_listing(int argc, char **argv,
		int (*list)(const char *word, bool json, struct error *err));

#endif
