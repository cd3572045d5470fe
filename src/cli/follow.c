/* SPDX-License-Identifier: MIT */
#include "cli/follow.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/runs.h"
#include "engine/runs.h"
#include "event/channel.h"
#include "event/command.h"
#include "event/journal.h"
#include "loop/loop.h"

#define AGAIN_MS 20
#define DISK_MS 200
/* A run that has just begun has its lock a moment before its socket. */
#define CONNECT_MS 2000

int follow_connect(const struct project *project, int64_t run, bool steers,
		   struct error *err)
{
	struct command command = {.kind = COMMAND_SUBSCRIBE, .id = 1};
	const char *common = repository_common_folder(project->repository);
	struct str line = STR_INIT;
	const char *state = repository_state_folder(project->repository);
	int fd = run_connect(common, state, run, err);

	if (fd < 0)
		return -1;
	if (steers)
		command.reason = (char *)COMMAND_STEER;
	command_encode(&command, &line);
	if (write(fd, line.data, line.len) != (ssize_t)line.len) {
		close(fd);
		fd = error_set(err, ERROR_NETWORK,
			       "the engine of run %lld has just ended",
			       (long long)run);
	}
	str_release(&line);
	return fd;
}

struct follower {
	const struct follow *follow;
	struct loop *loop;
	struct channel *channel;
	struct timer *again, *disk;
	const char *state;
	int64_t run;
	struct model *model;
	char *folder;
	struct error err;
	bool is_over;
	int end; /* an enum follow_end, -1: err */
};

static void finish(struct follower *follower, int end)
{
	if (follower->is_over) /* what is still read changes nothing */
		return;
	follower->is_over = true;
	follower->end = end;
	loop_stop(follower->loop);
}

static void look(void *data)
{
	struct follower *follower = data;

	if (follower->is_over || !follower->follow->look)
		return;
	switch (follower->follow->look(follower->model,
				       follower->follow->data)) {
	case FOLLOW_ON:
		break;
	case FOLLOW_AGAIN:
		timer_set_in(follower->again, AGAIN_MS);
		break;
	case FOLLOW_ENOUGH:
		finish(follower, FOLLOW_HAD_ENOUGH);
		break;
	}
}

static int take(const struct event *event, void *data)
{
	struct model *model = data;

	/* What the journal gave may come by the socket once more. */
	if (event_is_transient(event->type) || event->seq > model->seq)
		model_apply(model, event);
	return 0;
}

static void catch_up(struct follower *follower)
{
	if (journal_read(follower->folder, follower->model->seq + 1, take,
			 follower->model, &follower->err) < 0)
		finish(follower, -1);
}

static void on_line(struct channel *channel, const char *text, size_t len,
		    void *data)
{
	struct follower *follower = data;
	struct event *event = event_decode(text, len, NULL);

	(void)channel;
	if (!event)
		return;
	if (event->type == EVENT_BEHIND)
		catch_up(follower);
	else
		take(event, follower->model);
	if (event->type != EVENT_REPLY)
		look(follower);
	else if (!follower->follow->look) /* all before it has come */
		finish(follower, FOLLOW_HAD_ENOUGH);
	event_free(event);
}

static void on_closed(struct channel *channel, void *data)
{
	struct follower *follower = data;

	(void)channel;
	finish(follower, FOLLOW_RUN_ENDED);
}

static void too_late(void *data)
{
	finish(data, FOLLOW_LATE);
}

/* -1 where nobody executes the run, or it is not ours to reach. */
static int connect_live(const struct project *project, int64_t run)
{
	const struct timespec moment = {0, AGAIN_MS * 1000000};
	const char *state = repository_state_folder(project->repository);
	int64_t deadline = clock_monotonic_us() + CONNECT_MS * 1000;
	struct stat st;
	int fd = -1;

	while (fd < 0 && run_is_live(state, run)) {
		fd = follow_connect(project, run, false, NULL);
		if (fd >= 0 || clock_monotonic_us() > deadline ||
		    stat(state, &st) < 0 || st.st_uid != geteuid())
			break;
		nanosleep(&moment, NULL);
	}
	return fd;
}

/* Of a run of another user, who lets us read it: what is on disk tells, a few
 * times a second. */
static void look_on_disk(void *data)
{
	struct follower *follower = data;
	bool is_live = run_is_live(follower->state, follower->run);

	catch_up(follower);
	look(follower);
	if (!is_live || !follower->follow->look)
		finish(follower, FOLLOW_RUN_ENDED);
	timer_set_in(follower->disk, DISK_MS);
}

static void follow_live(struct follower *follower, int fd)
{
	static const struct channel_handlers handlers = {
		.line = on_line,
		.closed = on_closed,
	};
	int64_t now = clock_monotonic_us();
	struct timer *late = NULL;

	follower->loop = loop_new();
	follower->again = loop_timer(follower->loop, INT64_MAX, look, follower);
	follower->disk = loop_timer(follower->loop, fd < 0 ? now : INT64_MAX,
				    look_on_disk, follower);
	if (follower->follow->timeout_ms)
		late = loop_timer(follower->loop,
				  now + follower->follow->timeout_ms * 1000,
				  too_late, follower);
	if (fd >= 0)
		follower->channel = channel_new(follower->loop, fd, fd,
						&handlers, follower);
	loop_run(follower->loop);
	channel_free(follower->channel);
	timer_free(follower->again);
	timer_free(follower->disk);
	timer_free(late);
	loop_free(follower->loop);
	follower->loop = NULL;
}

/* What is on disk when nobody writes any more. */
static void read_the_rest(struct follower *follower)
{
	if (journal_read(follower->folder, follower->model->seq + 1, take,
			 follower->model, &follower->err) < 0)
		follower->end = -1;
	else if (follower->follow->look &&
		 follower->follow->look(follower->model,
					follower->follow->data) ==
			 FOLLOW_ENOUGH)
		follower->end = FOLLOW_HAD_ENOUGH;
}

int follow_run(const struct project *project, int64_t run,
	       const struct follow *follow, struct model **model,
	       struct error *err)
{
	struct follower follower = {
		.follow = follow,
		.state = repository_state_folder(project->repository),
		.run = run,
		.end = FOLLOW_RUN_ENDED,
	};
	int fd = connect_live(project, run);

	*model = NULL;
	/* An engine that can be reached may have written nothing yet. */
	follower.model =
		fd < 0 ? runs_model(follower.state, run, err) : model_new();
	if (!follower.model)
		return -1;
	follower.folder = run_folder(follower.state, run);
	if (fd >= 0 || run_is_live(follower.state, run))
		follow_live(&follower, fd);
	if (follower.end == FOLLOW_RUN_ENDED)
		read_the_rest(&follower);
	free(follower.folder);
	if (follower.end >= 0) {
		*model = follower.model;
		return follower.end;
	}
	model_free(follower.model);
	return error_move(err, &follower.err);
}
