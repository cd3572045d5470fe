/* SPDX-License-Identifier: MIT */
#include "base/number.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define SMALL_MOST 1000000000

char *number_grouped(int64_t value, char text[NUMBER_TEXT_SIZE])
{
	char plain[NUMBER_TEXT_SIZE];
	size_t len;
	size_t used = 0;

	snprintf(plain, sizeof(plain), "%" PRId64, value);
	len = strlen(plain);
	for (size_t i = 0; i < len; i++) {
		text[used++] = plain[i];
		if (plain[i] != '-' && i + 1 < len && (len - i - 1) % 3 == 0)
			text[used++] = ',';
	}
	text[used] = '\0';
	return text;
}

char *number_bytes(int64_t bytes, char text[NUMBER_TEXT_SIZE])
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, NUMBER_TEXT_SIZE, "%" PRId64 " B", bytes);
		return text;
	}
	for (; value >= 1023.5 && unit + 1 < ARRAY_SIZE(units); unit++)
		value /= 1024;
	snprintf(text, NUMBER_TEXT_SIZE, value < 9.95 ? "%.1f %s" : "%.0f %s",
		 value, units[unit]);
	return text;
}

char *number_real(double value, int decimals, char text[NUMBER_TEXT_SIZE])
{
	size_t len;

	if (!isfinite(value))
		return strcpy(text, "?");
	len = (size_t)snprintf(text, NUMBER_TEXT_SIZE, "%.*f", decimals,
			       fabs(value) < 1e15 ? value : 1e15);
	if (!strchr(text, '.'))
		return text;
	while (text[len - 1] == '0')
		text[--len] = '\0';
	if (text[len - 1] == '.')
		text[len - 1] = '\0';
	return text;
}

bool number_decimal(const char *text, double *number, const char **end)
{
	double value = 0;
	double unit = 1;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++)
		value = value * 10 + (*text - '0');
	if (*text == '.' && isdigit((unsigned char)text[1]))
		for (text++; isdigit((unsigned char)*text); text++) {
			value = value * 10 + (*text - '0');
			unit *= 10;
		}
	*number = value / unit;
	*end = text;
	return isfinite(value) && isfinite(unit);
}

int64_t number_sum(int64_t a, int64_t b)
{
	if (b > 0 && a > INT64_MAX - b)
		return INT64_MAX;
	if (b < 0 && a < INT64_MIN - b)
		return INT64_MIN;
	return a + b;
}

int number_small(int64_t value)
{
	if (value > SMALL_MOST)
		return SMALL_MOST;
	return value < -SMALL_MOST ? -SMALL_MOST : (int)value;
}
