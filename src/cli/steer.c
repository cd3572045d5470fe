/* SPDX-License-Identifier: MIT */
/* Commands for a run that an engine of any process executes: approve,
 * reject, override, promote, hold, unhold, cancel. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/follow.h"
#include "cli/project.h"
#include "cli/resume.h"
#include "cli/runs.h"
#include "cli/steer.h"
#include "engine/runs.h"
#include "event/command.h"
#include "event/event.h"

#define ANSWER_MS 10000
/* Who only wakes an engine has done its own work already. */
#define POKE_ANSWER_MS 500
/* A disk that is full holds the answer back, and no command. */
#define NOW_MS 2000

/* Reads lines until the reply to our command. */
static struct event *await_reply(int fd, int64_t patience_ms, struct error *err)
{
	int64_t deadline = clock_monotonic_us() + patience_ms * 1000;
	struct str bytes = STR_INIT;
	struct event *reply = NULL;

	while (!reply && clock_monotonic_us() < deadline) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		char buffer[4096];
		char *end;
		ssize_t n;

		if (poll(&wait, 1, 100) <= 0)
			continue;
		n = read(fd, buffer, sizeof(buffer));
		if (n <= 0)
			break;
		str_add_bytes(&bytes, buffer, (size_t)n);
		end = memchr(bytes.data, '\n', bytes.len);
		if (end)
			reply = event_decode(bytes.data,
					     (size_t)(end - bytes.data), err);
	}
	str_release(&bytes);
	if (!reply)
		error_set(err, ERROR_NETWORK,
			  "the engine of the run did not answer; look with "
			  "signalbox status whether it lives");
	return reply;
}

static enum error_code code_of(const struct event *reply)
{
	switch (event_int(reply, "status", 8)) {
	case 2:
		return ERROR_USAGE;
	case 7:
		return ERROR_IO;
	default:
		return ERROR_REFUSED;
	}
}

static int ask(int fd, const struct command *command, struct error *err)
{
	int64_t patience_ms =
		command->kind == COMMAND_POKE ? POKE_ANSWER_MS : ANSWER_MS;
	struct str line = STR_INIT;
	struct event *reply = NULL;
	int result = -1;

	command_encode(command, &line);
	if (write(fd, line.data, line.len) == (ssize_t)line.len)
		reply = await_reply(fd, patience_ms, err);
	else
		error_set(err, ERROR_NETWORK, "the engine has just ended");
	str_release(&line);
	if (!reply)
		return -1;
	if (event_bool(reply, "ok"))
		result = 0;
	else
		error_set(err, code_of(reply), "%s",
			  event_text(reply, "error"));
	event_free(reply);
	return result;
}

int steer_send(const struct project *project, int64_t run,
	       const struct command *command, struct error *err)
{
	const char *common = repository_common_folder(project->repository);
	const char *state = repository_state_folder(project->repository);
	int fd = run_connect(common, state, run, err);
	int result;

	if (fd < 0)
		return -1;
	result = ask(fd, command, err);
	close(fd);
	return result;
}

/* Why a run takes no command, and what to do instead. */
static int nobody_runs(const char *state, int64_t run, struct error *err)
{
	struct model *model = runs_model(state, run, err);
	bool over = model && state_is_final(model->state);

	if (!model)
		return -1;
	model_free(model);
	if (over)
		return error_set(err, ERROR_REFUSED,
				 "run %lld has ended; see signalbox status "
				 "%lld",
				 (long long)run, (long long)run);
	return error_set(err, ERROR_REFUSED,
			 "run %lld has no engine; signalbox resume %lld goes "
			 "on with it",
			 (long long)run, (long long)run);
}

static bool is_vote(enum command_kind kind)
{
	return kind == COMMAND_APPROVE || kind == COMMAND_REJECT ||
	       kind == COMMAND_OVERRIDE;
}

static int send_to_dead(struct project *project, struct command *command,
			struct error *err)
{
	const char *state = repository_state_folder(project->repository);

