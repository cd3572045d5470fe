/* SPDX-License-Identifier: MIT */
#include "proc/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/printable.h"
#include "base/str.h"
#include "proc/child.h"

#define OUTPUT_KEPT (1u << 20)
#define ERRORS_KEPT 4096
/* A turn; what comes as fast as it is read must not hold up the loop. */
#define READS_MOST 64

struct intake {
	int fd;
	struct watch *watch;
	struct str text;
	size_t most;
	bool keeps_last; /* else the first */
};

struct tool {
	struct loop *loop;
	pid_t pid;
	struct intake output, errors;
	struct timer *limit;
	bool timed_out;
	tool_done *done;
	void *data;
};

static void close_intake(struct intake *intake)
{
	watch_remove(intake->watch);
	intake->watch = NULL;
	if (intake->fd >= 0)
		close(intake->fd);
	intake->fd = -1;
}

static void drop_over(struct intake *intake, size_t most)
{
	if (intake->text.len > most)
		str_drop(&intake->text, intake->text.len - intake->most);
}

static void keep(struct intake *intake, const char *bytes, size_t len)
{
	if (!intake->keeps_last && len > intake->most - intake->text.len)
		len = intake->most - intake->text.len;
	str_add_bytes(&intake->text, bytes, len);
	/* Not at each read, for it moves all that is kept. */
	if (intake->keeps_last)
		drop_over(intake, 2 * intake->most);
}

/* Reads what there is; closes at the end of file. */
static void take(struct intake *intake)
{
	char bytes[16384];
	ssize_t len;

	for (int i = 0; i < READS_MOST && intake->fd >= 0; i++) {
		len = read(intake->fd, bytes, sizeof(bytes));
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (len <= 0) {
			close_intake(intake);
			return;
		}
		keep(intake, bytes, (size_t)len);
	}
}

static void readable(int fd, short revents, void *data)
{
	(void)fd;
	(void)revents;
	take(data);
}

static void release(struct tool *tool)
{
	close_intake(&tool->output);
	close_intake(&tool->errors);
	str_release(&tool->output.text);
	str_release(&tool->errors.text);
	timer_free(tool->limit);
	free(tool);
}

static void ended(pid_t pid, int status, void *data)
{
	struct tool *tool = data;
	struct tool_end end = {.status = status, .timed_out = tool->timed_out};

	(void)pid;
	take(&tool->output);
	take(&tool->errors);
	drop_over(&tool->output, tool->output.most);
	drop_over(&tool->errors, tool->errors.most);
	end.output = tool->output.text.data;
	end.output_len = tool->output.text.len;
	end.errors = tool->errors.text.data;
	tool->done(&end, tool->data);
	release(tool);
}

static void too_slow(void *data)
{
	struct tool *tool = data;

	tool->timed_out = true;
	child_signal_group(tool->pid, SIGKILL);
}

static int make_intake(struct intake *intake, int *write_end, struct error *err)
{
	int ends[2];

	if (file_pipe(ends, err) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	intake->fd = ends[0];
	*write_end = ends[1];
	return 0;
}

/* A pipe that holds the input already; -1 for none. */
static int make_input(const char *input, int *fd, struct error *err)
{
	int ends[2];
	int result;

	*fd = -1;
	if (!input)
		return 0;
	if (strlen(input) > TOOL_INPUT_MOST)
		BUG("an input of %zu bytes", strlen(input));
	if (file_pipe(ends, err) < 0)
		return -1;
	result = file_write_all(ends[1], input, strlen(input), "a pipe", err);
	close(ends[1]);
	*fd = ends[0];
	return result;
}

static pid_t start(struct tool *tool, const struct tool_options *options,
		   struct error *err)
{
	struct child_options child = CHILD_OPTIONS_INIT;
	pid_t pid = -1;

	child.argv = options->argv;
	child.env = options->env;
	child.folder = options->folder;
	child.session = options->session;
	if (make_input(options->input, &child.input, err) == 0 &&
	    make_intake(&tool->output, &child.output, err) == 0 &&
	    make_intake(&tool->errors, &child.errors, err) == 0)
		pid = child_start(&child, err);
	if (child.input >= 0)
		close(child.input);
	if (child.output >= 0)
		close(child.output);
	if (child.errors >= 0)
		close(child.errors);
	return pid;
}

struct tool *tool_start(const struct tool_options *options, tool_done *done,
			void *data, struct error *err)
{
	struct tool *tool = xcalloc(1, sizeof(*tool));

	tool->loop = options->loop;
	tool->done = done;
	tool->data = data;
	tool->output.fd = tool->errors.fd = -1;
	tool->output.most =
		options->output_most ? options->output_most : OUTPUT_KEPT;
	tool->output.keeps_last = options->keeps_last;
	tool->errors.most = ERRORS_KEPT;
	tool->errors.keeps_last = true;
	str_init(&tool->output.text);
	str_init(&tool->errors.text);
	tool->pid = start(tool, options, err);
	if (tool->pid < 0) {
		release(tool);
		return NULL;
	}
	tool->output.watch = loop_watch(tool->loop, tool->output.fd, POLLIN,
					readable, &tool->output);
	tool->errors.watch = loop_watch(tool->loop, tool->errors.fd, POLLIN,
					readable, &tool->errors);
	tool->limit = loop_timer(tool->loop, INT64_MAX, too_slow, tool);
	if (options->timeout_ms)
		timer_set_in(tool->limit, options->timeout_ms);
	loop_child(tool->loop, tool->pid, ended, tool);
	return tool;
}

void tool_signal(struct tool *tool, int signal_number)
{
	child_signal_group(tool->pid, signal_number);
}

void tool_cancel(struct tool *tool)
{
	if (!tool)
		return;
	loop_child_forget(tool->loop, tool->pid);
	child_signal_group(tool->pid, SIGKILL);
	while (waitpid(tool->pid, NULL, 0) < 0 && errno == EINTR)
		;
	release(tool);
}

static const char *last_line(const char *text, size_t *len)
{
	const char *end = text + strlen(text);

	while (end > text && end[-1] == '\n')
		end--;
	*len = 0;
	while (end > text && end[-1] != '\n') {
		end--;
		++*len;
	}
	return end;
}

int tool_check(const struct tool_end *end, const char *what, struct error *err)
{
	struct str words = STR_INIT;
	const char *last;
	size_t len;
	char *how;

	if (end->status == 0)
		return 0;
	how = child_status_text(end->status);
	last = last_line(end->errors, &len);
	str_add_printable(&words, last, len, false);
	error_set(err, end->timed_out ? ERROR_TIMEOUT : ERROR_PROVIDER,
		  "%s: %s%s%s", what,
		  end->timed_out ? "did not end in time" : how, len ? ": " : "",
		  words.data);
	str_release(&words);
	free(how);
	return -1;
}
