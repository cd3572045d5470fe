/* SPDX-License-Identifier: MIT */
#include "report/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

#define WHITE " \t\r\n"

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

/* "12" and "0.004", which nearly all are: as exact as strtod(), since both
 * parts of the division are. */
static bool short_number(const char *text, size_t len, double *number)
{
	static const double tens[] = {1e0,  1e1,  1e2,	1e3, 1e4,  1e5,
				      1e6,  1e7,  1e8,	1e9, 1e10, 1e11,
				      1e12, 1e13, 1e14, 1e15};
	size_t decimals = 0;
	uint64_t whole = 0;
	bool point = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.' && !point && i) {
			point = true;
			continue;
		}
		if (text[i] < '0' || text[i] > '9')
			return false;
		whole = whole * 10 + (uint64_t)(text[i] - '0');
		decimals += point;
	}
	*number = (double)whole / tens[decimals];
	return text[len - 1] != '.';
}

bool text_number(const char *text, size_t len, double *number)
{
	char copy[64];
	char *end;

	for (; len && strchr(WHITE, *text); text++)
		len--;
	while (len && strchr(WHITE, text[len - 1]))
		len--;
	/* strtod() alone knows names and other bases as well. */
	if (!len || len >= sizeof(copy))
		return false;
	if (len <= 15 && short_number(text, len, number))
		return true;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (strspn(copy, "+-.0123456789eE") != len)
		return false;
	*number = strtod(copy, &end);
	return !*end && isfinite(*number);
}

const char *text_after(const char *text, size_t len, const char *head)
{
	size_t head_len = strlen(head);

	return len >= head_len && memcmp(text, head, head_len) == 0
		       ? text + head_len
		       : NULL;
}
