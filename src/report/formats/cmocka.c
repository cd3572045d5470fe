/* SPDX-License-Identifier: MIT */
#include "report/formats/cmocka.h"

#include <inttypes.h>
#include <string.h>

#include "report/value.h"

/* Explanations that wait for their test; more are dropped. */
#define UNCLAIMED_MAX 256

void cmocka_init(struct cmocka_reader *cmocka, struct test_sink *sink)
{
	*cmocka = (struct cmocka_reader){.sink = sink};
	str_init(&cmocka->name);
	str_init(&cmocka->explanation);
}

void cmocka_release(struct cmocka_reader *cmocka)
{
	str_release(&cmocka->name);
	str_release(&cmocka->explanation);
	strings_release(&cmocka->unclaimed);
}

/* The text after a tag such as "[ RUN      ] ", or NULL. */
static const char *after(const char *line, size_t len, const char *tag,
			 size_t *rest)
{
	const char *text = text_after(line, len, tag);

	if (text)
		*rest = len - strlen(tag);
	return text;
}

/* "3 test(s)SUFFIX" with perhaps "group: " or a word before the number. */
static bool read_count(const char *text, size_t len, const char *word,
		       uint64_t *count)
{
	const char *found = memmem(text, len, word, strlen(word));
	const char *at = found;

	if (!found)
		return false;
	*count = 0;
	while (at > text && at[-1] >= '0' && at[-1] <= '9')
		at--;
	if (at == found || found - at > 9)
		return false;
	while (at < found)
		*count = *count * 10 + (uint64_t)(*at++ - '0');
	return true;
}

static bool is_name(const struct cmocka_reader *cmocka, const char *text,
		    size_t len)
{
	len = text_cut(text, len, REPORT_NAME_MAX);
	return cmocka->running && cmocka->name.len == len &&
	       memcmp(cmocka->name.data, text, len) == 0;
}

/* The oldest explanation that nobody claimed, when this test has none. */
static void claim_explanation(struct cmocka_reader *cmocka)
{
	if (cmocka->explanation.len ||
	    cmocka->claimed >= cmocka->unclaimed.count)
		return;
	str_add(&cmocka->explanation,
		cmocka->unclaimed.items[cmocka->claimed++]);
}

static void end_test(struct cmocka_reader *cmocka, enum test_outcome outcome)
{
	if (!cmocka->running)
		return;
	cmocka->running = false;
	if (outcome == TEST_FAILED)
		claim_explanation(cmocka);
	sink_begin(cmocka->sink, outcome, cmocka->name.data, cmocka->name.len);
	sink_explain_lines(cmocka->sink, cmocka->explanation.data);
	str_clear(&cmocka->explanation);
	sink_settle(cmocka->sink);
}

/* RUN, and then neither OK nor FAILED: the set-up failed, which cmocka says
 * on its standard error alone. */
static void end_without_result(struct cmocka_reader *cmocka)
{
	if (!cmocka->running)
		return;
	if (!cmocka->explanation.len)
		str_add(&cmocka->explanation,
			"it has no result: its set-up may have failed");
	end_test(cmocka, TEST_ERROR);
}

static void close_group(struct cmocka_reader *cmocka)
{
	struct report *report = &cmocka->sink->report;

	if (!cmocka->open)
		return;
	cmocka->open = false;
	cmocka->groups++;
	if (cmocka->seen == cmocka->expected)
		return;
	report_fail(report,
		    "a group of %" PRIu64 " tests ran %" PRIu64 " of them",
		    cmocka->expected, cmocka->seen);
	if (cmocka->seen < cmocka->expected)
		report_count_unfinished(report,
					cmocka->expected - cmocka->seen);
}

static void cut_short(struct cmocka_reader *cmocka)
{
	if (cmocka->open)
		report_fail(&cmocka->sink->report,
			    "a group of tests was cut short: cmocka did not "
			    "write \"test(s) run\"");
	if (cmocka->running)
		str_add(&cmocka->explanation,
			"the program ended in the middle of it");
	end_test(cmocka, TEST_UNFINISHED);
	close_group(cmocka);
}

static void open_group(struct cmocka_reader *cmocka, uint64_t count)
{
	cut_short(cmocka);
	cmocka->open = true;
	cmocka->expected = count;
	cmocka->seen = 0;
}

static void take_group(struct cmocka_reader *cmocka, const char *text,
		       size_t len)
{
	uint64_t count;

	if (read_count(text, len, " test(s) run.", &count)) {
		end_without_result(cmocka);
		close_group(cmocka);
	} else if (memmem(text, len, "Running ", 8) &&
		   read_count(text, len, " test(s)", &count)) {
		open_group(cmocka, count);
	}
}

