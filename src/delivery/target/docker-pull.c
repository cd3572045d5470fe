/* SPDX-License-Identifier: MIT */
/* An image is pulled, and how far it is is told now and then. */
#include "delivery/target/docker.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/vector.h"
#include "event/event.h"

/* A registry may be slow, and an image large. */
#define PULL_MS (10 * 60 * 1000)
#define NOTE_MS 2000

struct layer {
	char *id;
	int64_t bytes, total;
	bool is_there;
};

struct pull {
	struct docker_pull what; /* the texts its own */
	struct timer *timer;
	struct layer *layers;
	size_t count, cap;
	struct str line; /* that is not whole yet */
	int64_t began_us;
	char *told;  /* the last note */
	char *error; /* what the engine said after its 200 */
};

static void pull_free(struct pull *pull)
{
	for (size_t i = 0; i < pull->count; i++)
		free(pull->layers[i].id);
	free(pull->layers);
	timer_free(pull->timer);
	str_release(&pull->line);
	free((char *)pull->what.socket);
	free((char *)pull->what.image);
	free(pull->told);
	free(pull->error);
	free(pull);
}

static struct layer *layer_of(struct pull *pull, const char *id, bool is_new)
{
	struct layer *layer;

	for (size_t i = 0; i < pull->count; i++)
		if (strcmp(pull->layers[i].id, id) == 0)
			return &pull->layers[i];
	if (!is_new)
		return NULL;
	layer = VECTOR_ADD(pull->layers, pull->count, pull->cap);
	*layer = (struct layer){.id = xstrdup(id)};
	return layer;
}

static void take_line(struct pull *pull)
{
	json_t *json = json_loadb(pull->line.data, pull->line.len, 0, NULL);
	const json_t *detail = json_object_get(json, "progressDetail");
	const char *status = json_text(json, "status");
	bool there = strcmp(status, "Pull complete") == 0 ||
		     strcmp(status, "Already exists") == 0;
	bool is_new = there || strcmp(status, "Pulling fs layer") == 0;
	struct layer *layer = layer_of(pull, json_text(json, "id"), is_new);

	if (*json_text(json, "error") && !pull->error)
		pull->error = xstrdup(json_text(json, "error"));
	if (layer && strcmp(status, "Downloading") == 0) {
		layer->bytes = json_int(detail, "current", 0);
		layer->total = json_int(detail, "total", 0);
	} else if (layer && strcmp(status, "Download complete") == 0) {
		layer->bytes = layer->total;
	}
	if (layer)
		layer->is_there = there;
	json_decref(json);
}

static void hear(const char *bytes, size_t len, void *data)
{
	struct pull *pull = data;

	for (size_t i = 0; i < len; i++) {
		str_add_bytes(&pull->line, bytes + i, 1);
		if (bytes[i] != '\n')
			continue;
		take_line(pull);
		str_truncate(&pull->line, 0);
	}
}

/* "pulls IMAGE: 1 of 3 layers, 12 MiB of 48 MiB" */
static void tell_progress(void *data)
{
	struct pull *pull = data;
	char some[NUMBER_TEXT_SIZE], all[NUMBER_TEXT_SIZE];
	int64_t bytes = 0, total = 0;
	size_t there = 0;
	struct str text = STR_INIT;

	for (size_t i = 0; i < pull->count; i++) {
		there += pull->layers[i].is_there;
		bytes += pull->layers[i].bytes;
		total += pull->layers[i].total;
	}
	str_addf(&text, "pulls %s", pull->what.image);
	if (pull->count)
		str_addf(&text, ": %zu of %zu layer%s", there, pull->count,
			 pull->count == 1 ? "" : "s");
	if (total)
		str_addf(&text, ", %s of %s", number_bytes(bytes, some),
			 number_bytes(total, all));
	if (!str_equal(pull->told, text.data) && pull->what.note)
		pull->what.note(text.data, pull->what.data);
	free(pull->told);
	pull->told = str_detach(&text);
	timer_set_in(pull->timer, NOTE_MS);
}

static void tell_end(const struct pull *pull)
{
	char took[CLOCK_TEXT_SIZE];
	char *text = xasprintf(
		"pulled %s in %s", pull->what.image,
		duration_format((clock_monotonic_us() - pull->began_us) / 1000,
				took));

	if (pull->what.note)
		pull->what.note(text, pull->what.data);
	free(text);
}

static void pulled(const struct docker_answer *answer, const struct error *err,
		   void *data)
{
	struct pull *pull = data;
	struct error why = ERROR_INIT;

	if (err)
		error_set(&why, err->code, "%s", error_text(err));
	else if (docker_check(answer, pull->what.image, &why) == 0 &&
		 pull->error)
		error_set(&why, ERROR_FAILED, "%s: Docker Engine says: %.300s",
			  pull->what.image, pull->error);
	if (!why.code)
		tell_end(pull);
	pull->what.done(why.code ? &why : NULL, pull->what.data);
	error_clear(&why);
	pull_free(pull);
}

void docker_pull(struct http *http, const struct docker_pull *what)
{
	struct pull *pull = xcalloc(1, sizeof(*pull));
	struct docker_question question = {
		.method = "POST",
		.path = xasprintf("/images/create?fromImage=%s", what->image),
		.timeout_ms = PULL_MS,
		.hear = hear,
	};

	pull->what = *what;
	pull->what.socket = xstrdup(what->socket);
	pull->what.image = xstrdup(what->image);
	pull->began_us = clock_monotonic_us();
	pull->timer = loop_timer(what->loop, INT64_MAX, tell_progress, pull);
	tell_progress(pull);
	docker_ask(http, pull->what.socket, &question, pulled, pull);
}
