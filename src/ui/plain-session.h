/* SPDX-License-Identifier: MIT */
/*
 * One person who listens. Private to plain*.c: plain.c has the loop, what
 * happens; plain-say.c speaks, plain-hear.c listens, plain-menu.c knows what
 * can be done, by numbers, plain-ask.c asks, plain-board.c tells of the board.
 *
 * One answer at a time: for a moment after each line that was typed, and
 * after each question or menu, what comes is dropped, and that is said. Of a
 * block of lines that was pasted only the first is an answer. The prompt
 * comes when the moment is over.
 */
#ifndef SIGNALBOX_UI_PLAIN_SESSION_H
#define SIGNALBOX_UI_PLAIN_SESSION_H

#include "loop/loop.h"
#include "ui/board.h"
#include "ui/dialog.h"
#include "ui/playback.h"
#include "ui/ships-work.h"
#include "ui/spoken.h"
#include "ui/ui.h"

#define PLAIN_ITEMS 32

enum asks {
	ASKS_NOTHING, /* a number of the menu, or a word */
	ASKS_TEXT,    /* for the open dialog's box */
	ASKS_YES,     /* whether to do what the open dialog tells */
	ASKS_PICK,    /* one of `picks` */
};

struct plain {
	const struct ui_options *options;
	struct loop *loop;
	struct channel *channel;
	struct playback *playback;
	struct ships_work *ships;
	struct watch *keyboard, *host;
	struct timer *quiet, *settle;
	struct model *model; /* the board's, where one is told of */
	struct view *view;

	enum asks asks;
	int opened_by; /* the number that opened the question; 0 none */
	size_t menu[PLAIN_ITEMS], menu_count; /* as it was told last */
	struct strings picks;
	void (*picked)(struct plain *plain, size_t which);

	struct str typed;
	size_t dropped; /* lines that came too early */
	bool is_deaf, input_ended;
	bool prompted; /* the line has begun with the prompt */
	bool is_away;  /* another has the terminal; `held` is said later */
	struct strings held;
	bool is_ascii; /* nothing else is understood */
	bool in_past;  /* what comes happened before anybody listened */
	bool wants_ships;
	bool end_told, has_begun;
	char *waits;	   /* as it was told */
	char **board_told; /* a sentence for each environment */
	size_t board_count;
	int board_shows;
	bool board_held;       /* what changed is not counted yet */
	int64_t opened_ms;     /* wall clock */
	int64_t frames, lines; /* for tests */
	int end;
};

/* plain-say.c */
void plain_say(struct plain *plain, const char *line);
void plain_sayf(struct plain *plain, const char *format, ...) PRINTF_LIKE(2, 3);
/* Says them and empties the list. */
void plain_say_all(struct plain *plain, struct strings *lines);

/* plain-hear.c */
/* Nothing typed before this counts; then the prompt. */
void plain_hush(struct plain *plain);
timer_callback plain_hear_again;
watch_callback plain_hear;
signal_callback plain_interrupted;
/* Where the input has ended, and all was told that it waited for. */
void plain_end_without_input(struct plain *plain);
void plain_tell_test(struct plain *plain);

/* plain.c */
void plain_finish(struct plain *plain, enum ui_end end);
void plain_send(struct plain *plain);
/* The moment that is told of. */
void plain_set_clock(struct plain *plain);
/* After something happened: what waits, what asks by itself, the end. */
void plain_follow(struct plain *plain);

/* plain-menu.c */
void plain_menu(struct plain *plain);
void plain_choose(struct plain *plain, const char *line);

/* What ships to it; NULL: as the run has it. It comes when it is known. */
void plain_find_commits(struct plain *plain, const char *environment);

/* plain-ask.c */
void plain_ask(struct plain *plain); /* view->dialog */
void plain_answer(struct plain *plain, const char *line);
void plain_drop_question(struct plain *plain);

/* plain-board.c */
void plain_board_start(struct plain *plain);
void plain_board_stop(struct plain *plain);
void plain_board_tell(struct plain *plain, bool all);
void plain_board_history(struct plain *plain);
void plain_board_open(struct plain *plain);
/* By ACTION_ROLLBACK or ACTION_DRILL. */
void plain_board_go_back(struct plain *plain, enum action action);
void plain_board_commits(struct plain *plain);

#endif