static void shelve_explanation(struct cmocka_reader *cmocka)
{
	if (cmocka->unclaimed.count < UNCLAIMED_MAX)
		strings_add(&cmocka->unclaimed, cmocka->explanation.data);
	str_clear(&cmocka->explanation);
}

static void take_run(struct cmocka_reader *cmocka, const char *name, size_t len)
{
	end_without_result(cmocka);
	if (cmocka->explanation.len)
		shelve_explanation(cmocka);
	cmocka->running = true;
	cmocka->seen++;
	str_clear(&cmocka->name);
	str_add_bytes(&cmocka->name, name,
		      text_cut(name, len, REPORT_NAME_MAX));
	if (cmocka->open)
		return;
	report_fail(&cmocka->sink->report,
		    "a test ran outside any group: the line \"Running N "
		    "test(s)\" is missing");
}

static void add_explanation(struct cmocka_reader *cmocka, const char *text,
			    size_t len)
{
	struct str *to = &cmocka->explanation;

	if (to->len + len + 1 > REPORT_MESSAGE_MAX)
		return;
	if (to->len)
		str_add_char(to, '\n');
	str_add_bytes(to, text, len);
}

/* "--- text", or the name of a test whose set-up failed. */
static void take_error(struct cmocka_reader *cmocka, const char *text,
		       size_t len)
{
	if (len > 4 && memcmp(text, "--- ", 4) == 0) {
		add_explanation(cmocka, text + 4, len - 4);
		cmocka->explaining = true;
		return;
	}
	if (is_name(cmocka, text, len))
		end_without_result(cmocka);
}

static void take_location(struct cmocka_reader *cmocka, const char *text,
			  size_t len)
{
	if (len > 4 && memcmp(text, "--- ", 4) == 0)
		add_explanation(cmocka, text + 4, len - 4);
	if (!cmocka->running)
		shelve_explanation(cmocka);
}

/* Its own result, not a line of the summary on standard error. */
static void take_result(struct cmocka_reader *cmocka, const char *text,
			size_t len, enum test_outcome outcome)
{
	if (is_name(cmocka, text, len))
		end_test(cmocka, outcome);
	else if (outcome == TEST_FAILED && len >= 6 &&
		 memcmp(text, "GROUP ", 6) == 0)
		report_fail(&cmocka->sink->report, "cmocka: %.*s failed",
			    (int)text_cut(text, len, REPORT_WORD_MAX), text);
}

/* A memory dump goes on below its first line, up to an empty one. */
static void take_untagged(struct cmocka_reader *cmocka, const char *line,
			  size_t len)
{
	const char *text;
	size_t rest;

	if (!len)
		cmocka->explaining = false;
	else if (cmocka->explaining)
		add_explanation(cmocka, line, len);
	else if (cmocka->running &&
		 (text = after(line, len, "Could not run test: ", &rest)))
		add_explanation(cmocka, text, rest);
}

void cmocka_line(struct cmocka_reader *cmocka, const char *line, size_t len)
{
	const char *text;
	size_t rest;

	if (!len || *line != '[') {
		take_untagged(cmocka, line, len);
		return;
	}
	cmocka->explaining = false;
	if ((text = after(line, len, "[==========] ", &rest)))
		take_group(cmocka, text, rest);
	else if ((text = after(line, len, "[ RUN      ] ", &rest)))
		take_run(cmocka, text, rest);
	else if ((text = after(line, len, "[       OK ] ", &rest)))
		take_result(cmocka, text, rest, TEST_PASSED);
	else if ((text = after(line, len, "[  FAILED  ] ", &rest)))
		take_result(cmocka, text, rest, TEST_FAILED);
	else if ((text = after(line, len, "[  SKIPPED ] ", &rest)))
		take_result(cmocka, text, rest, TEST_SKIPPED);
	else if ((text = after(line, len, "[  ERROR   ] ", &rest)))
		take_error(cmocka, text, rest);
	else if ((text = after(line, len, "[   LINE   ] ", &rest)))
		take_location(cmocka, text, rest);
}

void cmocka_finish(struct cmocka_reader *cmocka)
{
	cut_short(cmocka);
}

bool cmocka_is_sign(const char *line, size_t len)
{
	size_t rest;

	return after(line, len, "[==========] ", &rest) ||
	       after(line, len, "[ RUN      ] ", &rest);
}
