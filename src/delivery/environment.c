/* SPDX-License-Identifier: MIT */
#include "delivery/operation.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"
#include "delivery/epoch.h"

struct event *environment_event(const struct environment *environment,
				enum event_type type)
{
	struct event *event = event_new(type, environment->stage);

	event_set(event, "environment", environment->name);
	return event;
}

void environment_append_owned(struct environment *environment,
			      struct event *event)
{
	ledger_append_owned(environment->ledger, event);
}

void environment_emit_owned(struct environment *environment,
			    struct event *event)
{
	if (environment->options.emit)
		environment->options.emit(event, environment->options.data);
	else
		event_free(event);
}

void environment_note(struct environment *environment, bool warning,
		      const char *format, ...)
{
	struct event *event = environment_event(environment, EVENT_NOTE_ADDED);
	struct str text = STR_INIT;
	va_list args;

	str_addf(&text, "%s: ", environment->name);
	va_start(args, format);
	str_vaddf(&text, format, args);
	va_end(args);
	event_set(event, "text", text.data);
	event_set(event, "level", warning ? "warning" : "info");
	environment_emit_owned(environment, event);
	str_release(&text);
}

static void noted_by_traffic(const char *text, void *data)
{
	const struct environment *environment = data;

	/* Who only watches cannot tell the holder's changes from others'. */
	if (environment->run_lock >= 0)
		environment_note(data, false, "%s", text);
}

static struct event *copy_of(const struct event *event)
{
	struct event *copy = event_new(event->type, NULL);

	json_decref(copy->fields);
	copy->fields = json_deep_copy(event->fields);
	copy->time_ms = event->time_ms;
	return copy;
}

/* What others started is not spoken to as what we did. */
static void follow_adopted(struct environment *environment)
{
	const struct environment_state *state = &environment->state;

	for (int i = 0; i < COLOUR_COUNT; i++)
		for (int j = 0; j < INSTANCES_MOST; j++)
			environment->targets[i][j].ops =
				state->running[i].adopted
					? &target_adopted
					: environment->target_ops;
}

static void recorded(const struct event *event, bool foreign, void *data)
{
	struct environment *environment = data;
	struct event *copy;

	environment_state_apply(&environment->state, event);
	follow_adopted(environment);
	if (environment->opening || !environment->options.emit)
		return;
	copy = copy_of(event);
	/* It belongs to a stage of another run. */
	if (foreign)
		json_object_del(copy->fields, "stage");
	environment->telling_foreign = foreign;
	environment_emit_owned(environment, copy);
	environment->telling_foreign = false;
}

bool environment_tells_foreign(const struct environment *environment)
{
	return environment->telling_foreign;
}

static int tell_moved(struct environment *environment, int64_t epoch,
		      struct error *err)
{
	const char *text = "rolled back by another process";

	/* Its record comes after the fence: it may not be there yet. */
	if (ledger_refresh(environment->ledger, NULL) == 0 &&
	    environment->state.epoch >= epoch && *environment->state.epoch_text)
		text = environment->state.epoch_text;
	error_set(err, ERROR_REFUSED, "%s has moved on: %s", environment->name,
		  text);
	if (!environment->moved && environment->options.moved)
		environment->options.moved(text, environment->options.data);
	environment->moved = true;
	return -1;
}

void environment_set_epoch(const struct environment *environment,
			   struct event *event)
{
	int64_t epoch = epoch_read(environment->folder);

	if (epoch >= 0)
		event_set_int(event, "epoch", epoch);
}

int environment_no_epoch(const struct environment *environment,
			 struct error *err)
{
	return error_set(err, ERROR_IO,
			 "cannot read %s/epoch, which says whether %s was "
			 "rolled back meanwhile",
			 environment->folder, environment->name);
}

int environment_check_epoch(struct environment *environment, struct error *err)
{
	int64_t epoch = epoch_read(environment->folder);

	if (environment->epoch < 0)
		return error_set(err, ERROR_REFUSED,
				 "%s is not ours: take it first",
				 environment->name);
	if (epoch < 0)
		return environment_no_epoch(environment, err);
	if (epoch > environment->epoch)
		return tell_moved(environment, epoch, err);
	return 0;
}

static void collect_secrets(struct environment *environment)
{
	const struct strings *names = &environment->config->secrets;
	struct pairs *secrets = &environment->secrets;

	for (size_t i = 0; i < names->count; i++) {
		const char *value = getenv(names->items[i]);
		struct pair *pair;

		if (!value)
			continue;
		pair = VECTOR_ADD(secrets->items, secrets->count, secrets->cap);
		pair->key = xstrdup(names->items[i]);
		pair->value = xstrdup(value);
	}
}

static void set_up_target(struct environment *environment,
			  const struct target_ops *ops, enum colour colour,
			  int instance)
{
	const char *name = colour_name(colour);
	char *folder = instance ? xasprintf("%s/%s-%d", environment->folder,
					    name, instance + 1)
				: path_join(environment->folder, name);

	environment->target_folders[colour][instance] = folder;
	environment->targets[colour][instance] = (struct target){
		.ops = ops,
		.loop = environment->loop,
		.environment = environment->name,
		.colour = colour,
		.instance = instance,
		.folder = folder,
		.config = environment->config,
	};
}

