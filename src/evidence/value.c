/* SPDX-License-Identifier: MIT */
#include "evidence/value.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

enum report_severity severity_of_word(const char *word)
{
	static const struct {
		const char *word;
		enum report_severity severity;
	} words[] = {
		{"critical", REPORT_SEVERITY_CRITICAL},
		{"high", REPORT_SEVERITY_HIGH},
		{"medium", REPORT_SEVERITY_MEDIUM},
		{"moderate", REPORT_SEVERITY_MEDIUM},
		{"low", REPORT_SEVERITY_LOW},
		{"minor", REPORT_SEVERITY_LOW},
		{"info", REPORT_SEVERITY_INFO},
		{"informational", REPORT_SEVERITY_INFO},
		{"negligible", REPORT_SEVERITY_INFO},
		{"none", REPORT_SEVERITY_INFO},
	};

	for (size_t i = 0; word && i < ARRAY_SIZE(words); i++)
		if (strcasecmp(word, words[i].word) == 0)
			return words[i].severity;
	return REPORT_SEVERITY_UNKNOWN;
}

enum report_severity severity_of_score(double score)
{
	if (score >= 9)
		return REPORT_SEVERITY_CRITICAL;
	if (score >= 7)
		return REPORT_SEVERITY_HIGH;
	if (score >= 4)
		return REPORT_SEVERITY_MEDIUM;
	return score > 0 ? REPORT_SEVERITY_LOW : REPORT_SEVERITY_INFO;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "e-05" at the end; false when it is none. */
static bool read_exponent(const char *text, const char *end, int *exponent)
{
	bool minus = false;

	if (++text < end && (*text == '-' || *text == '+'))
		minus = *text++ == '-';
	if (text == end || end - text > 3)
		return false;
	for (*exponent = 0; text < end; text++) {
		if (!is_digit(*text))
			return false;
		*exponent = *exponent * 10 + (*text - '0');
	}
	if (minus)
		*exponent = -*exponent;
	return true;
}

/* Exact up to 10^22. */
static double power_of_ten(int exponent)
{
	double power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

bool text_number(const char *text, size_t len, double *number)
{
	const char *end = text + len;
	double value = 0;
	int scale = 0;
	int exponent = 0;
	size_t digits = 0;
	bool minus;

	while (text < end && strchr(" \t\r\n", *text))
		text++;
	while (end > text && strchr(" \t\r\n", end[-1]))
		end--;
	minus = text < end && *text == '-';
	if (text < end && (*text == '-' || *text == '+'))
		text++;
	for (bool point = false; text < end; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (!is_digit(*text))
			break;
		value = value * 10 + (*text - '0');
		scale -= point;
		if (++digits > 40)
			return false;
	}
	if (!digits)
		return false;
	if (text < end && ((*text != 'e' && *text != 'E') ||
			   !read_exponent(text, end, &exponent)))
		return false;
	/* One division or multiplication by an exact power keeps 6.9 6.9. */
	scale += exponent;
	value = scale < 0 ? value / power_of_ten(-scale)
			  : value * power_of_ten(scale);
	*number = minus ? -value : value;
	return isfinite(value);
}
