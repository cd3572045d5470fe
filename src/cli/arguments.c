/* SPDX-License-Identifier: MIT */
#include "cli/arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "cli/complete.h"
#include "cli/help.h"
#include "cli/output.h"

int cli_fail(struct error *err)
{
	struct str text = STR_INIT;
	int status = error_exit_status(err->code);

	if (!err->code)
		return 0;
	str_add_printable(&text, error_text(err), strlen(error_text(err)),
			  false);
	fputs("signalbox: ", stderr);
	output_line(stderr, text.data);
	str_release(&text);
	error_clear(err);
	return status;
}

static const struct cli_option *find_option(const struct cli_option *options,
					    const char *word, size_t len)
{
	for (; options->name; options++)
		if (strlen(options->name) == len &&
		    strncmp(options->name, word, len) == 0)
			return options;
	return NULL;
}

/* Takes the option at argv[*at], and its value behind it or after '='. */
static int take_option(int argc, char **argv, int *at,
		       const struct cli_option *options, struct error *err)
{
	const char *word = argv[*at];
	size_t len = strcspn(word, "=");
	const struct cli_option *option = find_option(options, word, len);
	const char *value;

	if (!option)
		return error_set(err, ERROR_USAGE,
				 "no option '%.*s'; see signalbox %s --help",
				 (int)len, word, argv[0]);
	if (option->flag) {
		*option->flag = true;
		if (!word[len])
			return 0;
		if (!option->value)
			return error_set(err, ERROR_USAGE, "%s takes no value",
					 option->name);
		*option->value = word + len + 1;
		return 0;
	}
	value = word[len]	 ? word + len + 1
		: *at + 1 < argc ? argv[++*at]
				 : NULL;
	if (!value)
		return error_set(err, ERROR_USAGE, "%s needs a value",
				 option->name);
	if (option->list)
		strings_add(option->list, value);
	else
		*option->value = value;
	return 0;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int cli_parse(int argc, char **argv, const struct cli_arguments *arguments,
	      struct error *err)
{
	int count = 0;
	bool only_words = false;

	if (argc > 1 && strcmp(argv[1], COMPLETE_WORD) == 0)
		return complete_argument(argc, argv, arguments);
	if (wants_help(argc, argv))
		return help_print(argv[0], arguments->options);
	for (int i = 1; i < argc; i++) {
		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (!only_words && argv[i][0] == '-' && argv[i][1]) {
			if (take_option(argc, argv, &i, arguments->options,
					err) < 0)
				return -1;
		} else if (count < arguments->most) {
			arguments->words[count++] = argv[i];
		} else {
			return error_set(err, ERROR_USAGE,
					 "'%s' is one word too many", argv[i]);
		}
	}
	if (count < arguments->least)
		return error_set(err, ERROR_USAGE,
				 "%s needs %d word%s; see signalbox %s --help",
				 argv[0], arguments->least,
				 arguments->least > 1 ? "s" : "", argv[0]);
	return 0;
}

int cli_is_json(const char *output, bool *json, struct error *err)
{
	*json = output && strcmp(output, "json") == 0;
	if (output && !*json && strcmp(output, "text") != 0)
		return error_set(err, ERROR_USAGE,
				 "--output is text or json, not '%s'", output);
	return 0;
}

int cli_listing(int argc, char **argv,
		int (*list)(const char *word, bool json, struct error *err))
{
	const char *output = NULL;
	const char *words[1] = {NULL};
	const struct cli_option options[] = {
		{"--output", &output, NULL, NULL, "text|json",
		 "lines for people, or JSON"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, 1, 0};
	struct error err = ERROR_INIT;
	bool json;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    cli_is_json(output, &json, &err) < 0 ||
	    list(words[0], json, &err) < 0)
		return cli_fail(&err);
	return 0;
}

int cli_parse_seen(const char *text, int64_t *seen, struct error *err)
{
	char *end;

	errno = 0;
	*seen = strtoll(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *seen > 0)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "--seen '%s' is no record's number; write the seq "
			 "that signalbox status --output json tells",
			 text);
}
