/* SPDX-License-Identifier: MIT */
/* A command whose last line is the number. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "delivery/metric-source.h"

static bool serves(const struct metric_config *config)
{
	return config->command != NULL;
}

/* Of {"value": 3}. */
static bool read_object(const char *line, size_t len, double *number)
{
	json_t *object = json_loadb(line, len, 0, NULL);
	const json_t *value = json_object_get(object, "value");
	bool is = json_is_number(value);

	if (is)
		*number = json_number_value(value);
	json_decref(object);
	return is;
}

void metric_read_output(const char *output, size_t size,
			struct metric_reading *reading)
{
	const char *end = output + size, *line;
	size_t len;

	*reading = (struct metric_reading){.value = 0};
	if (memchr(output, '\0', size)) {
		metric_unknown(reading, "its output is no text");
		return;
	}
	while (end > output && strchr(" \t\r\n", end[-1]))
		end--;
	for (line = end; line > output && line[-1] != '\n';)
		line--;
	while (line < end && strchr(" \t", *line))
		line++;
	len = (size_t)(end - line);
	reading->known = *line == '{'
				 ? read_object(line, len, &reading->value)
				 : metric_number(line, len, &reading->value);
	if (!reading->known)
		metric_unknown(reading,
			       "its last line is no number and no {\"value\": "
			       "NUMBER}: '%.*s'",
			       (int)(len < 60 ? len : 60), line);
}

static void ended(const struct tool_end *end, void *data)
{
	struct metric *metric = data;
	struct metric_reading reading;
	struct error err = ERROR_INIT;

	metric->tool = NULL;
	if (tool_check(end, "its command", &err) < 0)
		metric_unknown(&reading, "%s", error_text(&err));
	else
		metric_read_output(end->output, end->output_len, &reading);
	error_clear(&err);
	metric_answered(metric, &reading);
}

static void ask(struct metric *metric)
{
	const struct metric_options *options = metric_options_of(metric);
	const char *argv[] = {"/bin/sh", "-c", metric->config->command, NULL};
	const char **env = xcalloc(options->env->count + 1, sizeof(*env));
	struct tool_options tool = {
		.loop = options->loop,
		.argv = argv,
		.env = env,
		.folder = options->folder,
		.timeout_ms = METRIC_TIMEOUT_MS,
		.keeps_last = true,
	};
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < options->env->count; i++)
		env[i] = options->env->items[i];
	metric->tool = tool_start(&tool, ended, metric, &err);
	if (!metric->tool)
		metric_refused(metric, &err);
	error_clear(&err);
	free(env);
}

static void cancel(struct metric *metric)
{
	tool_cancel(metric->tool);
	metric->tool = NULL;
}

const struct metric_source metric_command = {
	.name = "command",
	.serves = serves,
	.ask = ask,
	.cancel = cancel,
};
