/* SPDX-License-Identifier: MIT */
#include "cli/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/output.h"
#include "pipeline/document.h"
#include "ui/theme.h"

const char *const colour_words[3] = {"auto", "never", "always"};
const char *const glyph_words[3] = {"auto", "ascii", "unicode"};

static void read_choice(struct reader *reader, const struct node *value,
			const char *const words[3], enum ui_choice *choice)
{
	int word = read_word(reader, value, words, 3, NULL);

	if (word >= 0)
		*choice = (enum ui_choice)word;
}

static void read_color(struct reader *reader, const struct node *value,
		       void *into)
{
	read_choice(reader, value, colour_words, into);
}

static void read_glyphs(struct reader *reader, const struct node *value,
			void *into)
{
	read_choice(reader, value, glyph_words, into);
}

int settings_set_notify(struct settings *settings, const char *word,
			struct error *err)
{
	static const char *const words[] = {"bell", "osc9", "none"};

	free(settings->notify_command);
	settings->notify_command = NULL;
	if (starts_with(word, "run:") && word[4]) {
		settings->notify_command = xstrdup(word + 4);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(word, words[i]) == 0) {
			settings->notify = (enum ui_notify)i;
			return 0;
		}
	}
	return error_set(err, ERROR_USAGE,
			 "a notice goes by bell, osc9, none or run:COMMAND, "
			 "not '%s'",
			 word);
}

static void read_notice(struct reader *reader, const struct node *value,
			void *into)
{
	struct error err = ERROR_INIT;

	if (!expect_kind(reader, value, NODE_TEXT, "a word"))
		return;
	if (settings_set_notify(into, value->text, &err) < 0)
		complain_about(reader, value, "%s", error_text(&err));
	error_clear(&err);
}

/* A file's own mistakes are told when it is read. */
static bool may_be_theme(const char *name)
{
	struct strings names = STRINGS_INIT;
	bool may;

	theme_list(&names);
	may = !*name || strchr(name, '/') || ends_with(name, ".yaml") ||
	      strcmp(name, "auto") == 0 || strings_has(&names, name);
	strings_release(&names);
	return may;
}

static void read_theme(struct reader *reader, const struct node *value,
		       void *into)
{
	struct settings *settings = into;
	struct theme theme;
	struct error err = ERROR_INIT;

	read_line(reader, value, &settings->theme);
	if (settings->other_theme || value->kind != NODE_TEXT ||
	    may_be_theme(value->text))
		return;
	if (theme_load(&theme, value->text, NULL, &err) < 0)
		complain_about(reader, value, "%s", error_text(&err));
	theme_release(&theme);
	error_clear(&err);
}

static void read_title(struct reader *reader, const struct node *value,
		       void *into)
{
	bool wanted = true;

	read_truth(reader, value, &wanted);
	((struct settings *)into)->no_title = !wanted;
}

static const struct key keys[] = {
	{"theme", read_theme, 0, false},
	{"color", read_color, offsetof(struct settings, colour), false},
	{"glyphs", read_glyphs, offsetof(struct settings, glyphs), false},
	{"mouse", read_truth, offsetof(struct settings, mouse), false},
	{"title", read_title, 0, false},
	{"accessible", read_truth, offsetof(struct settings, accessible),
	 false},
	{"notify", read_notice, 0, false},
};
static const struct schema schema = SCHEMA("the configuration", keys);

static char *path_of(void)
{
	char *home = path_home("XDG_CONFIG_HOME", ".config");
	char *path = path_join(home, "signalbox/config.yaml");

	free(home);
	return path;
}

static int read_file(struct settings *settings, bool other_theme,
		     struct problems *problems, struct error *err)
{
	char *path = path_of();
	int result = 0;

	*settings = (struct settings)SETTINGS_INIT;
	settings->other_theme = other_theme;
	if (!file_is_absent(path))
		result = document_read(path, &schema, settings, problems, err);
	free(path);
	return result;
}

int settings_load(struct settings *settings, bool other_theme,
		  struct error *err)
{
	struct problems problems = PROBLEMS_INIT;
	struct str out = STR_INIT;
	int result = read_file(settings, other_theme, &problems, err);

	problems_print(&problems, &out);
	output_text(stderr, out.data);
	str_release(&out);
	problems_release(&problems);
	return result;
}

bool settings_accessible(void)
{
	struct problems problems = PROBLEMS_INIT;
	struct settings settings;
	bool accessible = read_file(&settings, true, &problems, NULL) == 0 &&
			  settings.accessible;

	problems_release(&problems);
	settings_release(&settings);
	return accessible;
}

void settings_release(struct settings *settings)
{
	free(settings->theme);
	free(settings->notify_command);
	*settings = (struct settings)SETTINGS_INIT;
}
