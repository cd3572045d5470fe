/* SPDX-License-Identifier: MIT */
#include "cli/screen.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ui/theme.h"

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

/* NULL and "auto" leave it to the terminal. */
static int choose(const char *option, const char *value, const char *never,
		  const char *always, enum ui_choice *choice, struct error *err)
{
	*choice = UI_AUTO;
	if (!value || strcmp(value, "auto") == 0)
		return 0;
	if (strcmp(value, never) == 0)
		*choice = UI_NEVER;
	else if (strcmp(value, always) == 0)
		*choice = UI_ALWAYS;
	else
		return error_set(err, ERROR_USAGE,
				 "%s is auto, %s or %s, not '%s'", option,
				 never, always, value);
	return 0;
}

/* What is wrong in the file goes to standard error, as for `validate`. */
static int load_theme(const char *name, struct theme *theme, struct error *err)
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

static int read_look(const struct screen_look *look, struct ui_options *ui,
		     struct error *err)
{
	if (choose("--color", look->color, "never", "always", &ui->colour,
		   err) < 0)
		return -1;
	return choose("--glyphs", look->glyphs, "ascii", "unicode",
		      &ui->unicode, err);
}

int screen_look_check(const struct screen_look *look, struct error *err)
{
	struct ui_options ui = UI_OPTIONS_INIT;
	struct theme theme;
	int result;

	if (read_look(look, &ui, err) < 0)
		return -1;
	result = load_theme(look->theme, &theme, err);
	theme_release(&theme);
	return result;
}

int screen_show(const struct screen_options *options, struct error *err)
{
	struct ui_options ui = UI_OPTIONS_INIT;
	struct theme theme;
	int end = -1;

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
	if (load_theme(options->look->theme, &theme, err) == 0 &&
	    read_look(options->look, &ui, err) == 0)
		end = ui_run(&ui, err);
	theme_release(&theme);
	return end;
}
