/* SPDX-License-Identifier: MIT */
#include "delivery/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/str.h"

const char *words_duration(int64_t ms, char text[WORDS_SIZE])
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = {{3600000, "h"}, {60000, "min"}, {1000, "s"}};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		/* 90 s reads better than 1.5 min, 60 s than nothing. */
		if (ms < units[i].ms || ms % units[i].ms)
			continue;
		snprintf(text, WORDS_SIZE, "%" PRId64 " %s", ms / units[i].ms,
			 units[i].name);
		return text;
	}
	if (ms < 1000)
		snprintf(text, WORDS_SIZE, "%" PRId64 " ms", ms);
	else
		snprintf(text, WORDS_SIZE, "%.1f s", (double)ms / 1000);
	return text;
}

const char *words_percent(double percent, char text[WORDS_SIZE])
{
	char number[NUMBER_TEXT_SIZE];

	snprintf(text, WORDS_SIZE, "%s %%", number_real(percent, 2, number));
	return text;
}

const char *words_time(int64_t wall_ms, char text[WORDS_SIZE])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;

	localtime_r(&seconds, &local);
	strftime(text, WORDS_SIZE, "%H:%M", &local);
	return text;
}

const char *words_day_time(int64_t wall_ms, int64_t now_ms,
			   char text[WORDS_SIZE])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	time_t today = (time_t)(now_ms / 1000);
	struct tm local, now;

	localtime_r(&seconds, &local);
	localtime_r(&today, &now);
	if (local.tm_year == now.tm_year && local.tm_yday == now.tm_yday)
		return words_time(wall_ms, text);
	return clock_format_minute(wall_ms, text);
}

const char *words_age(int64_t ms, char text[WORDS_SIZE])
{
	int64_t seconds = ms < 0 ? 0 : ms / 1000;
	int64_t days = seconds / 86400;

	if (days)
		snprintf(text, WORDS_SIZE, "%lld day%s", (long long)days,
			 days == 1 ? "" : "s");
	else if (seconds >= 3600)
		snprintf(text, WORDS_SIZE, "%lld h",
			 (long long)(seconds / 3600));
	else if (seconds >= 60)
		snprintf(text, WORDS_SIZE, "%lld min",
			 (long long)(seconds / 60));
	else
		snprintf(text, WORDS_SIZE, "%lld s", (long long)seconds);
	return text;
}

const char *words_roller(const char *by, const char *person)
{
	if (person && *person)
		return person;
	return str_equal(by, "operator-timeout") ? "the operator timeout"
						 : "the analysis";
}
