/* SPDX-License-Identifier: MIT */
#include "ui/format.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *format_colour(enum colour colour)
{
	return colour == COLOUR_BLUE ? "BLUE" : "GREEN";
}

char *format_upper(const char *name, char *text, size_t size)
{
	size_t i;

	for (i = 0; name[i] && i + 1 < size; i++)
		text[i] = (char)((unsigned char)name[i] < 0x80
					 ? toupper((unsigned char)name[i])
					 : name[i]);
	text[i] = '\0';
	return text;
}

char *format_ms(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
	if (ms >= 100)
		return duration_format(ms, text);
	snprintf(text, CLOCK_TEXT_SIZE, "%lld ms", (long long)ms);
	return text;
}

char *format_elapsed(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
	long long seconds = ms > 0 ? ms / 1000 : 0;

	if (seconds < 3600)
		snprintf(text, CLOCK_TEXT_SIZE, "%lld:%02lld", seconds / 60,
			 seconds % 60);
	else
		snprintf(text, CLOCK_TEXT_SIZE, "%lld:%02lld:%02lld",
			 seconds / 3600, seconds / 60 % 60, seconds % 60);
	return text;
}

char *format_took(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
	return format_elapsed(ms + 500, text);
}

char *format_age(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
	long long minutes = ms > 0 ? ms / 60000 : 0;

	if (minutes < 60)
		snprintf(text, CLOCK_TEXT_SIZE, "%lld min", minutes);
	else if (minutes < 48 * 60)
		snprintf(text, CLOCK_TEXT_SIZE, "%lld h", minutes / 60);
	else
		snprintf(text, CLOCK_TEXT_SIZE, "%lld days", minutes / 1440);
	return text;
}

char *format_moment(int64_t ms, int64_t now_ms, char text[CLOCK_TEXT_SIZE])
{
	const int64_t soon = 300 * 24 * 60 * 60 * (int64_t)1000;
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, CLOCK_TEXT_SIZE,
		 now_ms - ms < soon ? "%d %b %H:%M" : "%d %b %Y", &tm);
	return text;
}

char *format_fixed(double value, int decimals, char text[NUMBER_TEXT_SIZE])
{
	if (!isfinite(value))
		return strcpy(text, "?");
	snprintf(text, NUMBER_TEXT_SIZE, "%.*f", decimals,
		 fabs(value) < 1e12 ? value : 1e12);
	return text;
}

static int64_t elapsed(enum state state, int64_t started, int64_t ms,
		       int64_t now_ms)
{
	if (state_is_final(state))
		return (ms + 500) / 1000 * 1000;
	return started && now_ms > started ? now_ms - started : 0;
}

int64_t stage_elapsed(const struct stage_model *stage, int64_t now_ms)
{
	return elapsed(stage->state, stage->started, stage->ms, now_ms);
}

int64_t step_elapsed(const struct step_model *step, int64_t now_ms)
{
	return elapsed(step->state, step->started, step->ms, now_ms);
}
