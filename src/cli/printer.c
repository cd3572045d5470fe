/* SPDX-License-Identifier: MIT */
#include "cli/printer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/printable.h"
#include "cli/listing.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/tail.h"
#include "event/channel.h"
#include "event/command.h"
#include "event/event.h"
#include "event/journal.h"
#include "loop/loop.h"
#include "model/model.h"

#define TAIL_LINES 20
#define SAME_STOP_MS 1000

struct printer {
	const struct printer_options *options;
	struct loop *loop;
	struct channel *channel;
	struct model *model;
	int ended_by; /* signal, 0 none */
	int64_t signalled_us;
};

static void print_line(const char *stage, const char *text, int64_t time_ms)
{
	struct str out = STR_INIT;
	char clock[CLOCK_TEXT_SIZE];

	str_addf(&out, "%s ", clock_format_local(time_ms, clock));
	if (*stage) {
		str_add_printable(&out, stage, strlen(stage), false);
		str_add(&out, " | ");
	}
	str_add_printable(&out, text, strlen(text), false);
	output_line(stdout, out.data);
	str_release(&out);
}

/* What a person would look for next: the end of the failed stage's log. */
static void print_tail(const struct printer *printer, const struct event *event)
{
	const struct stage_model *stage =
		model_stage(printer->model, event_stage(event));
	struct strings lines = STRINGS_INIT;
	char *path;

	if (!stage || !state_is_bad(stage->state) || !stage->log ||
	    strcmp(stage->kind, "run") != 0)
		return;
	path = xasprintf("%s/%s", printer->options->run_folder, stage->log);
	if (file_tail(path, TAIL_LINES, &lines) == 0)
		for (size_t i = 0; i < lines.count; i++)
			listing_print("         %s | > %s\n", stage->name,
				      lines.items[i]);
	strings_release(&lines);
	free(path);
}

/* Once a second and colour would bury what happens. */
static bool is_chatter(enum event_type type)
{
	return type == EVENT_TRAFFIC_SAMPLED || type == EVENT_LOG_GREW ||
	       type == EVENT_REPLY;
}

/* The dashboard shows the step; in lines a run would just stand still. */
static char *say_step(const struct event *event)
{
	const char *kind = event_text(event, "kind");

	if (event->type != EVENT_STEP_STARTED ||
	    (strcmp(kind, "analysis") != 0 && strcmp(kind, "bake") != 0))
		return NULL;
	return xasprintf("%s: %s", event_stage(event),
			 event_text(event, "label"));
}

static int take_event(const struct event *event, void *data)
{
	struct printer *printer = data;
	char *text;

	if (event->seq <= printer->options->after) {
		model_apply(printer->model, event);
		return 0;
	}
	if (printer->options->json) {
		struct str line = STR_INIT;

		event_encode(event, NULL, &line);
		listing_json_line(line.data, line.len);
		str_release(&line);
	}
	model_apply(printer->model, event);
	if ((event->type == EVENT_RUN_STARTED ||
	     event->type == EVENT_RUN_RESUMED) &&
	    printer->options->begun)
		printer->options->begun(printer->options->data);
	if (printer->options->json || is_chatter(event->type))
		return 0;
	text = event->type == EVENT_RUN_FINISHED ? NULL : event_sentence(event);
	if (!text)
		text = say_step(event);
	if (text)
		print_line(event_stage(event), text, event->time_ms);
	free(text);
	if (event->type == EVENT_STAGE_FINISHED)
		print_tail(printer, event);
	return 0;
}

/* We were too slow for the pipe: the journal has what was left out. */
static void catch_up(struct printer *printer)
{
	struct error err = ERROR_INIT;

	if (journal_read(printer->options->run_folder, printer->model->seq + 1,
			 take_event, printer, &err) < 0)
		cli_fail(&err);
}

static void on_line(struct channel *channel, const char *text, size_t len,
		    void *data)
{
	struct printer *printer = data;
	struct event *event = event_decode(text, len, NULL);

	(void)channel;
	if (!event)
		return;
	if (event->type == EVENT_BEHIND)
		catch_up(printer);
	else if (event_is_transient(event->type) ||
		 event->seq > printer->model->seq)
		take_event(event, printer);
	event_free(event);
}

