/* SPDX-License-Identifier: MIT */
#include "screen/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/printable.h"

#define PATIENCE_US (120 * 1000000LL)

struct terminal {
	int rows, cols;
	pid_t pid;
	int status;
	bool ended;
	int master, slave;
	int events, commands, frames; /* our ends */
	struct termios before;
	VTerm *vterm;
	VTermScreen *screen;
	bool alternate, cursor, mouse;
	bool hears; /* the last report said so */
	struct str bytes, said, reports;
	long long frame_count, events_shown, keys_counted;
	long long events_told, keys_sent;
};

static int set_property(VTermProp property, VTermValue *value, void *data)
{
	struct terminal *terminal = data;

	if (property == VTERM_PROP_ALTSCREEN)
		terminal->alternate = value->boolean;
	if (property == VTERM_PROP_CURSORVISIBLE)
		terminal->cursor = value->boolean;
	if (property == VTERM_PROP_MOUSE)
		terminal->mouse = value->number != 0;
	return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = set_property};

static void set_env(const char *const *env)
{
	setenv("TZ", "UTC", 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("NO_COLOR");
	unsetenv("TMUX");
	setenv("PAGER", "true", 1);
	setenv("EDITOR", "true", 1);
	unsetenv("COLORFGBG");
	unsetenv("COLORTERM");
	unsetenv("TMUX");
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	unsetenv("ESCDELAY");
	for (; env && *env; env++) {
		char *copy = xstrdup(*env);
		char *equals = strchr(copy, '=');

		if (equals) {
			*equals = '\0';
			setenv(copy, equals + 1, 1);
		} else {
			unsetenv(copy);
		}
		free(copy);
	}
}

static void become(const struct terminal_options *options, const int *fds)
{
	int moved[3];

	set_env(options->env);
	for (int i = 0; i < 3; i++)
		moved[i] = fcntl(fds[i], F_DUPFD, 10);
	for (int i = 0; i < 3; i++)
		dup2(moved[i], 3 + i);
	for (int fd = 6; fd < 256; fd++)
		close(fd);
	setenv("SIGNALBOX_TEST_FD", "5", 1);
	execv(options->argv[0], (char *const *)options->argv);
	perror(options->argv[0]);
	_exit(127);
}

static void make_pipe(int *ends)
{
	if (pipe(ends) < 0)
		fail_msg("pipe: %s", strerror(errno));
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

static void launch(struct terminal *terminal,
		   const struct terminal_options *options)
{
	struct winsize size = {.ws_row = (unsigned short)options->rows,
			       .ws_col = (unsigned short)options->cols};
	int events[2], commands[2], frames[2];
	int slave;

	make_pipe(events);
	make_pipe(commands);
	make_pipe(frames);
	if (openpty(&terminal->master, &slave, NULL, NULL, &size) < 0)
		fail_msg("openpty: %s", strerror(errno));
	tcgetattr(slave, &terminal->before);
	terminal->pid = fork();
	if (terminal->pid == 0) {
		int fds[3] = {events[0], commands[1], frames[1]};

		close(terminal->master);
		if (login_tty(slave) < 0)
			_exit(126);
		become(options, fds);
	}
	terminal->slave = slave;
	terminal->events = events[1];
	terminal->commands = commands[0];
	terminal->frames = frames[0];
	close(events[0]);
	close(commands[1]);
	close(frames[1]);
}

struct terminal *terminal_start(const struct terminal_options *options)
{
	struct terminal *terminal = xcalloc(1, sizeof(*terminal));

	terminal->rows = options->rows;
	terminal->cols = options->cols;
	str_init(&terminal->bytes);
	str_init(&terminal->said);
	str_init(&terminal->reports);
	terminal->cursor = true;
	signal(SIGPIPE, SIG_IGN);
	launch(terminal, options);
	fcntl(terminal->master, F_SETFL, O_NONBLOCK);
	fcntl(terminal->commands, F_SETFL, O_NONBLOCK);
	fcntl(terminal->frames, F_SETFL, O_NONBLOCK);
	terminal->vterm = vterm_new(options->rows, options->cols);
	vterm_set_utf8(terminal->vterm, 1);
	terminal->screen = vterm_obtain_screen(terminal->vterm);
	vterm_screen_enable_altscreen(terminal->screen, 1);
	vterm_screen_set_callbacks(terminal->screen, &callbacks, terminal);
	vterm_screen_reset(terminal->screen, 1);
	terminal_frames(terminal, 1);
	return terminal;
}

void terminal_free(struct terminal *terminal)
{
	if (!terminal->ended) {
		kill(terminal->pid, SIGCONT);
		kill(terminal->pid, SIGKILL);
		waitpid(terminal->pid, NULL, 0);
	}
	close(terminal->master);
	close(terminal->slave);
	if (terminal->events >= 0)
		close(terminal->events);
	close(terminal->commands);
	close(terminal->frames);
	vterm_free(terminal->vterm);
	str_release(&terminal->bytes);
	str_release(&terminal->said);
	str_release(&terminal->reports);
	free(terminal);
}

pid_t terminal_pid(const struct terminal *terminal)
{
	return terminal->pid;
}

/* All that has come. */
static bool take(int fd, struct str *into)
{
	char buffer[65536];
	bool any = false;
	ssize_t got;

	while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
		str_add_bytes(into, buffer, (size_t)got);
		any = true;
	}
	return any;
}

static void take_screen(struct terminal *terminal)
{
	size_t from = terminal->bytes.len;

	take(terminal->master, &terminal->bytes);
	vterm_input_write(terminal->vterm, terminal->bytes.data + from,
			  terminal->bytes.len - from);
}

static void take_reports(struct terminal *terminal)
{
	char *line, *end;

	take(terminal->frames, &terminal->reports);
	for (line = terminal->reports.data; (end = strchr(line, '\n'));
	     line = end + 1) {
		*end = '\0';
		if (sscanf(line, "frame %lld seq %lld keys %lld",
			   &terminal->frame_count, &terminal->events_shown,
			   &terminal->keys_counted) != 3)
			fail_msg("not a report: %s", line);
		else
			terminal->hears = ends_with(line, " hears");
	}
	str_drop(&terminal->reports, (size_t)(line - terminal->reports.data));
}

/* One turn: at most `ms` until something comes. */
static bool turn(struct terminal *terminal, int ms)
{
	struct pollfd fds[] = {
		{.fd = terminal->master, .events = POLLIN},
		{.fd = terminal->commands, .events = POLLIN},
		{.fd = terminal->frames, .events = POLLIN},
	};
	int ready = poll(fds, 3, ms);

	take_screen(terminal);
	take(terminal->commands, &terminal->said);
	take_reports(terminal);
	return ready > 0;
}

/* What was reported may stand in the pty's queue for a moment longer. */
static void settle(struct terminal *terminal)
{
	struct pollfd fd = {.fd = terminal->master, .events = POLLIN};

	while (poll(&fd, 1, 2) > 0 && (fd.revents & POLLIN))
		take_screen(terminal);
	take(terminal->commands, &terminal->said);
}

static void give_up(struct terminal *terminal, const char *what)
{
	char *text = terminal_text(terminal);

	fail_msg("%s never came; frame %lld, %lld events of %lld, %lld keys "
		 "of %lld; the screen is:\n%s",
		 what, terminal->frame_count, terminal->events_shown,
		 terminal->events_told, terminal->keys_counted,
		 terminal->keys_sent, text);
}

void terminal_frames(struct terminal *terminal, int frames)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;
	long long until = terminal->frame_count + frames;

	while (terminal->frame_count < until) {
		if (clock_monotonic_us() > deadline)
			give_up(terminal, "a frame");
		turn(terminal, 100);
	}
	settle(terminal);
}

