/* SPDX-License-Identifier: MIT */
/* Asking haproxy itself whether it would take a configuration. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/traffic/haproxy.h"
#include "delivery/traffic/program.h"
#include "proc/child.h"

#define SAID_LIMIT (64u * 1024)
#define VERIFY_MS 10000

char *haproxy_program(struct error *err)
{
	return program_path("haproxy",
			    "install the package haproxy (2.2 or newer)", err);
}

/* False when nothing more is there now. */
static bool read_more(struct work *work)
{
	char buffer[4096];
	ssize_t n;

	do
		n = read(work->pipe, buffer, sizeof(buffer));
	while (n < 0 && errno == EINTR);
	if (n > 0 && work->said.len < SAID_LIMIT)
		str_add_bytes(&work->said, buffer, (size_t)n);
	if (n == 0) {
		watch_remove(work->watch);
		work->watch = NULL;
	}
	return n > 0;
}

static void said(int fd, short revents, void *data)
{
	(void)fd;
	(void)revents;
	read_more(data);
}

/* The lines that say what is wrong, without haproxy's own prefix noise. */
static void explain(struct work *work, int status, struct error *err)
{
	char *how = child_status_text(status);
	const char *at = strstr(work->said.data, "[ALERT]");
	size_t len;

	if (!at)
		at = work->said.data;
	len = strcspn(at, "\n");
	error_set(err, ERROR_PROVIDER,
		  "haproxy refuses its configuration (%s): %.*s", how, (int)len,
		  at);
	free(how);
}

static void check_ended(pid_t pid, int status, void *data)
{
	struct error err = ERROR_INIT;
	struct work *work = data;

	(void)pid;
	work->child = 0;
	timer_stop(work->timer);
	while (read_more(work)) /* what still stands in the pipe */
		;
	watch_remove(work->watch);
	work->watch = NULL;
	close(work->pipe);
	work->pipe = -1;
	if (status != 0) {
		explain(work, status, &err);
		work->after(work, &err);
		error_clear(&err);
	} else {
		work->after(work, NULL);
	}
}

static void check_too_slow(struct work *work)
{
	child_signal_group(work->child, SIGKILL);
}

static pid_t start_check(struct work *work, const char *program,
			 const char *path, struct error *err)
{
	struct child_options options = CHILD_OPTIONS_INIT;
	const char *argv[] = {program, "-c", "-f", path, NULL};
	int ends[2];
	pid_t pid;

	if (file_pipe(ends, err) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	options.argv = argv;
	options.output = ends[1];
	pid = child_start(&options, err);
	close(ends[1]);
	work->pipe = ends[0];
	return pid;
}

void haproxy_verify(struct work *work, const char *path,
		    void (*verified)(struct work *work,
				     const struct error *err))
{
	struct error err = ERROR_INIT;
	char *program = haproxy_program(&err);
	pid_t pid = -1;

	work->after = verified;
	str_clear(&work->said);
	if (program)
		pid = start_check(work, program, path, &err);
	free(program);
	if (pid < 0) {
		work_fail(work, &err);
		return;
	}
	work->child = pid;
	work->watch = loop_watch(work->loop, work->pipe, POLLIN, said, work);
	loop_child(work->loop, pid, check_ended, work);
	work_wait(work, VERIFY_MS, check_too_slow);
}
