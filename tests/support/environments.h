/* SPDX-License-Identifier: MIT */
/* Drives an environment in tests: each call waits for its end. */
#ifndef SIGNALBOX_TESTS_SUPPORT_ENVIRONMENTS_H
#define SIGNALBOX_TESTS_SUPPORT_ENVIRONMENTS_H

#include "base/str.h"
#include "delivery/environment.h"

struct world {
	struct loop *loop;
	char *state;		   /* STATE, a folder of its own */
	const char *pipeline_text; /* names an environment "production" */
	struct pipeline *pipeline;
	struct environment *environment;
	const struct target_ops *target; /* NULL: the real ones */
	const struct traffic_ops *traffic;
	bool minds_proxy;   /* as its environments are opened */
	const char *commit; /* of what is begun; NULL: always the same */
	struct str told;    /* names of the events that came to the sink */
	struct str notes;   /* the texts of the notes among them */
	char moved[200];
};

struct answer {
	bool done;
	enum error_code code;
	char text[400];
};

/* pipeline_text, target and traffic are set. */
void world_init(struct world *world);
void world_release(struct world *world);
struct environment *opened(struct world *world);
void reopen(struct world *world);
const struct environment_state *state_of(const struct world *world);
/* The environment's folder; the caller's. */
char *folder_of(const struct world *world);

environment_done answered; /* data: struct answer */
void turn_until(struct world *world, const bool *done);
void went_well(struct world *world, const struct answer *answer);

void acquired(struct world *world);
/* Of release STATE/VERSION. The version is "vN", N its run. */
void begun(struct world *world, enum strategy strategy, const char *version);
void started(struct world *world);
/* All three, of a canary. */
void canary_started(struct world *world, const char *version);
struct answer shift(struct world *world, double percent);
void shifted(struct world *world, double percent);
void promoted(struct world *world);
/* A whole deployment, and the environment given back. */
void released(struct world *world, const char *version);
/* to: NULL for the natural way back. */
struct answer roll_back(struct world *world, const char *to);
void rolled_back(struct world *world, const char *to);
void assert_journal_is_whole(const struct world *world);

#endif
