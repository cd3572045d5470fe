/* SPDX-License-Identifier: MIT */
/* A container's start: its image is there, a container is made of it, runs. */
#include "delivery/target/container.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "event/event.h"

/* A registry may be slow, and an image large. */
#define IMAGE_MS (10 * 60 * 1000)

struct starting {
	struct http *http;
	char *socket, *name, *folder;
	char *token;   /* as long as it is wanted */
	char *image;   /* by its digest; NULL until the archive was read */
	char *archive; /* its path; NULL: none */
	char *mark;    /* the name that one got for this is given */
	char *release; /* its digest */
	json_t *body;  /* of the creation, without the image */
	bool pulled;
	int64_t began_us;
	struct error err;
	struct loop *loop;
	void (*note)(const char *text, void *data);
	target_done *done;
	void *data;
};

static void over(struct starting *starting, const struct error *err)
{
	starting->done((clock_monotonic_us() - starting->began_us) / 1000, err,
		       starting->data);
	http_free(starting->http);
	json_decref(starting->body);
	error_clear(&starting->err);
	free(starting->socket);
	free(starting->name);
	free(starting->folder);
	free(starting->token);
	free(starting->image);
	free(starting->archive);
	free(starting->mark);
	free(starting->release);
	free(starting);
}

static void ask(struct starting *starting, struct docker_question question,
		docker_done *done)
{
	docker_ask(starting->http, starting->socket, &question, done, starting);
}

/* True when the step failed, which is over then. */
static bool failed(struct starting *starting,
		   const struct docker_answer *answer, const char *what,
		   const struct error *err)
{
	struct error why = ERROR_INIT;
	bool bad = true;

	if (err)
		over(starting, err);
	else if (docker_check(answer, what, &why) < 0)
		over(starting, &why);
	else
		bad = false;
	error_clear(&why);
	return bad;
}

static void removed(const struct docker_answer *answer, const struct error *err,
		    void *data)
{
	struct starting *starting = data;

	(void)answer;
	(void)err;
	over(starting, &starting->err);
}

/* What was made is not left behind. */
static void take_back(struct starting *starting, const char *why)
{
	error_set(&starting->err, ERROR_FAILED, "%s", why);
	ask(starting,
	    (struct docker_question){
		    .method = "DELETE",
		    .path = xasprintf("/containers/%s?force=1&v=1",
				      starting->name)},
	    removed);
}

static void runs(const struct docker_answer *answer, const struct error *err,
		 void *data)
{
	struct starting *starting = data;
	struct target_seen seen = {.status = {.alive = true}, .kept = true};
	struct error why = ERROR_INIT;

	if (err || docker_check(answer, starting->name, &why) < 0) {
		take_back(starting, error_text(err ? err : &why));
	} else if (!target_is_wanted(starting->folder, starting->token)) {
		take_back(starting, "it was stopped while it was started");
	} else {
		target_see(starting->folder, &seen);
		over(starting, NULL);
	}
	error_clear(&why);
}

static void created(const struct docker_answer *answer, const struct error *err,
		    void *data)
{
	struct starting *starting = data;

	if (failed(starting, answer, starting->name, err))
		return;
	if (!target_is_wanted(starting->folder, starting->token))
		take_back(starting, "it was stopped while it was started");
	else
		ask(starting,
		    (struct docker_question){
			    .method = "POST",
			    .path = xasprintf("/containers/%s/start",
					      starting->name)},
		    runs);
}

static void create(struct starting *starting)
{
	json_object_set_new(starting->body, "Image",
			    json_foreign(starting->image));
	ask(starting,
	    (struct docker_question){
		    .path = xasprintf("/containers/create?name=%s",
				      starting->name),
		    .body = json_incref(starting->body)},
	    created);
}

/* One that ended long ago may have the name; one that runs is kept. */
static void cleared(const struct docker_answer *answer, const struct error *err,
		    void *data)
{
	struct starting *starting = data;

	if (answer && answer->status == 404)
		create(starting);
	else if (!failed(starting, answer, starting->name, err))
		create(starting);
}

static void clear_name(struct starting *starting)
{
	ask(starting,
	    (struct docker_question){
		    .method = "DELETE",
		    .path = xasprintf("/containers/%s?v=1", starting->name)},
	    cleared);
}

static void marked(const struct docker_answer *answer, const struct error *err,
		   void *data)
{
	(void)answer; /* `gc` does not find it then, and that is all */
	(void)err;
	clear_name(data);
}

/* It was got for this release: who collects garbage has to know. */
static void mark(struct starting *starting)
{
	ask(starting,
	    (struct docker_question){
		    .method = "POST",
		    .path = xasprintf("/images/%s/tag?repo=%s&tag=%s",
				      starting->image, starting->mark,
				      starting->release)},
	    marked);
}

/* The engine says 200 first, and then line by line how it went. */
static char *found_in(const struct docker_answer *answer, const char *key,
		      const char *before)
{
	const char *line = answer->body, *end;
	char *found = NULL;

	for (; *line && !found; line = *end ? end + 1 : end) {
		json_t *json;
		const char *text;

		end = line + strcspn(line, "\n");
		json = json_loadb(line, (size_t)(end - line), 0, NULL);
		text = json_text(json, key);
		if (*text && starts_with(text, before))
			found = xstrdup(text + strlen(before));
		json_decref(json);
	}
	if (found)
		found[strcspn(found, "\r\n")] = '\0';
	return found;
}

