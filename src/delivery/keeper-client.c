/* SPDX-License-Identifier: MIT */
/* Who starts keepers and asks them. */
#include "delivery/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/keeper-folder.h"
#include "event/event.h"
#include "net/line.h"
#include "net/server.h"
#include "proc/child.h"

#define START_LIMIT_MS 15000
#define STATUS_LIMIT_MS 2000
#define STOP_SLACK_MS 5000
#define STRAY_LOOK_MS 5
#define STRAY_LIMIT_MS 5000
#define ANSWER_LIMIT 4096

char *keeper_log_path(const char *folder)
{
	return path_join(folder, "log");
}

bool keeper_is_alive(const char *folder)
{
	return keeper_lock_holder(folder) != 0;
}

/* Decided once, by who starts it: another shell may have another runtime
 * folder, so the path is kept beside. */
static char *choose_socket(const char *folder, struct error *err)
{
	char digest[DIGEST_TEXT_SIZE];
	char *runtime = runtime_folder(err), *socket, *path;

	if (!runtime)
		return NULL;
	digest_bytes(folder, strlen(folder), digest);
	socket = xasprintf("%s/keeper-%.16s", runtime, digest);
	free(runtime);
	path = path_join(folder, "socket");
	if (file_replace(path, socket, strlen(socket), 0600, err) < 0) {
		free(socket);
		socket = NULL;
	}
	free(path);
	return socket;
}

static char *read_socket(const char *folder, struct error *err)
{
	char *path = path_join(folder, "socket");
	struct str text = STR_INIT;
	int result = file_read(path, &text, 4096, err);

	free(path);
	if (result == 0)
		return str_detach(&text);
	str_release(&text);
	return NULL;
}

/* What the keeper says of its start; closes fd. */
static int hear_report(int fd, struct error *err)
{
	int64_t until = clock_monotonic_us() + START_LIMIT_MS * 1000;
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char text[1024];
	size_t len = 0;
	ssize_t got = 1;

	while (got > 0 && len < sizeof(text) - 1) {
		int64_t left = (until - clock_monotonic_us()) / 1000;

		if (left <= 0 || poll(&ready, 1, (int)left) == 0)
			break;
		got = read(fd, text + len, sizeof(text) - 1 - len);
		if (got > 0)
			len += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	close(fd);
	text[len] = '\0';
	if (strcmp(text, "ok\n") == 0)
		return 0;
	return error_set(err, ERROR_IO, "%s",
			 len ? text : "the keeper did not come up");
}

static void reaped(pid_t pid, int status, void *data)
{
	(void)pid;
	(void)status;
	(void)data;
}

static int launch(const struct keeper_options *options, const char *socket,
		  struct error *err)
{
	struct child_options child = CHILD_OPTIONS_INIT;
	char *program = process_own_path(), number[16];
	const char *argv[] = {KEEPER_NAME, options->folder, socket, number,
			      NULL};
	int ends[2], result = -1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		error_set(err, ERROR_IO, "cannot make a pipe: %s",
			  strerror(errno));
		goto out;
	}
	snprintf(number, sizeof(number), "%d", ends[1]);
	child.argv = argv;
	child.path = program;
	child.env = options->env;
	child.folder = "/";
	child.keep = &ends[1];
	child.keep_count = 1;
	child.session = child.outlive = true;
	pid = child_start(&child, err);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		goto out;
	}
	result = hear_report(ends[0], err);
	if (result < 0) { /* gone when we say so: its lock too */
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	} else if (options->loop) {
		loop_child(options->loop, pid, reaped, NULL);
	}
out:
	free(program);
	return result;
}

int keeper_start(const struct keeper_options *options, struct error *err)
{
	struct keeper_spec spec = {0};
	char *socket = NULL;
	pid_t holder;
	int result = -1;

	if (folder_make(options->folder, 0700, err) < 0)
		return -1;
	holder = keeper_lock_holder(options->folder);
	if (holder < 0)
		return error_set(err, ERROR_IO, "cannot look at %s: %s",
				 options->folder, strerror(EMFILE));
	if (holder)
		return error_set(err, ERROR_REFUSED,
				 "%s is kept already, by process %ld",
				 options->folder, (long)holder);
	for (const char *const *word = options->argv; *word; word++)
		strings_add(&spec.argv, *word);
	spec.working_folder = xstrdup(
		options->working_folder ? options->working_folder : "/");
	spec.liveness = xstrdup_null(options->liveness);
	spec.drain = options->drain;
	socket = choose_socket(options->folder, err);
	if (socket && keeper_spec_write(options->folder, &spec, err) == 0)
		result = launch(options, socket, err);
	free(socket);
	keeper_spec_release(&spec);
	return result;
}

