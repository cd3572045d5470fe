/* SPDX-License-Identifier: MIT */
#include "evidence/kept.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/printable.h"
#include "report/describe.h"

struct evidence_writer {
	struct str text;
	struct str scratch; /* a text without its secrets */
	void (*mask)(void *data, const char *text, size_t len, struct str *out);
	void *data;
	size_t most;
	char *why;  /* why it is not whole; NULL: it is */
	bool first; /* no member of the object yet */
};

static void add_escaped(struct str *out, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		int32_t c;
		size_t used = utf8_decode(text + at, len - at, &c);

		if (c == '"' || c == '\\')
			str_addf(out, "\\%c", (char)c);
		else if (c >= 0 && c < 0x20)
			str_addf(out, "\\u%04x", (unsigned)c);
		else if (c < 0)
			str_add(out, "\xef\xbf\xbd");
		else
			str_add_bytes(out, text + at, used);
		at += used;
	}
}

static void add_name(struct evidence_writer *writer, const char *name)
{
	str_addf(&writer->text, "%s\"%s\":", writer->first ? "" : ",", name);
	writer->first = false;
}

/* One of our own words: nothing to hide in it. */
static void add_word(struct evidence_writer *writer, const char *name,
		     const char *text)
{
	if (!text)
		return;
	add_name(writer, name);
	str_add_char(&writer->text, '"');
	add_escaped(&writer->text, text, strlen(text));
	str_add_char(&writer->text, '"');
}

static const char *masked(struct evidence_writer *writer, const char *text)
{
	if (!text || !writer->mask)
		return text;
	str_clear(&writer->scratch);
	writer->mask(writer->data, text, strlen(text), &writer->scratch);
	return writer->scratch.data;
}

static void add_text(struct evidence_writer *writer, const char *name,
		     const char *text)
{
	if (text && *text)
		add_word(writer, name, masked(writer, text));
}

static void add_int(struct evidence_writer *writer, const char *name,
		    int64_t value)
{
	static const int64_t most = 99999999999999999; /* as it is read */

	add_name(writer, name);
	str_addf(&writer->text, "%" PRId64,
		 value < 0	? 0
		 : value > most ? most
				: value);
}

/* The first reason is kept. */
static void not_whole(struct evidence_writer *writer, char *why)
{
	if (writer->why)
		free(why);
	else
		writer->why = why;
}

static void add_bool(struct evidence_writer *writer, const char *name,
		     bool value)
{
	add_name(writer, name);
	str_add(&writer->text, value ? "true" : "false");
}

/* False when there is no more room. */
static bool begin(struct evidence_writer *writer, const char *kind)
{
	if (writer->text.len >= writer->most) {
		not_whole(writer, xasprintf("past %zu bytes", writer->most));
		return false;
	}
	str_addf(&writer->text, "{\"%s\":{", kind);
	writer->first = true;
	return true;
}

static void end(struct evidence_writer *writer)
{
	str_add(&writer->text, "}}\n");
}

struct evidence_writer *evidence_writer_new(const char *stage)
{
	struct evidence_writer *writer = xcalloc(1, sizeof(*writer));

	str_init(&writer->text);
	str_init(&writer->scratch);
	writer->most = EVIDENCE_BYTES_MAX;
	str_add(&writer->text, "{\"evidence\":{");
	writer->first = true;
	add_word(writer, "by", "signalbox");
	add_int(writer, "format", 1);
	add_word(writer, "stage", stage);
	end(writer);
	return writer;
}

void evidence_writer_free(struct evidence_writer *writer)
{
	if (!writer)
		return;
	str_release(&writer->text);
	str_release(&writer->scratch);
	free(writer->why);
	free(writer);
}

void evidence_mask(struct evidence_writer *writer,
		   void (*mask)(void *data, const char *text, size_t len,
				struct str *out),
		   void *data)
{
	writer->mask = mask;
	writer->data = data;
}

void evidence_bound(struct evidence_writer *writer, size_t bytes)
{
	writer->most = bytes;
}

static const char whole_end[] = "{\"end\":{\"whole\":true}}\n";

void evidence_continue(struct evidence_writer *writer, const char *path)
{
	struct str text = STR_INIT;
	struct error err = ERROR_INIT;

	if (file_read(path, &text, 2 * EVIDENCE_BYTES_MAX, &err) < 0) {
		if (err.code != ERROR_NOT_FOUND)
			not_whole(writer, xstrdup(error_text(&err)));
	} else if (!starts_with(text.data, "{\"evidence\":{") ||
		   !ends_with(text.data, whole_end)) {
		not_whole(writer, xstrdup("what was read before is not whole"));
	} else {
		str_truncate(&text, text.len - (sizeof(whole_end) - 1));
		str_clear(&writer->text);
		str_add_bytes(&writer->text, text.data, text.len);
	}
	error_clear(&err);
	str_release(&text);
}

/* Its numbers: texts go their own way, and licences stand with components. */
static char *describe(const struct report *report)
{
	json_t *object = report_describe(report, "");
	char *text;

	json_object_del(object, "file");
	json_object_del(object, "why");
	json_object_del(object, "licenses");
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return text;
}

