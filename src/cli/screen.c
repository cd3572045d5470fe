/* SPDX-License-Identifier: MIT */
#include "cli/screen.h"

#include <string.h>
#include <unistd.h>

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

static int read_look(const struct screen_look *look, struct ui_options *ui,
		     struct error *err)
{
	if (look->theme && strcmp(look->theme, "dark") != 0 &&
	    strcmp(look->theme, "light") != 0)
		return error_set(err, ERROR_USAGE,
				 "--theme is dark or light, not '%s'",
				 look->theme);
	ui->theme = look->theme;
	if (choose("--color", look->color, "never", "always", &ui->colour,
		   err) < 0)
		return -1;
	return choose("--glyphs", look->glyphs, "ascii", "unicode",
		      &ui->unicode, err);
}

int screen_look_check(const struct screen_look *look, struct error *err)
{
	struct ui_options ui = UI_OPTIONS_INIT;

	return read_look(look, &ui, err);
}

int screen_show(const struct screen_options *options, struct error *err)
{
	struct ui_options ui = UI_OPTIONS_INIT;

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
	if (read_look(options->look, &ui, err) < 0)
		return -1;
	return ui_run(&ui, err);
}
