/* SPDX-License-Identifier: MIT */
#include "ui/speak.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/printable.h"

#define SOON_MS (300 * 24 * 60 * 60 * (int64_t)1000)

static const struct {
	const char *sign, *spoken;
} signs[] = {
	{"   err ", ", errors "},
	{" -> ", " to "},
	{" > ", " over "},
	{" >= ", " at least "},
	{" < ", " under "},
	{" <= ", " at most "},
	{" | ", ", "},
	{"/s ", " a second "},
	{"/s,", " a second,"},
};

static const struct {
	const char *unit, *one, *many;
} units[] = {
	{"%", " percent", " percent"}, {"ms", " millisecond", " milliseconds"},
	{"s", " second", " seconds"},  {"min", " minute", " minutes"},
	{"m", " minute", " minutes"},  {"h", " hour", " hours"},
	{"d", " day", " days"},
};

/* A time of day follows them. */
static const char *const of_clocks[] = {"at",	"since", "until",
					"from", "by",	 "of"};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c > 127;
}

/* Whether a word may begin there. */
static bool begins(const char *text, const char *at)
{
	return at == text || (!is_word(at[-1]) && !strchr("-./:+#[^", at[-1]));
}

/* A count of things, "0 minutes" not among them. */
static void add_count(struct str *out, long count, const char *thing)
{
	if (count)
		str_addf(out, "%s%ld %s%s", out->len ? " " : "", count, thing,
			 count == 1 ? "" : "s");
}

static void add_parts(struct str *out, long hours, long minutes, long seconds)
{
	struct str text = STR_INIT;

	add_count(&text, hours, "hour");
	add_count(&text, minutes, "minute");
	if (!hours && minutes && seconds)
		str_addf(&text, " %ld", seconds);
	else if (!hours && !minutes)
		str_addf(&text, "%ld second%s", seconds,
			 seconds == 1 ? "" : "s");
	str_add(out, text.data);
	str_release(&text);
}