static void add_report(struct evidence_writer *writer,
		       const struct report *report,
		       const struct evidence_context *context)
{
	char *text;

	if (!begin(writer, "report"))
		return;
	add_text(writer, "path", context->path);
	add_word(writer, "digest", context->digest);
	if (context->bytes)
		add_int(writer, "bytes", context->bytes);
	add_bool(writer, "fresh", context->fresh);
	add_bool(writer, "ok", context->ok);
	add_text(writer, "reason", context->reason);
	if (report) {
		add_text(writer, "tool", report->tool);
		add_text(writer, "why", report->why);
		text = describe(report);
		str_addf(&writer->text, ",%.*s", (int)strlen(text) - 2,
			 text + 1);
		free(text);
	}
	end(writer);
}

static void add_finding(struct evidence_writer *writer,
			const struct finding *it)
{
	char key[FINDING_KEY_SIZE];

	if (!begin(writer, "finding"))
		return;
	finding_key(it, key);
	add_text(writer, "id", it->id);
	add_text(writer, "aliases", it->aliases);
	add_word(writer, "kind", finding_kind_name(it->kind));
	add_word(writer, "severity", report_severity_name(it->severity));
	add_text(writer, "title", it->title);
	add_text(writer, "package", it->package);
	add_text(writer, "installed", it->installed);
	add_text(writer, "fixed", it->fixed);
	add_text(writer, "path", it->path);
	if (it->line)
		add_int(writer, "line", it->line);
	if (it->column)
		add_int(writer, "column", it->column);
	add_text(writer, "purl", it->purl);
	add_text(writer, "url", it->url);
	add_text(writer, "chain", it->chain);
	add_word(writer, "state", finding_state_name(it->state));
	if (it->suppressed)
		add_text(writer, it->excepted ? "exception" : "suppression",
			 it->suppression);
	add_text(writer, "lapsed", it->lapsed);
	add_text(writer, "source", it->source);
	if (it->is_new)
		add_bool(writer, "new", true);
	add_word(writer, "key", key);
	end(writer);
}

static void add_test(struct evidence_writer *writer, const struct test_case *it)
{
	if (!begin(writer, "test"))
		return;
	add_text(writer, "name", it->name);
	add_word(writer, "outcome", test_outcome_name(it->outcome));
	if (it->outcome != TEST_PASSED || it->flaky) {
		add_text(writer, "message", it->message);
		add_text(writer, "file", it->file);
		if (it->line)
			add_int(writer, "line", it->line);
	}
	if (it->ms >= 0)
		add_int(writer, "ms", it->ms);
	if (it->flaky)
		add_bool(writer, "flaky", true);
	if (it->newly_skipped)
		add_bool(writer, "newly-skipped", true);
	end(writer);
}

static void add_component(struct evidence_writer *writer,
			  const struct component *it)
{
	if (!begin(writer, "component"))
		return;
	add_text(writer, "name", it->name ? it->name : "?");
	add_text(writer, "version", it->version);
	add_text(writer, "license", it->license);
	add_text(writer, "purl", it->purl);
	add_text(writer, "path", it->path);
	add_text(writer, "chain", it->chain);
	add_text(writer, "verdict", it->verdict);
	end(writer);
}

static void add_coverage(struct evidence_writer *writer,
			 const struct coverage_file *it)
{
	if (!begin(writer, "coverage"))
		return;
	add_text(writer, "path", it->path ? it->path : "?");
	add_int(writer, "lines", (int64_t)it->lines);
	add_int(writer, "covered", (int64_t)it->covered);
	add_int(writer, "branches", (int64_t)it->branches);
	add_int(writer, "branches-covered", (int64_t)it->branches_covered);
	end(writer);
}

void evidence_report(struct evidence_writer *writer,
		     const struct report *report,
		     const struct evidence_context *context)
{
	add_report(writer, report, context);
	if (!report)
		return;
	for (size_t i = 0; i < report->finding_count; i++)
		add_finding(writer, &report->findings[i]);
	for (size_t i = 0; i < report->case_count; i++)
		add_test(writer, &report->cases[i]);
	for (size_t i = 0; i < report->component_count; i++)
		add_component(writer, &report->components[i]);
	for (size_t i = 0; i < report->file_count; i++)
		add_coverage(writer, &report->files[i]);
	if (report->kind == REPORT_OF_TESTS &&
	    report->case_count < report->totals.total)
		not_whole(writer, xstrdup("not every test has a name"));
}

static void add_end(struct evidence_writer *writer)
{
	if (!writer->why) {
		str_add(&writer->text, whole_end);
		return;
	}
	str_add(&writer->text, "{\"end\":{\"whole\":false");
	writer->first = false;
	add_text(writer, "why", writer->why);
	end(writer);
}

int evidence_save(struct evidence_writer *writer, const char *path,
		  char digest[DIGEST_TEXT_SIZE], struct error *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = xasprintf("%.*s", (int)(slash - path), path);
	int result = -1;

	add_end(writer);
	digest_bytes(writer->text.data, writer->text.len, digest);
	if (folder_make(folder, 0700, err) == 0)
		result = file_replace(path, writer->text.data, writer->text.len,
				      0600, err);
	free(folder);
	return result;
}

char *evidence_path(const char *run_folder, const char *stage)
{
	return xasprintf("%s/logs/%s.evidence", run_folder, stage);
}