void terminal_await_hearing(struct terminal *terminal)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;

	while (!terminal->hears) {
		if (clock_monotonic_us() > deadline)
			give_up(terminal, "that it hears");
		turn(terminal, 100);
	}
	settle(terminal);
}

long long terminal_frame_count(const struct terminal *terminal)
{
	return terminal->frame_count;
}

void terminal_write(struct terminal *terminal, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		ssize_t n = write(terminal->master, at, len);

		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else {
			turn(terminal, 20);
		}
	}
}

void terminal_send(struct terminal *terminal, const void *bytes, size_t len,
		   int keys)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;

	terminal->keys_sent += keys;
	terminal_write(terminal, bytes, len);
	while (terminal->keys_counted < terminal->keys_sent) {
		if (clock_monotonic_us() > deadline)
			give_up(terminal, "the frame that counts the keys");
		turn(terminal, 100);
	}
	settle(terminal);
}

void terminal_keys(struct terminal *terminal, const char *keys)
{
	for (; *keys; keys++)
		terminal_send(terminal, keys, 1, 1);
}

void terminal_tell_quietly(struct terminal *terminal, const char *lines,
			   size_t len)
{
	while (len) {
		ssize_t n =
			write(terminal->events, lines, len < 4096 ? len : 4096);

		if (n <= 0)
			fail_msg("the program takes no events: %s",
				 strerror(errno));
		lines += n;
		len -= (size_t)n;
		turn(terminal, 0);
	}
}

