/* SPDX-License-Identifier: MIT */
/* What the command of an exec provider answers: JSON in, plain structs out.
 * Pure. */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_EXEC_ANSWERS_H
#define SIGNALBOX_DELIVERY_TRAFFIC_EXEC_ANSWERS_H

#include <jansson.h>

#include "delivery/traffic/traffic.h"

/* The last line of the output; an empty object of none, NULL when it is no
 * JSON. The caller's. */
json_t *exec_last_object(const char *output, size_t size);
/* "percent", in steps too; false when it is not told or makes no 100. */
bool exec_read_split(const json_t *answer, int steps,
		     struct traffic_split *split);
/* 0 when it is not told. */
int64_t exec_read_count(const json_t *object, const char *key);
/* It is up unless that is denied: nobody is to look for health there. */
void exec_read_colour(const json_t *told, struct traffic_colour_sample *to);

/* A command's counts, and what they have grown since its first ones. */
struct exec_sums {
	bool begun;
	struct traffic_sample last, sum;
};
/* The sample's counts become the sums. A proxy that was started again counts
 * from 0. */
void exec_add_growth(struct exec_sums *sums, struct traffic_sample *sample);

#endif
