/* SPDX-License-Identifier: MIT */
#include "ui/table-rows.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/vector.h"
#include "report/pool.h"
#include "ui/format.h"

enum { /* the columns of findings */
       AT_SEVERITY,
       AT_ID,
       AT_PACKAGE,
       AT_INSTALLED,
       AT_FIXED,
       AT_EXCEPTION,
       AT_WHERE,
       AT_SCAN,
       AT_TITLE
};
enum { AT_RESULT, AT_TOOK, AT_TEST, AT_BEFORE, AT_STAGE, AT_MESSAGE };
enum { AT_VERDICT, AT_LICENCE, AT_NAME, AT_VERSION, AT_CHAIN };
enum { AT_LINES, AT_COVERED, AT_BRANCHES, AT_PATH };

static const struct table_shape shapes[TABLE_KIND_COUNT] = {
	[TABLE_FINDINGS] = {"FINDINGS",
			    "finding",
			    "findings",
			    "no report of findings was read, or it has none",
			    "sev:high new fix:no state:open kind:secret",
			    {{"severity", 9, 0, false},
			     {"finding", 19, 0, false},
			     {"package", 18, 1, false, AT_WHERE},
			     {"installed", 12, 5, false},
			     {"fixed in", 12, 4, false},
			     {"exception", 12, 2, false},
			     {"where", 40, 6, false, 0, CUT_START},
			     {"stage", 12, 4, false},
			     {"title", 0, 3, false, 0, CUT_END, 24}},
			    9},
	[TABLE_TESTS] = {"TESTS",
			 "test",
			 "tests",
			 "no report of tests was read, or it has none",
			 "is:failed is:flaky is:skipped new",
			 {{"result", 10, 0, false},
			  {"took", 9, 1, true},
			  {"test", 0, 0, false, 0, CUT_MIDDLE, 30},
			  {"before", 30, 3, false},
			  {"stage", 12, 2, false},
			  {"message", 44, 4, false}},
			 6},
	[TABLE_LICENCES] = {"LICENCES",
			    "package",
			    "packages",
			    "no bill of materials was read",
			    "is:unknown, or words of a licence or a package",
			    {{"verdict", 9, 1, false},
			     {"licence", 28, 0, false},
			     {"package", 30, 0, false},
			     {"version", 14, 2, false},
			     {"brought in by", 0, 3, false, 0, CUT_START, 24}},
			    5},
	[TABLE_COVERAGE] = {"COVERAGE",
			    "file",
			    "files",
			    "no report of coverage was read",
			    "words of a path; is:uncovered",
			    {{"lines", 8, 0, true},
			     {"covered", 16, 1, true},
			     {"branches", 9, 2, true},
			     {"file", 0, 0, false, 0, CUT_START, 14}},
			    4},
};

const struct table_shape *table_shape(enum table_kind kind)
{
	return &shapes[kind];
}

static const char *keep(struct table_data *data, const char *text)
{
	return report_pool_add(data->texts, text, strlen(text));
}

static struct table_row *add_row(struct table_data *data, enum table_kind kind,
				 size_t source, size_t item)
{
	struct table_rows *rows = &data->rows[kind];
	struct table_row *row = VECTOR_ADD(rows->items, rows->count, rows->cap);

	row->source = source;
	row->item = item;
	row->stage = data->sources[source].stage;
	return row;
}

const char *table_short(const char *place)
{
	const char *slash = place ? strrchr(place, '/') : NULL;

	return slash ? slash + 1 : place;
}

static void measure(struct table_rows *rows, enum table_kind kind,
		    const struct table_row *row, int column)
{
	int instead = shapes[kind].columns[column].instead;
	const char *text = row->cells[column].text;
	int width;

	rows->has[column] |= text != NULL;
	if (!text && instead)
		text = table_short(row->cells[instead].text);
	width = text ? (int)strnlen(text, 1000) : 0;
	if (width > rows->widest[column])
		rows->widest[column] = width;
}

/* What a filter looks in: the cells, and words of our own. */
static void close_row(struct table_data *data, enum table_kind kind,
		      struct table_row *row, const char *words)
{
	struct str hay = STR_INIT;

