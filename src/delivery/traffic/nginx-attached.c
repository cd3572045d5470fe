/* SPDX-License-Identifier: MIT */
/*
 * An nginx that is there: it includes two files of ours, and is asked over
 * HTTP whether it has them before it is trusted with a release.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/traffic/nginx.h"
#include "delivery/traffic/program.h"

#define RELOAD_MS 5000
#define ASK_AGAIN_MS 50

static void ask_again(struct nginx_work *work);

static void fail_unread(struct nginx_work *work, const struct error *why)
{
	const struct nginx *nginx = work->nginx;
	const char *folder = nginx->config->folder;
	char *name = nginx_config_name(nginx->traffic.options.environment);
	struct error err = ERROR_INIT;

	error_set(&err, ERROR_PROVIDER,
		  "nginx does not have what is in %s (%s says %s); write "
		  "`include %s/http.conf;` into its http block, `include "
		  "%s/server.conf;` into the server that answers there, "
		  "`proxy_pass http://$%s;` into its location, and reload it%s",
		  folder, nginx->url, why ? error_text(why) : "something else",
		  folder, folder, name,
		  nginx->config->reload ? "" : ", as root: nginx -s reload");
	free(name);
	nginx_work_fail(work, &err);
}

static void check_log(struct nginx_work *work)
{
	const char *path = work->nginx->config->log;
	struct error err = ERROR_INIT;

	if (access(path, R_OK) == 0) {
		nginx_work_end(work, NULL);
		return;
	}
	error_set(&err, ERROR_PROVIDER,
		  "cannot read nginx's request lines in %s: %s; let your user "
		  "read that file",
		  path, strerror(errno));
	nginx_work_fail(work, &err);
}

static void reloaded(struct nginx_work *work, const struct error *err)
{
	if (err) {
		nginx_work_end(work, err);
		return;
	}
	work->deadline_us = clock_monotonic_us() + RELOAD_MS * 1000;
	ask_again(work);
}

static void reload(struct nginx_work *work)
{
	const char *argv[] = {"/bin/sh", "-c", work->nginx->config->reload,
			      NULL};

	work->reloaded = true;
	traffic_note(&work->nginx->traffic,
		     "nginx is reloaded: what it includes has "
		     "changed");
	nginx_run(work, argv, "cannot reload nginx", reloaded);
}

static void told(struct nginx_work *work, const char *generation,
		 const struct error *err)
{
	struct error failure = ERROR_INIT;

	if (!err && strcmp(generation, work->generation) == 0) {
		check_log(work);
	} else if (!err && !*generation) {
		error_set(&failure, ERROR_PROVIDER,
			  "nginx may not read %s, by which it is steered; let "
			  "its user enter that folder and each above it",
			  work->nginx->steer);
		nginx_work_fail(work, &failure);
	} else if (!work->reloaded && work->nginx->config->reload) {
		reload(work);
	} else if (clock_monotonic_us() < work->deadline_us) {
		nginx_work_wait(work, ASK_AGAIN_MS, ask_again);
	} else {
		fail_unread(work, err);
	}
}

static void ask_again(struct nginx_work *work)
{
	nginx_ask(work, told);
}

static bool is_written(const char *path, const struct str *text)
{
	struct str found = STR_INIT;
	bool same = file_read(path, &found, PROGRAM_CONFIG_LIMIT, NULL) == 0 &&
		    str_equal(found.data, text->data);

	str_release(&found);
	return same;
}

static void write_file(struct nginx_work *work, const char *name,
		       void (*render)(const struct nginx_place *place,
				      struct str *out),
		       nginx_next *next)
{
	struct nginx_place place = nginx_place_of(work->nginx);
	char *path = path_join(place.folder, name);

	str_clear(&work->text);
	render(&place, &work->text);
	if (is_written(path, &work->text))
		next(work, NULL);
	else
		nginx_write(work, path, &work->text, next);
	free(path);
}

static void server_written(struct nginx_work *work, const struct error *err)
{
	if (err) {
		nginx_work_end(work, err);
		return;
	}
	nginx_config_told(work->text.data, work->generation);
	ask_again(work);
}

static void http_written(struct nginx_work *work, const struct error *err)
{
	if (err)
		nginx_work_end(work, err);
	else
		write_file(work, "server.conf", nginx_config_server,
			   server_written);
}

static void begin(struct nginx_work *work)
{
	struct nginx *nginx = work->nginx;
	struct error err = ERROR_INIT;
	int result = nginx_steer_prepare(nginx->steer, &err);

	if (result == 0 &&
	    nginx_steer_read(nginx->steer, &nginx->units, NULL) < 0) {
		nginx->units = nginx_round(work->split).units[COLOUR_GREEN];
		result = nginx_steer_set(nginx->steer, nginx->units, &err);
	}
	if (result < 0) {
		error_prefix(&err, "cannot steer nginx");
		nginx_work_fail(work, &err);
	} else {
		write_file(work, "http.conf", nginx_config_http, http_written);
	}
}

void nginx_ensure_attached(struct nginx_work *work)
{
	nginx_work_wait(work, 0, begin);
}
