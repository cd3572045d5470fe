/* SPDX-License-Identifier: MIT */
/* Images that Docker Engine loaded or pulled for releases: those of releases
 * that may go. They bear our name, one for each release. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/environment.h"
#include "delivery/target/container.h"
#include "engine/garbage.h"
#include "event/event.h"
#include "source/release.h"

struct asked {
	json_t *json; /* the answer, ours; NULL: it was none */
	struct error err;
	bool came;
};

static void answered(const struct docker_answer *answer,
		     const struct error *err, void *data)
{
	struct asked *asked = data;

	asked->came = true;
	if (err)
		error_set(&asked->err, err->code, "%s", error_text(err));
	else if (answer->status == 409)
		error_set(&asked->err, ERROR_REFUSED, "it is used");
	else if (answer->status != 404 &&
		 docker_check(answer, "images", &asked->err) == 0)
		asked->json = json_incref(answer->json);
}

/* path is taken over. */
static json_t *ask(struct garbage *garbage, const char *socket,
		   const char *method, char *path, struct error *err)
{
	struct http *http = http_new(garbage->options.loop);
	struct docker_question question = {.method = method, .path = path};
	struct asked asked = {.json = NULL};

	docker_ask(http, socket, &question, answered, &asked);
	while (!asked.came)
		loop_turn(garbage->options.loop, -1);
	http_free(http);
	if (asked.err.code)
		(void)!error_move(err, &asked.err);
	return asked.json;
}

/* Of those that have, or had, containers. */
static void find_engines(struct garbage *garbage, struct strings *sockets)
{
	struct strings names = STRINGS_INIT;
	struct error why = ERROR_INIT;

	if (environment_list(garbage->options.state, &names, &why) < 0)
		error_clear(&why); /* those who look for colours tell */
	for (size_t i = 0; i < names.count; i++) {
		struct environment_options options = {
			.loop = garbage->options.loop,
			.state = garbage->options.state,
			.name = names.items[i],
		};
		struct environment *environment =
			environment_open(&options, NULL);
		const struct target_config *target =
			environment ? &environment_config(environment)->target
				    : NULL;
		char *socket = target && target->kind == TARGET_CONTAINER
				       ? docker_socket(target->container.socket)
				       : NULL;

		if (socket && !strings_has(sockets, socket))
			strings_add(sockets, socket);
		free(socket);
		environment_close(environment);
	}
	strings_release(&names);
}

/* A release that is not needed and whose files are gone, or may go. */
static bool may_go(const struct garbage *garbage,
		   const struct strings *prunable, const char *digest)
{
	char *folder =
		xasprintf("%s/releases/%s", garbage->options.state, digest);
	bool is = !strings_has(&garbage->needs.releases, digest) &&
		  (!file_exists(folder) || strings_has(prunable, digest));

	free(folder);
	return is;
}

static bool is_used(const json_t *containers, const char *id)
{
	const json_t *container;
	size_t i;

	json_array_foreach(
		containers, i,
		container) if (strcmp(json_text(container, "ImageID"), id) ==
			       0) return true;
	return false;
}

/* One name of it goes, and with the last one the image; then also the name by
 * which it was pulled. */
static void add_image(struct garbage *garbage, const char *socket,
		      const json_t *image, const char *name)
{
	const json_t *digests = json_object_get(image, "RepoDigests"), *pulled;
	struct garbage_item *item = garbage_add_owned(
		garbage, &garbage_images,
		xasprintf("%.12s", strchr(name, ':') + 1),
		xstrdup("of a release that is not live, not where a rollback "
			"goes and not kept"));
	bool last = json_array_size(json_object_get(image, "RepoTags")) == 1;
	size_t i;

	strings_add(&item->texts, socket);
	strings_add(&item->texts, name);
	if (!last)
		return;
	item->bytes = json_int(image, "Size", 0);
	json_array_foreach(
		digests, i,
		pulled) if (json_is_string(pulled) &&
			    !starts_with(json_string_value(pulled), "<none>"))
		strings_add(&item->texts, json_string_value(pulled));
}

static void find_at(struct garbage *garbage, const char *socket,
		    const struct strings *prunable, struct error *err)
{
	char *mark = container_mark(garbage->options.state);
	char *ours = xasprintf("%s:", mark);
	json_t *images =
		ask(garbage, socket, NULL, xstrdup("/images/json"), err);
	json_t *containers =
		images ? ask(garbage, socket, NULL,
			     xstrdup("/containers/json?all=1"), err)
		       : NULL;
	const json_t *image, *tag;
	size_t i, j;

	json_array_foreach(images, i, image)
		json_array_foreach(json_object_get(image, "RepoTags"), j, tag)
	{
		const char *name = json_string_value(tag);

		if (containers && name && starts_with(name, ours) &&
		    !is_used(containers, json_text(image, "Id")) &&
		    may_go(garbage, prunable, name + strlen(ours)))
			add_image(garbage, socket, image, name);
	}
	json_decref(containers);
	json_decref(images);
	free(ours);
	free(mark);
}

static int find_images(struct garbage *garbage, struct error *err)
{
	struct strings sockets = STRINGS_INIT, prunable = STRINGS_INIT;
	int result = 0;

	if (garbage->needs.releases_unknown)
		return 0;
	find_engines(garbage, &sockets);
	if (sockets.count)
		result = releases_prunable(garbage->options.state,
					   &garbage->needs.releases, &prunable,
					   err);
	for (size_t i = 0; result == 0 && i < sockets.count; i++) {
		struct error why = ERROR_INIT;

		find_at(garbage, sockets.items[i], &prunable, &why);
		if (why.code)
			strings_addf(&garbage->notes, "no image is freed: %s",
				     error_text(&why));
		error_clear(&why);
	}
	strings_release(&prunable);
	strings_release(&sockets);
	return result;
}

static int free_image(struct garbage *garbage, const struct garbage_item *item,
		      struct error *err)
{
	struct error why = ERROR_INIT;

	for (size_t i = 1; i < item->texts.count && !why.code; i++)
		json_decref(ask(garbage, item->texts.items[0], "DELETE",
				xasprintf("/images/%s", item->texts.items[i]),
				&why));
	return why.code ? error_move(err, &why) : 0;
}

const struct garbage_kind garbage_images = {
	.name = "image",
	.find = find_images,
	.free_item = free_image,
};