	if (!is_vote(command->kind))
		return nobody_runs(state, command->run, err);
	return resume_vote(project, command, err);
}

static void list_skipped(const struct model *model,
			 const struct command *command, struct str *out)
{
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];
		bool waits = stage->state == STATE_RUNNING ||
			     stage->state == STATE_WAITING;

		for (size_t j = 0; waits && j < stage->step_count; j++) {
			const struct step_model *step = &stage->steps[j];

			if (command->next ? step != stage_leavable(stage)
					  : !step_is_skippable(stage, step))
				continue;
			str_addf(out, "  skipped: %s\n",
				 *step->label ? step->label : step->name);
		}
	}
}

static int send_to_live(struct project *project, struct command *command,
			bool *recorded, struct str *skipped, struct error *err)
{
	const char *state = repository_state_folder(project->repository);
	const struct follow now = {.timeout_ms = NOW_MS};
	struct model *model;

	/* A member of the socket-group reaches the run and not its records. */
	if (access(state, R_OK | X_OK) < 0)
		return steer_send(project, command->run, command, err);
	runs_await_end(state, command->run);
	if (!run_is_live(state, command->run)) {
		*recorded = true;
		return send_to_dead(project, command, err);
	}
	/* What this command was looking at is the state as of now: also what
	 * is shown and not on disk yet. */
	if (follow_run(project, command->run, &now, &model, err) < 0)
		return -1;
	command->seq = model->seq;
	if (command->kind == COMMAND_PROMOTE)
		list_skipped(model, command, skipped);
	model_free(model);
	return steer_send(project, command->run, command, err);
}

static int check_reason(const char *name, const char *reason, struct error *err)
{
	bool needs_one =
		strcmp(name, "reject") == 0 || strcmp(name, "override") == 0;

	if (!needs_one || (reason && *reason))
		return 0;
	return error_set(err, ERROR_USAGE, "%s needs --reason TEXT", name);
}

static int steer(const char *name, const char **words, const char *reason,
		 bool next, struct error *err)
{
	struct command command = COMMAND_INIT;
	struct project project;
	struct str skipped = STR_INIT;
	bool recorded = false;
	int result = -1;

	command.next = next;
	command.kind = command_parse_name(name);
	command.id = 1;
	command.stage = xstrdup_null(words[1]);
	command.reason = xstrdup_null(reason);
	if (runs_parse_number(words[0], &command.run, err) == 0 &&
	    project_open(&project, err) == 0) {
		result = send_to_live(&project, &command, &recorded, &skipped,
				      err);
		project_close(&project);
	}
	if (result == 0)
		printf("%s: run %lld%s%s\n", name, (long long)command.run,
		       command.stage ? ", " : "",
		       command.stage ? command.stage : "");
	if (result == 0)
		fputs(skipped.data, stdout);
	if (result == 0 && recorded)
		printf("recorded; signalbox resume %lld goes on\n",
		       (long long)command.run);
	str_release(&skipped);
	command_release(&command);
	return result;
}

int cli_steer(int argc, char **argv)
{
	const char *reason = NULL;
	const char *words[2] = {NULL, NULL};
	bool next = false;
	const struct cli_option options[] = {
		{"--reason", &reason, NULL, NULL, "TEXT", "why"},
		CLI_OPTIONS_END,
	};
	const struct cli_option of_promote[] = {
		{"--reason", &reason, NULL, NULL, "TEXT", "why"},
		{"--next", NULL, &next, NULL, NULL,
		 "leave only the pause, analysis or bake under way"},
		CLI_OPTIONS_END,
	};
	bool promotes = strcmp(argv[0], "promote") == 0;
	const struct cli_arguments arguments = {promotes ? of_promote : options,
						words, 2, 1};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    check_reason(argv[0], reason, &err) < 0 ||
	    steer(argv[0], words, reason, next, &err) < 0)
		return cli_fail(&err);
	return 0;
}
