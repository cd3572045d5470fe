/* SPDX-License-Identifier: MIT */
#include "report/formats/tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "report/formats/tap-yaml.h"

/* Numbers above it are no plan and no id that a program writes. */
#define NUMBER_MAX 1000000000000u
/* Duplicates are looked for among ids up to this, and in 64 a test and these
 * to begin with: one id alone must not take much room. */
#define IDS_MAX (1u << 20)
#define IDS_FIRST 64

struct point {
	bool ok;
	bool has_id;
	uint64_t id;
	enum test_outcome outcome;
	const char *name;
	size_t name_len;
	const char *reason; /* of a directive */
	size_t reason_len;
};

void tap_init(struct tap_reader *tap, struct test_sink *sink)
{
	*tap = (struct tap_reader){.sink = sink};
}

void tap_release(struct tap_reader *tap)
{
	free(tap->ids);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t skip_spaces(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && is_space(text[n]))
		n++;
	return n;
}

/* Bytes of the number at text, 0 when there is none or it is too large. */
static size_t read_number(const char *text, size_t len, uint64_t *number)
{
	size_t n = 0;

	*number = 0;
	while (n < len && is_digit(text[n])) {
		*number = *number * 10 + (uint64_t)(text[n++] - '0');
		if (*number > NUMBER_MAX)
			*number = NUMBER_MAX + 1;
	}
	return n;
}

/* "1..N", "1..N # reason"; *reason is NULL without one. */
static bool read_plan(const char *line, size_t len, uint64_t *plan,
		      const char **reason)
{
	size_t at = 3;
	size_t digits;

	*reason = NULL;
	if (len < 4 || memcmp(line, "1..", 3) != 0)
		return false;
	digits = read_number(line + at, len - at, plan);
	if (!digits || *plan > NUMBER_MAX)
		return false;
	at += digits;
	at += skip_spaces(line + at, len - at);
	if (at < len && line[at] != '#')
		return false;
	if (at + 1 < len)
		*reason = line + at + 1 +
			  skip_spaces(line + at + 1, len - at - 1);
	if (*reason == line + len)
		*reason = NULL;
	return true;
}

/* "ok" or "not ok" as a word: the bytes it takes, or 0. */
static size_t read_status(const char *line, size_t len, bool *ok)
{
	size_t n = 0;

	*ok = true;
	if (len >= 4 && memcmp(line, "not ", 4) == 0) {
		*ok = false;
		n = 4;
	}
	if (len - n < 2 || memcmp(line + n, "ok", 2) != 0)
		return 0;
	n += 2;
	return n == len || is_space(line[n]) ? n : 0;
}

/* Where the directive's '#' is, or len: not escaped, after white space. */
static size_t find_directive(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			i++;
		else if (text[i] == '#' && (!i || is_space(text[i - 1])))
			return i;
	}
	return len;
}

static bool word_begins(const char *text, size_t len, const char *word)
{
	return len >= strlen(word) &&
	       strncasecmp(text, word, strlen(word)) == 0;
}

/* "todos" is none; a colon may follow, as in "SKIP: no such program". */
static bool is_directive(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word);

	return word_begins(text, len, word) &&
	       (len == n || is_space(text[n]) || text[n] == ':');
}

/* What stands after '#': a directive, a time, or nothing of ours. "skipped"
 * is no word of TAP's, so it excuses no failure. */
static void read_directive(struct point *point, const char *text, size_t len)
{
	size_t at = skip_spaces(text, len);

	text += at;
	len -= at;
	if (is_directive(text, len, "todo"))
		point->outcome = TEST_TODO;
	else if (is_directive(text, len, "skip") ||
		 (point->ok && is_directive(text, len, "skipped")))
		point->outcome = TEST_SKIPPED;
	else
		return;
	for (at = 0; at < len && !is_space(text[at]);)
		at++;
	at += skip_spaces(text + at, len - at);
	point->reason = text + at;
	point->reason_len = len - at;
	if (point->name_len)
		return;
	/* cmocka: "not ok 3 # SKIP name" */
	point->name = point->reason;
	point->name_len = point->reason_len;
	point->reason_len = 0;
}

static void trim_name(struct point *point)
{
	const char *name = point->name;
	size_t len = point->name_len;

	while (len && is_space(name[len - 1]))
		len--;
	if (len && *name == '-' && (len == 1 || is_space(name[1]))) {
		size_t dash = 1 + skip_spaces(name + 1, len - 1);

		name += dash;
		len -= dash;
	}
	point->name = name;
	point->name_len = len;
}

