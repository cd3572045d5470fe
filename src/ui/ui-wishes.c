/* SPDX-License-Identifier: MIT */
/* What a key wished that a view cannot do: the terminal is given away for a
 * while, lines are copied, another theme is worn. */
#include "ui/ui-internal.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "ui/outside.h"
#include "ui/screen.h"
#include "ui/theme.h"

/* The end of a paste may have gone to who had the terminal meanwhile. */
void ui_take_back(struct ui *ui)
{
	ui->view->pasting = false;
	screen_enter(ui->screen);
	watch_events(ui->keyboard, POLLIN);
	ui_paint(ui);
}

void ui_suspend(struct ui *ui)
{
	screen_leave(ui->screen);
	watch_events(ui->keyboard, 0);
	timer_stop(ui->tick);
	if (ui->options->host.suspend) {
		ui->options->host.suspend(ui->options->host.data);
		return;
	}
	raise(SIGSTOP);
	ui_take_back(ui);
}

static void say_copied(struct ui *ui, const char *where)
{
	const struct view *view = ui->view;
	char *text = xasprintf(
		"%lld line%s copied %s%s", (long long)view->copied_lines,
		view->copied_lines == 1 ? "" : "s", where, view->copy_file);

	view_toast(ui->view, false, text);
	free(text);
}

/* To the terminal, which does not answer. */
static void copy_to_terminal(struct ui *ui)
{
	struct str text = STR_INIT;
	bool sent = file_read(ui->view->copy_file, &text, 1 << 20, NULL) == 0 &&
		    screen_copy(ui->screen, text.data, text.len);

	say_copied(ui, sent ? "to the terminal (OSC 52) and into "
			    : "into the file alone: ");
	str_release(&text);
}

static void tmux_took(void *data, const char *why)
{
	struct ui *ui = data;

	if (why)
		copy_to_terminal(ui);
	else
		say_copied(ui, "to tmux and into ");
	ui_want_frame(ui);
}

static void copy(struct ui *ui)
{
	if (!outside_in_tmux() || outside_tmux(ui->outside, ui->view->copy_file,
					       tmux_took, ui, NULL) < 0)
		copy_to_terminal(ui);
}

static void come_back(void *data, const char *why)
{
	struct ui *ui = data;

	view_toast(ui->view, why, why ? why : "");
	ui_take_back(ui);
}

static void show_outside(struct ui *ui, enum outside_kind kind)
{
	struct logview *log = &ui->view->log;
	struct error err = ERROR_INIT;

	screen_leave(ui->screen);
	watch_events(ui->keyboard, 0);
	timer_stop(ui->tick);
	if (outside_open(ui->outside, kind, log->path, logview_line_number(log),
			 come_back, ui, &err) == 0)
		return;
	come_back(ui, NULL);
	view_toast(ui->view, true, error_text(&err));
	error_clear(&err);
	ui_paint(ui);
}

/* Another theme, until the screen closes. */
static void wear(struct ui *ui)
{
	struct problems problems = PROBLEMS_INIT;
	struct theme theme = THEME_INIT;
	struct error err = ERROR_INIT;

	if (theme_load(&theme, ui->view->wish_text, &problems, &err) == 0)
		screen_wear(ui->screen, &theme);
	else
		view_toast(ui->view, true, error_text(&err));
	error_clear(&err);
	theme_release(&theme);
	problems_release(&problems);
}

void ui_obey(struct ui *ui)
{
	enum wish wish = ui->view->wish;

	ui->view->wish = WISH_NONE;
	switch (wish) {
	case WISH_NONE:
		break;
	case WISH_REDRAW:
		screen_forget(ui->screen);
		break;
	case WISH_SUSPEND:
		ui_suspend(ui);
		break;
	case WISH_COPY:
		copy(ui);
		break;
	case WISH_PAGER:
		show_outside(ui, OUTSIDE_PAGER);
		break;
	case WISH_EDITOR:
		show_outside(ui, OUTSIDE_EDITOR);
		break;
	case WISH_LEAVE:
		ui_finish(ui, UI_LEFT);
		break;
	case WISH_QUIT:
		ui_finish(ui, UI_FINISHED);
		break;
	case WISH_OPEN:
		ui_finish(ui, UI_OPEN);
		break;
	case WISH_THEME:
		wear(ui);
		break;
	}
}
