/* SPDX-License-Identifier: MIT */
/*
 * Any proxy, by a command of the person's: `COMMAND WORD`, a JSON object on
 * its input, one as the last line of its output. One at a time, in order.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "delivery/traffic/exec-answers.h"
#include "delivery/traffic/provider.h"
#include "net/server.h"
#include "proc/tool.h"

struct exec_work;
typedef void exec_next(struct exec_work *work, json_t *answer,
		       const struct error *err);

struct exec {
	struct traffic traffic; /* first */
	const struct exec_traffic *config;
	struct traffic_capabilities can;
	struct exec_work *works; /* the first one is under way */
	struct exec_sums sums;
};

struct exec_work {
	struct exec *exec;
	struct exec_work *next;
	const char *word; /* what it is asked now */
	json_t *input;
	exec_next *answered;
	void (*finish)(struct exec_work *work, const struct error *err);
	union {
		traffic_done *done;
		traffic_shifted *shifted;
		traffic_sampled *sampled;
		traffic_known *known;
	} tell;
	void *data;
	struct tool *tool;
	struct traffic_split split;
	struct traffic_sample sample;
	struct error failure;
};

static void start(void *data);

static void start_next(struct exec *exec)
{
	if (exec->works)
		loop_post(exec->traffic.options.loop, start, exec);
}

static void release(struct exec_work *work)
{
	tool_cancel(work->tool);
	json_decref(work->input);
	error_clear(&work->failure);
	free(work);
}

static void end(struct exec_work *work, const struct error *err)
{
	struct exec *exec = work->exec;

	exec->works = work->next;
	start_next(exec);
	work->finish(work, err);
	release(work);
}

static void ran(const struct tool_end *tool_end, void *data)
{
	struct exec_work *work = data;
	struct error err = ERROR_INIT;
	json_t *answer = NULL;

	work->tool = NULL;
	if (tool_check(tool_end, work->word, &err) == 0) {
		answer = exec_last_object(tool_end->output,
					  tool_end->output_len);
		if (!json_is_object(answer))
			error_set(&err, ERROR_PROVIDER,
				  "%s: the last line of its output is no JSON "
				  "object",
				  work->word);
	}
	if (err.code != ERROR_NONE)
		error_prefix(&err, "`%s`", work->exec->config->command);
	work->answered(work, answer, err.code == ERROR_NONE ? NULL : &err);
	json_decref(answer);
	error_clear(&err);
}

static void ask(struct exec_work *work)
{
	struct exec *exec = work->exec;
	char *line = xasprintf("%s %s", exec->config->command, work->word);
	const char *argv[] = {"/bin/sh", "-c", line, NULL};
	char *input = json_dumps(work->input, JSON_COMPACT);
	const struct tool_options options = {
		.loop = exec->traffic.options.loop,
		.argv = argv,
		.input = input,
		.timeout_ms = exec->config->timeout_ms,
		.keeps_last = true,
	};
	struct error err = ERROR_INIT;

	work->tool = tool_start(&options, ran, work, &err);
	free(input);
	free(line);
	if (!work->tool)
		work->answered(work, NULL, &err);
	error_clear(&err);
}

static void start(void *data)
{
	struct exec *exec = data;

	if (exec->works && !exec->works->tool)
		ask(exec->works);
}

static json_t *percent_of(const struct traffic_split *split)
{
	json_t *percent = json_object();

	for (int i = 0; i < COLOUR_COUNT; i++)
		json_object_set_new(percent, colour_name((enum colour)i),
				    json_real(split->percent[i]));
	return percent;
}

static struct exec_work *
work_new(struct traffic *traffic, const char *word, exec_next *answered,
	 void (*finish)(struct exec_work *, const struct error *), void *data)
{
	struct exec *exec = (struct exec *)traffic;
	struct exec_work *work = xcalloc(1, sizeof(*work));
	struct exec_work **last = &exec->works;

	work->exec = exec;
	work->word = word;
	work->answered = answered;
	work->finish = finish;
	work->data = data;
	work->input = json_object();
	json_object_set_new(work->input, "environment",
			    json_string(traffic->options.environment->name));
	while (*last)
		last = &(*last)->next;
	*last = work;
	start_next(exec);
	return work;
}

static void finish_done(struct exec_work *work, const struct error *err)
{
	work->tell.done(&work->exec->traffic, err, work->data);
}

