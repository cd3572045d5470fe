/* SPDX-License-Identifier: MIT */
#include "ui/testline.h"

#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "base/str.h"

const char *const testline_needles[] = {"not ok", "fail",  "error",
					"xpass",  "*** [", NULL};

/* Where a word stands in the line. */
enum place { FIRST, WITHIN, LAST };

static const struct word {
	const char *text;
	enum place place;
	enum testline says;
} words[] = {
	{"ok ", FIRST, TESTLINE_PASSED},
	{"not ok ", FIRST, TESTLINE_FAILED},
	{"PASS: ", FIRST, TESTLINE_PASSED},
	{"XFAIL: ", FIRST, TESTLINE_PASSED},
	{"SKIP: ", FIRST, TESTLINE_PASSED},
	{"FAIL: ", FIRST, TESTLINE_FAILED},
	{"XPASS: ", FIRST, TESTLINE_FAILED},
	{"ERROR: ", FIRST, TESTLINE_FAILED},
	{"PASS ", FIRST, TESTLINE_PASSED},
	{"FAIL ", FIRST, TESTLINE_FAILED},
	{"FAIL\t", FIRST, TESTLINE_FAILED},
	{"[ RUN      ]", FIRST, TESTLINE_BEGUN},
	{"[       OK ]", FIRST, TESTLINE_PASSED},
	{"[  SKIPPED ]", FIRST, TESTLINE_PASSED},
	{"[  FAILED  ]", FIRST, TESTLINE_FAILED},
	{"[  ERROR   ]", FIRST, TESTLINE_FAILED},
	{"=== RUN ", FIRST, TESTLINE_BEGUN},
	{"--- PASS: ", FIRST, TESTLINE_PASSED},
	{"--- SKIP: ", FIRST, TESTLINE_PASSED},
	{"--- FAIL: ", FIRST, TESTLINE_FAILED},
	{"FAILED ", FIRST, TESTLINE_FAILED},
	{"ERROR ", FIRST, TESTLINE_FAILED},
	{" ... ok", LAST, TESTLINE_PASSED},
	{" ... FAILED", LAST, TESTLINE_FAILED},
	{"***Failed", WITHIN, TESTLINE_FAILED},
	{"***Exception", WITHIN, TESTLINE_FAILED},
	{"error: ", FIRST, TESTLINE_FAILED},
	{"error[", FIRST, TESTLINE_FAILED},
	{": error: ", WITHIN, TESTLINE_FAILED},
	{": fatal error: ", WITHIN, TESTLINE_FAILED},
	{": *** [", WITHIN, TESTLINE_FAILED},
};

/* Bytes of a line that are looked at. */
#define SHOWN 400

/* The beginning of the line without colours and indentation. */
static size_t plain(const char *text, size_t len, char out[SHOWN + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < SHOWN; i++) {
		size_t skip =
			text[i] == '\033' ? sgr_length(text + i, len - i) : 0;

		if (skip)
			i += skip - 1;
		else if (n || (text[i] != ' ' && text[i] != '\t'))
			out[n++] = text[i] ? text[i] : '?';
	}
	while (n && (out[n - 1] == '\r' || out[n - 1] == ' '))
		n--;
	out[n] = '\0';
	return n;
}

static bool says(const struct word *word, const char *line)
{
	switch (word->place) {
	case FIRST:
		return *line == *word->text && starts_with(line, word->text);
	case WITHIN:
		return strstr(line, word->text);
	case LAST:
		break;
	}
	return ends_with(line, word->text);
}

/* A failed one that was expected to: "not ok 3 - it # TODO later". */
static bool is_excused(const char *line)
{
	return starts_with(line, "not ok ") &&
	       (strstr(line, "# TODO") || strstr(line, "# SKIP") ||
		strstr(line, "# todo") || strstr(line, "# skip"));
}

enum testline testline_of(const char *text, size_t len)
{
	char line[SHOWN + 1];

	if (!plain(text, len, line))
		return TESTLINE_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (says(&words[i], line))
			return is_excused(line) ? TESTLINE_PASSED
						: words[i].says;
	return TESTLINE_NONE;
}

bool testline_is_output(const char *text, size_t len)
{
	if (!len || (*text != ' ' && *text != '\t' && *text != '#'))
		return false;
	return testline_of(text, len) == TESTLINE_NONE;
}