static void set_up_targets(struct environment *environment)
{
	const struct target_ops *ops = environment->options.target;

	if (!ops)
		ops = target_ops_of(environment->config);
	for (int i = 0; i < COLOUR_COUNT; i++)
		for (int j = 0; j < INSTANCES_MOST; j++)
			set_up_target(environment, ops, (enum colour)i, j);
	environment->target_ops = ops;
	follow_adopted(environment);
	collect_secrets(environment);
}

static void set_url(struct environment *environment)
{
	const struct environment_config *config = environment->config;
	const char *listen = traffic_listen(&config->traffic);

	if (config->url)
		environment->url = xstrdup(config->url);
	else if (listen)
		environment->url =
			xasprintf("http://%s%s",
				  *listen == ':' ? "127.0.0.1" : "", listen);
	else
		environment->url = xstrdup("");
}

static int open_state(struct environment *environment, struct error *err)
{
	environment_state_init(&environment->state);
	environment->ledger = ledger_new(environment->loop, environment->folder,
					 recorded, environment);
	environment->opening = true;
	if (ledger_read(environment->ledger, err) < 0 ||
	    environment_find_config(environment, err) < 0)
		return -1;
	environment->opening = false;
	return 0;
}

struct environment *environment_open(const struct environment_options *options,
				     struct error *err)
{
	struct environment *environment = xcalloc(1, sizeof(*environment));

	environment->options = *options;
	environment->loop = options->loop;
	environment->name = xstrdup(options->name);
	environment->stage = xstrdup_null(options->stage);
	environment->options.name = environment->name;
	environment->folder =
		xasprintf("%s/environments/%s", options->state, options->name);
	environment->epoch = -1;
	environment->run_lock = environment->rollback_lock = -1;
	sampler_init(environment);
	if (open_state(environment, err) < 0) {
		environment_close(environment);
		return NULL;
	}
	set_up_targets(environment);
	set_url(environment);
	return environment;
}

static void release_secrets(struct pairs *secrets)
{
	for (size_t i = 0; i < secrets->count; i++) {
		free(secrets->items[i].key);
		free(secrets->items[i].value);
	}
	free(secrets->items);
}

void environment_close(struct environment *environment)
{
	if (!environment)
		return;
	sampler_release(environment);
	traffic_close(environment->traffic);
	operations_drop(environment);
	looks_drop(environment);
	environment_release(environment);
	ledger_free(environment->ledger);
	environment_state_release(&environment->state);
	release_secrets(&environment->secrets);
	for (int i = 0; i < COLOUR_COUNT; i++)
		for (int j = 0; j < INSTANCES_MOST; j++)
			free(environment->target_folders[i][j]);
	for (size_t i = 0; i < environment->older_count; i++) {
		pipeline_free(environment->older[i].pipeline);
		free(environment->older[i].digest);
	}
	free(environment->older);
	pipeline_free(environment->own_pipeline);
	free(environment->name);
	free(environment->folder);
	free(environment->stage);
	free(environment->url);
	free(environment);
}

const struct environment_state *
environment_state(const struct environment *environment)
{
	return &environment->state;
}

const struct environment_config *
environment_config(const struct environment *environment)
{
	return environment->config;
}

const char *environment_url(const struct environment *environment)
{
	return environment->url;
}

void environment_address(const struct environment *environment,
			 enum colour colour, int instance, struct str *out)
{
	const struct target *target = &environment->targets[colour][instance];

	str_addf(out, "%s:%d", target->config->target.host,
		 target->ops->port(target));
}

int environment_instances(const struct environment *environment,
			  enum colour colour)
{
	const struct environment_state *state = &environment->state;

	if (state->running[colour].version)
		return state->instances[colour];
	return environment->targets[colour][0].config->target.instances;
}

int environment_refresh(struct environment *environment, struct error *err)
{
	return ledger_refresh(environment->ledger, err);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int environment_list(const char *state, struct strings *names,
		     struct error *err)
{
	char *path = path_join(state, "environments");
	DIR *folder = opendir(path);
	struct dirent *entry;
	int result = 0;

	if (!folder && errno != ENOENT)
		result = error_set(err, ERROR_IO, "cannot read %s: %s", path,
				   strerror(errno));
	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			strings_add(names, entry->d_name);
	if (folder)
		closedir(folder);
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items),
		      compare_names);
	free(path);
	return result;
}

int environment_open_traffic(struct environment *environment, struct error *err)
{
	struct traffic_options options = {
		.loop = environment->loop,
		.environment = environment->config,
		.note = noted_by_traffic,
		.data = environment,
		.ops = environment->options.traffic,
	};
	char *folder;

	if (environment->traffic)
		return 0;
	folder = path_join(environment->folder, "proxy");
	options.folder = folder;
	environment->traffic = traffic_open(&options, err);
	free(folder);
	return environment->traffic ? 0 : -1;
}

int environment_check_secrets(const struct environment *environment,
			      struct error *err)
{
	const struct strings *names = &environment->config->secrets;

	for (size_t i = 0; i < names->count; i++)
		if (!getenv(names->items[i]))
			return error_set(err, ERROR_CONFIG,
					 "%s needs the secret %s; set it in "
					 "the environment of this command",
					 environment->name, names->items[i]);
	return 0;
}
