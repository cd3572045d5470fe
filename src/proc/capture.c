/* SPDX-License-Identifier: MIT */
/* A child run to its end, blocking; and the words for how one ended. */
#include "proc/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "proc/identity.h"

#define ERRORS_LIMIT 4096 /* what is kept of a child's standard error */

/* One pipe from the child. */
struct intake {
	int fd;
	struct str *text;
	size_t limit;
	bool drops; /* what is more than limit */
	bool over;  /* there was more */
};

/* What is there; closed at its end. */
static void take(struct intake *intake)
{
	char bytes[16384];
	ssize_t len;

	while (intake->fd >= 0 && !intake->over) {
		size_t room = intake->limit - intake->text->len;

		len = read(intake->fd, bytes, sizeof(bytes));
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN)
			return;
		if (len <= 0) {
			close(intake->fd);
			intake->fd = -1;
			return;
		}
		intake->over |= !intake->drops && (size_t)len > room;
		str_add_bytes(intake->text, bytes,
			      (size_t)len < room ? (size_t)len : room);
	}
}

/* Until both are closed, or the output is over its limit. What the child
 * leaves behind may hold them open for ever: what it wrote itself is in them
 * when it has ended. */
static void take_all(struct intake *output, struct intake *errors, pid_t pid)
{
	int end = process_end_fd(pid);
	bool ended = false;

	while (!output->over && !ended &&
	       (output->fd >= 0 || errors->fd >= 0)) {
		struct pollfd polls[] = {
			{.fd = output->fd, .events = POLLIN},
			{.fd = errors->fd, .events = POLLIN},
			{.fd = end, .events = POLLIN},
		};

		if (poll(polls, ARRAY_SIZE(polls), -1) < 0)
			continue;
		ended = polls[2].revents;
		take(output);
		take(errors);
	}
	if (end >= 0)
		close(end);
}

static int reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 255 << 8;
	return status;
}

/* "git: exit status 128: fatal: bad revision 'x'" */
static int complain(const char *name, int status, struct str *errors,
		    struct error *err)
{
	char *words = child_status_text(status);

	while (errors->len && strchr("\n ", errors->data[errors->len - 1]))
		str_truncate(errors, errors->len - 1);
	error_set(err, ERROR_FAILED, "%s: %s%s%s", name, words,
		  errors->len ? ": " : "", errors->data);
	free(words);
	return -1;
}

static int judge(const char *name, const struct intake *output, int status,
		 struct str *errors, struct error *err)
{
	if (output->over)
		return error_set(err, ERROR_IO,
				 "%s wrote more than the %zu bytes that are "
				 "read of it",
				 name, output->limit);
	if (status != 0)
		return complain(name, status, errors, err);
	return 0;
}

static int run(struct child_options *options, struct intake *output,
	       struct intake *errors, struct error *err)
{
	const char *name = options->path ? options->path : options->argv[0];
	pid_t pid = child_start(options, err);

	close(options->output);
	close(options->errors);
	if (pid < 0)
		return -1;
	take_all(output, errors, pid);
	if (output->over)
		child_signal_group(pid, SIGKILL);
	return judge(name, output, reap(pid), errors->text, err);
}

int child_capture(const struct child_options *options, struct str *output,
		  size_t limit, struct error *err)
{
	struct child_options own = *options;
	struct str complaint = STR_INIT;
	struct intake from_output = {.text = output};
	struct intake from_errors = {
		.text = &complaint, .limit = ERRORS_LIMIT, .drops = true};
	int ends[2][2];
	int result;

	if (file_pipe(ends[0], err) < 0)
		return -1;
	if (file_pipe(ends[1], err) < 0) {
		close(ends[0][0]);
		close(ends[0][1]);
		return -1;
	}
	own.output = ends[0][1];
	own.errors = ends[1][1];
	fcntl(ends[0][0], F_SETFL, O_NONBLOCK);
	fcntl(ends[1][0], F_SETFL, O_NONBLOCK);
	from_output.fd = ends[0][0];
	from_output.limit = output->len + limit;
	from_errors.fd = ends[1][0];
	result = run(&own, &from_output, &from_errors, err);
	if (from_output.fd >= 0)
		close(from_output.fd);
	if (from_errors.fd >= 0)
		close(from_errors.fd);
	str_release(&complaint);
	return result;
}

static const struct {
	int number;
	const char *name;
} signal_names[] = {
	{SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"},
	{SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"},
	{SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGKILL, "SIGKILL"},
	{SIGUSR1, "SIGUSR1"}, {SIGSEGV, "SIGSEGV"}, {SIGUSR2, "SIGUSR2"},
	{SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGTERM, "SIGTERM"},
	{SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {SIGVTALRM, "SIGVTALRM"},
	{SIGPROF, "SIGPROF"}, {SIGSYS, "SIGSYS"},
};

char *child_status_text(int status)
{
	int number;

	if (!WIFSIGNALED(status))
		return xasprintf("exit status %d", WEXITSTATUS(status));
	number = WTERMSIG(status);
	for (size_t i = 0; i < ARRAY_SIZE(signal_names); i++)
		if (signal_names[i].number == number)
			return xasprintf("ended by %s", signal_names[i].name);
	return xasprintf("ended by signal %d", number);
}
