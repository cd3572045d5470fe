/* SPDX-License-Identifier: MIT */
/*
 * An nginx of our own: written, checked, started under a keeper, reloaded
 * when its configuration is another one.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/keeper-folder.h"
#include "delivery/keeper.h"
#include "delivery/traffic/nginx.h"
#include "delivery/traffic/program.h"

#define START_MS 5000
#define ASK_AGAIN_MS 10
/* New workers are begun 100 ms before the old ones are told to end. */
#define TAKE_OVER_MS 250
#define GRACE_MS 3000

static const char new_suffix[] = ".new";
static const char old_suffix[] = ".before";

static void ask_again(struct nginx_work *work);

char *nginx_program(struct error *err)
{
	return program_path("nginx",
			    "install the package nginx (1.15.3 or newer)", err);
}

/* "USER GROUP" of the folder: workers of a root's nginx would else be nobody,
 * who may not look into it. NULL where we are not root. The caller's. */
static char *worker_user(const char *folder)
{
	const struct passwd *user;
	const struct group *group;
	struct stat st;

	if (geteuid() != 0 || stat(folder, &st) < 0)
		return NULL;
	user = getpwuid(st.st_uid);
	group = getgrgid(st.st_gid);
	if (!user || !group)
		return xstrdup("root");
	return xasprintf("%s %s", user->pw_name, group->gr_name);
}

static void render(struct nginx_work *work)
{
	struct nginx *nginx = work->nginx;
	struct nginx_place place = nginx_place_of(nginx);
	char *user = worker_user(place.folder);

	place.user = user;
	str_clear(&work->text);
	nginx_config_managed(&place, &work->text);
	nginx_config_told(work->text.data, work->generation);
	free(user);
}

static void proxy_stopped(const struct error *err, void *data)
{
	struct nginx_work *work = nginx_errand_end(data);
	struct error failure;

	if (!work)
		return;
	failure = work->failure;
	work->failure = (struct error)ERROR_INIT;
	if (failure.code != ERROR_NONE)
		err = &failure; /* of a start that failed: the one to tell */
	work->after(work, err);
	error_clear(&failure);
}

static void stop_proxy(struct nginx_work *work, nginx_next *after)
{
	work->after = after;
	keeper_stop(work->loop, work->nginx->keeper, GRACE_MS, proxy_stopped,
		    nginx_errand_new(work));
}

void nginx_stop_managed(struct nginx_work *work)
{
	stop_proxy(work, nginx_work_end);
}

/* nginx's last complaint; the caller's. */
static char *last_complaint(const struct nginx *nginx)
{
	static const char *const but[] = {"still could not bind", NULL};
	char *path = keeper_log_path(nginx->keeper);
	char *found = program_last_line(path, "[emerg] ", but);

	if (!found)
		found = xasprintf("see %s", path);
	free(path);
	return found;
}

/* The old configuration is what runs, and what its restart is to read. */
static void put_back(const struct nginx *nginx)
{
	char *old = xasprintf("%s%s", nginx->config_path, old_suffix);

	if (rename(old, nginx->config_path) < 0)
		errno = 0; /* the next ensure writes it anew */
	free(old);
}

static void give_up(struct nginx_work *work)
{
	char *why = last_complaint(work->nginx);

	error_set(&work->failure, ERROR_PROVIDER, "nginx did not %s: %s",
		  work->running ? "reload" : "start", why);
	free(why);
	if (work->running) {
		struct error failure = work->failure;

		work->failure = (struct error)ERROR_INIT;
		put_back(work->nginx);
		nginx_work_fail(work, &failure);
	} else { /* not left to its keeper's restarts */
		stop_proxy(work, nginx_work_end);
	}
}

static void took_over(struct nginx_work *work)
{
	nginx_work_end(work, NULL);
}

static void told(struct nginx_work *work, const char *generation,
		 const struct error *err)
{
	struct error failure = ERROR_INIT;

	if (!err && strcmp(generation, work->generation) == 0) {
		nginx_work_wait(work, work->running ? TAKE_OVER_MS : 0,
				took_over);
	} else if (clock_monotonic_us() < work->deadline_us) {
		nginx_work_wait(work, ASK_AGAIN_MS, ask_again);
	} else if (!err && !*generation) {
		error_set(&failure, ERROR_PROVIDER,
			  "nginx may not read %s, by which it is steered; let "
			  "its user enter that folder and each above it",
			  work->nginx->steer);
		nginx_work_fail(work, &failure);
	} else {
		give_up(work);
	}
}

static void ask_again(struct nginx_work *work)
{
	nginx_ask(work, told);
}

/* A socket that a killed nginx left would keep the next one from its own. */
static int start_under_keeper(const struct nginx_work *work, struct error *err)
{
	static const char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
					  NULL};
	const struct nginx *nginx = work->nginx;
	char *program = nginx_program(err);
	const char *argv[] = {"/bin/sh",
			      "-c",
			      "rm -f -- \"$1\"; exec \"$0\" -c \"$2\"",
			      program,
			      nginx->socket,
			      nginx->config_path,
			      NULL};
	struct keeper_options options = {
		.folder = nginx->keeper,
		.argv = argv,
		.env = env,
		.drain = SIGQUIT, /* workers without their master */
		.loop = work->loop,
	};
	int result = program ? keeper_start(&options, err) : -1;

	free(program);
	return result;
}

