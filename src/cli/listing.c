/* SPDX-License-Identifier: MIT */
#include "cli/listing.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "cli/output.h"
#include "delivery/environment.h"

/* Where the format is of one line so is what is printed: a newline in a text
 * would begin a line that is not ours. It is printed as a space. */
static void join_lines(struct str *raw, const char *format)
{
	size_t end = strlen(format);
	size_t len = raw->len;

	if (strcmp(format, "%s") == 0) /* lines that are made elsewhere */
		return;
	for (; end && format[end - 1] == '\n'; end--)
		len--;
	for (size_t i = 0; i < len; i++)
		if (raw->data[i] == '\n')
			raw->data[i] = ' ';
}

void listing_print(const char *format, ...)
{
	struct str raw = STR_INIT;
	struct str shown = STR_INIT;
	va_list args;
	char *line;

	va_start(args, format);
	str_vaddf(&raw, format, args);
	va_end(args);
	join_lines(&raw, format);
	line = raw.data;
	while (*line) {
		size_t len = strcspn(line, "\n");

		str_clear(&shown);
		str_add_printable(&shown, line, len, false);
		output_text(stdout, shown.data);
		line += len;
		if (*line) {
			putchar('\n');
			line++;
		}
	}
	str_release(&raw);
	str_release(&shown);
}

/* To a terminal everything beyond ASCII goes as \uXXXX: it may be a control
 * character of C1 or of bidi, and means the same to who reads JSON. */
static size_t flags_of_output(void)
{
	return isatty(STDOUT_FILENO) ? JSON_ENSURE_ASCII : 0;
}

void listing_json(json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2) | flags_of_output());
	putchar('\n');
	json_decref(value);
}

void listing_json_line(const char *text, size_t len)
{
	size_t flags = flags_of_output();
	json_t *value = flags ? json_loadb(text, len, 0, NULL) : NULL;

	if (value) {
		json_dumpf(value, stdout, flags | JSON_COMPACT);
		putchar('\n');
	} else {
		fwrite(text, 1, len, stdout);
	}
	json_decref(value);
}

const char *listing_time(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
	return wall_ms ? clock_format_minute(wall_ms, text) : "-";
}

const char *listing_commit(const char *version, const char *commit)
{
	return *version && starts_with(commit, version) ? "" : commit;
}

static int open_one(struct loop *loop, const char *state, const char *name,
		    int (*each)(struct environment *environment, void *data),
		    void *data, struct error *err)
{
	struct environment_options options = {
		.loop = loop,
		.state = state,
		.name = name,
	};
	struct error why = ERROR_INIT;
	struct environment *environment = environment_open(&options, &why);
	int result;

	if (!environment) {
		if (why.code != ERROR_NOT_FOUND)
			return error_move(err, &why);
		error_clear(&why); /* never deployed: nothing to list */
		return 0;
	}
	result = each(environment, data);
	environment_close(environment);
	return result;
}

int listing_environments(const char *state,
			 int (*each)(struct environment *environment,
				     void *data),
			 void *data, struct error *err)
{
	struct strings names = STRINGS_INIT;
	struct loop *loop;
	int result = environment_list(state, &names, err);

	loop = loop_new();
	for (size_t i = 0; i < names.count; i++)
		if (open_one(loop, state, names.items[i], each, data, err) < 0)
			result = -1;
	loop_free(loop);
	strings_release(&names);
	return result;
}
