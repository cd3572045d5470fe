/* SPDX-License-Identifier: MIT */
/* Numbers as people read them in the sentences of this room. */
#ifndef SIGNALBOX_DELIVERY_WORDS_H
#define SIGNALBOX_DELIVERY_WORDS_H

#include <stdint.h>

#define WORDS_SIZE 48

/* "2 min", "90 s", "1.5 s", "300 ms", "24 h"; text is returned. */
const char *words_duration(int64_t ms, char text[WORDS_SIZE]);
/* "5 %", "0.5 %", "6.67 %": at most two decimals, none that are zero. */
const char *words_percent(double percent, char text[WORDS_SIZE]);
/* "14:02", local time. */
const char *words_time(int64_t wall_ms, char text[WORDS_SIZE]);
/* The same where it is today, else "2026-11-20 14:02". */
const char *words_day_time(int64_t wall_ms, int64_t now_ms,
			   char text[WORDS_SIZE]);
/* "12 s", "5 min", "3 h", "2 days": of that age, rounded down. */
const char *words_age(int64_t ms, char text[WORDS_SIZE]);
/* Who rolls back: "ana", or "the analysis", "the operator timeout". Borrowed.
 * person: NULL or "" where it was nobody; by: as in rollback_request. */
const char *words_roller(const char *by, const char *person);

#endif