void terminal_tell(struct terminal *terminal, const char *lines, size_t len)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;

	for (size_t i = 0; i < len; i++)
		terminal->events_told += lines[i] == '\n';
	terminal_tell_quietly(terminal, lines, len);
	while (terminal->events_shown < terminal->events_told) {
		if (clock_monotonic_us() > deadline)
			give_up(terminal, "the frame that shows the events");
		turn(terminal, 100);
	}
	settle(terminal);
}

void terminal_tell_and_type(struct terminal *terminal, const char *lines,
			    size_t len, const char *keys)
{
	kill(terminal->pid, SIGSTOP);
	waitpid(terminal->pid, NULL, WUNTRACED);
	terminal_tell_quietly(terminal, lines, len);
	for (size_t i = 0; i < len; i++)
		terminal->events_told += lines[i] == '\n';
	terminal_write(terminal, keys, strlen(keys));
	kill(terminal->pid, SIGCONT);
	terminal_tell(terminal, "", 0);
	terminal_send(terminal, "", 0, (int)strlen(keys));
}

void terminal_resize(struct terminal *terminal, int rows, int cols)
{
	struct winsize size = {.ws_row = (unsigned short)rows,
			       .ws_col = (unsigned short)cols};

	terminal->rows = rows;
	terminal->cols = cols;
	vterm_set_size(terminal->vterm, rows, cols);
	ioctl(terminal->master, TIOCSWINSZ, &size);
}

void terminal_size(const struct terminal *terminal, int *rows, int *cols)
{
	*rows = terminal->rows;
	*cols = terminal->cols;
}

VTermScreen *terminal_screen(struct terminal *terminal)
{
	return terminal->screen;
}

static VTermScreenCell cell_at(struct terminal *terminal, int row, int col)
{
	VTermScreenCell cell = {0};
	VTermPos pos = {.row = row, .col = col};

	vterm_screen_get_cell(terminal->screen, pos, &cell);
	return cell;
}

static void add_row(struct terminal *terminal, int row, struct str *out)
{
	size_t kept = out->len;

	for (int col = 0; col < terminal->cols; col++) {
		VTermScreenCell cell = cell_at(terminal, row, col);

		if (cell.chars[0] == (uint32_t)-1)
			continue;
		if (!cell.chars[0])
			str_add_char(out, ' ');
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i];
		     i++)
			str_add_utf8(out, cell.chars[i]);
		if (cell.chars[0] && cell.chars[0] != ' ')
			kept = out->len;
	}
	str_truncate(out, kept);
	str_add_char(out, '\n');
}

char *terminal_text(struct terminal *terminal)
{
	struct str out = STR_INIT;

	for (int row = 0; row < terminal->rows; row++)
		add_row(terminal, row, &out);
	return str_detach(&out);
}

/* A letter a cell: its colour's first, '.' for the default; upper case when
 * bold (or '!'), and '#' for what is reversed. */
