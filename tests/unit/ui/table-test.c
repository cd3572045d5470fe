/* SPDX-License-Identifier: MIT */
/* What reports say, as tables. */
#include "story.h"

#include <time.h>

#include "evidence/kept.h"
#include "support/folder.h"
#include "ui/dialog.h"
#include "ui/input.h"
#include "ui/spoken.h"
#include "ui/table.h"

static const struct charset ascii = {false, false};

#define HEAD                                                                   \
	"{\"evidence\":{\"by\":\"signalbox\",\"format\":1,\"stage\":\"scan\"}" \
	"}\n"
#define END "{\"end\":{\"whole\":true}}\n"

/* What the scan of the story has kept. */
static const char kept[] = HEAD
	"{\"report\":{\"path\":\"trivy.json\",\"fresh\":true,\"ok\":false}}\n"
	"{\"finding\":{\"id\":\"CVE-2026-2001\",\"kind\":\"vulnerability\","
	"\"severity\":\"medium\",\"title\":\"Newly slow\",\"package\":"
	"\"zlib\",\"installed\":\"1.2.13\",\"state\":\"open\",\"key\":\"1\"}}\n"
	"{\"finding\":{\"id\":\"CVE-2026-1187\",\"kind\":\"vulnerability\","
	"\"severity\":\"high\",\"title\":\"Use after free in the parser\","
	"\"package\":\"libxml2\",\"installed\":\"2.9.14\",\"fixed\":\"2.9.15\","
	"\"path\":\"app.tar\",\"state\":\"open\",\"new\":true,\"key\":\"2\"}}\n"
	"{\"finding\":{\"id\":\"CVE-2026-0009\",\"kind\":\"vulnerability\","
	"\"severity\":\"critical\",\"title\":\"Not \\u001b[2Jreached\","
	"\"package\":\"libjpeg\",\"installed\":\"9\",\"state\":\"excepted\","
	"\"exception\":\"not reached, lee until 2026-12-01\",\"key\":\"3\"}}\n"
	"{\"finding\":{\"id\":\"hardcoded-key\",\"kind\":\"secret\","
	"\"severity\":\"unknown\",\"title\":\"A key in the source\",\"path\":"
	"\"src/pay/retry.c\",\"line\":88,\"state\":\"open\",\"key\":\"4\"}}\n"
	"{\"report\":{\"path\":\"-\",\"fresh\":true,\"ok\":false}}\n"
	"{\"test\":{\"name\":\"GET "
	"/healthz\",\"outcome\":\"passed\",\"ms\":12}}\n"
	"{\"test\":{\"name\":\"GET /search\",\"outcome\":\"passed\",\"ms\":612,"
	"\"flaky\":true}}\n"
	"{\"test\":{\"name\":\"POST /capture\",\"outcome\":\"failed\","
	"\"message\":\"expected 1 charge, got 2\",\"file\":\"pay_test.c\","
	"\"line\":88,\"ms\":1204}}\n"
	"{\"test\":{\"name\":\"GET /orders\",\"outcome\":\"skipped\","
	"\"newly-skipped\":true,\"ms\":2}}\n"
	"{\"test\":{\"name\":\"GET /admin\",\"outcome\":\"skipped\","
	"\"message\":\"needs role admin\"}}\n"
	"{\"report\":{\"path\":\"bom.json\",\"fresh\":true,\"ok\":true}}\n"
	"{\"component\":{\"name\":\"libxml2\",\"version\":\"2.9.14\","
	"\"license\":\"MIT\",\"verdict\":\"allowed\",\"chain\":\"app > "
	"a-parser-of"
	"-documents > libxml2\"}}\n"
	"{\"component\":{\"name\":\"zebra\",\"version\":\"3\",\"license\":"
	"\"AGPL-3.0-only\",\"verdict\":\"denied\"}}\n"
	"{\"component\":{\"name\":\"mystery\",\"version\":\"0.1\",\"verdict\":"
	"\"review\"}}\n"
	"{\"report\":{\"path\":\"lcov.info\",\"fresh\":true,\"ok\":true}}\n"
	"{\"coverage\":{\"path\":\"src/pay/refund.c\",\"lines\":80,"
	"\"covered\":79,\"branches\":10,\"branches-covered\":5}}\n"
	"{\"coverage\":{\"path\":\"src/pay/retry.c\",\"lines\":1200,"
	"\"covered\":600,\"branches\":0,\"branches-covered\":0}}\n" END;