static bool read_point(const char *line, size_t len, struct point *point)
{
	size_t at = read_status(line, len, &point->ok);
	size_t digits;
	size_t hash;

	if (!at)
		return false;
	at += skip_spaces(line + at, len - at);
	digits = read_number(line + at, len - at, &point->id);
	point->has_id =
		digits && (at + digits == len || is_space(line[at + digits]));
	if (point->has_id)
		at += digits +
		      skip_spaces(line + at + digits, len - at - digits);
	point->outcome = point->ok ? TEST_PASSED : TEST_FAILED;
	hash = find_directive(line + at, len - at);
	point->name = line + at;
	point->name_len = hash;
	trim_name(point);
	if (at + hash < len)
		read_directive(point, line + at + hash + 1,
			       len - at - hash - 1);
	return true;
}

static bool is_version(const char *line, size_t len)
{
	return len > 12 && memcmp(line, "TAP version ", 12) == 0 &&
	       is_digit(line[12]);
}

static bool is_bail_out(const char *line, size_t len)
{
	return word_begins(line, len, "bail out!");
}

bool tap_is_sign(const char *line, size_t len)
{
	const char *reason;
	uint64_t number;
	bool ok;

	return read_status(line, len, &ok) || is_version(line, len) ||
	       read_plan(line, len, &number, &reason) || is_bail_out(line, len);
}

static void judge_count(struct tap_reader *tap)
{
	struct report *report = &tap->sink->report;

	if (!tap->has_plan)
		report_fail(report,
			    "no plan (a line 1..N) among the TAP after %" PRIu64
			    " tests: the program may have died early",
			    tap->points);
	else if (tap->highest_id > tap->plan)
		report_fail(report,
			    "test %" PRIu64 " is outside the plan 1..%" PRIu64,
			    tap->highest_id, tap->plan);
	else if (tap->points != tap->plan)
		report_fail(report,
			    "the plan says 1..%" PRIu64 ", but %" PRIu64
			    " tests ran",
			    tap->plan, tap->points);
	if (tap->has_plan && tap->points < tap->plan)
		report_count_unfinished(report, tap->plan - tap->points);
}

static void close_document(struct tap_reader *tap)
{
	struct test_sink *sink = tap->sink;

	if (!tap->begun)
		return;
	if (tap->in_yaml || tap->brace)
		report_fail(&sink->report,
			    "the TAP ends inside a test's details");
	sink_settle(sink);
	judge_count(tap);
	free(tap->ids);
	*tap = (struct tap_reader){
		.sink = sink,
		.documents = tap->documents + 1,
		.bailed = tap->bailed,
		.plan_leads = tap->plan_leads,
	};
}

static void take_plan(struct tap_reader *tap, const char *line, size_t len,
		      uint64_t plan, const char *reason)
{
	if (tap->has_plan)
		close_document(tap);
	tap->begun = true;
	tap->has_plan = true;
	tap->plan_first = tap->points == 0;
	tap->plan = plan;
	if (plan || !reason)
		return;
	tap->sink->report.all_skipped = true;
	len -= (size_t)(reason - line);
	report_note(&tap->sink->report, "every test was skipped: %.*s",
		    (int)text_cut(reason, len, REPORT_WORD_MAX), reason);
}

/* An end that was reached, or id 1 again: the next document begins. */
static bool starts_document(const struct tap_reader *tap,
			    const struct point *point)
{
	if (point->has_id && point->id == 1)
		return tap->saw_first;
	if (!tap->has_plan || tap->points < tap->plan)
		return false;
	return !point->has_id || !tap->plan_first;
}

static void note_id(struct tap_reader *tap, uint64_t id)
{
	size_t word = id / 64;

	tap->last_id = id;
	if (id == 1)
		tap->saw_first = true;
	if (id > tap->highest_id)
		tap->highest_id = id;
	if (id >= IDS_MAX || word > tap->points + IDS_FIRST)
		return;
	if (word >= tap->id_words) {
		size_t words = word * 2 + 8;

		tap->ids = xreallocarray(tap->ids, words, sizeof(*tap->ids));
		memset(tap->ids + tap->id_words, 0,
		       (words - tap->id_words) * sizeof(*tap->ids));
		tap->id_words = words;
	}
	if (tap->ids[word] >> (id % 64) & 1)
		report_note(&tap->sink->report,
			    "two tests have the number %" PRIu64, id);
	tap->ids[word] |= (uint64_t)1 << (id % 64);
}

/* "\#" and "\\" are '#' and '\'. */
static void add_unescaped(struct str *name, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len &&
		    (text[i + 1] == '#' || text[i + 1] == '\\'))
			i++;
		str_add_char(name, text[i]);
	}
}

