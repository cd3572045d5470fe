/* SPDX-License-Identifier: MIT */
/* A colour that commands of the person's own start and stop, on another host
 * or under another engine. What they start is not ours to keep alive. */
#include "delivery/target/kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/target/health.h"
#include "proc/tool.h"

/* As long as `alive` may take: it is asked every few seconds. */
#define ALIVE_MS 10000

static bool exec_serves(const struct environment_config *config)
{
	return config->target.kind == TARGET_EXEC;
}

/* One command under way; whoever asked may be gone when it ends. */
struct command {
	char *folder, *what;
	int64_t began_us, began_ms; /* monotonic, wall */
	bool is_start;
	bool is_gone;
	target_done *done; /* one of the three */
	target_looked *known;
	health_looked *looked;
	void *data;
	struct error err;
};

static void command_free(struct command *command)
{
	error_clear(&command->err);
	free(command->folder);
	free(command->what);
	free(command);
}

static void tell_done(struct command *command)
{
	const struct target_seen seen = {.status = {.alive = command->is_start},
					 .kept = true};

	if (!command->err.code)
		target_see(command->folder, &seen);
	command->done((clock_monotonic_us() - command->began_us) / 1000,
		      command->err.code ? &command->err : NULL, command->data);
}

/* Exit status 1 says that it does not; any other that nobody can tell. */
static void tell_alive(struct command *command)
{
	bool alive = !command->err.code;
	bool unknown = !alive && !command->is_gone;
	const char *why = alive ? "" : error_text(&command->err);
	struct target_status status = {.alive = alive};
	const struct target_seen seen = {.status = {.alive = alive},
					 .kept = true};
	struct health_look look = {
		.runs = alive,
		.stayed = alive,
		.ended = why,
	};

	snprintf(status.ended, sizeof(status.ended), "%.150s", why);
	if (!unknown)
		target_see_since(command->folder, command->began_ms, &seen);
	else if (command->known)
		target_unseen(command->folder);
	if (command->known)
		command->known(unknown ? NULL : &status,
			       unknown ? &command->err : NULL, command->data);
	else
		command->looked(unknown ? NULL : &look,
				unknown ? &command->err : NULL, command->data);
}

static void tell(void *data)
{
	struct command *command = data;

	if (command->done)
		tell_done(command);
	else
		tell_alive(command);
	command_free(command);
}

static void ended(const struct tool_end *end, void *data)
{
	struct command *command = data;

	command->is_gone = !end->timed_out && WIFEXITED(end->status) &&
			   WEXITSTATUS(end->status) == 1;
	(void)!tool_check(end, command->what, &command->err);
	tell(command);
}

/* Where the release stands that was started last. */
static char *release_folder(const char *folder)
{
	char *path = path_join(folder, "release");
	struct str text = STR_INIT;

	if (file_read(path, &text, 4096, NULL) < 0 || !file_exists(text.data)) {
		str_clear(&text);
		str_add(&text, "/");
	}
	free(path);
	return str_detach(&text);
}

static void run(const struct target *target, const char *line,
		int64_t timeout_ms, const struct target_release *release,
		struct command *command)
{
	static const struct target_release none = {
		.version = "", .commit = "", .digest = ""};
	char *folder = release ? xstrdup(release->folder)
			       : release_folder(target->folder);
	const char *argv[] = {"/bin/sh", "-c", line, NULL};
	const char *agent = getenv("SSH_AUTH_SOCK");
	struct strings env = STRINGS_INIT;
	struct tool_options options = {
		.loop = target->loop,
		.argv = argv,
		.folder = folder,
		.timeout_ms = timeout_ms,
	};

	target_variables(target, release ? release : &none, true, &env);
	strings_addf(&env, "HOST=%s", target->config->target.host);
	if (agent)
		strings_addf(&env, "SSH_AUTH_SOCK=%s", agent);
	options.env = (const char *const *)env.items;
	command->folder = xstrdup(target->folder);
	command->began_us = clock_monotonic_us();
	command->began_ms = clock_wall_ms();
	if (!tool_start(&options, ended, command, &command->err))
		loop_post(target->loop, tell, command);
	strings_release(&env);
	free(folder);
}

static int keep_folder(const struct target *target,
		       const struct target_release *release, struct error *err)
{
	char *path = path_join(target->folder, "release");
	int result = folder_make(target->folder, 0700, err);

	if (result == 0)
		result = file_replace(path, release->folder,
				      strlen(release->folder), 0600, err);
	free(path);
	return result;
}

static void exec_start(const struct target *target,
		       const struct target_release *release, target_done *done,
		       void *data)
{
	const struct target_config *config = &target->config->target;
	struct command *command = xcalloc(1, sizeof(*command));

	command->done = done;
	command->data = data;
	command->is_start = true;
	command->what = xasprintf("start of %s", colour_name(target->colour));
	command->folder = xstrdup(target->folder);
	if (keep_folder(target, release, &command->err) < 0) {
		loop_post(target->loop, tell, command);
		return;
	}
	free(command->folder);
	run(target, config->exec.start, config->exec.timeout_ms, release,
	    command);
}

static void exec_stop(const struct target *target, int64_t grace_ms,
		      target_done *done, void *data)
{
	const struct target_config *config = &target->config->target;
	struct command *command = xcalloc(1, sizeof(*command));

	(void)grace_ms;
	command->done = done;
	command->data = data;
	command->what = xasprintf("stop of %s", colour_name(target->colour));
	run(target, config->exec.stop, config->exec.timeout_ms, NULL, command);
}

static struct command *ask_alive(const struct target *target, void *data)
{
	struct command *command = xcalloc(1, sizeof(*command));

	command->data = data;
	command->what = xstrdup("alive");
	run(target, target->config->target.exec.alive, ALIVE_MS, NULL, command);
	return command;
}

static void exec_look(const struct target *target, target_looked *done,
		      void *data)
{
	ask_alive(target, data)->known = done;
}

static void look_for_health(const struct target *target, health_looked *done,
			    void *data)
{
	ask_alive(target, data)->looked = done;
}

static struct target_wait *exec_await_health(const struct target *target,
					     target_done *done, void *data)
{
	static const struct health_ops ops = {.look = look_for_health};

	return health_await(target, &ops, done, data);
}

static bool exec_is_alive(const struct target *target)
{
	struct target_seen seen;

	target_last_seen(target->folder, &seen);
	return seen.status.alive;
}

static pid_t exec_pid(const struct target *target)
{
	(void)target;
	return 0;
}

const struct target_ops target_exec = {
	.name = "exec",
	.serves = exec_serves,
	.start = exec_start,
	.await_health = exec_await_health,
	.cancel = health_cancel,
	.is_alive = exec_is_alive,
	.look = exec_look,
	.port = target_port,
	.pid = exec_pid,
	.stop = exec_stop,
};