static void put(const char *folder, const char *text)
{
	char *path = evidence_path(folder, "scan");
	char *logs = path_join(folder, "logs");
	FILE *file;

	assert_int_equal(folder_make(logs, 0700, NULL), 0);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(logs);
	free(path);
}

static void tell_digest(const struct story *story, const char *digest)
{
	struct stage_model *scan = model_stage(story->model, "scan");

	free(scan->evidence);
	scan->evidence = xstrdup(digest);
}

/* As the run would that has kept the text. */
static void tell_kept(const struct story *story, const char *text)
{
	char digest[DIGEST_TEXT_SIZE];

	digest_bytes(text, strlen(text), digest);
	tell_digest(story, digest);
}

static struct story open_table(void **state, enum table_kind kind)
{
	struct story story = story_open("gate.ndjson");

	put(*state, kept);
	tell_kept(&story, kept);
	story.view->run_folder = *state;
	table_open(story.view, story.model, kind, NULL);
	table_load(story.view);
	free(story_draw(&story, 24, 80, ascii));
	return story;
}

static void type(struct story *story, const char *keys)
{
	for (; *keys; keys++)
		view_input(story->view, story->model, *keys);
}

static void enter(struct story *story)
{
	view_input(story->view, story->model, INPUT_ENTER);
}

/* The first column that says something of the rows shown. */
static char *shown(const struct story *story, int column)
{
	const struct table_view *table = story->view->table;
	struct str text = STR_INIT;

	for (size_t i = 0; i < table->shown_count; i++)
		str_addf(&text, "%s%s", i ? "," : "",
			 table->data->rows[table->kind]
				 .items[table->shown[i]]
				 .cells[column]
				 .text);
	return str_detach(&text);
}

static void assert_shown(const struct story *story, int column,
			 const char *wanted)
{
	char *text = shown(story, column);

	assert_string_equal(text, wanted);
	free(text);
}

static void every_size_is_drawn_as_expected(void **state)
{
	static const struct {
		const char *name;
		int rows, cols;
		enum table_kind kind;
	} sizes[] = {{"table-20x4", 4, 20, TABLE_FINDINGS},
		     {"table-60x12", 12, 60, TABLE_FINDINGS},
		     {"table-80x24", 24, 80, TABLE_FINDINGS},
		     {"table-120x40", 40, 120, TABLE_FINDINGS},
		     {"table-200x60", 60, 200, TABLE_FINDINGS},
		     {"table-80x24-tests", 24, 80, TABLE_TESTS},
		     {"table-120x40-tests", 40, 120, TABLE_TESTS},
		     {"table-80x24-licences", 24, 80, TABLE_LICENCES},
		     {"table-80x24-coverage", 24, 80, TABLE_COVERAGE}};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct story story = open_table(state, sizes[i].kind);
		char *drawn =
			story_draw(&story, sizes[i].rows, sizes[i].cols, ascii);

		golden_compare("layout", sizes[i].name, drawn);
		free(drawn);
		story_close(&story);
	}
}

static void what_has_no_package_has_its_place_at_each_size(void **state)
{
	static const int sizes[][2] = {{24, 80}, {40, 120}, {60, 200}};
	static const char code[] = HEAD
		"{\"report\":{\"path\":\"s\",\"fresh\":true,\"ok\":true}}\n"
		"{\"finding\":{\"id\":\"rule\",\"kind\":\"code\","
		"\"severity\":\"high\",\"title\":\"Words\",\"path\":"
		"\"src/main.c\",\"line\":30,\"state\":\"open\","
		"\"key\":\"1\"}}\n" END;
	struct story story = open_table(state, TABLE_FINDINGS);
	char *drawn = story_draw(&story, 24, 80, ascii);

	assert_non_null(strstr(drawn, "retry.c:88"));
	free(drawn);
	story_close(&story);
	story = story_open("gate.ndjson");
	put(*state, code);
	tell_kept(&story, code);
	story.view->run_folder = *state;
	table_open(story.view, story.model, TABLE_FINDINGS, NULL);
	table_load(story.view);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		drawn = story_draw(&story, sizes[i][0], sizes[i][1], ascii);
		assert_non_null(strstr(drawn, "src/main.c:30"));
		assert_null(strstr(drawn, "fixed in"));
		free(drawn);
	}
	story_close(&story);
}

