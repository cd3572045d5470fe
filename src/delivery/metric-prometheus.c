/* SPDX-License-Identifier: MIT */
/* Prometheus' /api/v1/query: one number now. */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "delivery/metric-source.h"
#include "event/event.h"

static bool serves(const struct metric_config *config)
{
	return config->prometheus != NULL;
}

/* The value of a name of `len` bytes, or NULL. */
static const char *value_of(const struct strings *env, const char *name,
			    size_t len)
{
	for (size_t i = 0; i < env->count; i++) {
		const char *item = env->items[i];

		if (strncmp(item, name, len) == 0 && item[len] == '=')
			return item + len + 1;
	}
	return NULL;
}

static size_t name_length(const char *text)
{
	size_t len = 0;

	while (isupper((unsigned char)text[len]) || text[len] == '_')
		len++;
	return len;
}

char *metric_query(const char *query, const struct strings *env)
{
	struct str out = STR_INIT;

	while (*query) {
		bool braced = query[0] == '$' && query[1] == '{';
		const char *name = query + (braced ? 2 : 1);
		size_t len = *query == '$' ? name_length(name) : 0;
		const char *value = len ? value_of(env, name, len) : NULL;

		if (!value || (braced && name[len] != '}')) {
			str_add_char(&out, *query++);
			continue;
		}
		str_add(&out, value);
		query = name + len + (braced ? 1 : 0);
	}
	return str_detach(&out);
}

static char *url_of(const struct metric *metric)
{
	const struct metric_config *config = metric->config;
	char *query =
		metric_query(config->query, metric_options_of(metric)->env);
	size_t len = strlen(config->prometheus);
	struct str url = STR_INIT;

	while (len && config->prometheus[len - 1] == '/')
		len--;
	str_add_bytes(&url, config->prometheus, len);
	str_add(&url, "/api/v1/query?query=");
	for (const char *at = query; *at; at++)
		if (isalnum((unsigned char)*at) || strchr("-_.~", *at))
			str_add_char(&url, *at);
		else
			str_addf(&url, "%%%02X", (unsigned char)*at);
	free(query);
	return str_detach(&url);
}

/* [time, "value"] */
static void read_sample(const json_t *sample, struct metric_reading *reading)
{
	const char *text = json_string_value(json_array_get(sample, 1));

	if (!text || !metric_number(text, strlen(text), &reading->value))
		metric_unknown(reading, "Prometheus says %s",
			       text ? text : "nothing");
	else
		reading->known = true;
}

static void read_result(const json_t *data, struct metric_reading *reading)
{
	const char *type = json_text(data, "resultType");
	const json_t *result = json_object_get(data, "result");
	size_t count = json_array_size(result);

	if (strcmp(type, "scalar") == 0)
		read_sample(result, reading);
	else if (strcmp(type, "vector") != 0)
		metric_unknown(reading,
			       "the query gives a %s; it must give one number",
			       *type ? type : "strange answer");
	else if (!count)
		metric_unknown(reading, "the query gives no data");
	else if (count > 1)
		metric_unknown(reading,
			       "the query gives %zu series; make them one by "
			       "sum() or max()",
			       count);
	else
		read_sample(json_object_get(json_array_get(result, 0), "value"),
			    reading);
}

void metric_read_prometheus(const char *body, int status,
			    struct metric_reading *reading)
{
	json_t *answer = json_loads(body, 0, NULL);

	*reading = (struct metric_reading){.value = 0};
	if (strcmp(json_text(answer, "status"), "success") == 0)
		read_result(json_object_get(answer, "data"), reading);
	else if (answer && *json_text(answer, "error"))
		metric_unknown(reading, "Prometheus: %s",
			       json_text(answer, "error"));
	else
		metric_unknown(reading, "Prometheus answered %d", status);
	json_decref(answer);
}

static void answered(const struct http_response *response,
		     const struct error *err, void *data)
{
	struct metric *metric = data;
	struct metric_reading reading;

	metric->call = NULL;
	if (err)
		metric_unknown(&reading, "%s", error_text(err));
	else
		metric_read_prometheus(response->body, response->status,
				       &reading);
	metric_answered(metric, &reading);
}

static void ask(struct metric *metric)
{
	const struct metric_options *options = metric_options_of(metric);
	struct http_request request = HTTP_REQUEST_INIT;
	char *url = url_of(metric);

	request.url = url;
	request.timeout_ms = METRIC_TIMEOUT_MS;
	request.any_certificate =
		options->excuses &&
		options->excuses(&metric->config->tls, options->data);
	metric->call = http_start(options->http, &request, answered, metric);
	free(url);
}

static void cancel(struct metric *metric)
{
	http_cancel(metric->call);
	metric->call = NULL;
}

const struct metric_source metric_prometheus = {
	.name = "prometheus",
	.serves = serves,
	.ask = ask,
	.cancel = cancel,
};