struct question {
	struct loop *loop;
	char *folder;
	keeper_status_done *status_done;
	keeper_stop_done *stop_done;
	void *data;
	struct error err;
	struct timer *look; /* until the stray is gone */
	int64_t grace_ms, kill_us, until_us;
};

static void question_free(struct question *question)
{
	timer_free(question->look);
	error_clear(&question->err);
	free(question->folder);
	free(question);
}

static void fail(void *data)
{
	struct question *question = data;

	if (question->status_done)
		question->status_done(NULL, &question->err, question->data);
	else
		question->stop_done(&question->err, question->data);
	question_free(question);
}

static void status_came(const char *text, size_t len, const struct error *err,
			void *data)
{
	struct question *question = data;
	json_t *root = text ? json_loadb(text, len, 0, NULL) : NULL;
	struct keeper_status status;

	if (!root) {
		error_set(&question->err, err ? err->code : ERROR_IO, "%s",
			  err ? error_text(err) : "the keeper answered oddly");
		fail(question);
		return;
	}
	status = (struct keeper_status){
		.pid = (pid_t)json_int(root, "pid", 0),
		.started = json_int(root, "started", 0),
		.since = json_int(root, "since", 0),
		.restarts = json_int(root, "restarts", 0),
		.ended = json_text(root, "ended"),
	};
	question->status_done(&status, NULL, question->data);
	json_decref(root);
	question_free(question);
}

/* False with question->err when nobody can be asked. */
static bool ask(struct question *question, const char *line, int64_t timeout_ms,
		line_answered *answered)
{
	char *socket = read_socket(question->folder, &question->err);
	struct line_question what = {.address = socket,
				     .line = line,
				     .timeout_ms = timeout_ms,
				     .limit = ANSWER_LIMIT};
	bool asked = socket && line_ask(question->loop, &what, answered,
					question, &question->err);

	free(socket);
	return asked;
}

void keeper_ask_status(struct loop *loop, const char *folder,
		       keeper_status_done *done, void *data)
{
	struct question *question = xcalloc(1, sizeof(*question));

	question->loop = loop;
	question->folder = xstrdup(folder);
	question->status_done = done;
	question->data = data;
	if (!ask(question, "status", STATUS_LIMIT_MS, status_came))
		loop_post(loop, fail, question);
}

static void stop_over(struct question *question)
{
	question->stop_done(question->err.code ? &question->err : NULL,
			    question->data);
	question_free(question);
}

/* Looks until the keeper, its process or a stray of it are gone. */
static void look_again(void *data)
{
	struct question *question = data;
	pid_t stray = keeper_group_running(question->folder);
	bool is_kept = keeper_is_alive(question->folder);

	if (!is_kept && !stray) {
		keeper_child_forget(question->folder);
		stop_over(question);
		return;
	}
	if (stray && (!is_kept || clock_monotonic_us() > question->kill_us))
		child_signal_group(stray, SIGKILL);
	if (clock_monotonic_us() > question->until_us) {
		error_set(&question->err, ERROR_TIMEOUT,
			  "%s does not stop; look at its log",
			  question->folder);
		stop_over(question);
		return;
	}
	timer_set_in(question->look, STRAY_LOOK_MS);
}

/* It cannot be asked: there is none, or its socket was removed, as a runtime
 * folder is at logout. */
static void stop_unasked(struct question *question)
{
	pid_t keeper = keeper_lock_holder(question->folder);

	if (keeper > 1)
		kill(keeper, SIGTERM);
	question->kill_us = clock_monotonic_us() + question->grace_ms * 1000;
	question->until_us = question->kill_us + STRAY_LIMIT_MS * 1000;
	look_again(question);
}

static void stop_came(const char *text, size_t len, const struct error *err,
		      void *data)
{
	struct question *question = data;

	(void)text;
	(void)len;
	if (err) {
		stop_unasked(question);
		return;
	}
	/* What is true is seen by looking, whatever was said. */
	question->kill_us = INT64_MAX;
	question->until_us = clock_monotonic_us() + STRAY_LIMIT_MS * 1000;
	look_again(question);
}

static void nobody_to_stop(void *data)
{
	struct question *question = data;

	error_clear(&question->err);
	stop_unasked(question);
}

void keeper_stop(struct loop *loop, const char *folder, int64_t grace_ms,
		 keeper_stop_done *done, void *data)
{
	struct question *question = xcalloc(1, sizeof(*question));
	char line[48];

	question->loop = loop;
	question->folder = xstrdup(folder);
	question->stop_done = done;
	question->data = data;
	question->grace_ms = grace_ms;
	question->look = loop_timer(loop, INT64_MAX, look_again, question);
	snprintf(line, sizeof(line), "stop %" PRId64, grace_ms);
	if (!ask(question, line, grace_ms + STOP_SLACK_MS, stop_came))
		loop_post(loop, nobody_to_stop, question);
}
