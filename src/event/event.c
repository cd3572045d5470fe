/* SPDX-License-Identifier: MIT */
#include "event/event.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/printable.h"
#include "event/compact.h"

#define INTEGER_MOST ((int64_t)1 << 53)

/* 15 digits bring every decimal a person writes back unchanged ("0.1"), but
 * round the very largest numbers up past what can be read again. */
#define LARGEST_REAL 1e300
#define DUMP_FLAGS JSON_REAL_PRECISION(15)

static const struct {
	const char *name;
	bool transient;
} types[EVENT_TYPE_COUNT] = {
#define X(id, name, transient) [EVENT_##id] = {name, transient},
	EVENT_TYPES(X)
#undef X
};

const char *event_type_name(enum event_type type)
{
	return type > EVENT_UNKNOWN && type < EVENT_TYPE_COUNT
		       ? types[type].name
		       : "unknown";
}

static enum event_type type_named(const char *name)
{
	for (int i = EVENT_UNKNOWN + 1; i < EVENT_TYPE_COUNT; i++)
		if (strcmp(types[i].name, name) == 0)
			return (enum event_type)i;
	return EVENT_UNKNOWN;
}

bool event_is_transient(enum event_type type)
{
	return type > EVENT_UNKNOWN && type < EVENT_TYPE_COUNT &&
	       types[type].transient;
}

static struct event *wrap(enum event_type type, json_t *fields)
{
	struct event *event = xcalloc(1, sizeof(*event));

	event->type = type;
	event->fields = fields;
	return event;
}

struct event *event_new(enum event_type type, const char *stage)
{
	struct event *event = wrap(type, json_object());

	event->time_ms = clock_wall_ms();
	event_set(event, "stage", stage);
	return event;
}

void event_free(struct event *event)
{
	if (!event)
		return;
	json_decref(event->fields);
	free(event);
}

/* Ours to write alone: a field of these names would double them. */
static bool is_reserved(const char *key)
{
	return strcmp(key, "seq") == 0 || strcmp(key, "time") == 0 ||
	       strcmp(key, "event") == 0 || strcmp(key, "prev") == 0;
}

void event_set_json_owned(struct event *event, const char *key, json_t *value)
{
	if (!value)
		return;
	if (is_reserved(key))
		BUG("an event's field cannot be called %s", key);
	if (json_object_set_new(event->fields, key, value) < 0)
		BUG("cannot set %s of %s", key, event_type_name(event->type));
}

static json_t *mended(const char *text)
{
	struct str out = STR_INIT;
	size_t len = strlen(text);
	json_t *string;

	for (size_t i = 0; i < len;) {
		int32_t c;
		size_t used = utf8_decode(text + i, len - i, &c);

		if (c < 0)
			str_add_utf8(&out, 0xfffd);
		else
			str_add_bytes(&out, text + i, used);
		i += used;
	}
	string = json_stringn(out.data, out.len);
	str_release(&out);
	return string;
}

json_t *json_foreign(const char *text)
{
	json_t *string = text ? json_string(text) : json_null();

	return string ? string : mended(text);
}

json_t *json_strings(const struct strings *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, json_foreign(list->items[i]));
	return array;
}

void event_set(struct event *event, const char *key, const char *text)
{
	if (text)
		event_set_json_owned(event, key, json_foreign(text));
}

void event_setf(struct event *event, const char *key, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	event_set(event, key, text);
	free(text);
}

void event_set_int(struct event *event, const char *key, int64_t value)
{
	event_set_json_owned(event, key, json_integer(value));
}

void event_set_real(struct event *event, const char *key, double value)
{
	if (fabs(value) <= LARGEST_REAL)
		event_set_json_owned(event, key, json_real(value));
}

void event_set_bool(struct event *event, const char *key, bool value)
{
	event_set_json_owned(event, key, json_boolean(value));
}

void event_set_time(struct event *event, const char *key, int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	event_set(event, key, clock_format_utc(wall_ms, text));
}

const char *json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

int64_t json_int(const json_t *object, const char *key, int64_t absent)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		return absent;
	if (json_integer_value(value) > INTEGER_MOST)
		return INTEGER_MOST;
	return json_integer_value(value) < -INTEGER_MOST
		       ? -INTEGER_MOST
		       : json_integer_value(value);
}

double json_number(const json_t *object, const char *key, double absent)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : absent;
}

const char *event_text(const struct event *event, const char *key)
{
	return json_text(event->fields, key);
}

const char *event_stage(const struct event *event)
{
	return event_text(event, "stage");
}

bool event_has(const struct event *event, const char *key)
{
	return json_object_get(event->fields, key) != NULL;
}

