/* SPDX-License-Identifier: MIT */
#include "cli/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "net/server.h"

static enum ui_message host_message(void *data)
{
	static const enum ui_message messages[] = {
		[LAUNCHER_NOTHING] = UI_MESSAGE_NONE,
		[LAUNCHER_CONTINUED] = UI_MESSAGE_CONTINUED,
		[LAUNCHER_GONE] = UI_MESSAGE_GONE,
	};

	return messages[launcher_read(data)];
}

static void host_suspend(void *data)
{
	launcher_suspend(data);
}

static void host_leave(void *data, int status)
{
	launcher_leave(data, status);
}

bool screen_fits(const char **why)
{
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return ui_terminal_fits(why);
	*why = "this is no terminal";
	return false;
}

/* NULL leaves it as it is. */
static int choose(const char *option, const char *value,
		  const char *const words[3], enum ui_choice *choice,
		  struct error *err)
{
	for (int i = 0; value && i < 3; i++) {
		if (strcmp(value, words[i]) == 0) {
			*choice = (enum ui_choice)i;
			return 0;
		}
	}
	return value ? error_set(err, ERROR_USAGE,
				 "%s is %s, %s or %s, not '%s'", option,
				 words[0], words[1], words[2], value)
		     : 0;
}

int screen_theme(const char *name, struct theme *theme, struct error *err)
{
	struct problems problems = PROBLEMS_INIT;
	struct str out = STR_INIT;
	int result = theme_load(theme, name, &problems, err);

	problems_print(&problems, &out);
	fputs(out.data, stderr);
	str_release(&out);
	problems_release(&problems);
	return result;
}

int screen_settings(const struct screen_look *look, struct settings *settings,
		    struct error *err)
{
	if (settings_load(settings, err) < 0 ||
	    choose("--color", look->color, colour_words, &settings->colour,
		   err) < 0)
		return -1;
	if (look->theme) {
		free(settings->theme);
		settings->theme = xstrdup(look->theme);
	}
	settings->mouse |= look->mouse;
	return choose("--glyphs", look->glyphs, glyph_words, &settings->glyphs,
		      err);
}

int screen_look_check(const struct screen_look *look, struct error *err)
{
	struct settings settings;
	struct theme theme = THEME_INIT;
	int result = screen_settings(look, &settings, err);

	if (result == 0)
		result = screen_theme(settings.theme, &theme, err);
	theme_release(&theme);
	settings_release(&settings);
	return result;
}

int screen_show(const struct screen_options *options, struct error *err)
{
	struct ui_options ui = UI_OPTIONS_INIT;
	struct settings settings;
	struct theme theme = THEME_INIT;
	char *folder = runtime_folder(NULL);
	char *copy_file = folder ? path_join(folder, "copied") : NULL;
	int end = -1;

	ui.copy_file = copy_file;
	ui.events_fd = options->events;
	ui.commands_fd = options->commands;
	ui.replay = options->replay;
	ui.pace = options->pace;
	ui.run_folder = options->run_folder;
	ui.host = (struct ui_host){
		.data = options->launcher,
		.fd = launcher_fd(options->launcher),
		.message = host_message,
		.suspend = host_suspend,
		.leave = host_leave,
	};
	ui.person = options->person;
	ui.attached = options->attached;
	ui.watch_only = options->watch_only;
	ui.theme = &theme;
	if (screen_settings(options->look, &settings, err) == 0 &&
	    screen_theme(settings.theme, &theme, err) == 0) {
		ui.colour = settings.colour;
		ui.unicode = settings.glyphs;
		ui.mouse = settings.mouse;
		end = ui_run(&ui, err);
	}
	free(copy_file);
	free(folder);
	theme_release(&theme);
	settings_release(&settings);
	return end;
}
