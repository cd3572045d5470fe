/* SPDX-License-Identifier: MIT */
/*
 * A program on a pty of a fixed size with libvterm behind it. The test reads
 * cells, modes and the cursor, sends keys, and waits for the frame that
 * counted them: the program reports each to SIGNALBOX_TEST_FD.
 *
 *	struct terminal *terminal = terminal_start(&options);
 *	terminal_keys(terminal, "B\r", 2);      // sent and counted
 *	... terminal_text(terminal) ...
 *	terminal_free(terminal);                // ends the program by its pid
 */
#ifndef SIGNALBOX_TESTS_SCREEN_PTY_H
#define SIGNALBOX_TESTS_SCREEN_PTY_H

#include "support/cmocka.h"

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#include "base/str.h"

struct terminal;
struct VTermScreen;

struct terminal_options {
	int rows, cols;
	const char *const *argv;
	const char *const *env; /* "NAME=VALUE" or "NAME" to unset; NULL ends */
};

/* The program finds events on descriptor 3, takes commands to 4. */
#define TERMINAL_EVENTS "3"
#define TERMINAL_COMMANDS "4"

struct terminal *terminal_start(const struct terminal_options *options);
void terminal_free(struct terminal *terminal);
pid_t terminal_pid(const struct terminal *terminal);

/* Event lines; waits for the frame that shows them. */
void terminal_tell(struct terminal *terminal, const char *lines, size_t len);
/* Without waiting, and without counting on an event a line. */
void terminal_tell_quietly(struct terminal *terminal, const char *lines,
			   size_t len);
/* Both in one look of the program, with no time between them. */
void terminal_tell_and_type(struct terminal *terminal, const char *lines,
			    size_t len, const char *keys);
/* Bytes that make `keys` keys; waits for the frame that counted them. */
void terminal_send(struct terminal *terminal, const void *bytes, size_t len,
		   int keys);
void terminal_keys(struct terminal *terminal, const char *keys);
/* Without waiting. */
void terminal_write(struct terminal *terminal, const void *bytes, size_t len);
/* Until as many more frames came, whatever they show. */
void terminal_frames(struct terminal *terminal, int frames);
/* Until what is told in sentences takes an answer. */
void terminal_await_hearing(struct terminal *terminal);
long long terminal_frame_count(const struct terminal *terminal);
void terminal_resize(struct terminal *terminal, int rows, int cols);
void terminal_size(const struct terminal *terminal, int *rows, int *cols);

/* The screen, trailing spaces cut; and with colours, bold and reverse, a
 * second line below each row that has any. Owned by the caller. */
char *terminal_text(struct terminal *terminal);
char *terminal_looks(struct terminal *terminal);
/* Waits until the text is there; fails with the screen when it never is. */
void terminal_expect(struct terminal *terminal, const char *text);
/* The same of the bytes from an offset on. */
void terminal_expect_after(struct terminal *terminal, size_t from,
			   const char *text);
/* The cells themselves; libvterm's, valid until terminal_free(). */
struct VTermScreen *terminal_screen(struct terminal *terminal);
/* All bytes the program wrote so far. */
const struct str *terminal_bytes(struct terminal *terminal);
/* The commands so far, lines; pokes are left out. Empties them. */
char *terminal_commands(struct terminal *terminal);

struct terminal_modes {
	bool alternate, paste, focus, cursor, mouse;
};
struct terminal_modes terminal_modes(struct terminal *terminal);
/* What the line discipline is set to now, and was at the start. */
void terminal_termios(struct terminal *terminal, struct termios *now,
		      struct termios *before);

/* Waits until it ended, or stopped: waitpid()'s status. */
int terminal_wait(struct terminal *terminal, bool stopped);
/* Kilobytes in memory, 0 where the system does not say. */
long terminal_memory(const struct terminal *terminal);

#endif
