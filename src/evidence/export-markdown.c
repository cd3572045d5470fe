/* SPDX-License-Identifier: MIT */
/* Markdown: what a person reads in a pull request. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/printable.h"
#include "evidence/export.h"

/* A list leaves so much for what comes behind it. */
#define LIST_BYTES 10000
#define TEXT_BYTES 150
/* Beyond it no other list begins. */
#define BEGIN_BYTES 40000

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* One that has words on both sides formats nothing. */
static bool is_inside(const char *text, size_t at)
{
	size_t next = at;

	while (text[next] == '_')
		next++;
	while (at && text[at] == '_')
		at--;
	return is_word(text[at]) && is_word(text[next]);
}

/* Whether Markdown, or a host of code, would take it for more than it is:
 * format, link, or call a person. */
static bool acts(const char *text, size_t at)
{
	char next = text[at] ? text[at + 1] : '\0';

	switch (text[at]) {
	case '_':
		return !is_inside(text, at);
	case ':':
		return next == '/';
	case '.':
		return at >= 3 && strncasecmp(text + at - 3, "www", 3) == 0;
	case '#':
		return !at || (next >= '0' && next <= '9');
	case '>':
		return !at;
	case '<':
		return is_word(next) || (next && strchr("/!?", next));
	case '&':
		return is_word(next) || next == '#';
	case '\\':
		return next && !is_word(next) && next != ' ';
	default:
		return text[at] && strchr("@|`*[]~$", text[at]);
	}
}

/* As plain words, which a person reads in a terminal as well. */
static void add_text(struct str *out, const char *text)
{
	char *shown = export_text(text);
	size_t len = strlen(shown);

	for (size_t at = 0; at < len;) {
		int32_t c;
		size_t used = utf8_decode(shown + at, len - at, &c);

		if (at + used > TEXT_BYTES) {
			str_add(out, "...");
			break;
		}
		if (acts(shown, at))
			str_addf(out, "&#%d;", (int)c);
		else
			str_add_bytes(out, shown + at, used);
		at += used;
	}
	free(shown);
}

static void add_cell(struct str *out, const char *text)
{
	str_add(out, " ");
	add_text(out, text);
	str_add(out, " |");
}

/* Begins a row, unless the list has had its share. */
struct list {
	struct str *out;
	size_t end;
	size_t shown, left;
};

static struct list list_begin(struct str *out)
{
	return (struct list){out, out->len + LIST_BYTES, 0, 0};
}

static bool list_takes(struct list *list)
{
	if (list->out->len >= list->end) {
		list->left++;
		return false;
	}
	list->shown++;
	return true;
}

static void list_end(struct list *list)
{
	if (list->left)
		str_addf(list->out, "\nand %zu more\n", list->left);
}

/* Passed, failed and skipped; how many of the passed are flaky. */
static uint64_t count_tests(const struct kept *kept, uint64_t counts[3])
{
	uint64_t flaky = 0;

	for (size_t i = 0; i < kept->test_count; i++) {
		const struct kept_test *test = &kept->tests[i];
		bool passed = test->outcome == TEST_PASSED;

		counts[export_is_bad(test) ? 1 : passed ? 0 : 2]++;
		flaky += passed && test->flaky;
	}
	return flaky;
}

static void add_tests_cell(struct str *out, const struct export_stage *stage)
{
	uint64_t counts[3] = {0, 0, 0};
	uint64_t flaky = count_tests(&stage->kept, counts);

	if (stage->kept.test_count)
		str_addf(out, " %" PRIu64 " ok", counts[0]);
	if (flaky)
		str_addf(out, " (%" PRIu64 " flaky)", flaky);
	if (stage->kept.test_count)
		str_addf(out, ", %" PRIu64 " failed, %" PRIu64 " skipped",
			 counts[1], counts[2]);
	str_add(out, " |");
}

static void add_findings_cell(struct str *out, const struct export_stage *stage)
{
	uint64_t counts[REPORT_SEVERITY_COUNT] = {0};
	uint64_t covered = 0;
	const char *comma = " ";

	for (size_t i = 0; i < stage->kept.finding_count; i++) {
		const struct kept_finding *it = &stage->kept.findings[i];

		if (strcmp(it->state, "open") == 0)
			counts[it->severity]++;
		else
			covered++;
	}
	for (int i = REPORT_SEVERITY_COUNT - 1; i >= 0; i--)
		if (counts[i]) {
			str_addf(out, "%s%" PRIu64 " %s", comma, counts[i],
				 report_severity_name((enum report_severity)i));
			comma = ", ";
		}
	if (covered)
		str_addf(out, "%s%" PRIu64 " not counted", comma, covered);
	str_add(out, " |");
}

