/* SPDX-License-Identifier: MIT */
/* The colour that can be looked at before it has traffic, by weights of a
 * backend of its own. */
#include "delivery/traffic/haproxy.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool wants(const struct haproxy *haproxy)
{
	return haproxy->managed &&
	       haproxy_config_previews(haproxy->traffic.options.environment);
}

char *haproxy_state_question(const struct haproxy *haproxy, const char *after)
{
	return wants(haproxy) ? xasprintf("show servers state%s", after)
			      : xasprintf("show servers state %s%s",
					  haproxy->backend, after);
}

void haproxy_take_preview(struct haproxy *haproxy, const char *answer,
			  size_t commands)
{
	struct haproxy_state state;

	haproxy->preview = -1;
	haproxy->previews =
		haproxy_read_state(answer, commands, HAPROXY_PREVIEW,
				   haproxy->servers, &state, NULL) == 0;
	for (int i = 0; haproxy->previews && i < COLOUR_COUNT; i++)
		if (state.colours[i].weight > 0)
			haproxy->preview = i;
}

static void set_up(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;
	char *words;

	(void)len;
	haproxy_take_preview(haproxy, answer, work->commands);
	/* Of one that has no preview nothing is to be closed. */
	if ((haproxy->previews && haproxy->preview == work->preview) ||
	    (work->preview < 0 && strstr(answer, "No such backend."))) {
		work_end(work, NULL);
		return;
	}
	words = haproxy_first_words(answer);
	error_set(&err, ERROR_PROVIDER,
		  "haproxy did not %s the preview: \"%s\"",
		  work->preview < 0 ? "close" : "open", words);
	free(words);
	work_fail(work, &err);
}

static void add_weights(struct work *work, struct str *line, int colour)
{
	const struct strings *servers = &work->haproxy->servers[colour];

	for (size_t i = 0; i < servers->count; i++) {
		str_addf(line, "set weight " HAPROXY_PREVIEW "/%s %d; ",
			 servers->items[i], colour == work->preview);
		work->commands++;
	}
}

void haproxy_preview(struct traffic *traffic, int colour, traffic_done *done,
		     void *data)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;
	struct work *work = work_new(haproxy, haproxy_finish_done, data);
	struct error err = ERROR_INIT;
	struct str line = STR_INIT;

	work->tell.done = done;
	if (!haproxy->managed) {
		error_set(&err, ERROR_PROVIDER,
			  "an HAProxy that is there has no preview of ours");
		work_fail_later(work, &err);
		return;
	}
	work->preview = colour;
	/* What is left comes first: never is it both. */
	for (int i = 0; i < COLOUR_COUNT; i++)
		if (i != colour)
			add_weights(work, &line, i);
	if (colour >= 0)
		add_weights(work, &line, colour);
	str_add(&line, "show servers state");
	work_ask(work, line.data, set_up);
	str_release(&line);
}