static char look_of(const VTermScreenCell *cell)
{
	static const char colours[] = "krgybmcw";
	char letter = '.';

	if (VTERM_COLOR_IS_INDEXED(&cell->fg) &&
	    !VTERM_COLOR_IS_DEFAULT_FG(&cell->fg))
		letter = colours[cell->fg.indexed.idx % 8];
	if (cell->attrs.reverse)
		return '#';
	if (cell->attrs.bold)
		return letter == '.' ? '!' : (char)(letter - 'a' + 'A');
	return letter;
}

char *terminal_looks(struct terminal *terminal)
{
	struct str out = STR_INIT;

	for (int row = 0; row < terminal->rows; row++) {
		size_t begin, kept;

		add_row(terminal, row, &out);
		begin = kept = out.len;
		str_add_char(&out, '~');
		for (int col = 0; col < terminal->cols; col++) {
			VTermScreenCell cell = cell_at(terminal, row, col);
			char look = look_of(&cell);

			str_add_char(&out, look == '.' ? ' ' : look);
			if (look != '.')
				kept = out.len;
		}
		str_truncate(&out, kept);
		if (kept > begin)
			str_add_char(&out, '\n');
	}
	return str_detach(&out);
}

void terminal_expect(struct terminal *terminal, const char *text)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;

	for (;;) {
		char *screen = terminal_text(terminal);
		bool found = strstr(screen, text) != NULL;

		free(screen);
		if (found)
			return;
		if (clock_monotonic_us() > deadline)
			give_up(terminal, text);
		turn(terminal, 100);
	}
}

void terminal_expect_after(struct terminal *terminal, size_t from,
			   const char *text)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;

	while (!strstr(terminal->bytes.data + from, text)) {
		if (clock_monotonic_us() > deadline)
			give_up(terminal, text);
		turn(terminal, 100);
	}
}

const struct str *terminal_bytes(struct terminal *terminal)
{
	turn(terminal, 0);
	return &terminal->bytes;
}

char *terminal_commands(struct terminal *terminal)
{
	struct str out = STR_INIT;
	char *line, *end;

	turn(terminal, 0);
	for (line = terminal->said.data; (end = strchr(line, '\n'));
	     line = end + 1) {
		*end = '\0';
		if (!strstr(line, "\"poke\""))
			str_addf(&out, "%s\n", line);
	}
	str_drop(&terminal->said, (size_t)(line - terminal->said.data));
	return str_detach(&out);
}

/* Whether libvterm would announce a paste, or the focus. */
static bool answers(struct terminal *terminal, bool paste)
{
	char buffer[64];

	vterm_output_read(terminal->vterm, buffer, sizeof(buffer));
	if (paste)
		vterm_keyboard_start_paste(terminal->vterm);
	else
		vterm_state_focus_in(vterm_obtain_state(terminal->vterm));
	return vterm_output_read(terminal->vterm, buffer, sizeof(buffer)) > 0;
}

struct terminal_modes terminal_modes(struct terminal *terminal)
{
	turn(terminal, 0);
	settle(terminal);
	return (struct terminal_modes){
		.alternate = terminal->alternate,
		.cursor = terminal->cursor,
		.mouse = terminal->mouse,
		.paste = answers(terminal, true),
		.focus = answers(terminal, false),
	};
}

void terminal_termios(struct terminal *terminal, struct termios *now,
		      struct termios *before)
{
	memset(now, 0, sizeof(*now));
	tcgetattr(terminal->slave, now);
	*before = terminal->before;
}

int terminal_wait(struct terminal *terminal, bool stopped)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;

	for (;;) {
		pid_t got = waitpid(terminal->pid, &terminal->status,
				    WNOHANG | (stopped ? WUNTRACED : 0));

		if (got == terminal->pid)
			break;
		if (clock_monotonic_us() > deadline)
			give_up(terminal, "its end");
		turn(terminal, 10);
	}
	terminal->ended = !WIFSTOPPED(terminal->status);
	settle(terminal);
	return terminal->status;
}

long terminal_memory(const struct terminal *terminal)
{
	char path[64], line[256];
	long total = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)terminal->pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "RssAnon: %ld kB", &total) == 1)
			break;
	if (file)
		fclose(file);
	return total;
}
