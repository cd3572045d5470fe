/* SPDX-License-Identifier: MIT */
/* What is heard: lines, one answer at a time, control C, the end. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "ui/plain-session.h"

#define LINE_LIMIT 4096
/* Nobody has heard a question sooner. */
#define HUSH_MS 300

void plain_tell_test(struct plain *plain)
{
	const char *test = getenv("SIGNALBOX_TEST_FD");

	if (!test || !*test || !plain->model)
		return;
	plain->frames++;
	dprintf(atoi(test), "frame %lld seq %lld keys %lld%s\n",
		(long long)plain->frames, (long long)plain->model->events,
		(long long)plain->lines, plain->is_deaf ? "" : " hears");
}

void plain_hush(struct plain *plain)
{
	bool is_news = !plain->is_deaf;

	plain->is_deaf = true;
	timer_set_in(plain->quiet, HUSH_MS);
	if (is_news)
		plain_tell_test(plain);
}

/* A line that came while this program was held up is heard late, and was
 * typed too soon. */
static bool more_is_there(const struct plain *plain)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

	return !plain->input_ended && !plain->is_away &&
	       poll(&input, 1, 0) > 0 && (input.revents & POLLIN);
}

void plain_hear_again(void *data)
{
	struct plain *plain = data;

	if (plain->is_deaf && more_is_there(plain)) {
		timer_set_in(plain->quiet, HUSH_MS);
		return;
	}
	plain->is_deaf = false;
	if (plain->dropped)
		plain_sayf(plain,
			   "%zu line%s came too soon to be an answer, and did "
			   "nothing",
			   plain->dropped, plain->dropped == 1 ? "" : "s");
	plain->lines += (int64_t)plain->dropped;
	plain->dropped = 0;
	if (!plain->prompted && !plain->is_away && !plain->input_ended) {
		fputs("> ", stdout);
		fflush(stdout);
		plain->prompted = true;
	}
	plain_tell_test(plain);
}

static void take_typed(struct plain *plain, const char *line)
{
	if (isatty(STDIN_FILENO)) /* Enter was shown */
		plain->prompted = false;
	if (plain->is_deaf) {
		plain->dropped++;
		plain_hush(plain);
		return;
	}
	plain->lines++;
	plain_hush(plain);
	plain_answer(plain, line);
}

/* Nobody answers any more: a run that is live goes on by itself, and what is
 * only told is told to its end. */
void plain_end_without_input(struct plain *plain)
{
	const struct model *model = plain->model;

	if (!plain->input_ended || plain->end >= 0)
		return;
	if (plain->playback) {
		if (plain->view->play.over || plain->view->play.paused)
			plain_finish(plain, plain->options->returns
						    ? UI_LOST
						    : UI_FINISHED);
	} else if (plain->options->board) {
		if (plain->view->board && plain->view->board->is_read)
			plain_finish(plain, UI_FINISHED);
	} else if (model->started && !plain->in_past) {
		plain_sayf(plain,
			   "The input has ended. Run %lld goes on; signalbox "
			   "attach %lld comes back",
			   (long long)model->run, (long long)model->run);
		plain_finish(plain, UI_LOST);
	}
}

void plain_hear(int fd, short revents, void *data)
{
	struct plain *plain = data;
	char buffer[512];
	ssize_t got = read(fd, buffer, sizeof(buffer));

	(void)revents;
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		watch_events(plain->keyboard, 0);
		plain->input_ended = true;
		plain_end_without_input(plain);
		return;
	}
	for (ssize_t i = 0; i < got && plain->end < 0; i++) {
		if (buffer[i] != '\n') {
			if (buffer[i] != '\r' && plain->typed.len < LINE_LIMIT)
				str_add_char(&plain->typed, buffer[i]);
			continue;
		}
		take_typed(plain, plain->typed.data);
		str_clear(&plain->typed);
	}
}

/* An open question is dropped; where nothing is live there is nothing to
 * lose by leaving. */
void plain_interrupted(int number, void *data)
{
	struct plain *plain = data;
	struct view *view = plain->view;

	(void)number;
	str_clear(&plain->typed);
	plain_hush(plain);
	if (plain->asks != ASKS_NOTHING) {
		plain_drop_question(plain);
		return;
	}
	if (plain->options->replay || plain->options->board) {
		plain_finish(plain, UI_FINISHED);
		return;
	}
	view->clock_ms = clock_monotonic_us() / 1000;
	view_act(view, plain->model, ACTION_INTERRUPT);
	plain->opened_by = 0;
	if (view->dialog)
		plain_ask(plain);
	else if (view->interrupted_ms)
		plain_sayf(plain,
			   "Run %lld is live. Control C again within 3 s asks "
			   "to cancel it; leave lets it go on without you",
			   (long long)plain->model->run);
	else
		plain_say(plain, view->toast);
	plain_hush(plain);
}