static void was_done(struct exec_work *work, json_t *answer,
		     const struct error *err)
{
	(void)answer;
	end(work, err);
}

static void simple(struct traffic *traffic, const char *word,
		   enum colour colour, traffic_done *done, void *data)
{
	struct exec_work *work =
		work_new(traffic, word, was_done, finish_done, data);

	work->tell.done = done;
	if ((int)colour >= 0)
		json_object_set_new(work->input, "colour",
				    json_string(colour_name(colour)));
}

static void learned(struct exec_work *work, json_t *answer,
		    const struct error *err)
{
	struct traffic_capabilities *can = &work->exec->can;
	const json_t *units = json_object_get(answer, "units");

	if (!err) {
		can->weights =
			!json_is_false(json_object_get(answer, "weights"));
		can->why = can->weights ? "" : "its command says so";
		can->drain = json_is_true(json_object_get(answer, "drain"));
		if (json_is_integer(units) && json_integer_value(units) > 0 &&
		    json_integer_value(units) <= 1000000)
			can->units = (int)json_integer_value(units);
	}
	end(work, err);
}

static void ensured(struct exec_work *work, json_t *answer,
		    const struct error *err)
{
	(void)answer;
	if (err) {
		end(work, err);
		return;
	}
	work->word = "capabilities";
	work->answered = learned;
	ask(work);
}

static void exec_ensure(struct traffic *traffic, struct traffic_split initial,
			traffic_done *done, void *data)
{
	struct exec_work *work =
		work_new(traffic, "ensure", ensured, finish_done, data);

	work->tell.done = done;
	json_object_set_new(work->input, "percent", percent_of(&initial));
}

static void untold(struct exec_work *work)
{
	struct error err = ERROR_INIT;

	error_set(&err, ERROR_PROVIDER,
		  "`%s inspect` does not tell \"percent\" of blue and green "
		  "that make 100",
		  work->exec->config->command);
	end(work, &err);
	error_clear(&err);
}

static void inspected(struct exec_work *work, json_t *answer,
		      const struct error *err)
{
	if (err)
		end(work, err);
	else if (!exec_read_split(answer, work->exec->can.units, &work->split))
		untold(work);
	else
		end(work, NULL);
}

static void finish_inspect(struct exec_work *work, const struct error *err)
{
	work->tell.known(&work->exec->traffic, err ? NULL : &work->split, err,
			 work->data);
}

static void exec_inspect(struct traffic *traffic, traffic_known *done,
			 void *data)
{
	work_new(traffic, "inspect", inspected, finish_inspect, data)
		->tell.known = done;
}

/* What it says it set is not believed: it is asked. */
static void read_back(struct exec_work *work, json_t *answer,
		      const struct error *err)
{
	double wanted = work->split.percent[COLOUR_GREEN];
	double step = 100.0 / work->exec->can.units;
	struct error other = ERROR_INIT;

	if (err) {
		end(work, err);
	} else if (!exec_read_split(answer, work->exec->can.units,
				    &work->split)) {
		untold(work);
	} else if (fabs(work->split.percent[COLOUR_GREEN] - wanted) > step ||
		   (work->split.percent[COLOUR_GREEN] > 0) != (wanted > 0) ||
		   (work->split.percent[COLOUR_GREEN] < 100) !=
			   (wanted < 100)) {
		error_set(&other, ERROR_PROVIDER,
			  "green was to have %g %% and `%s` says %g %%", wanted,
			  work->exec->config->command,
			  work->split.percent[COLOUR_GREEN]);
		end(work, &other);
		error_clear(&other);
	} else {
		end(work, NULL);
	}
}

static void was_set(struct exec_work *work, json_t *answer,
		    const struct error *err)
{
	(void)answer;
	if (err) {
		end(work, err);
		return;
	}
	work->word = "inspect";
	work->answered = read_back;
	ask(work);
}

static void finish_set(struct exec_work *work, const struct error *err)
{
	work->tell.shifted(&work->exec->traffic, err ? NULL : &work->split,
			   NULL, err, work->data);
}

static void exec_set(struct traffic *traffic,
		     const struct traffic_change *change, traffic_shifted *done,
		     void *data)
{
	struct exec_work *work =
		work_new(traffic, "set", was_set, finish_set, data);

	work->tell.shifted = done;
	work->split = change->split;
	json_object_set_new(work->input, "percent", percent_of(&change->split));
	json_object_set_new(work->input, "wait-ms",
			    json_integer(change->wait_ms));
	json_object_set_new(work->input, "force", json_boolean(change->force));
}