void speak_duration(int64_t ms, struct str *out)
{
	long seconds = (long)((ms + 500) / 1000);
	char text[CLOCK_TEXT_SIZE];

	if (ms < 100)
		str_addf(out,
			 ms == 1 ? "%lld millisecond" : "%lld milliseconds",
			 (long long)(ms < 0 ? 0 : ms));
	else if (ms < 9950)
		speak(duration_format(ms, text), out);
	else
		add_parts(out, seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* Whether what stands there is told after a word that times follow. */
static bool is_clock(const char *text, const char *at)
{
	const char *end = at;
	const char *word;

	if (at == text)
		return true;
	while (end > text && end[-1] == ' ')
		end--;
	for (word = end; word > text && is_word(word[-1]);)
		word--;
	for (size_t i = 0; i < ARRAY_SIZE(of_clocks); i++)
		if (strlen(of_clocks[i]) == (size_t)(end - word) &&
		    strncmp(of_clocks[i], word, (size_t)(end - word)) == 0)
			return true;
	return false;
}

/* Two digits after a colon. */
static bool has_part(const char *at)
{
	return at[0] == ':' && isdigit((unsigned char)at[1]) &&
	       isdigit((unsigned char)at[2]) && !isdigit((unsigned char)at[3]);
}

/* "2:10", "1:55:29". Returns the bytes used, 0: it is none. */
static size_t take_time(const char *text, const char *at, struct str *out)
{
	size_t len = strspn(at, "0123456789");
	bool hours;

	if (!len || len > 3 || !begins(text, at) || !has_part(at + len))
		return 0;
	hours = has_part(at + len + 3);
	if (is_word(at[len + (hours ? 6 : 3)]))
		return 0;
	if (is_clock(text, at))
		str_add_bytes(out, at, len + (hours ? 6 : 3));
	else if (hours)
		add_parts(out, atol(at), atol(at + len + 1), 0);
	else
		add_parts(out, 0, atol(at), atol(at + len + 1));
	return len + (hours ? 6 : 3);
}

/* A word does, and does not only look so: "5d-old", "3s.txt". */
static bool ends(const char *at)
{
	return !is_word(*at) &&
	       !(*at && strchr("/-:'.", *at) && at[1] && at[1] != ' ');
}

/* "25 %", "0.3 s", "10m". */
static size_t take_measure(const char *text, const char *at, struct str *out)
{
	size_t len = strspn(at, "0123456789,.");
	size_t gap, shown;

	if (!isdigit((unsigned char)*at) || !begins(text, at))
		return 0;
	gap = at[len] == ' ';
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		const char *unit = units[i].unit;
		const char *end = at + len + gap + strlen(unit);

		if (strncmp(at + len + gap, unit, strlen(unit)) != 0 ||
		    (isalpha((unsigned char)*unit) && !ends(end)))
			continue;
		/* "9.0 s" is heard as 9. */
		shown = len > 2 && strncmp(at + len - 2, ".0", 2) == 0 ? len - 2
								       : len;
		str_add_bytes(out, at, shown);
		str_add(out, shown == 1 && *at == '1' ? units[i].one
						      : units[i].many);
		return (size_t)(end - at);
	}
	return 0;
}

/* "src/pay.c:88" where it stands at the colon; "host:80" is no file. */
static bool is_line(const char *text, const char *at)
{
	const char *begin = at;
	size_t digits = strspn(at + 1, "0123456789");
	bool is_path = false;

	if (*at != ':' || at == text || !isalpha((unsigned char)at[-1]) ||
	    !digits || is_word(at[1 + digits]) || at[1 + digits] == '/')
		return false;
	while (begin > text && !strchr(" (\"'", begin[-1]))
		begin--;
	for (const char *c = begin; c < at; c++) {
		if (strncmp(c, "://", 3) == 0)
			return false;
		is_path = is_path || *c == '.' || *c == '/';
	}
	return is_path;
}

static size_t take_sign(const char *text, const char *at, struct str *out)
{
	bool counts = isdigit((unsigned char)at[1]) && begins(text, at);

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		size_t len = strlen(signs[i].sign);

		if (strncmp(at, signs[i].sign, len) != 0)
			continue;
		str_add(out, signs[i].spoken);
		return len;
	}
	if (counts && (*at == '+' || *at == '-')) {
		str_add(out, *at == '+' ? "plus " : "minus ");
		return 1;
	}
	if (counts && *at == '#')
		return 1;
	if (is_line(text, at)) {
		str_add(out, " line ");
		return 1;
	}
	if (strncmp(at, "FAIL", 4) == 0 && begins(text, at) &&
	    !is_word(at[4])) {
		str_add(out, "FAILED");
		return 4;
	}
	return 0;
}

/* Columns are heard apart. */
static size_t take_spaces(const char *at, struct str *out)
{
	size_t len = strspn(at, " ");
	char last = out->len ? out->data[out->len - 1] : ' ';

	if (len >= 3 && at[len] && last != ' ' && !ispunct((unsigned char)last))
		str_add(out, ", ");
	else if (at[len] && last != ' ')
		str_add_char(out, ' ');
	return len;
}

void speak(const char *text, struct str *out)
{
	struct str clean = STR_INIT;
	size_t used;

	str_add_printable(&clean, text, strlen(text), false);
	for (const char *at = clean.data; *at; at += used) {
		used = take_sign(clean.data, at, out);
		if (!used)
			used = take_time(clean.data, at, out);
		if (!used)
			used = take_measure(clean.data, at, out);
		if (used)
			continue;
		used = 1;
		if (*at != ' ')
			str_add_char(out, *at);
		else
			used = take_spaces(at, out);
	}
	str_release(&clean);
}

void speak_moment(int64_t ms, int64_t now_ms, struct str *out)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text),
		 now_ms - ms < SOON_MS ? "%d %b at %H:%M" : "%d %b %Y", &tm);
	str_add(out, text);
}