static void begin_test(struct tap_reader *tap, const struct point *point,
		       uint64_t id)
{
	size_t len = text_cut(point->name, point->name_len, REPORT_NAME_MAX);
	struct str name = STR_INIT;

	if (!len) {
		str_addf(&name, "test %" PRIu64, id);
		sink_begin(tap->sink, point->outcome, name.data, name.len);
	} else if (memchr(point->name, '\\', len)) {
		add_unescaped(&name, point->name, len);
		sink_begin(tap->sink, point->outcome, name.data, name.len);
	} else {
		sink_begin(tap->sink, point->outcome, point->name, len);
	}
	sink_explain(tap->sink, point->reason, point->reason_len);
	str_release(&name);
}

/* cmocka's "not ok 0 - group [  FAILED  ] GROUP SETUP" is no test. */
static void take_zero(struct tap_reader *tap, const struct point *point)
{
	sink_settle(tap->sink);
	report_fail(
		&tap->sink->report, "test 0 is outside any plan: %.*s",
		(int)text_cut(point->name, point->name_len, REPORT_WORD_MAX),
		point->name);
}

static void take_point(struct tap_reader *tap, struct point *point)
{
	bool starts = starts_document(tap, point);

	if (tap->plan_leads && (starts || !tap->has_plan))
		return;
	if (starts)
		close_document(tap);
	tap->begun = true;
	if (point->has_id && point->id == 0) {
		take_zero(tap, point);
		return;
	}
	if (!point->has_id)
		point->id = tap->last_id + 1;
	note_id(tap, point->id);
	tap->points++;
	tap->brace = point->name_len > 1 &&
		     point->name[point->name_len - 1] == '{' &&
		     is_space(point->name[point->name_len - 2]);
	begin_test(tap, point, point->id);
}

static void bail_out(struct tap_reader *tap, const char *line, size_t len)
{
	size_t at = strlen("bail out!");

	at += skip_spaces(line + at, len - at);
	tap->bailed = true;
	if (at < len)
		report_fail(&tap->sink->report, "the tests bailed out: %.*s",
			    (int)text_cut(line + at, len - at, REPORT_WORD_MAX),
			    line + at);
	else
		report_fail(&tap->sink->report, "the tests bailed out");
	tap->in_yaml = tap->brace = false;
	close_document(tap);
}

/* cmocka's verdict of a group and a subtest's title explain no test. */
static void take_comment(struct tap_reader *tap, const char *line, size_t len)
{
	size_t at = 1 + skip_spaces(line + 1, len - 1);

	line += at;
	len -= at;
	if (word_begins(line, len, "subtest") ||
	    word_begins(line, len, "not ok - ") ||
	    word_begins(line, len, "ok - "))
		sink_settle(tap->sink);
	else
		sink_explain(tap->sink, line, len);
}

static void take_indented(struct tap_reader *tap, const char *line, size_t len)
{
	size_t at = skip_spaces(line, len);

	if (tap_yaml_opens(tap, line, len))
		return;
	if (is_bail_out(line + at, len - at)) {
		bail_out(tap, line + at, len - at);
		return;
	}
}

/* A line at the left edge that is of TAP's grammar. */
static bool take_line(struct tap_reader *tap, const char *line, size_t len)
{
	struct point point = {0};
	const char *reason;
	uint64_t plan;

	if (read_point(line, len, &point)) {
		take_point(tap, &point);
	} else if (read_plan(line, len, &plan, &reason)) {
		sink_settle(tap->sink);
		take_plan(tap, line, len, plan, reason);
	} else if (is_version(line, len)) {
		if (tap->points || tap->has_plan)
			close_document(tap);
		tap->begun = true;
	} else if (is_bail_out(line, len)) {
		bail_out(tap, line, len);
	} else {
		return false;
	}
	return true;
}

void tap_line(struct tap_reader *tap, const char *line, size_t len, bool ended)
{
	if (tap->bailed || !len)
		return;
	if (tap->in_yaml && tap_yaml_line(tap, line, len))
		return;
	switch (*line) {
	case ' ':
	case '\t':
		take_indented(tap, line, len);
		return;
	case '#':
		take_comment(tap, line, len);
		return;
	case '}':
		tap->brace &= !ended;
		return;
	case 'o':
	case 'n':
	case '1':
	case 'T':
	case 'B':
	case 'b':
		if (take_line(tap, line, len) && !ended)
			report_fail(&tap->sink->report,
				    "the last line has no end, so the TAP "
				    "may be cut short: end it with a newline");
	}
}

void tap_finish(struct tap_reader *tap)
{
	close_document(tap);
}