static void loaded(const struct docker_answer *answer, const struct error *err,
		   void *data)
{
	struct starting *starting = data;
	struct error why = ERROR_INIT;

	if (failed(starting, answer, starting->archive, err))
		return;
	/* By its ID, or by a name that it brought with it. */
	starting->image = found_in(answer, "stream", "Loaded image ID: ");
	if (!starting->image)
		starting->image = found_in(answer, "stream", "Loaded image: ");
	if (starting->image) {
		mark(starting);
		return;
	}
	error_set(&why, ERROR_FAILED,
		  "%s is no image that `docker save` wrote: %.300s",
		  starting->archive, answer->body);
	over(starting, &why);
	error_clear(&why);
}

static void pull(struct starting *starting);

static void image_known(const struct docker_answer *answer,
			const struct error *err, void *data)
{
	struct starting *starting = data;

	if (answer && answer->status == 404 && !starting->pulled) {
		pull(starting);
		return;
	}
	if (failed(starting, answer, starting->image, err))
		return;
	if (starting->pulled)
		mark(starting);
	else
		clear_name(starting);
}

static void find_image(struct starting *starting)
{
	ask(starting,
	    (struct docker_question){
		    .path = xasprintf("/images/%s/json", starting->image)},
	    image_known);
}

static void pulled(const struct error *err, void *data)
{
	struct starting *starting = data;
	struct error why = ERROR_INIT;

	if (!err) {
		find_image(starting);
		return;
	}
	error_set(&why, err->code,
		  err->code == ERROR_FAILED
			  ? "%s; where it is not for everybody, `docker "
			    "login` and `docker pull` it first"
			  : "%s",
		  error_text(err));
	over(starting, &why);
	error_clear(&why);
}

static void noted(const char *text, void *data)
{
	struct starting *starting = data;

	if (starting->note)
		starting->note(text, starting->data);
}

static void pull(struct starting *starting)
{
	const struct docker_pull what = {
		.loop = starting->loop,
		.socket = starting->socket,
		.image = starting->image,
		.note = noted,
		.done = pulled,
		.data = starting,
	};

	starting->pulled = true;
	docker_pull(starting->http, &what);
}

static void begin(void *data)
{
	struct starting *starting = data;

	if (starting->err.code)
		over(starting, &starting->err);
	else if (starting->archive)
		ask(starting,
		    (struct docker_question){.method = "POST",
					     .path = xstrdup("/images/load?"
							     "quiet=1"),
					     .file = starting->archive,
					     .timeout_ms = IMAGE_MS},
		    loaded);
	else
		find_image(starting);
}

static json_t *labels(const struct target *target,
		      const struct target_release *release)
{
	return json_pack("{s:o, s:o, s:s, s:i, s:o}", "signalbox.folder",
			 json_foreign(target->folder), "signalbox.environment",
			 json_foreign(target->environment), "signalbox.colour",
			 colour_name(target->colour), "signalbox.instance",
			 target->instance + 1, "signalbox.version",
			 json_foreign(release->version));
}

/* It is started again when it ends and when the machine starts, until it is
 * stopped; its log takes 64 MiB, as a keeper's. */
static json_t *creation(const struct target *target,
			const struct target_release *release)
{
	const struct target_config *config = &target->config->target;
	struct strings env = STRINGS_INIT;
	json_t *body = json_object(), *host, *all = labels(target, release);

	target_variables(target, release, false, &env);
	json_object_set_new(body, "Env", json_strings(&env));
	json_object_set_new(body, "Labels", all);
	json_object_set_new(all, "signalbox.instance",
			    json_sprintf("%d", target->instance + 1));
	host = json_pack("{s:s, s:{s:s}, s:{s:s, s:{s:s, s:s}}}", "NetworkMode",
			 "host", "RestartPolicy", "Name", "unless-stopped",
			 "LogConfig", "Type", "json-file", "Config", "max-size",
			 "16m", "max-file", "4");
	if (config->container.memory) {
		json_object_set_new(host, "Memory",
				    json_integer(config->container.memory));
		json_object_set_new(host, "MemorySwap",
				    json_integer(config->container.memory));
	}
	json_object_set_new(body, "HostConfig", host);
	if (config->command) {
		json_object_set_new(body, "Entrypoint",
				    json_pack("[s, s]", "/bin/sh", "-c"));
		json_object_set_new(
			body, "Cmd",
			json_pack("[o]", json_foreign(config->command)));
	}
	strings_release(&env);
	return body;
}

/* Of STATE/environments/NAME/COLOUR. */
static char *mark_of(const struct target *target)
{
	char *state = xstrdup(target->folder), *mark;

	for (int i = 0; i < 3 && strrchr(state, '/'); i++)
		*strrchr(state, '/') = '\0';
	mark = container_mark(state);
	free(state);
	return mark;
}

void container_start(const struct target *target,
		     const struct target_release *release, target_done *done,
		     void *data)
{
	struct starting *starting = xcalloc(1, sizeof(*starting));
	const struct target_config *config = &target->config->target;

	starting->done = done;
	starting->data = data;
	starting->note = release->note;
	starting->loop = target->loop;
	starting->began_us = clock_monotonic_us();
	starting->http = http_new(target->loop);
	starting->socket = docker_socket(config->container.socket);
	starting->name = container_name(target);
	starting->folder = xstrdup(target->folder);
	starting->image = xstrdup_null(config->container.image);
	starting->mark = mark_of(target);
	starting->release = xstrdup(release->digest);
	if (config->container.archive)
		starting->archive =
			path_join(release->folder, config->container.archive);
	starting->body = creation(target, release);
	if (target_check_port(target, &starting->err) == 0)
		starting->token = target_want(target->folder, &starting->err);
	loop_post(target->loop, begin, starting);
}
