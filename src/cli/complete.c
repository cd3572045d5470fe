/* SPDX-License-Identifier: MIT */
#include "cli/complete.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "cli/complete-values.h"

static const struct cli_option *option_of(const struct cli_option *options,
					  const char *word)
{
	size_t len = strcspn(word, "=");

	for (; options->name; options++)
		if (strlen(options->name) == len &&
		    strncmp(options->name, word, len) == 0)
			return options;
	return NULL;
}

static void complete_options(const struct cli_option *options,
			     const char *typed)
{
	for (; options->name; options++)
		complete_print("", options->name, options->help, typed);
	complete_print("", "--help", "tells the options", typed);
}

/* "--output=te" */
static void complete_joined(const struct cli_option *options,
			    const struct complete_place *place)
{
	const struct cli_option *option = option_of(options, place->typed);
	size_t len = strcspn(place->typed, "=") + 1;
	struct complete_place behind = *place;
	char *before = xasprintf("%.*s", (int)len, place->typed);

	behind.before = before;
	behind.typed += len;
	if (option && option->takes)
		complete_values(option->takes, &behind);
	free(before);
}

/* The kind of a positional word: "RUN [STAGE]" has two. The caller's. */
static char *kind_of(const char *arguments, size_t at)
{
	char *copy = xstrdup(arguments);
	char *kind = NULL;
	char *save = NULL;

	for (char *word = strtok_r(copy, " []", &save); word && !kind;
	     word = strtok_r(NULL, " []", &save))
		if (at-- == 0)
			kind = xstrdup(word);
	free(copy);
	return kind;
}

static void complete_word(const char *name, struct complete_place *place,
			  size_t at)
{
	const struct subcommand *it = cli_find(name);
	char *kind = it ? kind_of(it->arguments, at) : NULL;

	if (kind)
		complete_values(kind, place);
	free(kind);
}

int complete_argument(int argc, char **argv,
		      const struct cli_arguments *arguments)
{
	const struct cli_option *options = arguments->options;
	struct complete_place place = {
		.before = "",
		.typed = argc > 2 ? argv[argc - 1] : "",
	};
	const char *value = NULL; /* what the option before takes */
	size_t words = 0;

	for (int i = 2; i < argc - 1; i++) {
		const struct cli_option *option = option_of(options, argv[i]);

		if (value)
			value = NULL;
		else if (option)
			value = strchr(argv[i], '=') ? NULL : option->takes;
		else if (words++ == 0)
			place.first = argv[i];
	}
	if (value)
		complete_values(value, &place);
	else if (place.typed[0] == '-' && strchr(place.typed, '='))
		complete_joined(options, &place);
	else if (place.typed[0] == '-')
		complete_options(options, place.typed);
	else
		complete_word(argv[0], &place, words);
	return -1;
}

static void complete_subcommands(const char *typed)
{
	const struct subcommand *it;

	for (size_t i = 0; (it = cli_subcommand(i)); i++)
		complete_print("", it->name, it->summary, typed);
	complete_print("", "help", "lists the commands", typed);
}

/* The line of the subcommand `name`, as cli_parse() takes it. */
static void ask(int (*run)(int argc, char **argv), char *name, int count,
		char **words)
{
	static char mark[] = COMPLETE_WORD;
	char **argv = xcalloc((size_t)count + 3, sizeof(*argv));

	argv[0] = name;
	argv[1] = mark;
	memcpy(argv + 2, words, (size_t)count * sizeof(*words));
	run(count + 2, argv);
	free(argv);
}

int cli_complete(int argc, char **argv)
{
	static char self[] = "signalbox";
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const struct subcommand *it = argc > 1 ? cli_find(argv[1]) : NULL;

	if (null >= 0)
		dup2(null, STDERR_FILENO);
	if (argc > 1 && argv[1][0] == '-') {
		ask(cli_dashboard, self, argc - 1, argv + 1);
		if (argc == 2)
			complete_print("", "--version", "prints it", argv[1]);
	} else if (argc <= 2) {
		complete_subcommands(argc > 1 ? argv[1] : "");
	} else if (it && it->run != cli_complete) {
		ask(it->run, argv[1], argc - 2, argv + 2);
	}
	return 0;
}
