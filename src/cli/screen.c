/* SPDX-License-Identifier: MIT */
#include "cli/screen.h"

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

int screen_show(const struct screen_options *options, struct error *err)
{
	struct ui_options ui = UI_OPTIONS_INIT;

	ui.events_fd = options->events;
	ui.commands_fd = options->commands;
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
	ui.colour = options->colour;
	ui.unicode = options->unicode;
	ui.theme = options->theme;
	return ui_run(&ui, err);
}