/* A write for all that came at once, not for each line. */
static void on_told(struct channel *channel, void *data)
{
	(void)channel;
	(void)data;
	fflush(stdout);
}

static void on_closed(struct channel *channel, void *data)
{
	struct printer *printer = data;

	channel_free(channel);
	printer->channel = NULL;
	/* An engine does not wait for ever for who is slow to read it. */
	if (!printer->model->finished)
		catch_up(printer);
	loop_stop(printer->loop);
}

/* What stops all of a program's processes reaches us once from each. */
static void on_signal(int signal_number, void *data)
{
	struct printer *printer = data;
	struct command command = {.kind = COMMAND_CANCEL};
	struct str line = STR_INIT;
	int64_t now = clock_monotonic_us();
	bool same = printer->ended_by &&
		    now - printer->signalled_us < SAME_STOP_MS * 1000;

	if (same)
		return;
	printer->ended_by = signal_number;
	printer->signalled_us = now;
	if (!printer->channel)
		return;
	command_encode(&command, &line);
	channel_send(printer->channel, line.data, line.len, 0, true);
	str_release(&line);
}

/* The last line of a run is one sentence: result, time, next command. */
static void print_end(const struct printer *printer)
{
	const struct model *model = printer->model;
	const struct stage_model *gate = model_open_gate(model);

	if (printer->options->json)
		return;
	if (*model->text)
		listing_print("%s; next: %s\n", model->text, model->next);
	else if (gate && *gate->gate.veto)
		listing_print("run %lld waits at the gate of %s, no approval "
			      "opens it; next: signalbox override %lld "
			      "--reason TEXT, then signalbox resume %lld\n",
			      (long long)model->run, gate->name,
			      (long long)model->run, (long long)model->run);
	else if (gate)
		listing_print(
			"run %lld waits at the gate of %s, %d of %d; next: "
			"signalbox approve %lld, then signalbox resume %lld\n",
			(long long)model->run, gate->name, gate->gate.approvals,
			gate->gate.required, (long long)model->run,
			(long long)model->run);
}

/* The first event not to print yet; NULL: there is none. */
static const struct event *print_due(struct printer *printer,
				     struct replay *replay,
				     const struct pace *pace, int64_t until_ms,
				     int64_t *ms)
{
	const struct event *event;

	while ((event = replay_peek(replay, ms)) != NULL && *ms <= until_ms) {
		if (pace->speed != 0 &&
		    *ms > pace_now(pace, clock_monotonic_us()))
			return event;
		take_event(event, printer);
		replay_next(replay);
	}
	return NULL;
}

struct model *printer_replay(const struct printer_options *options,
			     struct replay *replay, const struct pace *pace,
			     int64_t until_ms)
{
	struct printer printer = {.options = options, .model = model_new()};
	int64_t ms;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (!ferror(stdout) &&
	       print_due(&printer, replay, pace, until_ms, &ms)) {
		int64_t wait_us = pace_due(pace, ms) - clock_monotonic_us();
		struct timespec pause = {wait_us / 1000000,
					 wait_us % 1000000 * 1000};

		if (wait_us > 0)
			nanosleep(&pause, NULL);
	}
	if (printer.model->finished)
		print_end(&printer);
	return printer.model;
}

int printer_run(const struct printer_options *options)
{
	static const struct channel_handlers handlers = {
		.line = on_line,
		.closed = on_closed,
		.told = on_told,
	};
	struct printer printer = {.options = options};

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	printer.loop = loop_new();
	printer.model = model_new();
	printer.model->without_notes = true;
	printer.channel = channel_new(printer.loop, options->events,
				      options->commands, &handlers, &printer);
	loop_signal(printer.loop, SIGINT, on_signal, &printer);
	loop_signal(printer.loop, SIGTERM, on_signal, &printer);
	loop_signal(printer.loop, SIGHUP, on_signal, &printer);
	loop_run(printer.loop);
	print_end(&printer);
	fflush(stdout);
	clearerr(stdout); /* the run counts, not who could read of it */
	channel_free(printer.channel);
	model_free(printer.model);
	loop_free(printer.loop);
	return printer.ended_by ? 128 + printer.ended_by : 0;
}