static void sampled(struct exec_work *work, json_t *answer,
		    const struct error *err)
{
	const json_t *colours = json_object_get(answer, "colours");
	struct exec *exec = work->exec;
	struct traffic_sample *sample = &work->sample;

	if (err || !exec_read_split(answer, exec->can.units, &work->split)) {
		err ? end(work, err) : untold(work);
		return;
	}
	for (int i = 0; i < COLOUR_COUNT; i++)
		exec_read_colour(
			json_object_get(colours, colour_name((enum colour)i)),
			&sample->colours[i]);
	sample->failed = exec_read_count(answer, "failed");
	sample->lost = sample->unanswered = -1;
	exec_add_growth(&exec->sums, sample);
	for (int i = 0; i < COLOUR_COUNT; i++) {
		sample->colours[i].percent = work->split.percent[i];
		sample->colours[i].units = work->split.units[i];
	}
	end(work, NULL);
}

static void finish_sample(struct exec_work *work, const struct error *err)
{
	work->tell.sampled(&work->exec->traffic, err ? NULL : &work->sample,
			   err, work->data);
}

static void exec_sample(struct traffic *traffic, traffic_sampled *done,
			void *data)
{
	work_new(traffic, "sample", sampled, finish_sample, data)
		->tell.sampled = done;
}

static struct traffic_capabilities
exec_capabilities(const struct traffic *traffic)
{
	return ((const struct exec *)traffic)->can;
}

static void exec_mark(struct traffic *traffic)
{
	(void)traffic; /* it times no single requests */
}

static int64_t exec_last_begun_us(const struct traffic *traffic,
				  enum colour colour)
{
	(void)traffic;
	(void)colour;
	return 0;
}

static void exec_settle(struct traffic *traffic, traffic_done *done, void *data)
{
	simple(traffic, "settle", (enum colour) - 1, done, data);
}

static void exec_cut(struct traffic *traffic, enum colour colour,
		     traffic_done *done, void *data)
{
	simple(traffic, "cut", colour, done, data);
}

static void exec_stop(struct traffic *traffic, traffic_done *done, void *data)
{
	simple(traffic, "stop", (enum colour) - 1, done, data);
}

static void exec_close(struct traffic *traffic)
{
	struct exec *exec = (struct exec *)traffic;
	struct exec_work *next;

	loop_unpost(traffic->options.loop, start, exec);
	for (struct exec_work *work = exec->works; work; work = next) {
		next = work->next;
		release(work);
	}
	free((char *)traffic->options.folder);
	free(exec);
}

static struct traffic *exec_open(const struct traffic_options *options,
				 struct error *err)
{
	struct exec *exec = xcalloc(1, sizeof(*exec));

	(void)err;
	exec->traffic.ops = &traffic_exec;
	exec->traffic.options = *options;
	exec->traffic.options.folder = xstrdup(options->folder);
	exec->config = &options->environment->traffic.exec;
	exec->can = (struct traffic_capabilities){
		.weights = true,
		.why = "",
		.units = 100,
		.latency = TRAFFIC_LATENCY_MEAN,
		.keeps_requests = true,
		.loses = "",
	};
	return &exec->traffic;
}

static bool exec_serves(const struct environment_config *environment)
{
	return environment->traffic.kind == TRAFFIC_EXEC;
}

static char *exec_lock_path(const struct environment_config *environment,
			    struct error *err)
{
	const char *command = environment->traffic.exec.command;
	char *runtime = runtime_folder(err);
	char digest[DIGEST_TEXT_SIZE];
	char *path;

	if (!runtime)
		return NULL;
	digest_bytes(command, strlen(command), digest);
	path = xasprintf("%s/exec-%.16s.lock", runtime, digest);
	free(runtime);
	return path;
}

const struct traffic_ops traffic_exec = {
	.name = "exec",
	.serves = exec_serves,
	.open = exec_open,
	.close = exec_close,
	.ensure = exec_ensure,
	.inspect = exec_inspect,
	.capabilities = exec_capabilities,
	.set = exec_set,
	.sample = exec_sample,
	.mark = exec_mark,
	.last_begun_us = exec_last_begun_us,
	.settle = exec_settle,
	.cut = exec_cut,
	.stop = exec_stop,
	.lock_path = exec_lock_path,
};