	for (int i = 0; i < TABLE_COLUMNS; i++) {
		measure(&data->rows[kind], kind, row, i);
		if (row->cells[i].text)
			str_addf(&hay, "%s ", row->cells[i].text);
	}
	str_addf(&hay, "stage:%s %s", row->stage, words);
	for (size_t i = 0; i < hay.len; i++)
		hay.data[i] = (char)tolower((unsigned char)hay.data[i]);
	row->hay = report_pool_add(data->texts, hay.data, hay.len);
	str_release(&hay);
}

static const char *place_of(struct table_data *data, const char *path,
			    int64_t line)
{
	char text[1100];

	if (!path || !*path || !line)
		return path;
	snprintf(text, sizeof(text), "%s:%lld", path, (long long)line);
	return keep(data, text);
}

/* Those of unknown severity stand with the high ones: they count so. */
static int64_t rank_of(enum report_severity severity)
{
	static const int ranks[REPORT_SEVERITY_COUNT] = {
		[REPORT_SEVERITY_CRITICAL] = 0, [REPORT_SEVERITY_HIGH] = 1,
		[REPORT_SEVERITY_UNKNOWN] = 2,	[REPORT_SEVERITY_MEDIUM] = 3,
		[REPORT_SEVERITY_LOW] = 4,	[REPORT_SEVERITY_INFO] = 5,
	};

	return ranks[severity];
}

static enum role role_of(enum report_severity severity)
{
	if (severity == REPORT_SEVERITY_CRITICAL)
		return ROLE_FAILED;
	return severity == REPORT_SEVERITY_HIGH ||
			       severity == REPORT_SEVERITY_UNKNOWN
		       ? ROLE_WARNING
		       : ROLE_NORMAL;
}

static void add_finding(struct table_data *data, size_t source, size_t item,
			const struct kept_finding *it)
{
	struct table_row *row = add_row(data, TABLE_FINDINGS, source, item);
	bool open = strcmp(it->state, "open") == 0;
	const char *severity = report_severity_name(it->severity);
	char words[160];

	row->dim = !open;
	row->role = open ? role_of(it->severity) : ROLE_DIM;
	row->cells[AT_SEVERITY] = (struct table_cell){
		severity, rank_of(it->severity) + (open ? 0 : 10)};
	row->cells[AT_ID].text = it->id;
	row->cells[AT_PACKAGE].text = it->package;
	row->cells[AT_INSTALLED].text = it->installed;
	row->cells[AT_FIXED].text = it->fixed;
	row->cells[AT_EXCEPTION] =
		(struct table_cell){!open	 ? it->state
				    : it->is_new ? "none, new"
						 : "none",
				    open ? !it->is_new : 2};
	row->cells[AT_WHERE].text = place_of(data, it->path, it->line);
	row->cells[AT_SCAN].text = data->many ? row->stage : NULL;
	row->cells[AT_TITLE].text = it->title;
	snprintf(words, sizeof(words), "sev:%s state:%s fix:%s kind:%s%s",
		 severity, it->state, it->fixed ? "yes" : "no",
		 it->kind ? it->kind : "", it->is_new ? " is:new" : "");
	close_row(data, TABLE_FINDINGS, row, words);
}

static void add_told_finding(struct table_data *data, size_t source,
			     size_t item, const struct finding_model *from)
{
	struct kept_finding it = {
		.id = from->id,
		.kind = from->kind,
		.title = from->title,
		.package = *from->package ? from->package : NULL,
		.installed = *from->installed ? from->installed : NULL,
		.fixed = *from->fixed ? from->fixed : NULL,
		.path = *from->path ? from->path : NULL,
		.line = from->line,
		.state = from->state,
	};

	/* An unknown word is an unknown severity. */
	if (!report_severity_parse(from->severity, &it.severity))
		it.severity = REPORT_SEVERITY_UNKNOWN;

	add_finding(data, source, item, &it);
}

/* Of those that failed: whether that is new, or they flake. */
static const struct test_model *told_of(const struct table_source *source,
					const char *name)
{
	for (size_t i = 0; name && i < source->test_count; i++)
		if (state_is_bad(source->tests[i].state) &&
		    strcmp(source->tests[i].name, name) == 0)
			return &source->tests[i];
	return NULL;
}

