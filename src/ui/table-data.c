/* SPDX-License-Identifier: MIT */
#include "ui/table-data.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "report/pool.h"
#include "ui/table-rows.h"

static const char *own(struct table_data *data, const char *text)
{
	return text ? report_pool_add(data->texts, text, strlen(text)) : NULL;
}

static char *borrow(struct table_data *data, const char *text)
{
	return (char *)own(data, text);
}

/* The texts of a copy are the pool's: nobody frees them. */
static void add_finding(struct table_data *data, struct table_source *source,
			const struct finding_model *from)
{
	struct finding_model *it = VECTOR_ADD(
		source->findings, source->finding_count, source->finding_cap);

	*it = *from;
	it->stage = borrow(data, from->stage);
	it->kind = borrow(data, from->kind);
	it->id = borrow(data, from->id);
	it->severity = borrow(data, from->severity);
	it->title = borrow(data, from->title);
	it->package = borrow(data, from->package);
	it->installed = borrow(data, from->installed);
	it->fixed = borrow(data, from->fixed);
	it->path = borrow(data, from->path);
	it->exception = borrow(data, from->exception);
	it->lapsed = borrow(data, from->lapsed);
	it->state = borrow(data, from->state);
}

static void add_test(struct table_data *data, struct table_source *source,
		     const struct test_model *from)
{
	struct test_model *it =
		VECTOR_ADD(source->tests, source->test_count, source->test_cap);

	*it = *from;
	it->name = borrow(data, from->name);
	it->message = borrow(data, from->message);
	it->file = borrow(data, from->file);
}

static char *unread_of(const struct stage_model *stage)
{
	return xasprintf("%s: a report could not be read", stage->name);
}

struct table_data *table_data_new(const struct model *model,
				  const char *run_folder)
{
	struct table_data *data = xcalloc(1, sizeof(*data));

	data->texts = report_pool_new();
	data->run_folder = xstrdup_null(run_folder);
	data->source_count = model->stage_count;
	data->sources = xcalloc(model->stage_count ? model->stage_count : 1,
				sizeof(*data->sources));
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];
		struct table_source *source = &data->sources[i];

		source->stage = xstrdup(stage->name);
		source->evidence = xstrdup(stage->evidence);
		source->is_over = state_is_final(stage->state);
		source->has_tests = stage->has_tests;
		if (stage->tests_unread)
			source->unread_tests = unread_of(stage);
		if (stage->unread)
			source->unread_findings = unread_of(stage);
		source->has_findings = stage->scanned;
		for (size_t j = 0; j < stage->test_count; j++)
			add_test(data, source, &stage->tests[j]);
		for (size_t j = 0; j < model->finding_count; j++)
			if (strcmp(model->findings[j].stage, stage->name) == 0)
				add_finding(data, source, &model->findings[j]);
	}
	return data;
}

/* While a stage runs, the file is there before the run tells of it. */
static void load_source(struct table_source *source, const char *run_folder)
{
	struct error err = ERROR_INIT;
	char *path =
		run_folder ? evidence_path(run_folder, source->stage) : NULL;

	if (path &&
	    kept_load(path, source->evidence, &source->kept, &err) == 0 &&
	    !source->kept.whole)
		source->why =
			xasprintf("%s: %s", source->stage, source->kept.why);
	else if (!source->kept.stage)
		source->why = xasprintf(
			"%s: %sonly what the run told singly", source->stage,
			err.code == ERROR_CORRUPT && source->is_over
				? "what it kept was changed; "
				: "");
	error_clear(&err);
	free(path);
}

void table_data_load(struct table_data *data)
{
	size_t with_findings = 0;

	for (size_t i = 0; i < data->source_count; i++) {
		struct table_source *source = &data->sources[i];

		load_source(source, data->run_folder);
		with_findings +=
			(source->kept.stage ? source->kept.finding_count
					    : source->finding_count) > 0;
	}
	data->many = with_findings > 1;
	for (size_t i = 0; i < data->source_count; i++)
		table_rows_add(data, i);
}