static void add_stage(struct str *out, const struct export_stage *stage)
{
	char took[CLOCK_TEXT_SIZE] = "";

	str_add(out, "|");
	add_cell(out, stage->name);
	str_addf(out, " %s%s%s |", stage->bad ? "**" : "", stage->state,
		 stage->bad ? "**" : "");
	add_tests_cell(out, stage);
	add_findings_cell(out, stage);
	if (stage->ms)
		duration_format(stage->ms, took);
	add_cell(out, took);
	str_add(out, " ");
	add_text(out, stage->reason);
	str_add(out, *stage->reason && stage->why ? "; " : "");
	add_text(out, stage->why);
	str_add(out, " |\n");
}

static void add_stages(struct str *out, const struct export_run *run)
{
	struct list list = list_begin(out);

	str_add(out, "\n| Stage | Outcome | Tests | Open findings | Time | "
		     "Why |\n|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < run->count; i++)
		if (list_takes(&list))
			add_stage(out, &run->stages[i]);
	list_end(&list);
}

static void add_failed(struct str *out, const struct export_run *run)
{
	struct list list = list_begin(out);

	for (size_t i = 0; i < run->count; i++) {
		const struct export_stage *stage = &run->stages[i];

		for (size_t j = 0; j < stage->kept.test_count; j++) {
			const struct kept_test *test = &stage->kept.tests[j];

			if (!export_is_bad(test) || !list_takes(&list))
				continue;
			if (list.shown == 1)
				str_add(out, "\n## Failed tests\n\n"
					     "| Stage | Test | Message |\n"
					     "|---|---|---|\n");
			str_add(out, "|");
			add_cell(out, stage->name);
			add_cell(out, test->name);
			add_cell(out, test->message);
			str_add(out, "\n");
		}
	}
	list_end(&list);
}

/* What nobody granted is no exception. */
static void add_suppression(struct str *out, const char *why)
{
	char *text = xasprintf("none, suppressed by the report%s%s",
			       why ? ": " : "", why ? why : "");

	add_cell(out, text);
	free(text);
}

static void add_finding(struct str *out, const struct export_stage *stage,
			const struct kept_finding *it)
{
	char *place = export_place(it);

	str_addf(out, "| %s |", report_severity_name(it->severity));
	add_cell(out, stage->name);
	add_cell(out, it->id);
	add_cell(out, place);
	add_cell(out, it->title);
	if (it->exception)
		add_cell(out, it->exception);
	else if (strcmp(it->state, "open") == 0)
		str_add(out,
			export_fails(stage, it) ? " **none** |" : " none |");
	else if (strcmp(it->state, "suppressed") == 0)
		add_suppression(out, it->suppression);
	else
		add_cell(out, it->state);
	str_add(out, "\n");
	free(place);
}

/* Open ones, the worst first; then those that do not count. */
static void add_findings(struct str *out, const struct export_run *run,
			 bool open)
{
	struct list list = list_begin(out);

	for (int s = REPORT_SEVERITY_COUNT - 1; s >= 0; s--)
		for (size_t i = 0; i < run->count; i++) {
			const struct kept *kept = &run->stages[i].kept;

			for (size_t j = 0; j < kept->finding_count; j++) {
				const struct kept_finding *it =
					&kept->findings[j];

				if ((int)it->severity != s ||
				    (strcmp(it->state, "open") == 0) != open ||
				    !list_takes(&list))
					continue;
				if (list.shown == 1)
					str_addf(out,
						 "\n## %s\n\n| Severity | "
						 "Stage | Finding | Where | "
						 "What | Exception |\n"
						 "|---|---|---|---|---|---|\n",
						 open ? "Open findings"
						      : "Not counted");
				add_finding(out, &run->stages[i], it);
			}
		}
	list_end(&list);
}

/* What else its reports say: what a plan destroys, what is covered. */
static void add_others(struct str *out, const struct export_run *run)
{
	struct list list = list_begin(out);

	for (size_t i = 0; i < run->count; i++) {
		char *text = export_others(&run->stages[i]);

		if (*text && list_takes(&list)) {
			str_add(out, "\n");
			add_text(out, run->stages[i].name);
			str_add(out, ": ");
			add_text(out, text);
			str_add(out, "\n");
		}
		free(text);
	}
	list_end(&list);
}

void export_markdown(const struct export_run *run, struct str *out)
{
	size_t begin = out->len;

	str_add(out, "# ");
	add_text(out, run->pipeline);
	str_addf(out, " run %" PRId64 " %s\n\n", run->number, run->state);
	add_text(out, run->text);
	str_add(out, "\n\nCommit ");
	add_text(out, run->commit);
	str_add(out, " ");
	add_text(out, run->subject);
	str_add(out, "\n");
	add_stages(out, run);
	add_others(out, run);
	add_failed(out, run);
	add_findings(out, run, true);
	if (out->len - begin < BEGIN_BYTES)
		add_findings(out, run, false);
}