static const struct {
	const char *word;
	int64_t rank;
	enum role role;
} outcomes[] = {
	[TEST_PASSED] = {"passed", 6, ROLE_NORMAL},
	[TEST_FAILED] = {"FAILED", 0, ROLE_FAILED},
	[TEST_ERROR] = {"ERROR", 1, ROLE_FAILED},
	[TEST_SKIPPED] = {"skipped", 4, ROLE_DIM},
	[TEST_TODO] = {"to do", 5, ROLE_DIM},
	[TEST_UNFINISHED] = {"UNFINISHED", 2, ROLE_FAILED},
};

/* New trouble first: what failed before too comes after it. */
static int64_t result_rank(const struct kept_test *it,
			   const struct test_model *told)
{
	bool bad = outcomes[it->outcome].role == ROLE_FAILED;

	if (it->newly_skipped)
		return 5;
	if (bad && (!told || told->failed_before <= 0))
		return outcomes[it->outcome].rank;
	if (bad)
		return 10 + told->failed_before;
	return 10000 + (it->flaky ? 3 : outcomes[it->outcome].rank);
}

static void add_before(struct table_data *data, struct table_row *row,
		       const struct test_model *told)
{
	char text[TEST_HISTORY_SIZE];

	if (!told ||
	    !test_history(told->failed_before, told->runs_before, text))
		return;
	row->cells[AT_BEFORE].text = keep(data, text);
	row->cells[AT_BEFORE].key = told->failed_before;
}

static void add_test(struct table_data *data, size_t source, size_t item,
		     const struct kept_test *it)
{
	struct table_row *row = add_row(data, TABLE_TESTS, source, item);
	bool bad = outcomes[it->outcome].role == ROLE_FAILED;
	const struct test_model *told =
		bad ? told_of(&data->sources[source], it->name) : NULL;
	bool is_new = it->newly_skipped ||
		      (told && told->runs_before > 0 && !told->failed_before);
	char took[CLOCK_TEXT_SIZE], words[96];

	row->role = it->flaky || it->newly_skipped ? ROLE_WARNING
						   : outcomes[it->outcome].role;
	row->dim = row->role == ROLE_DIM;
	row->cells[AT_RESULT] = (struct table_cell){
		it->flaky ? "flaky" : outcomes[it->outcome].word,
		result_rank(it, told)};
	/* The slowest first. */
	row->cells[AT_TOOK].key = it->ms >= 0 ? -it->ms : 1;
	if (it->ms >= 0)
		row->cells[AT_TOOK].text = keep(data, format_ms(it->ms, took));
	row->cells[AT_TEST].text = it->name;
	row->cells[AT_BEFORE].key = INT64_MAX;
	add_before(data, row, told);
	if (it->newly_skipped)
		row->cells[AT_BEFORE] = (struct table_cell){"newly skipped", 0};
	row->cells[AT_STAGE].text = row->stage;
	row->cells[AT_MESSAGE].text = it->message;
	snprintf(words, sizeof(words), "is:%s%s%s%s",
		 test_outcome_name(it->outcome), bad ? " is:failed" : "",
		 it->flaky ? " is:flaky" : "", is_new ? " is:new" : "");
	close_row(data, TABLE_TESTS, row, words);
}

static void add_told_test(struct table_data *data, size_t source, size_t item,
			  const struct test_model *from)
{
	struct kept_test it = {
		.name = from->name,
		.message = *from->message ? from->message : NULL,
		.file = *from->file ? from->file : NULL,
		.line = from->line,
		.ms = from->ms,
		.newly_skipped = from->newly_skipped,
		.outcome = from->state == STATE_PASSED	  ? TEST_PASSED
			   : from->state == STATE_SKIPPED ? TEST_SKIPPED
							  : TEST_FAILED,
	};

	add_test(data, source, item, &it);
}

