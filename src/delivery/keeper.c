/* SPDX-License-Identifier: MIT */
/* The keeper's own program. Who starts and asks one: keeper-client.c. */
#include "delivery/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/keeper-folder.h"
#include "delivery/keeper-liveness.h"
#include "delivery/keeper-session.h"
#include "delivery/log-bound.h"
#include "event/event.h"
#include "net/http.h"
#include "net/server.h"
#include "proc/child.h"

#define RESTART_FIRST_MS 100
#define RESTART_MOST_MS 10000
#define LIFE_THAT_COUNTS_MS 10000
#define GRACE_MS 10000
/* Of one that does not answer any more: it may not hear TERM either. */
#define LOST_GRACE_MS 2000
#define STRAY_WAIT_MS 5000
#define LOOK_MS 5
/* What a dead program left may finish its requests for so long. */
#define DRAIN_MS 30000
#define QUESTION_SIZE 128
/* A server may print for ever; its log takes so much disk at the most. */
#define LOG_LOOK_MS 30000
#define LOG_MOST (64 << 20)
#define LOG_KEEP (16 << 20)

struct keeper {
	struct loop *loop;
	const char *folder;
	struct keeper_spec spec;
	struct server *server;
	int lock, log;
	pid_t child; /* 0: none now */
	int64_t started, since, restarts;
	int64_t backoff_ms;
	struct timer *restart, *killer, *bound, *left;
	int64_t give_up_us; /* on what was left and cannot be killed */
	char *ended;	    /* how the child last ended; "" */
	struct liveness *liveness;
	char *lost; /* why it is being ended; NULL: it is not */
	bool stopping;
	struct asker *askers;
};

/* Someone at the socket. */
struct asker {
	struct keeper *keeper;
	struct asker *next;
	struct watch *watch;
	int fd;
	bool waits; /* for the end: asked to stop */
	char question[QUESTION_SIZE];
	size_t len;
};

static void PRINTF_LIKE(2, 3)
	note(struct keeper *keeper, const char *format, ...)
{
	char time[CLOCK_TEXT_SIZE];
	struct str line = STR_INIT;
	va_list args;

	str_addf(&line, "%s %s: ", clock_format_utc(clock_wall_ms(), time),
		 KEEPER_NAME);
	va_start(args, format);
	str_vaddf(&line, format, args);
	va_end(args);
	str_add_char(&line, '\n');
	/* A full disk must not end what the keeper keeps. */
	if (file_write_all(keeper->log, line.data, line.len, "log", NULL) < 0)
		errno = 0;
	str_release(&line);
}

static void asker_free(struct asker *asker)
{
	struct asker **link = &asker->keeper->askers;

	while (*link != asker)
		link = &(*link)->next;
	*link = asker->next;
	watch_remove(asker->watch);
	close(asker->fd);
	free(asker);
}

