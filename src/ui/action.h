/* SPDX-License-Identifier: MIT */
/*
 * What a key can do: one list gives the enum, the name in a key file, the
 * keys as help shows them, and a sentence.
 */
#ifndef SIGNALBOX_UI_ACTION_H
#define SIGNALBOX_UI_ACTION_H

#include <stdbool.h>

/* id, name, keys, sentence */
#define ACTIONS(X)                                                             \
	X(APPROVE, "approve", "a", "approve the open gate")                    \
	X(REJECT, "reject", "x", "reject at the open gate, with a reason")     \
	X(SHIFT, "shift", "s", "move traffic to a share that you name")        \
	X(HOLD, "hold", "H", "hold the deployment where it is, or let go")     \
	X(PROMOTE, "promote", "P", "skip to the deployment's end, or a step")  \
	X(NEXT, "next-step", ": next", "leave the pause, analysis or bake")    \
	X(ROLLBACK, "roll-back", "B", "show the way back; Enter takes it")     \
	X(DRILL, "drill", "D", "go the way back for real, and return")         \
	X(CANCEL, "cancel", "X", "cancel the run")                             \
	X(REDRAW, "redraw", "r R ^L F5", "draw the screen anew; harmless")     \
	X(SUSPEND, "suspend", "^Z", "back to the shell; the run goes on")      \
	X(INTERRUPT, "interrupt", "^C", "twice within 3 s: ask to cancel")     \
	X(QUIT, "quit", "q", "back; at the top: leave")                        \
	X(HELP, "help", "? F1", "these keys")                                  \
	X(PALETTE, "palette", ": ^P", "any of these by its name")              \
	X(GOTO, "goto", ": goto", "to a stage by its name")                    \
	X(THEME, "theme", ": theme", "another theme, for this screen")         \
	X(DOWN, "down", "j Down", "the next item, or a line down")             \
	X(UP, "up", "k Up", "the item before, or a line up")                   \
	X(LEFT, "left", "h Left", "the rank before, or sideways in the log")   \
	X(RIGHT, "right", "l Right", "the next rank, or sideways in the log")  \
	X(FIRST, "first", "g Home", "the first item or line")                  \
	X(LAST, "last", "G End", "the last one; in the log: follow it")        \
	X(HALF_DOWN, "half-down", "^D PgDn", "half a page down")               \
	X(HALF_UP, "half-up", "^U PgUp", "half a page up")                     \
	X(PAGE_DOWN, "page-down", "space", "a page down")                      \
	X(PAGE_UP, "page-up", "b", "a page up")                                \
	X(NEXT_PANEL, "next-panel", "Tab", "the next panel")                   \
	X(LAST_PANEL, "previous-panel", "shift-Tab", "the panel before")       \
	X(PANEL_1, "pipeline", "1", "panel 1: the stages and their order")     \
	X(PANEL_2, "log", "2", "panel 2: the output of the selected stage")    \
	X(PANEL_3, "security", "3", "panel 3: what the scanners found")        \
	X(PANEL_4, "traffic", "4", "panel 4: who serves which requests")       \
	X(PANEL_5, "gate", "5", "panel 5: what waits for a person")            \
	X(PANEL_6, "events", "6", "panel 6: what happened")                    \
	X(OPEN, "open", "Enter", "open the stage's log, or a test's output")   \
	X(CLOSE, "close", "Esc", "close, cancel, clear; never quits")          \
	X(SHIPS, "ships", "d", "what ships: commits, files, tests, findings")  \
	X(TABLE, "table", "T", "tests, findings, licences, coverage: a table") \
	X(SORT_BEFORE, "sort-before", "<", "a table: by the column before")    \
	X(EXCEPT, "draft-exception", "W", "draft an exception for a finding")  \
	X(FOLLOW, "follow", "f", "follow the end of the log, or stop")         \
	X(SEARCH, "search", "/", "find text in the shown log, with a count")   \
	X(FIND_NEXT, "find-next", "n", "the next line that holds it")          \
	X(FIND_BEFORE, "find-before", "N", "the line before that holds it")    \
	X(FILTER, "filter", "&", "show only the log's lines with a text")      \
	X(WRAP, "wrap", "w", "break the log's long lines, or cut them")        \
	X(TIMES, "times", "t", "when each line of the log was printed")        \
	X(FAILURE_NEXT, "next-failure", "e", "the next failure, any stage's")  \
	X(FAILURE_BEFORE, "failure-before", "E", "the failure before")         \
	X(RANGE, "range", "v", "mark lines of the log, from here on")          \
	X(COPY, "copy", "y", "copy the marked lines of the log")               \
	X(COPY_WITH, "copy-with", "Y", "copy them with run, stage and commit") \
	X(PAGER, "pager", "o", "the whole log in $PAGER")                      \
	X(EDITOR, "editor", "O", "the whole log in $EDITOR")                   \
	X(ZOOM, "zoom", "z", "the focused panel on the whole screen, or back") \
	X(PAUSE, "pause", "space", "replay: stop the time, or let it go on")   \
	X(FASTER, "faster", "+", "replay: twice as fast")                      \
	X(SLOWER, "slower", "-", "replay: half as fast")                       \
	X(SKIP, "skip", ">", "replay: on to what happens next")

enum action {
	ACTION_NONE,
#define X(id, name, keys, help) ACTION_##id,
	ACTIONS(X)
#undef X
		ACTION_COUNT
};

struct action_info {
	const char *name, *keys, *help;
};

const struct action_info *action_info(enum action action);
/* What an input does while no dialog is open. */
enum action action_of(int input);
/* Whether it steers a replay. */
bool action_plays(enum action action);
/* Whether it sends something that changes the world. */
bool action_changes(enum action action);

#endif
