/* SPDX-License-Identifier: MIT */
#include "cli/errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "cli/output.h"
#include "cli/runs.h"
#include "cli/steer.h"
#include "engine/runs.h"
#include "net/http.h"

void errand_print(const char *text)
{
	struct str out = STR_INIT;

	str_add_printable(&out, text, strlen(text), false);
	output_line(stdout, out.data);
	str_release(&out);
}

static void on_event(struct event *event, void *data)
{
	struct errand *errand = data;
	char *text = event_sentence(event);

	if (errand->environment &&
	    environment_tells_foreign(errand->environment))
		errand->others = true;
	if (text && event->type != EVENT_TRAFFIC_SAMPLED)
		errand_print(text);
	free(text);
	tell_keep_owned(&errand->tell, errand->environment, event);
}

void errand_done(void *data, const struct error *err)
{
	struct errand *errand = data;

	if (err)
		error_set(&errand->failure, err->code, "%s", error_text(err));
	errand->is_done = true;
}

int errand_finish(struct errand *errand)
{
	while (!errand->is_done)
		loop_turn(errand->loop, -1);
	errand->is_done = false;
	if (errand->failure.code == ERROR_NONE)
		return 0;
	return error_move(errand->err, &errand->failure);
}

void errand_close(struct errand *errand)
{
	if (errand->environment) {
		tell_send(&errand->tell, errand->loop, errand->environment,
			  errand->project.repository);
		environment_close(errand->environment);
	}
	if (errand->loop)
		loop_free(errand->loop);
	project_close(&errand->project);
	net_cleanup();
}

static int begin(struct errand *errand, const char *name, bool by_head,
		 struct error *err)
{
	struct environment_options options = {
		.name = name,
		.emit = on_event,
		.data = errand,
	};

	memset(errand, 0, sizeof(*errand));
	errand->err = err;
	errand->name = name;
	if (net_init(err) < 0 || project_open(&errand->project, err) < 0)
		return -1;
	if (by_head && project_commit(&errand->project, NULL, false, err) < 0) {
		errand_close(errand);
		return -1;
	}
	if (by_head) {
		options.pipeline = errand->project.pipeline;
		options.pipeline_text = errand->project.text.data;
	}
	errand->loop = loop_new();
	options.loop = errand->loop;
	options.state = repository_state_folder(errand->project.repository);
	errand->environment = environment_open(&options, err);
	if (!errand->environment) {
		errand_close(errand);
		return -1;
	}
	return 0;
}

int errand_begin(struct errand *errand, const char *name, struct error *err)
{
	return begin(errand, name, false, err);
}

int errand_recover(struct errand *errand)
{
	environment_recover(errand->environment, errand_done, errand);
	return errand_finish(errand);
}

static int open_by(struct errand *errand, const char *name, bool by_head,
		   struct error *err)
{
	if (begin(errand, name, by_head, err) < 0)
		return -1;
	if (errand_recover(errand) < 0) {
		errand_close(errand);
		return -1;
	}
	return 0;
}

int errand_open(struct errand *errand, const char *name, struct error *err)
{
	return open_by(errand, name, false, err);
}

int errand_open_by_head(struct errand *errand, const char *name,
			struct error *err)
{
	return open_by(errand, name, true, err);
}

void errand_poke(struct errand *errand)
{
	const char *state = repository_state_folder(errand->project.repository);
	struct command command = {.kind = COMMAND_POKE, .id = 1};
	struct error err = ERROR_INIT;
	int64_t newest = run_newest(state);

	for (int64_t run = newest; run > 0 && run > newest - 8; run--) {
		if (run_is_live(state, run) &&
		    steer_send(&errand->project, run, &command, &err) < 0)
			error_clear(&err);
	}
}