/* Answers are short: a socket that does not take them whole is given up. */
static void answer(struct asker *asker, const char *text)
{
	ssize_t sent;

	do
		sent = send(asker->fd, text, strlen(text), MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	asker_free(asker);
}

static void answer_status(struct asker *asker)
{
	struct keeper *keeper = asker->keeper;
	json_t *root = json_object();
	char *text;

	json_object_set_new(root, "pid", json_integer(keeper->child));
	json_object_set_new(root, "started", json_integer(keeper->started));
	json_object_set_new(root, "since", json_integer(keeper->since));
	json_object_set_new(root, "restarts", json_integer(keeper->restarts));
	json_object_set_new(root, "ended", json_foreign(keeper->ended));
	text = json_dumps(root, JSON_COMPACT);
	answer(asker, text);
	free(text);
	json_decref(root);
}

/* What was left, for longer than it may. */
static void end_left(void *data)
{
	struct keeper *keeper = data;
	size_t left = session_signal(keeper->child, SIGKILL);

	if (!keeper->stopping)
		return;
	if (left && clock_monotonic_us() < keeper->give_up_us) {
		timer_set_in(keeper->left, LOOK_MS);
		return;
	}
	keeper_child_forget(keeper->folder);
	loop_stop(keeper->loop);
}

/* The child is gone for good. */
static void finish(struct keeper *keeper)
{
	keeper->give_up_us = clock_monotonic_us() + STRAY_WAIT_MS * 1000;
	end_left(keeper);
}

/* What it left behind would hold its port. It may be told to let go of that
 * and drain, but not what an earlier one left: that has been told, and may be
 * why this one ended. */
static void leave(struct keeper *keeper, pid_t group)
{
	bool again = session_signal(group, 0) > 0;

	if (keeper->spec.drain && !again && !keeper->stopping) {
		session_signal(0, keeper->spec.drain);
		timer_set_in(keeper->left, DRAIN_MS);
		return;
	}
	child_signal_group(group, SIGKILL);
	session_signal(0, SIGKILL);
}

static void kill_group(void *data)
{
	struct keeper *keeper = data;

	if (keeper->child)
		child_signal_group(keeper->child, SIGKILL);
}

static void stop(struct keeper *keeper, int64_t grace_ms)
{
	keeper->stopping = true;
	timer_stop(keeper->restart);
	if (!keeper->child) {
		finish(keeper);
		return;
	}
	child_signal_group(keeper->child, SIGTERM);
	timer_set_in(keeper->killer, grace_ms);
}

static void say_ended(struct keeper *keeper, int status)
{
	char *ended = child_status_text(status);

	free(keeper->ended);
	keeper->ended = keeper->lost ? xasprintf("%s; %s", keeper->lost, ended)
				     : xstrdup(ended);
	free(ended);
	free(keeper->lost);
	keeper->lost = NULL;
}

/* It runs and does not do what it is for. */
static void lost(const char *why, void *data)
{
	struct keeper *keeper = data;

	if (!keeper->child || keeper->stopping)
		return;
	note(keeper, "%s; ending it", why);
	free(keeper->lost);
	keeper->lost = xstrdup(why);
	child_signal_group(keeper->child, SIGTERM);
	timer_set_in(keeper->killer, LOST_GRACE_MS);
}

static void child_ended(pid_t pid, int status, void *data)
{
	struct keeper *keeper = data;
	int64_t lived = clock_wall_ms() - keeper->started;

	leave(keeper, pid);
	keeper->child = 0;
	liveness_end(keeper->liveness);
	timer_stop(keeper->killer);
	say_ended(keeper, status);
	if (keeper->stopping) {
		finish(keeper);
		return;
	}
	if (lived >= LIFE_THAT_COUNTS_MS)
		keeper->backoff_ms = RESTART_FIRST_MS;
	note(keeper, "%s: %s; starting it again in %" PRId64 " ms",
	     keeper->spec.argv.items[0], keeper->ended, keeper->backoff_ms);
	timer_set_in(keeper->restart, keeper->backoff_ms);
	keeper->backoff_ms *= 2;
	if (keeper->backoff_ms > RESTART_MOST_MS)
		keeper->backoff_ms = RESTART_MOST_MS;
}

static int start_child(struct keeper *keeper, struct error *err)
{
	struct child_options options = CHILD_OPTIONS_INIT;
	pid_t pid;

	options.argv = (const char *const *)keeper->spec.argv.items;
	options.folder = keeper->spec.working_folder;
	options.output = keeper->log;
	options.outlive = true; /* whoever kills us leaves it serving */
	pid = child_start(&options, err);
	if (pid < 0)
		return -1;
	keeper->child = pid;
	keeper->started = clock_wall_ms();
	loop_child(keeper->loop, pid, child_ended, keeper);
	liveness_begin(keeper->liveness);
	if (keeper_child_write(keeper->folder, pid, err) == 0)
		return 0;
	error_prefix(err, "recording process %ld", (long)pid);
	return -1;
}

static void run_child(void *data)
{
	struct keeper *keeper = data;
	struct error err = ERROR_INIT;

	keeper->restarts++;
	keeper_restarts_write(keeper->folder, keeper->restarts, keeper->ended);
	if (start_child(keeper, &err) == 0)
		return;
	note(keeper, "%s", error_text(&err));
	error_clear(&err);
	/* Unrecorded is better than down; not started is tried again. */
	if (!keeper->child)
		timer_set_in(keeper->restart, RESTART_MOST_MS);
}

static void understand(struct asker *asker)
{
	struct keeper *keeper = asker->keeper;
	long long grace_ms;

	if (strcmp(asker->question, "status") == 0) {
		answer_status(asker);
	} else if (sscanf(asker->question, "stop %lld", &grace_ms) == 1 &&
		   grace_ms >= 0) {
		asker->waits = true;
		stop(keeper, grace_ms);
	} else {
		answer(asker, "unknown question\n");
	}
}

static void asker_ready(int fd, short revents, void *data)
{
	struct asker *asker = data;
	size_t room = sizeof(asker->question) - 1 - asker->len;
	ssize_t got = read(fd, asker->question + asker->len, room);
	char *end;

	(void)revents;
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	/* Who asked to stop and left is no reason to go on. */
	if (got <= 0 || asker->waits) {
		asker_free(asker);
		return;
	}
	asker->len += (size_t)got;
	asker->question[asker->len] = '\0';
	end = strchr(asker->question, '\n');
	if (!end && asker->len < sizeof(asker->question) - 1)
		return;
	if (end)
		*end = '\0';
	understand(asker);
}

static void accepted(int fd, const struct peer *peer, void *data)
{
	struct keeper *keeper = data;
	struct asker *asker;

	if (peer->uid != geteuid() && peer->uid != 0) {
		close(fd);
		return;
	}
	asker = xcalloc(1, sizeof(*asker));
	asker->keeper = keeper;
	asker->fd = fd;
	asker->next = keeper->askers;
	keeper->askers = asker;
	asker->watch = loop_watch(keeper->loop, fd, POLLIN, asker_ready, asker);
}

static void told_to_end(int signal_number, void *data)
{
	(void)signal_number;
	stop(data, GRACE_MS);
}

/* What a keeper that was killed left: it has our ports. */
static int end_stray(struct keeper *keeper, struct error *err)
{
	int64_t until = clock_monotonic_us() + STRAY_WAIT_MS * 1000;
	const struct timespec moment = {.tv_nsec = LOOK_MS * 1000000};
	pid_t pid = keeper_group_running(keeper->folder);

	if (!pid)
		return 0;
	note(keeper,
	     "process %ld was left by a keeper that was killed; "
	     "ending it",
	     (long)pid);
	child_signal_group(pid, SIGKILL);
	while (keeper_group_running(keeper->folder)) {
		if (clock_monotonic_us() > until)
			return error_set(err, ERROR_IO,
					 "process %ld, left by a keeper that "
					 "was killed, does not end",
					 (long)pid);
		nanosleep(&moment, NULL);
	}
	return 0;
}

static void bound_log(void *data)
{
	struct keeper *keeper = data;

	log_bound(keeper->log, LOG_MOST, LOG_KEEP);
	timer_set_in(keeper->bound, LOG_LOOK_MS);
}

static int keeper_init(struct keeper *keeper, const char *socket,
		       struct error *err)
{
	char *log = keeper_log_path(keeper->folder);

	keeper->log = file_open(log, O_WRONLY | O_CREAT | O_APPEND, 0600, err);
	free(log);
	if (keeper->log < 0 ||
	    keeper_spec_read(keeper->folder, &keeper->spec, err) < 0)
		return -1;
	keeper->lock = keeper_lock_take(keeper->folder, err);
	if (keeper->lock < 0 || end_stray(keeper, err) < 0)
		return -1;
	keeper->loop = loop_new();
	keeper->restart =
		loop_timer(keeper->loop, INT64_MAX, run_child, keeper);
	keeper->killer =
		loop_timer(keeper->loop, INT64_MAX, kill_group, keeper);
	keeper->bound = loop_timer(keeper->loop, 0, bound_log, keeper);
	keeper->left = loop_timer(keeper->loop, INT64_MAX, end_left, keeper);
	keeper->server =
		server_listen(keeper->loop, socket, accepted, keeper, err);
	if (!keeper->server)
		return -1;
	loop_signal(keeper->loop, SIGTERM, told_to_end, keeper);
	keeper_restarts_write(keeper->folder, 0, "");
	if (keeper->spec.liveness && net_init(err) < 0)
		return -1;
	if (keeper->spec.liveness)
		keeper->liveness = liveness_new(
			keeper->loop, keeper->spec.liveness, lost, keeper);
	return start_child(keeper, err);
}

static void keeper_release(struct keeper *keeper)
{
	if (keeper->child)
		child_signal_group(keeper->child, SIGKILL);
	/* First the lock: who is told "stopped" may start again at once. */
	server_free(keeper->server);
	if (keeper->lock >= 0)
		close(keeper->lock);
	while (keeper->askers) {
		struct asker *asker = keeper->askers;

		if (asker->waits)
			answer(asker, "stopped\n");
		else
			asker_free(asker);
	}
	liveness_free(keeper->liveness);
	free(keeper->lost);
	timer_free(keeper->restart);
	timer_free(keeper->killer);
	timer_free(keeper->bound);
	timer_free(keeper->left);
	if (keeper->loop)
		loop_free(keeper->loop);
	keeper_spec_release(&keeper->spec);
	free(keeper->ended);
	if (keeper->log >= 0)
		close(keeper->log);
}

/* Tells who started us: "" for success, else the reason. */
static void report(int fd, const char *text)
{
	if (file_write_all(fd, text, strlen(text), "report", NULL) < 0)
		errno = 0; /* who started us is gone; we go on */
	close(fd);
}

int keeper_main(int argc, char **argv)
{
	struct keeper keeper = {.lock = -1, .log = -1};
	struct error err = ERROR_INIT;
	char pid[24];
	int report_fd;

	if (argc != 4) {
		fprintf(stderr, KEEPER_NAME ": is started by signalbox\n");
		return 2;
	}
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv(KEEPER_VARIABLE, pid, 1);
	keeper.folder = argv[1];
	report_fd = atoi(argv[3]);
	fcntl(report_fd, F_SETFD, FD_CLOEXEC);
	keeper.since = clock_wall_ms();
	keeper.backoff_ms = RESTART_FIRST_MS;
	keeper.ended = xstrdup("");
	if (keeper_init(&keeper, argv[2], &err) < 0) {
		report(report_fd, error_text(&err));
		error_clear(&err);
		keeper_release(&keeper);
		return 1;
	}
	report(report_fd, "ok\n");
	loop_run(keeper.loop);
	keeper_release(&keeper);
	return 0;
}