static void start_or_reload(struct nginx_work *work)
{
	struct nginx *nginx = work->nginx;
	int64_t asked_ms = nginx->traffic.options.patience_ms;
	struct error err = ERROR_INIT;
	pid_t master = keeper_child_running(nginx->keeper);

	if (!work->running)
		(void)!start_under_keeper(work, &err);
	else if (master <= 0 || kill(master, SIGHUP) < 0)
		error_set(&err, ERROR_PROVIDER,
			  "cannot reload nginx: it does not run");
	if (err.code != ERROR_NONE) {
		nginx_work_fail(work, &err);
		return;
	}
	work->deadline_us =
		clock_monotonic_us() + (asked_ms ? asked_ms : START_MS) * 1000;
	ask_again(work);
}

static void verified(struct nginx_work *work, const struct error *refused)
{
	const char *path = work->nginx->config_path;
	char *name = xasprintf("%s%s", path, new_suffix);
	char *old = xasprintf("%s%s", path, old_suffix);
	struct error err = ERROR_INIT;

	if (!refused && work->running && (unlink(old), link(path, old)) < 0)
		errno = 0; /* none is there */
	if (!refused && rename(name, path) < 0)
		error_set(&err, ERROR_IO, "cannot rename %s: %s", name,
			  strerror(errno));
	free(name);
	free(old);
	if (refused)
		nginx_work_end(work, refused);
	else if (err.code != ERROR_NONE)
		nginx_work_fail(work, &err);
	else
		start_or_reload(work);
}

static void written(struct nginx_work *work, const struct error *err)
{
	char *name = xasprintf("%s%s", work->nginx->config_path, new_suffix);
	struct error missing = ERROR_INIT;
	char *program = err ? NULL : nginx_program(&missing);
	const char *argv[] = {program, "-t", "-q", "-c", name, NULL};

	if (err)
		nginx_work_end(work, err);
	else if (!program)
		nginx_work_fail(work, &missing);
	else
		nginx_run(work, argv, "nginx refuses its configuration",
			  verified);
	free(program);
	free(name);
}

static void write_config(struct nginx_work *work)
{
	char *name = xasprintf("%s%s", work->nginx->config_path, new_suffix);

	render(work);
	nginx_write(work, name, &work->text, written);
	free(name);
}

/* Weights that are there already are kept where nginx runs by them. */
static int prepare_weights(struct nginx_work *work, struct error *err)
{
	struct nginx *nginx = work->nginx;
	struct traffic_split split = nginx_round(work->split);

	if (nginx_steer_prepare(nginx->steer, err) < 0)
		return -1;
	if (work->running &&
	    nginx_steer_read(nginx->steer, &nginx->units, NULL) == 0)
		return 0;
	if (!work->running && nginx_steer_preview(nginx->steer, -1, err) < 0)
		return -1;
	nginx->units = split.units[COLOUR_GREEN];
	return nginx_steer_set(nginx->steer, nginx->units, err);
}

static void start_anew(struct nginx_work *work, const struct error *err)
{
	struct error failure = ERROR_INIT;

	work->running = false;
	if (err)
		nginx_work_end(work, err);
	else if (prepare_weights(work, &failure) < 0)
		nginx_work_fail(work, &failure);
	else
		write_config(work);
}

static void configure(struct nginx_work *work)
{
	struct error failure = ERROR_INIT;

	work->running = true;
	if (prepare_weights(work, &failure) < 0)
		nginx_work_fail(work, &failure);
	else
		write_config(work);
}

/* Nobody answers. An nginx that runs all the same has lost its socket, as a
 * runtime folder is at logout: it is made again without a gap. */
static void not_running(struct nginx_work *work, const struct error *err)
{
	struct nginx *nginx = work->nginx;
	bool is_kept = keeper_is_alive(nginx->keeper);

	if (err->code == ERROR_TIMEOUT)
		nginx_work_end(work, err);
	else if (is_kept && !file_exists(nginx->socket) &&
		 keeper_child_running(nginx->keeper) > 0 &&
		 nginx_move_socket(nginx, NULL) == 0)
		configure(work);
	else if (is_kept)
		stop_proxy(work, start_anew);
	else
		start_anew(work, NULL);
}

static void running(struct nginx_work *work, const char *generation,
		    const struct error *err)
{
	struct error failure = ERROR_INIT;

	if (err) {
		not_running(work, err);
		return;
	}
	/* Killed together, master and keeper leave workers that answer. */
	if (!keeper_is_alive(work->nginx->keeper) &&
	    keeper_child_running(work->nginx->keeper) <= 0) {
		traffic_note(&work->nginx->traffic,
			     "nginx has lost its master: it is "
			     "started anew");
		start_anew(work, NULL);
		return;
	}
	/* Not what it has: the weights, by which it tells, may be lost. */
	if (!*generation && !work->running) {
		work->running = true;
		if (prepare_weights(work, &failure) < 0)
			nginx_work_fail(work, &failure);
		else
			nginx_ask(work, running);
		return;
	}
	work->running = true;
	render(work);
	if (strcmp(generation, work->generation) != 0) {
		traffic_note(&work->nginx->traffic,
			     "nginx is reloaded: its configuration "
			     "has changed");
		configure(work);
	} else if (prepare_weights(work, &failure) < 0) {
		nginx_work_fail(work, &failure);
	} else {
		if (!keeper_is_alive(work->nginx->keeper))
			traffic_note(&work->nginx->traffic,
				     "nginx runs without its keeper");
		nginx_work_end(work, NULL);
	}
}

void nginx_ensure_managed(struct nginx_work *work)
{
	nginx_ask(work, running);
}
