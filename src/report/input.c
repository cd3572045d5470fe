/* SPDX-License-Identifier: MIT */
#include "report/input.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/printable.h"
#include "report/json-list.h"
#include "report/json.h"
#include "yaml/tree.h"

#define FREE_BUDGET ((size_t)56 << 20)
#define YAML_MAX (256 << 10)
#define WHITE " \t\r\n\f\v"

int input_init(struct report_input *input, const char *name, const char *text,
	       size_t len, struct error *err)
{
	*input = (struct report_input){.name = name};
	if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 ||
			 memcmp(text, "\xfe\xff", 2) == 0))
		return error_set(err, ERROR_FAILED,
				 "%s is UTF-16: have the tool write UTF-8",
				 name);
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (memchr(text, '\0', len))
		return error_set(err, ERROR_FAILED,
				 "%s is no text: it has NUL bytes", name);
	input->text = text;
	input->len = len;
	if (strspn(text, WHITE) == len)
		return error_set(err, ERROR_FAILED,
				 "%s is empty: an empty report is no clean "
				 "one; see why the tool wrote nothing",
				 name);
	return 0;
}

int check_memory(const char *name, size_t estimate, size_t len,
		 struct error *err)
{
	if (estimate <= FREE_BUDGET + 11 * len)
		return 0;
	return error_set(err, ERROR_FAILED,
			 "%s is refused: reading it would take %zu MiB; it is "
			 "made of very many tiny values, as no tool writes "
			 "them",
			 name, estimate >> 20);
}

static void release_json(struct report_input *input)
{
	json_decref(input->json);
	input->json = NULL;
	if (input->parts)
		json_parts_release(input->parts);
	free(input->parts);
	input->parts = NULL;
}

void input_release(struct report_input *input)
{
	release_json(input);
	if (input->yaml)
		node_release(input->yaml);
	free(input->yaml);
	input->yaml = NULL;
}

static int check_utf8(const struct report_input *input, struct error *err)
{
	size_t at = 0;

	while (at < input->len) {
		int32_t c;

		if ((unsigned char)input->text[at] < 0x80) {
			at++;
			continue;
		}
		at += utf8_decode(input->text + at, input->len - at, &c);
		if (c < 0)
			return error_set(err, ERROR_FAILED,
					 "%s is no valid UTF-8 (byte %zu)",
					 input->name, at);
	}
	return 0;
}

/* Past white space, declarations, comments and a document type. */
static const char *skip_prolog(const char *at)
{
	for (;;) {
		const char *end;

		at += strspn(at, WHITE);
		if (strncmp(at, "<?", 2) == 0)
			end = strstr(at, "?>");
		else if (strncmp(at, "<!--", 4) == 0)
			end = strstr(at, "-->");
		else if (strncmp(at, "<!", 2) == 0 || *at == ']')
			end = strchr(at, '>');
		else
			return at;
		if (!end)
			return at;
		at = strchr(end, '>') + 1;
	}
}

static void find_root(struct report_input *input)
{
	const char *at = skip_prolog(input->text);
	const char *colon;
	size_t len;

	if (*at++ != '<')
		return;
	len = strcspn(at, WHITE "/>");
	colon = memchr(at, ':', len);
	if (colon) {
		len -= (size_t)(colon + 1 - at);
		at = colon + 1;
	}
	if (len >= sizeof(input->root))
		return;
	memcpy(input->root, at, len);
	input->root[len] = '\0';
}

static int refuse_yaml(const struct report_input *input,
		       const struct problems *problems, struct error *err)
{
	const struct problem *first = problems->items;

	return error_set(err, ERROR_FAILED, "%s:%d:%d: %s", input->name,
			 first->line, first->column, first->text);
}