int64_t event_int(const struct event *event, const char *key, int64_t absent)
{
	return json_int(event->fields, key, absent);
}

double event_real(const struct event *event, const char *key, double absent)
{
	return json_number(event->fields, key, absent);
}

bool event_bool(const struct event *event, const char *key)
{
	return json_is_true(json_object_get(event->fields, key));
}

int64_t event_time(const struct event *event, const char *key)
{
	int64_t ms;

	return clock_parse_utc(event_text(event, key), &ms, NULL) < 0 ? 0 : ms;
}

json_t *event_json(const struct event *event, const char *key)
{
	return json_object_get(event->fields, key);
}

static bool is_first(const char *key)
{
	return strcmp(key, "event") == 0 || strcmp(key, "stage") == 0 ||
	       strcmp(key, "step") == 0;
}

static void add_member(const char *key, const json_t *value, struct str *line)
{
	if (!value)
		return;
	str_add_char(line, ',');
	compact_add_member(key, value, DUMP_FLAGS, line);
}

/* Of a line with its digest. */
#define USUAL_BYTES 400

/* Text that needs no escape. */
static void add_quoted(const char *before, const char *text, struct str *line)
{
	str_add(line, before);
	str_add(line, text);
	str_add_char(line, '"');
}

/* The type, the stage and the step come first, whenever they were set. */
static void add_members(const struct event *event, struct str *line)
{
	const char *key;
	json_t *value;

	if (event->type != EVENT_UNKNOWN)
		add_quoted(",\"event\":\"", event_type_name(event->type), line);
	else
		add_member("event", event_json(event, "event"), line);
	add_member("stage", event_json(event, "stage"), line);
	add_member("step", event_json(event, "step"), line);
	json_object_foreach(event->fields, key, value)
	{
		if (!is_first(key))
			add_member(key, value, line);
	}
}

void event_encode(const struct event *event, const char *prev, struct str *line)
{
	char time[CLOCK_TEXT_SIZE];

	str_reserve(line, USUAL_BYTES);
	str_addf(line, "{\"seq\":%lld", (long long)event->seq);
	add_quoted(",\"time\":\"", clock_format_utc(event->time_ms, time),
		   line);
	add_members(event, line);
	if (prev)
		add_quoted(",\"prev\":\"", prev, line);
	str_add(line, "}\n");
}

/* Depth is bounded by jansson's parser. */
static bool reals_fit(json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_real(value))
		return fabs(json_real_value(value)) <= LARGEST_REAL;
	json_object_foreach(value, key,
			    member) if (!reals_fit(member)) return false;
	json_array_foreach(value, i,
			   member) if (!reals_fit(member)) return false;
	return true;
}

static json_t *load(const char *line, size_t len, struct error *err)
{
	json_error_t why;
	json_t *root = compact_load(line, len);
	struct str text = STR_INIT;

	if (root)
		return root;
	root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why);
	if (json_is_object(root) && reals_fit(root))
		return root;
	if (root) {
		error_set(err, ERROR_CORRUPT, "not an event: %s",
			  json_is_object(root) ? "a number over 1e300"
					       : "not an object");
		json_decref(root);
		return NULL;
	}
	str_add_printable(&text, why.text, strlen(why.text), false);
	error_set(err, ERROR_CORRUPT, "not an event: byte %d: %s", why.position,
		  text.data);
	str_release(&text);
	return NULL;
}

/* Moves seq, time and event out of the fields into the struct. */
static int take_head(struct event *event, struct error *err)
{
	json_t *fields = event->fields;

	event->seq = json_int(fields, "seq", -1);
	if (event->seq < 0)
		return error_set(err, ERROR_CORRUPT,
				 "not an event: \"seq\" is no whole number");
	if (clock_parse_utc(json_text(fields, "time"), &event->time_ms, NULL) <
	    0) {
		return error_set(err, ERROR_CORRUPT,
				 "not an event: \"time\" is no UTC time");
	}
	if (!*json_text(fields, "event"))
		return error_set(err, ERROR_CORRUPT,
				 "not an event: \"event\" names no type");
	event->type = type_named(json_text(fields, "event"));
	json_object_del(fields, "seq");
	json_object_del(fields, "time");
	json_object_del(fields, "prev");
	if (event->type != EVENT_UNKNOWN)
		json_object_del(fields, "event");
	return 0;
}

struct event *event_decode(const char *line, size_t len, struct error *err)
{
	json_t *root = load(line, len, err);
	struct event *event;

	if (!root)
		return NULL;
	event = wrap(EVENT_UNKNOWN, root);
	if (take_head(event, err) == 0)
		return event;
	event_free(event);
	return NULL;
}
