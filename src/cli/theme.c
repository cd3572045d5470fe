/* SPDX-License-Identifier: MIT */
/* `theme`: which there are, and how they look. */
#include "ui/theme.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/screen.h"
#include "ui/preview.h"

struct theme_call {
	const char *word; /* NULL: all */
	const char *output;
	struct screen_look look;
	struct settings settings;
	bool preview, json;
};

static const char *background_name(enum background background)
{
	static const char *const names[] = {"any", "dark", "light"};

	return names[background];
}

static void print_one(const char *name, const struct theme *theme,
		      const char *file)
{
	listing_print("%-20s %-6s %s%s%s%s\n", name,
		      background_name(theme->background),
		      theme->about ? theme->about : "", file ? " (" : "",
		      file ? file : "", file ? ")" : "");
}

static json_t *describe(const char *name, const struct theme *theme,
			const char *file)
{
	return json_pack("{s:s, s:s, s:s?, s:s?}", "name", name, "background",
			 background_name(theme->background), "about",
			 theme->about, "file", file);
}

/* A bad file of the person's own hides none of the others. */
static int list_one(const struct theme_call *call, const char *name,
		    json_t *list)
{
	char *path = theme_path(name);
	const char *file = file_exists(path) ? path : NULL;
	struct theme theme = THEME_INIT;
	struct error err = ERROR_INIT;
	int result = screen_theme(name, &theme, &err);

	if (result < 0)
		result = cli_fail(&err);
	else if (call->json)
		json_array_append_new(list, describe(name, &theme, file));
	else
		print_one(name, &theme, file);
	theme_release(&theme);
	free(path);
	return result;
}

static int show(const struct theme_call *call, const char *name)
{
	struct theme theme = THEME_INIT;
	struct error err = ERROR_INIT;
	struct str out = STR_INIT;
	int result = screen_theme(name, &theme, &err);

	if (result < 0) {
		result = cli_fail(&err);
	} else {
		theme_preview(&theme, name, call->settings.colour,
			      call->settings.glyphs, &out);
		fputs(out.data, stdout);
	}
	str_release(&out);
	theme_release(&theme);
	return result;
}

static int show_all(const struct theme_call *call)
{
	struct strings names = STRINGS_INIT;
	json_t *list = json_array();
	int worst = 0;

	theme_list(&names);
	for (size_t i = 0; i < names.count; i++) {
		int result;

		if (call->preview && i)
			putchar('\n');
		result = call->preview ? show(call, names.items[i])
				       : list_one(call, names.items[i], list);
		worst = result > worst ? result : worst;
	}
	if (call->json)
		listing_json(list);
	else
		json_decref(list);
	strings_release(&names);
	return worst;
}

static int parse(struct theme_call *call, int argc, char **argv,
		 struct error *err)
{
	const struct cli_option options[] = {
		{"--preview", NULL, &call->preview, NULL, NULL,
		 "samples of every role"},
		{"--color", &call->look.color, NULL, NULL, "auto|never|always",
		 "the dashboard's colours"},
		{"--glyphs", &call->look.glyphs, NULL, NULL,
		 "auto|unicode|ascii", "what it draws with"},
		{"--output", &call->output, NULL, NULL, "text|json",
		 "lines for people, or JSON"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, &call->word, 1, 0};

	if (cli_parse(argc, argv, &arguments, err) < 0 ||
	    cli_is_json(call->output, &call->json, err) < 0 ||
	    screen_settings(&call->look, &call->settings, err) < 0)
		return -1;
	if (call->json && (call->preview || call->word))
		return error_set(err, ERROR_USAGE,
				 "--output json lists the themes; a preview "
				 "is none");
	return 0;
}

int cli_theme(int argc, char **argv)
{
	struct theme_call call = {.word = NULL};
	struct error err = ERROR_INIT;
	int result;

	if (parse(&call, argc, argv, &err) < 0)
		result = cli_fail(&err);
	else
		result = call.word ? show(&call, call.word) : show_all(&call);
	settings_release(&call.settings);
	return result;
}
