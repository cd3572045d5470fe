/* SPDX-License-Identifier: MIT */
#include "engine/message.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"

bool message_is_wanted(const struct notify_config *config,
		       const struct event *event)
{
	if (strings_has(&config->on, event_type_name(event->type)))
		return true;
	if (event->type == EVENT_ROLLBACK_FINISHED)
		return strings_has(&config->on, "rolled-back");
	return event->type == EVENT_RUN_FINISHED &&
	       strings_has(&config->on, "failed") &&
	       strcmp(event_text(event, "outcome"), "passed") != 0;
}

/* A field of the event's own stays. */
static void add(json_t *object, const char *key, json_t *value)
{
	if (!json_object_get(object, key))
		json_object_set(object, key, value);
	json_decref(value);
}

static json_t *facts(const struct step_host *host, const struct event *event,
		     int64_t seq)
{
	const struct run_facts *run = host->run;
	json_t *object = json_deep_copy(event->fields);
	char time[CLOCK_TEXT_SIZE];
	char *sentence = event_sentence(event);
	const char *name = event_type_name(event->type);

	if (seq)
		add(object, "seq", json_integer(seq));
	add(object, "time",
	    json_string(clock_format_utc(event->time_ms, time)));
	add(object, "event", json_string(name));
	add(object, "pipeline", json_foreign(host->pipeline->name));
	if (run->number) {
		add(object, "run", json_integer(run->number));
		add(object, "version", json_foreign(run->version));
		add(object, "commit", json_foreign(run->commit->id));
	}
	add(object, "sentence", json_foreign(sentence ? sentence : name));
	free(sentence);
	return object;
}

static void add_value(struct str *out, const json_t *value)
{
	if (json_is_string(value))
		str_add(out, json_string_value(value));
	else if (json_is_integer(value))
		str_addf(out, "%" PRId64, (int64_t)json_integer_value(value));
	else if (json_is_boolean(value))
		str_add(out, json_is_true(value) ? "yes" : "no");
}

/* "{version} failed": a field that is not there is nothing. */
static void fill_in(struct str *out, const char *text, const json_t *object)
{
	while (*text) {
		size_t len = strcspn(text, "{");
		const char *end = strchr(text + len, '}');

		str_add_bytes(out, text, len);
		text += len;
		if (!*text)
			return;
		if (end) {
			char *key =
				xstrndup(text + 1, (size_t)(end - text - 1));

			add_value(out, json_object_get(object, key));
			free(key);
			text = end + 1;
		} else {
			str_add(out, text);
			return;
		}
	}
}

/* The three characters that Slack takes for markup. */
static char *escaped(const char *text)
{
	struct str out = STR_INIT;

	for (; *text; text++) {
		if (*text == '&')
			str_add(&out, "&amp;");
		else if (*text == '<')
			str_add(&out, "&lt;");
		else if (*text == '>')
			str_add(&out, "&gt;");
		else
			str_add_char(&out, *text);
	}
	return str_detach(&out);
}

static json_t *slack_message(const struct notify_config *config,
			     const json_t *object)
{
	const char *usual = json_object_get(object, "run")
				    ? "{pipeline} run {run} {version}: "
				      "{sentence}"
				    : "{pipeline}: {sentence}";
	struct str text = STR_INIT;
	char *safe;
	json_t *message;

	fill_in(&text, config->text ? config->text : usual, object);
	safe = escaped(text.data);
	message = json_object();
	json_object_set_new(message, "text", json_foreign(safe));
	str_release(&text);
	free(safe);
	return message;
}

char *message_make(const struct step_host *host,
		   const struct notify_config *config,
		   const struct event *event, int64_t seq)
{
	json_t *object = facts(host, event, seq);
	json_t *message = config->slack ? slack_message(config, object)
					: json_incref(object);
	char *text = json_dumps(message, JSON_COMPACT);

	json_decref(message);
	json_decref(object);
	return text;
}
