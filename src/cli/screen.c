/* SPDX-License-Identifier: MIT */
#include "cli/screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/output.h"
#include "net/server.h"
#include "proc/child.h"
#include "ui/plain.h"

struct host {
	struct launcher *launcher;
	const char *notify_command;
};

static enum ui_message host_message(void *data)
{
	static const enum ui_message messages[] = {
		[LAUNCHER_NOTHING] = UI_MESSAGE_NONE,
		[LAUNCHER_CONTINUED] = UI_MESSAGE_CONTINUED,
		[LAUNCHER_GONE] = UI_MESSAGE_GONE,
	};

	return messages[launcher_read(((const struct host *)data)->launcher)];
}

static void host_suspend(void *data)
{
	launcher_suspend(((const struct host *)data)->launcher);
}

/* The shell leaves it to itself at once, so that nobody waits for it; with
 * the program the guard ends it. */
static void host_notify(void *data, const char *text)
{
	static const char script[] =
		"SIGNALBOX_NOTICE=$2; export SIGNALBOX_NOTICE; "
		"/bin/sh -c \"$1\" &";
	const struct host *host = data;
	const char *argv[] = {
		"/bin/sh", "-c", script, "sh", host->notify_command,
		text,	   NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	pid_t pid;

	options.argv = argv;
	options.outlive = true;
	pid = child_start(&options, NULL);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void host_leave(void *data, int status)
{
	launcher_leave(((const struct host *)data)->launcher, status);
}

static bool on_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

void screen_look_settle(struct screen_look *look)
{
	if (!look->accessible && on_terminal())
		look->accessible = settings_accessible();
}

bool screen_fits(const char **why)
{
	if (on_terminal())
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
	output_text(stderr, out.data);
	str_release(&out);
	problems_release(&problems);
	return result;
}

/* What the options say, over what stands there. */
static int choose_all(const struct screen_look *look, struct settings *settings,
		      struct error *err)
{
	if (choose("--color", look->color, colour_words, &settings->colour,
		   err) < 0)
		return -1;
	if (look->theme) {
		free(settings->theme);
		settings->theme = xstrdup(look->theme);
	}
	settings->mouse |= look->mouse;
	if (look->notify &&
	    settings_set_notify(settings, look->notify, err) < 0)
		return error_prefix(err, "--notify");
	return choose("--glyphs", look->glyphs, glyph_words, &settings->glyphs,
		      err);
}

int screen_settings(const struct screen_look *look, struct settings *settings,
		    struct error *err)
{
	return settings_load(settings, look->theme != NULL, err) < 0
		       ? -1
		       : choose_all(look, settings, err);
}

int screen_look_check(const struct screen_look *look, bool opens,
		      struct error *err)
{
	struct settings settings = SETTINGS_INIT;
	struct theme theme = THEME_INIT;
	int result = opens ? screen_settings(look, &settings, err)
			   : choose_all(look, &settings, err);

	if (result == 0)
		result = screen_theme(settings.theme, &theme, err);
	theme_release(&theme);
	settings_release(&settings);
	return result;
}

static void fill(const struct screen_options *options, struct host *host,
		 struct ui_options *ui)
{
	ui->events_fd = options->events;
	ui->commands_fd = options->commands;
	ui->replay = options->replay;
	ui->pace = options->pace;
	ui->run_folder = options->run_folder;
	ui->host = (struct ui_host){
		.data = host,
		.fd = launcher_fd(options->launcher),
		.message = host_message,
		.suspend = host_suspend,
		.leave = host_leave,
	};
	ui->person = options->person;
	ui->attached = options->attached;
	ui->after = options->after;
	ui->watch_only = options->watch_only;
	ui->board = options->board;
	ui->returns = options->returns;
	ui->kept = options->kept;
}

static void fill_settings(const struct settings *settings, struct host *host,
			  struct ui_options *ui)
{
	ui->colour = settings->colour;
	ui->unicode = settings->glyphs;
	ui->mouse = settings->mouse;
	ui->no_title = settings->no_title;
	ui->notify = settings->notify;
	host->notify_command = settings->notify_command;
	if (host->notify_command)
		ui->host.notify = host_notify;
}

int screen_show(const struct screen_options *options, struct error *err)
{
	struct host host = {.launcher = options->launcher};
	struct ui_options ui = UI_OPTIONS_INIT;
	struct settings settings;
	struct theme theme = THEME_INIT;
	char *folder = runtime_folder(NULL);
	char *copy_file = folder ? path_join(folder, "copied") : NULL;
	int end = -1;

	ui.copy_file = copy_file;
	fill(options, &host, &ui);
	ui.theme = &theme;
	if (screen_settings(options->look, &settings, err) == 0 &&
	    screen_theme(settings.theme, &theme, err) == 0) {
		fill_settings(&settings, &host, &ui);
		end = options->look->accessible ? plain_run(&ui)
						: ui_run(&ui, err);
	}
	free(copy_file);
	free(folder);
	theme_release(&theme);
	settings_release(&settings);
	return end;
}
