/* SPDX-License-Identifier: MIT */
#include "source/gitchild.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/printable.h"
#include "proc/child.h"
#include "source/git.h"

#define ERRORS_KEPT 4096

struct intake {
	int fd;
	struct watch *watch;
	struct str *text;
	size_t keep; /* only the last so many bytes; 0: all */
};

struct gitchild {
	pid_t pid;
	struct intake output, errors;
	struct gitchild_end end;
	gitchild_done *done;
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

/* Reads what there is; closes at the end of file. */
static void take(struct intake *intake)
{
	char bytes[16384];
	ssize_t len;

	while (intake->fd >= 0) {
		len = read(intake->fd, bytes, sizeof(bytes));
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (len <= 0) {
			close_intake(intake);
			return;
		}
		str_add_bytes(intake->text, bytes, (size_t)len);
		if (intake->keep && intake->text->len > intake->keep)
			str_drop(intake->text,
				 intake->text->len - intake->keep);
	}
}

static void readable(int fd, short revents, void *data)
{
	(void)fd;
	(void)revents;
	take(data);
}

static void make_printable(struct str *text)
{
	struct str out = STR_INIT;

	while (text->len > 0 && text->data[text->len - 1] == '\n')
		str_truncate(text, text->len - 1);
	str_add_printable(&out, text->data, text->len, false);
	str_release(text);
	*text = out;
}

static void ended(pid_t pid, int status, void *data)
{
	struct gitchild *child = data;

	(void)pid;
	/* A filter's daemon may hold the pipes open for ever: what git wrote
	 * is in them by now. */
	take(&child->output);
	take(&child->errors);
	close_intake(&child->output);
	close_intake(&child->errors);
	make_printable(&child->end.errors);
	child->end.status = status;
	child->done(&child->end, child->data);
	str_release(&child->end.output);
	str_release(&child->end.errors);
	free(child);
}

static int make_pipe(struct intake *intake, int *write_end, struct error *err)
{
	int ends[2];

	if (file_pipe(ends, err) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	intake->fd = ends[0];
	*write_end = ends[1];
	return 0;
}

static pid_t start(const struct strings *arguments, int output, int errors,
		   struct error *err)
{
	struct child_options options = CHILD_OPTIONS_INIT;
	struct strings argv = STRINGS_INIT;
	struct strings env = STRINGS_INIT;
	pid_t pid;

	strings_add(&argv, "git");
	for (size_t i = 0; i < arguments->count; i++)
		strings_add(&argv, arguments->items[i]);
	git_environment(&env);
	options.argv = (const char *const *)argv.items;
	options.env = (const char *const *)env.items;
	options.output = output;
	options.errors = errors;
	/* Without a terminal: ssh would stop there for a passphrase. */
	options.session = true;
	pid = child_start(&options, err);
	if (pid < 0)
		error_prefix(err, "git is needed to check commits out; install "
				  "it");
	strings_release(&argv);
	strings_release(&env);
	return pid;
}

struct gitchild *gitchild_start(struct loop *loop,
				const struct strings *arguments,
				gitchild_done *done, void *data,
				struct error *err)
{
	struct gitchild *child = xcalloc(1, sizeof(*child));
	int write_output = -1;
	int write_errors = -1;

	str_init(&child->end.output);
	str_init(&child->end.errors);
	child->done = done;
	child->data = data;
	child->output = (struct intake){-1, NULL, &child->end.output, 0};
	child->errors =
		(struct intake){-1, NULL, &child->end.errors, ERRORS_KEPT};
	child->pid = -1;
	if (make_pipe(&child->output, &write_output, err) == 0 &&
	    make_pipe(&child->errors, &write_errors, err) == 0)
		child->pid = start(arguments, write_output, write_errors, err);
	if (write_output >= 0)
		close(write_output);
	if (write_errors >= 0)
		close(write_errors);
	if (child->pid < 0) {
		close_intake(&child->output);
		close_intake(&child->errors);
		free(child);
		return NULL;
	}
	child->output.watch = loop_watch(loop, child->output.fd, POLLIN,
					 readable, &child->output);
	child->errors.watch = loop_watch(loop, child->errors.fd, POLLIN,
					 readable, &child->errors);
	loop_child(loop, child->pid, ended, child);
	return child;
}

void gitchild_end(struct gitchild *child)
{
	child_signal_group(child->pid, SIGTERM);
}

void gitchild_kill(struct gitchild *child)
{
	child_signal_group(child->pid, SIGKILL);
}
