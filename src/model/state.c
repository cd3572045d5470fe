/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "model/model.h"

static const char *const names[] = {
	[STATE_QUEUED] = "queued",	     [STATE_RUNNING] = "running",
	[STATE_WAITING] = "waiting",	     [STATE_PASSED] = "passed",
	[STATE_FAILED] = "failed",	     [STATE_CANCELLED] = "cancelled",
	[STATE_SKIPPED] = "skipped",	     [STATE_TIMED_OUT] = "timed-out",
	[STATE_REJECTED] = "rejected",	     [STATE_EXPIRED] = "expired",
	[STATE_ROLLED_BACK] = "rolled-back", [STATE_ALLOWED] = "failed-allowed",
};

const char *state_name(enum state state)
{
	return names[state];
}

/* A word of a newer writer counts as failed: never show good by mistake. */
enum state state_parse(const char *outcome)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], outcome) == 0)
			return (enum state)i;
	return STATE_FAILED;
}

bool state_is_final(enum state state)
{
	return state >= STATE_PASSED;
}

bool state_is_bad(enum state state)
{
	return state > STATE_PASSED && state != STATE_SKIPPED &&
	       state != STATE_ALLOWED;
}

static const char *const colours[COLOUR_COUNT] = {
	[COLOUR_BLUE] = "blue",
	[COLOUR_GREEN] = "green",
};

const char *colour_name(enum colour colour)
{
	return colours[colour];
}

enum colour colour_other(enum colour colour)
{
	return colour == COLOUR_BLUE ? COLOUR_GREEN : COLOUR_BLUE;
}

int colour_parse(const char *name)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		if (strcmp(colours[i], name) == 0)
			return i;
	return -1;
}