static void the_worst_stand_first(void **state)
{
	struct story story = open_table(state, TABLE_FINDINGS);

	assert_shown(&story, 1,
		     "CVE-2026-1187,hardcoded-key,CVE-2026-2001,"
		     "CVE-2026-0009");
	view_input(story.view, story.model, INPUT_TAB);
	assert_shown(&story, 0,
		     "FAILED,skipped,flaky,skipped,skipped,passed,passed");
	type(&story, "&new");
	enter(&story);
	assert_shown(&story, 3, "newly skipped");
	view_input(story.view, story.model, INPUT_ESCAPE);
	view_input(story.view, story.model, INPUT_TAB);
	assert_shown(&story, 1, "AGPL-3.0-only,unknown,MIT");
	view_input(story.view, story.model, INPUT_TAB);
	assert_shown(&story, 3, "src/pay/retry.c,src/pay/refund.c");
	story_close(&story);
}

static void columns_sort_it(void **state)
{
	struct story story = open_table(state, TABLE_FINDINGS);

	type(&story, ">");
	assert_shown(&story, 1,
		     "CVE-2026-0009,CVE-2026-1187,CVE-2026-2001,"
		     "hardcoded-key");
	type(&story, "<<");
	assert_int_equal(story.view->table->sort, 8);
	story_close(&story);
}

static void a_filter_wants_every_word(void **state)
{
	struct story story = open_table(state, TABLE_FINDINGS);

	type(&story, "&sev:high NEW");
	enter(&story);
	assert_shown(&story, 1, "CVE-2026-1187");
	/* A title that has it is no new one. */
	type(&story, "&new");
	enter(&story);
	assert_shown(&story, 1, "CVE-2026-1187");
	type(&story, "&fix:no state:open");
	enter(&story);
	assert_shown(&story, 1, "hardcoded-key,CVE-2026-2001");
	type(&story, "&nowhere");
	enter(&story);
	assert_int_equal(story.view->table->shown_count, 0);
	assert_null(view_finding(story.view, story.model));
	enter(&story);
	assert_null(story.view->dialog);
	view_input(story.view, story.model, INPUT_ESCAPE);
	assert_int_equal(story.view->table->shown_count, 4);
	view_input(story.view, story.model, INPUT_ESCAPE);
	assert_null(story.view->table);
	story_close(&story);
}

static void a_search_goes_from_place_to_place(void **state)
{
	struct story story = open_table(state, TABLE_FINDINGS);

	type(&story, "/CVE-2026-");
	enter(&story);
	assert_int_equal(story.view->table->found, 3);
	assert_int_equal(story.view->table->at, 0);
	type(&story, "n");
	assert_int_equal(story.view->table->at, 2);
	type(&story, "nn");
	assert_int_equal(story.view->table->at, 0);
	type(&story, "N");
	assert_int_equal(story.view->table->at, 3);
	story_close(&story);
}

static void a_row_opens_and_a_finding_is_excepted(void **state)
{
	struct story story = open_table(state, TABLE_FINDINGS);
	char *drawn, *once;

	enter(&story);
	assert_ptr_equal(story.view->dialog->ops, &finding_dialog);
	assert_string_equal(story.view->dialog->title, "HIGH CVE-2026-1187");
	view_input(story.view, story.model, INPUT_ESCAPE);
	type(&story, "W");
	assert_ptr_equal(story.view->dialog->ops, &exception_dialog);
	view_input(story.view, story.model, INPUT_ESCAPE);
	type(&story, "GW");
	assert_null(story.view->dialog);
	view_input(story.view, story.model, INPUT_TAB);
	enter(&story);
	drawn = story_draw(&story, 24, 80, ascii);
	once = strstr(drawn, "expected 1 charge, got 2");
	assert_non_null(once);
	assert_null(strstr(once + 1, "expected 1 charge, got 2"));
	assert_non_null(strstr(drawn, "pay_test.c"));
	free(drawn);
	story_close(&story);
}

