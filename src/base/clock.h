/* SPDX-License-Identifier: MIT */
/*
 * Time. Deadlines are monotonic microseconds; what people read and records
 * keep is wall time in milliseconds since 1970. SIGNALBOX_NOW (RFC 3339)
 * fixes the wall clock, for tests.
 */
#ifndef SIGNALBOX_BASE_CLOCK_H
#define SIGNALBOX_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define CLOCK_TEXT_SIZE 32
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

int64_t clock_monotonic_us(void);
int64_t clock_monotonic_ms(void);
int64_t clock_wall_ms(void);
bool clock_is_fixed(void);

/* "2026-11-20T23:53:51.123Z" into text, which is returned. */
char *clock_format_utc(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);
/* "14:07:02", local time. */
char *clock_format_local(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);
/* "2026-11-20 14:07", local time. */
char *clock_format_minute(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);
int clock_parse_utc(const char *text, int64_t *wall_ms,
		    struct error *err) MUST_CHECK;

/* A moment as people write it, around `near`: "90s" that long before it, or
 * after it; "14:02" and "14:02:10" the nearest such local time not after it,
 * or not before it; or UTC as above. */
int clock_parse_moment(const char *text, int64_t near_ms, bool before,
		       int64_t *wall_ms, struct error *err) MUST_CHECK;

/* "90s", "10m", "24h", "1.5s", "500ms", "7d"; a bare 0 is allowed. */
int duration_parse(const char *text, int64_t *ms, struct error *err) MUST_CHECK;
/* For people: "0.3 s", "41 s", "2:10", "1:55:29". */
char *duration_format(int64_t ms, char text[CLOCK_TEXT_SIZE]);

#endif