void table_data_free(struct table_data *data)
{
	if (!data)
		return;
	for (size_t i = 0; i < data->source_count; i++) {
		free(data->sources[i].stage);
		free(data->sources[i].evidence);
		free(data->sources[i].why);
		free(data->sources[i].unread_tests);
		free(data->sources[i].unread_findings);
		free(data->sources[i].findings);
		free(data->sources[i].tests);
		kept_release(&data->sources[i].kept);
	}
	for (int i = 0; i < TABLE_KIND_COUNT; i++)
		free(data->rows[i].items);
	free(data->sources);
	free(data->run_folder);
	report_pool_free(data->texts);
	free(data);
}

static bool has(const struct table_source *source, enum table_kind kind)
{
	return source->kept.stage ||
	       (kind == TABLE_FINDINGS && source->has_findings) ||
	       (kind == TABLE_TESTS && source->has_tests);
}

static const char *unread(const struct table_source *source,
			  enum table_kind kind)
{
	return kind == TABLE_TESTS	? source->unread_tests
	       : kind == TABLE_FINDINGS ? source->unread_findings
					: NULL;
}

const char *table_data_why(const struct table_data *data, enum table_kind kind)
{
	for (size_t i = 0; i < data->source_count; i++)
		if (unread(&data->sources[i], kind))
			return unread(&data->sources[i], kind);
	for (size_t i = 0; i < data->source_count; i++)
		if (data->sources[i].why && has(&data->sources[i], kind))
			return data->sources[i].why;
	return NULL;
}

static char *text_of(const char *text)
{
	return (char *)(text ? text : "");
}

struct finding_model table_finding(const struct table_data *data,
				   const struct table_row *row)
{
	const struct table_source *source = &data->sources[row->source];
	const struct kept_finding *it;

	if (!source->kept.stage)
		return source->findings[row->item];
	it = &source->kept.findings[row->item];
	return (struct finding_model){
		.stage = source->stage,
		.kind = text_of(it->kind),
		.id = text_of(it->id),
		.severity = (char *)report_severity_name(it->severity),
		.title = text_of(it->title),
		.package = text_of(it->package),
		.installed = text_of(it->installed),
		.fixed = text_of(it->fixed),
		.path = text_of(it->path),
		.exception = text_of(it->exception),
		.lapsed = text_of(it->lapsed),
		.line = (int)it->line,
		.state = text_of(it->state),
		.suppressed = strcmp(it->state, "excepted") == 0 ||
			      strcmp(it->state, "suppressed") == 0,
	};
}

static void describe(struct str *out, const char *what, const char *text)
{
	if (text && *text)
		str_addf(out, "%-12s %s\n", what, text);
}

static void describe_test(struct str *out, const struct kept_test *it)
{
	describe(out, "file", it->file);
	if (it->line)
		str_addf(out, "%-12s %lld\n", "line", (long long)it->line);
	if (it->message)
		str_addf(out, "\n%s\n", it->message);
}

char *table_describe(const struct table_data *data, enum table_kind kind,
		     const struct table_row *row)
{
	const struct table_source *source = &data->sources[row->source];
	const struct table_shape *shape = table_shape(kind);
	struct str text = STR_INIT;

	for (int i = 0; i < shape->column_count; i++)
		if (strcmp(shape->columns[i].title, "message") != 0 &&
		    strcmp(shape->columns[i].title, "stage") != 0)
			describe(&text, shape->columns[i].title,
				 row->cells[i].text);
	describe(&text, "stage", row->stage);
	if (kind == TABLE_TESTS && source->kept.stage)
		describe_test(&text, &source->kept.tests[row->item]);
	else if (kind == TABLE_TESTS)
		str_addf(&text, "\n%s\n", source->tests[row->item].message);
	if (kind == TABLE_LICENCES) {
		const struct kept_component *it =
			&source->kept.components[row->item];

		describe(&text, "purl", it->purl);
		describe(&text, "path", it->path);
	}
	return str_detach(&text);
}