static void the_panel_opens_it_at_its_finding(void **state)
{
	struct story story = story_open("gate.ndjson");

	(void)state;
	assert_true(story.model->finding_count > 0);
	free(story_draw(&story, 24, 80, ascii));
	type(&story, "3");
	enter(&story);
	assert_non_null(story.view->table);
	table_load(story.view);
	/* Nothing is kept: what the run told. */
	assert_int_equal(story.view->table->shown_count,
			 story.model->finding_count);
	assert_string_equal(table_at(story.view)->id,
			    story.model->findings[0].id);
	assert_non_null(
		table_data_why(story.view->table->data, TABLE_FINDINGS));
	type(&story, "3");
	assert_null(story.view->table);
	story_close(&story);
}

static void no_size_is_left_and_no_key_breaks_it(void **state)
{
	static const int keys[] = {'j', 'k',	     ' ', 'b',	    'l', 'h',
				   'G', INPUT_ENTER, 'g', 'd',	    'r', 'z',
				   'n', '<',	     '>', INPUT_TAB};
	struct story story = open_table(state, TABLE_FINDINGS);

	for (int rows = 1; rows < 50; rows += 3)
		for (int cols = 1; cols < 130; cols += 9) {
			int key = keys[(rows * 7 + cols) % ARRAY_SIZE(keys)];

			view_input(story.view, story.model, key);
			if (!story.view->table) {
				table_open(story.view, story.model, TABLE_TESTS,
					   NULL);
				table_load(story.view);
			}
			free(story_draw(&story, rows, cols, ascii));
		}
	assert_int_equal(story.view->outbox_count, 0);
	story_close(&story);
}

/* Else a finding that somebody took out would be none. */
static void what_was_kept_and_altered_is_not_believed(void **state)
{
	struct story story = open_table(state, TABLE_FINDINGS);
	char *screen;

	assert_int_equal(story.view->table->shown_count, 4);
	put(*state, HEAD END);
	table_open(story.view, story.model, TABLE_FINDINGS, NULL);
	table_load(story.view);
	assert_int_equal(story.view->table->shown_count,
			 story.model->finding_count);
	screen = story_draw(&story, 24, 80, ascii);
	if (!strstr(screen, "what it kept was changed"))
		fail_msg("%s", screen);
	free(screen);
	story_close(&story);
}

/* A key press answers at once: sorting, filtering and drawing of them. */
static void a_hundred_thousand_rows_do_not_stall(void **state)
{
	struct story story = story_open("gate.ndjson");
	struct str text = STR_INIT;
	clock_t began;

	str_add(&text, HEAD "{\"report\":{\"path\":\"r\"}}\n");
	for (int i = 0; i < 100000; i++)
		str_addf(&text,
			 "{\"finding\":{\"id\":\"CVE-2026-%d\",\"kind\":"
			 "\"vulnerability\",\"severity\":\"%s\",\"title\":"
			 "\"Something in a parser, so many'th %d\",\"package\":"
			 "\"lib%d\",\"state\":\"open\",\"key\":\"%d\"}}\n",
			 i * 7919 % 100000, i % 3 ? "low" : "high", i, i % 997,
			 i);
	str_add(&text, END);
	put(*state, text.data);
	tell_kept(&story, text.data);
	story.view->run_folder = *state;
	table_open(story.view, story.model, TABLE_FINDINGS, NULL);
	table_load(story.view);
	assert_int_equal(story.view->table->shown_count, 100000);
	began = clock();
	type(&story, ">");
	type(&story, "&sev:high lib99");
	enter(&story);
	type(&story, "/parser");
	enter(&story);
	type(&story, "nG");
	free(story_draw(&story, 60, 200, ascii));
	/* Of the processor, whatever else it does; a tenth is usual. */
	assert_in_range((clock() - began) / CLOCKS_PER_SEC, 0, 2);
	assert_in_range(story.view->table->shown_count, 200, 300);
	str_release(&text);
	story_close(&story);
}

