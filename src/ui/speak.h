/* SPDX-License-Identifier: MIT */
/* Text as it is to be heard, whoever wrote it: made printable, signs and
 * units as words, no two spaces in a row. */
#ifndef SIGNALBOX_UI_SPEAK_H
#define SIGNALBOX_UI_SPEAK_H

#include <stdint.h>

#include "base/str.h"

/* "25 %" as "25 percent", "->" as "to", "0.3 s" as "0.3 seconds", "2:10" as
 * "2 minutes 10" but after "at", "since" or "until", where it is a time of
 * day, "+312 -87" as "plus 312 minus 87", "pay.c:88" as "pay.c line 88". */
void speak(const char *text, struct str *out);
/* "0.3 seconds", "41 seconds", "2 minutes 10", "1 hour 55 minutes". */
void speak_duration(int64_t ms, struct str *out);
/* "20 Nov at 14:02", and with the year where the day would not say it. */
void speak_moment(int64_t ms, int64_t now_ms, struct str *out);

#endif
