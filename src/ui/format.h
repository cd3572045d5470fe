/* SPDX-License-Identifier: MIT */
/* Numbers and words as the panels show them. */
#ifndef SIGNALBOX_UI_FORMAT_H
#define SIGNALBOX_UI_FORMAT_H

#include "base/clock.h"
#include "base/number.h"
#include "model/model.h"

const char *format_colour(enum colour colour); /* "BLUE" */
char *format_upper(const char *name, char *text, size_t size);
/* "6 ms", "0.3 s", "41 s", "2:10". */
char *format_ms(int64_t ms, char text[CLOCK_TEXT_SIZE]);
/* A running time, once a second: "0:41", "1:02:03". */
char *format_elapsed(int64_t ms, char text[CLOCK_TEXT_SIZE]);
/* One that is over, to the nearest second, as duration_format() has it. */
char *format_took(int64_t ms, char text[CLOCK_TEXT_SIZE]);
/* "6 days", "3 h", "41 min". */
char *format_age(int64_t ms, char text[CLOCK_TEXT_SIZE]);
/* "20 Nov 14:02"; with the year where the day alone would not say it. */
char *format_moment(int64_t ms, int64_t now_ms, char text[CLOCK_TEXT_SIZE]);
/* Fixed decimals, "?" for NAN. */
char *format_fixed(double value, int decimals, char text[NUMBER_TEXT_SIZE]);
/* Milliseconds a stage has taken so far; of one that is over whole seconds,
 * the nearest. */
int64_t stage_elapsed(const struct stage_model *stage, int64_t now_ms);
int64_t step_elapsed(const struct step_model *step, int64_t now_ms);

#endif