/* Nobody suppressed what is known, and W says the same on both screens. */
static void what_does_not_count_says_why(void **state)
{
	static const struct {
		const char *state, *why;
	} rows[] = {{"known", "it was known before"},
		    {"not-fixable", "no version mends it yet"},
		    {"suppressed", "the report itself suppresses it"},
		    {"excepted", "an exception covers it"}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct story story = story_open("gate.ndjson");
		char *text = xasprintf(
			HEAD "{\"report\":{\"path\":\"r\"}}\n{\"finding\":{"
			     "\"id\":\"CVE-1\",\"severity\":\"high\","
			     "\"state\":\"%s\",\"key\":\"1\"}}\n" END,
			rows[i].state);
		char *off = xasprintf("W is off: %s", rows[i].why);
		char *drawn;

		put(*state, text);
		tell_kept(&story, text);
		story.view->run_folder = *state;
		table_open(story.view, story.model, TABLE_FINDINGS, NULL);
		table_load(story.view);
		type(&story, "W");
		drawn = story_draw(&story, 24, 80, ascii);
		assert_non_null(strstr(drawn, off));
		free(drawn);
		enter(&story);
		drawn = story_draw(&story, 24, 80, ascii);
		assert_non_null(strstr(drawn, rows[i].why));
		free(drawn);
		free(off);
		free(text);
		story_close(&story);
	}
}

static void what_is_known_does_not_count_in_the_panel(void **state)
{
	static const char known[] =
		"{\"seq\":900,\"time\":\"2026-11-20T14:02:07.000Z\",\"event\":"
		"\"finding.found\",\"stage\":\"scan\",\"id\":\"CVE-1\","
		"\"severity\":\"critical\",\"title\":\"a\",\"kind\":"
		"\"vulnerability\",\"state\":\"known\"}";
	struct story story = story_open("gate.ndjson");
	const struct finding_model *last;

	(void)state;
	story_tell(story.model, known, sizeof(known) - 1);
	last = &story.model->findings[story.model->finding_count - 1];
	assert_string_equal(last->id, "CVE-1");
	assert_string_equal(finding_model_why(last), "it was known before");
	finding_draft(story.view, story.model, last);
	assert_null(story.view->dialog);
	story_close(&story);
}

/* As large a number as the reader takes. */
static void coverage_of_what_is_huge_is_no_less(void **state)
{
	static const char huge[] =
		HEAD "{\"report\":{\"path\":\"r\"}}\n"
		     "{\"coverage\":{\"path\":\"all.c\",\"lines\":"
		     "99999999999999999,\"covered\":99999999999999999,"
		     "\"branches\":0,\"branches-covered\":0}}\n"
		     "{\"coverage\":{\"path\":\"half.c\",\"lines\":2,"
		     "\"covered\":1,\"branches\":0,\"branches-covered\":0}}"
		     "\n" END;
	struct story story = story_open("gate.ndjson");

	put(*state, huge);
	tell_kept(&story, huge);
	story.view->run_folder = *state;
	table_open(story.view, story.model, TABLE_COVERAGE, NULL);
	table_load(story.view);
	assert_shown(&story, 3, "half.c,all.c");
	story_close(&story);
}

/* More of what the story's scan and tests could have told. */
static const char *const more[] = {
	"{\"seq\":899,\"time\":\"2026-11-20T14:02:07.000Z\",\"event\":"
	"\"report.read\",\"stage\":\"build\",\"path\":\"-\",\"kind\":"
	"\"tests\",\"total\":318,\"passed\":318,\"failed\":0,\"skipped\":0,"
	"\"flaky\":1,\"fresh\":true,\"ok\":true}",
	"{\"seq\":900,\"time\":\"2026-11-20T14:02:07.000Z\",\"event\":"
	"\"report.read\",\"stage\":\"unit\",\"path\":\"c.info\",\"kind\":"
	"\"coverage\",\"lines\":2000,\"covered\":1742,\"branches\":500,"
	"\"branches-covered\":370,\"lines-before\":86.8,"
	"\"branches-before\":74.6,\"fresh\":true,\"ok\":true}",
	"{\"seq\":901,\"time\":\"2026-11-20T14:02:07.000Z\",\"event\":"
	"\"report.read\",\"stage\":\"build\",\"path\":\"bom.json\",\"kind\":"
	"\"components\",\"components\":214,\"license-unknown\":2,\"fresh\":"
	"true,\"ok\":true}",
	"{\"seq\":902,\"time\":\"2026-11-20T14:02:07.000Z\",\"event\":"
	"\"finding.found\",\"stage\":\"build\",\"id\":\"CVE-2026-3003\","
	"\"severity\":\"high\",\"title\":\"A loop that never ends\",\"kind\":"
	"\"vulnerability\",\"package\":\"zlib\",\"installed\":\"1.2.13\","
	"\"fixed\":\"1.3\",\"new\":true}",
	"{\"seq\":903,\"time\":\"2026-11-20T14:02:07.000Z\",\"event\":"
	"\"report.read\",\"stage\":\"build\",\"path\":\"t.json\",\"kind\":"
	"\"findings\",\"high\":1,\"low\":3,\"open\":4,\"fail-on\":\"critical\","
	"\"since\":\"production\",\"new-by-severity\":{\"critical\":0,"
	"\"high\":1,\"medium\":0,\"low\":0,\"info\":0,\"unknown\":0},"
	"\"fresh\":true,\"ok\":true}",
};