/* Without the package itself, at its end. */
static const char *brought_in_by(struct table_data *data,
				 const struct kept_component *it)
{
	size_t chain = it->chain ? strlen(it->chain) : 0;
	size_t name = it->name ? strlen(it->name) : 0;

	if (chain > name + 3 &&
	    strcmp(it->chain + chain - name, it->name) == 0 &&
	    memcmp(it->chain + chain - name - 3, " > ", 3) == 0)
		return report_pool_add(data->texts, it->chain,
				       chain - name - 3);
	return it->chain;
}

static void add_component(struct table_data *data, size_t source, size_t item)
{
	const struct kept_component *it =
		&data->sources[source].kept.components[item];
	struct table_row *row = add_row(data, TABLE_LICENCES, source, item);
	bool denied = str_equal(it->verdict, "denied");
	bool allowed = it->verdict ? str_equal(it->verdict, "allowed") ||
					     str_equal(it->verdict, "approved")
				   : it->license != NULL;

	row->role = denied ? ROLE_FAILED : allowed ? ROLE_NORMAL : ROLE_WARNING;
	row->cells[AT_VERDICT] =
		(struct table_cell){it->verdict, denied	    ? 0
						 : !allowed ? 1
							    : 2};
	row->cells[AT_LICENCE] =
		(struct table_cell){it->license ? it->license : "unknown",
				    row->cells[AT_VERDICT].key};
	row->cells[AT_NAME].text = it->name;
	row->cells[AT_VERSION].text = it->version;
	row->cells[AT_CHAIN].text = brought_in_by(data, it);
	close_row(data, TABLE_LICENCES, row, it->license ? "" : "is:unknown");
}

/* Ten thousandths, so that nearly alike ones keep their order. */
static int64_t share_of(int64_t covered, int64_t all)
{
	if (all <= 0)
		return 1000001;
	return covered < all ? (int64_t)(1e6 * (double)covered / (double)all)
			     : 1000000;
}

static const char *percent_of(struct table_data *data, int64_t covered,
			      int64_t all)
{
	char text[32];

	if (all <= 0)
		return NULL;
	snprintf(text, sizeof(text), "%.1f %%",
		 100.0 * (double)covered / (double)all);
	return keep(data, text);
}

static void add_coverage(struct table_data *data, size_t source, size_t item)
{
	const struct kept_coverage *it =
		&data->sources[source].kept.coverage[item];
	struct table_row *row = add_row(data, TABLE_COVERAGE, source, item);
	char covered[NUMBER_TEXT_SIZE], lines[NUMBER_TEXT_SIZE];
	char text[2 * NUMBER_TEXT_SIZE + 8];

	snprintf(text, sizeof(text), "%s of %s",
		 number_grouped(it->covered, covered),
		 number_grouped(it->lines, lines));
	row->role = it->lines && !it->covered ? ROLE_WARNING : ROLE_NORMAL;
	row->cells[AT_LINES] =
		(struct table_cell){percent_of(data, it->covered, it->lines),
				    share_of(it->covered, it->lines)};
	/* Most lines without a test first. */
	row->cells[AT_COVERED] =
		(struct table_cell){keep(data, text), it->covered - it->lines};
	row->cells[AT_BRANCHES] = (struct table_cell){
		percent_of(data, it->branches_covered, it->branches),
		share_of(it->branches_covered, it->branches)};
	row->cells[AT_PATH].text = it->path;
	close_row(data, TABLE_COVERAGE, row, it->covered ? "" : "is:uncovered");
}

void table_rows_add(struct table_data *data, size_t source)
{
	const struct table_source *from = &data->sources[source];
	const struct kept *kept = &from->kept;

	for (size_t i = 0; i < kept->finding_count; i++)
		add_finding(data, source, i, &kept->findings[i]);
	for (size_t i = 0; i < kept->test_count; i++)
		add_test(data, source, i, &kept->tests[i]);
	for (size_t i = 0; i < kept->component_count; i++)
		add_component(data, source, i);
	for (size_t i = 0; i < kept->coverage_count; i++)
		add_coverage(data, source, i);
	for (size_t i = 0; !kept->stage && i < from->finding_count; i++)
		add_told_finding(data, source, i, &from->findings[i]);
	for (size_t i = 0; !kept->stage && i < from->test_count; i++)
		add_told_test(data, source, i, &from->tests[i]);
}
