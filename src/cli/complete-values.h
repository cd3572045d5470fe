/* SPDX-License-Identifier: MIT */
/* The values that completion knows, of the repository here. */
#ifndef SIGNALBOX_CLI_COMPLETE_VALUES_H
#define SIGNALBOX_CLI_COMPLETE_VALUES_H

struct complete_place {
	const char *before; /* printed before each: "--only=" */
	const char *typed;
	const char *first; /* word that is no option; NULL none yet */
};

/* Prints it if it goes on from what was typed; sentence: may be "". */
void complete_print(const char *before, const char *value, const char *sentence,
		    const char *typed);
/* takes: alternatives by '|'. RUN, STAGE, ENVIRONMENT, COMMIT, BRANCH,
 * REMOTE, THEME and FORMAT are looked up; of other words in capitals nothing
 * is known; the rest is as it stands. */
void complete_values(const char *takes, const struct complete_place *place);

#endif