/* Else the same finding of two scans is the same row twice. */
static void findings_of_several_stages_name_theirs(void **state)
{
	struct story story = open_table(state, TABLE_FINDINGS);
	char *drawn = story_draw(&story, 40, 120, ascii);

	assert_null(strstr(drawn, " stage "));
	free(drawn);
	story_tell(story.model, more[3], strlen(more[3]));
	table_open(story.view, story.model, TABLE_FINDINGS, NULL);
	table_load(story.view);
	drawn = story_draw(&story, 40, 120, ascii);
	assert_non_null(strstr(drawn, " stage "));
	assert_non_null(strstr(drawn, " build "));
	free(drawn);
	story_close(&story);
}

static void the_panels_tell_what_is_new_licences_and_coverage(void **state)
{
	static const struct {
		const char *name;
		int rows, cols;
	} sizes[] = {{"evidence-60x12", 12, 60},
		     {"evidence-80x24", 24, 80},
		     {"evidence-80x40", 40, 80},
		     {"evidence-120x40", 40, 120},
		     {"evidence-200x60", 60, 200}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct story story = story_open("gate.ndjson");
		char *drawn;

		for (size_t j = 0; j < ARRAY_SIZE(more); j++)
			story_tell(story.model, more[j], strlen(more[j]));
		drawn = story_draw(&story, sizes[i].rows, sizes[i].cols, ascii);
		golden_compare("layout", sizes[i].name, drawn);
		free(drawn);
		story_close(&story);
	}
}

static void a_table_is_told_in_sentences(void **state)
{
	static const struct {
		enum table_kind kind;
		const char *first;
	} tables[] = {
		{TABLE_TESTS,
		 "FAILED, took 1.2 s, test POST /capture, stage scan, message "
		 "expected 1 charge, got 2"},
		{TABLE_LICENCES,
		 "denied, licence AGPL-3.0-only, package zebra, version 3"},
		{TABLE_COVERAGE,
		 "50.0 %, covered 600 of 1,200, file src/pay/retry.c"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		struct story story = open_table(state, tables[i].kind);
		struct strings lines = STRINGS_INIT;

		spoken_table(story.view, story.model, tables[i].kind, &lines);
		/* That of the tests says first what was not kept. */
		assert_string_equal(lines.items[i == 0], tables[i].first);
		assert_null(story.view->table);
		strings_release(&lines);
		story_close(&story);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(every_size_is_drawn_as_expected),
		WITH_FOLDER(the_worst_stand_first),
		WITH_FOLDER(findings_of_several_stages_name_theirs),
		WITH_FOLDER(a_table_is_told_in_sentences),
		WITH_FOLDER(what_has_no_package_has_its_place_at_each_size),
		WITH_FOLDER(columns_sort_it),
		WITH_FOLDER(a_filter_wants_every_word),
		WITH_FOLDER(a_search_goes_from_place_to_place),
		WITH_FOLDER(a_row_opens_and_a_finding_is_excepted),
		cmocka_unit_test(the_panel_opens_it_at_its_finding),
		WITH_FOLDER(no_size_is_left_and_no_key_breaks_it),
		WITH_FOLDER(a_hundred_thousand_rows_do_not_stall),
		WITH_FOLDER(what_was_kept_and_altered_is_not_believed),
		WITH_FOLDER(what_does_not_count_says_why),
		WITH_FOLDER(coverage_of_what_is_huge_is_no_less),
		cmocka_unit_test(what_is_known_does_not_count_in_the_panel),
		cmocka_unit_test(
			the_panels_tell_what_is_new_licences_and_coverage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