/* Only summaries are YAML: a longer one is something else. */
static int decode_yaml(struct report_input *input, struct error *err)
{
	struct problems problems = PROBLEMS_INIT;
	const char *text = input->text;
	size_t len = input->len;
	int result = 0;

	if (len > YAML_MAX)
		return error_set(err, ERROR_FAILED,
				 "%s is too long: at most %d KiB of YAML are "
				 "read",
				 input->name, YAML_MAX >> 10);
	problems_begin(&problems, input->name, &text, &len);
	input->yaml = xcalloc(1, sizeof(*input->yaml));
	if (tree_parse(text, len, &problems, input->yaml) < 0 || problems.count)
		result = refuse_yaml(input, &problems, err);
	problems_release(&problems);
	return result;
}

int input_decode(struct report_input *input, enum report_encoding encoding,
		 struct error *err)
{
	input->encoding = encoding;
	switch (encoding) {
	case REPORT_LINES:
		return check_utf8(input, err);
	case REPORT_JSON:
		release_json(input);
		input->parts = xcalloc(1, sizeof(*input->parts));
		input->json = report_json_load(input, err);
		return input->json ? 0 : -1;
	case REPORT_YAML:
		return decode_yaml(input, err);
	case REPORT_XML:
		find_root(input);
	}
	return 0;
}

enum report_encoding input_guess(const struct report_input *input)
{
	const char *first = input->text + strspn(input->text, WHITE);

	if (*first == '<')
		return REPORT_XML;
	if (*first == '{' || *first == '[' || strncmp(first, "null", 4) == 0)
		return REPORT_JSON;
	return REPORT_LINES;
}

static int refuse_html(const struct report_input *input, struct error *err)
{
	const char *first = input->text + strspn(input->text, WHITE);
	const char *root = skip_prolog(first);

	if (strncasecmp(first, "<!doctype html", 14) != 0 &&
	    strncasecmp(root, "<html", 5) != 0)
		return 0;
	return error_set(err, ERROR_FAILED,
			 "%s is a web page, not a report: a proxy or a login "
			 "page may have answered in the server's place",
			 input->name);
}

static const char *error_text_of(const json_t *json)
{
	static const char *const keys[] = {"summary", "message", "detail",
					   "code"};
	const json_t *error = member(json, "error");
	const char *text = json_string_value(error);

	for (size_t i = 0; !text && i < ARRAY_SIZE(keys); i++)
		text = member_word(error, keys[i]);
	if (!text)
		text = member_word(json, "message");
	return text ? text : "it does not say which";
}

static int refuse_error(const struct report_input *input, struct error *err)
{
	const char *text;

	if (!json_is_object(input->json))
		return 0;
	if (!member(input->json, "error") &&
	    !member_word(input->json, "message"))
		return 0;
	text = error_text_of(input->json);
	return error_set(err, ERROR_FAILED,
			 "%s is an error, not a report: %.*s", input->name,
			 (int)text_cut(text, strlen(text), REPORT_WORD_MAX),
			 text);
}

int input_refuse_answer(const struct report_input *input, struct error *err)
{
	if (refuse_html(input, err) < 0)
		return -1;
	return refuse_error(input, err);
}

static bool begins_document(const char *line)
{
	return *line == '{' || strncmp(line, "<?xml", 5) == 0 ||
	       strncmp(line, "<testsuite", 10) == 0 ||
	       (*line == '[' && strspn(line + 1, WHITE "{\"[]") > 0);
}

/* The line, from 1, at which a JSON or XML document seems to begin behind
 * lines that are none; 0 when there is no such line. */
static size_t document_line(const char *text)
{
	size_t line = 1;

	if (begins_document(text + strspn(text, WHITE)))
		return 0;
	while ((text = strchr(text, '\n'))) {
		text++;
		line++;
		if (begins_document(text))
			return line;
	}
	return 0;
}

int input_refuse_log(const struct report_input *input, struct error *err)
{
	size_t line = document_line(input->text);

	if (!line)
		return 0;
	return error_set(err, ERROR_FAILED,
			 "%s:%zu: a report seems to begin here, behind what "
			 "the tool logged: have it write the report to a file "
			 "alone",
			 input->name, line);
}
