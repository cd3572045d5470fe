/* SPDX-License-Identifier: MIT */
#include "cli/watch-run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/listing.h"
#include "proc/child.h"
#include "proc/identity.h"

struct watch_run {
	struct loop *loop;
	pid_t pid;
	int fd;
	struct watch *watch;
	struct str bytes; /* of a line that is not whole */
	char *commit;
	int64_t number;
	watch_run_done *done;
	void *data;
};

static void print_line(struct watch_run *run, const char *line)
{
	long long number;
	const char *started = strstr(line, "run ");

	/* Its first line names it. */
	if (!run->number && started &&
	    sscanf(started, "run %lld started", &number) == 1)
		run->number = number;
	if (run->number)
		listing_print("run %lld | %s\n", (long long)run->number, line);
	else
		listing_print("%.10s | %s\n", run->commit, line);
}

static void print_lines(struct watch_run *run)
{
	char *end;

	while ((end = memchr(run->bytes.data, '\n', run->bytes.len))) {
		*end = '\0';
		print_line(run, run->bytes.data);
		str_drop(&run->bytes, (size_t)(end - run->bytes.data) + 1);
	}
	fflush(stdout);
}

static void take(struct watch_run *run)
{
	char bytes[16384];
	ssize_t n;

	while ((n = read(run->fd, bytes, sizeof(bytes))) > 0 ||
	       (n < 0 && errno == EINTR))
		if (n > 0)
			str_add_bytes(&run->bytes, bytes, (size_t)n);
	print_lines(run);
	if (n == 0) {
		watch_remove(run->watch);
		run->watch = NULL;
	}
}

static void readable(int fd, short revents, void *data)
{
	(void)fd;
	(void)revents;
	take(data);
}

static void ended(pid_t pid, int status, void *data)
{
	struct watch_run *run = data;

	(void)pid;
	take(run);
	if (run->bytes.len) {
		str_add_char(&run->bytes, '\n');
		print_lines(run);
	}
	run->done(run->number,
		  WIFEXITED(status) ? WEXITSTATUS(status)
				    : 128 + WTERMSIG(status),
		  run->data);
	watch_remove(run->watch);
	close(run->fd);
	str_release(&run->bytes);
	free(run->commit);
	free(run);
}

static pid_t start(const struct strings *arguments, int output,
		   struct error *err)
{
	struct child_options options = CHILD_OPTIONS_INIT;
	struct strings argv = STRINGS_INIT;
	char *program = process_own_path();
	pid_t pid;

	strings_add(&argv, "signalbox");
	strings_add(&argv, "run");
	strings_add(&argv, "--no-screen");
	for (size_t i = 0; i < arguments->count; i++)
		strings_add(&argv, arguments->items[i]);
	options.argv = (const char *const *)argv.items;
	options.path = program;
	options.output = output;
	/* When this process is killed the run goes on, as any run does whose
	 * terminal is lost. */
	options.outlive = true;
	pid = child_start(&options, err);
	strings_release(&argv);
	free(program);
	return pid;
}

struct watch_run *watch_run_start(struct loop *loop,
				  const struct strings *arguments,
				  watch_run_done *done, void *data,
				  struct error *err)
{
	struct watch_run *run;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		error_set(err, ERROR_IO, "cannot make a pipe: %s",
			  strerror(errno));
		return NULL;
	}
	pid = start(arguments, ends[1], err);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return NULL;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	run = xcalloc(1, sizeof(*run));
	run->loop = loop;
	run->pid = pid;
	run->fd = ends[0];
	run->commit = xstrdup(arguments->items[0]);
	run->done = done;
	run->data = data;
	str_init(&run->bytes);
	run->watch = loop_watch(loop, run->fd, POLLIN, readable, run);
	loop_child(loop, pid, ended, run);
	return run;
}

void watch_run_signal(struct watch_run *run, int signal_number)
{
	kill(run->pid, signal_number);
}
