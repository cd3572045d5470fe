/* SPDX-License-Identifier: MIT */
/* The services of the pipeline: started for the first stage that names one,
 * ended when none is left that does. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "engine/internal.h"
#include "net/port.h"
#include "step/service.h"

struct attendant {
	struct engine *engine;
	const struct service_config *config;
	struct service *service; /* NULL: never started */
	struct stage_log *log;
	char *log_name, *folder;
	int port;
	bool is_running, is_healthy, is_ending;
	bool is_wanted;		 /* again, once it has ended */
	struct removal *removal; /* of its folder, under way; or NULL */
	int64_t started_us;
	size_t *users;		 /* stages that name it */
	size_t user_count, over; /* so many of the first are over */
};

static struct event *service_event(const struct attendant *attendant,
				   enum event_type type)
{
	struct event *event = event_new(type, NULL);

	event_set(event, "service", attendant->config->name);
	return event;
}

static struct attendant *attendant_find(const struct engine *engine,
					const char *name)
{
	const struct pipeline *pipeline = engine->options.pipeline;

	return &engine->services[pipeline_service(pipeline, name) -
				 pipeline->services];
}

int services_port(void *data, const char *name)
{
	return attendant_find(data, name)->port;
}

static void collect_users(struct engine *engine)
{
	const struct pipeline *pipeline = engine->options.pipeline;

	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct strings *names = &pipeline->stages[i].services;

		for (size_t j = 0; j < names->count; j++) {
			struct attendant *attendant =
				attendant_find(engine, names->items[j]);

			if (!attendant->users)
				attendant->users = xcalloc(
					pipeline->stage_count, sizeof(size_t));
			attendant->users[attendant->user_count++] = i;
		}
	}
}

void services_init(struct engine *engine)
{
	const struct pipeline *pipeline = engine->options.pipeline;

	engine->services =
		xcalloc(pipeline->service_count + 1, sizeof(*engine->services));
	for (size_t i = 0; i < pipeline->service_count; i++) {
		engine->services[i].engine = engine;
		engine->services[i].config = &pipeline->services[i];
	}
	collect_users(engine);
}

/* Other runs of this machine look elsewhere first. */
static int find_port(const struct engine *engine)
{
	const struct pipeline *pipeline = engine->options.pipeline;
	int span = PORT_LAST - PORT_FIRST;
	int start = (int)((getpid() * 37L) % span);

	for (int i = 0; i < span; i++) {
		int port = PORT_FIRST + (start + i) % span;
		bool is_ours = false;

		for (size_t j = 0; j < pipeline->service_count; j++)
			is_ours = is_ours || engine->services[j].port == port;
		if (!is_ours && port_is_free(port))
			return port;
	}
	return 0;
}

static void log_grew(void *data, int64_t bytes, int64_t lines)
{
	(void)data; /* nobody follows it live */
	(void)bytes;
	(void)lines;
}

static void log_ended(void *data)
{
	struct attendant *attendant = data;

	if (attendant->service)
		service_output_ended(attendant->service);
}

/* An engine that had this run before may have left one. */
static void open_log(struct attendant *attendant)
{
	static const struct log_handlers handlers = {.grew = log_grew,
						     .ended = log_ended};
	struct engine *engine = attendant->engine;
	const char *name = attendant->config->name;
	char *path = NULL;

	for (int i = 1; !path || file_exists(path); i++) {
		free(attendant->log_name);
		free(path);
		attendant->log_name =
			i > 1 ? xasprintf("logs/service-%s.%d.log", name, i)
			      : xasprintf("logs/service-%s.log", name);
		path = path_join(engine->folder, attendant->log_name);
	}
	attendant->log = stage_log_new(engine->logs, path, &engine->secrets,
				       &handlers, attendant);
	free(path);
}

static void healthy(void *data, int64_t ms)
{
	struct attendant *attendant = data;
	struct engine *engine = attendant->engine;
	struct event *event = service_event(attendant, EVENT_SERVICE_HEALTHY);

	attendant->is_healthy = true;
	event_set_int(event, "ms", ms);
	engine_emit(engine, event);
	for (size_t i = 0; i < attendant->user_count; i++)
		stage_look_again(&engine->stages[attendant->users[i]]);
}

static void start(struct attendant *attendant);

/* Its folder is removed on the helper. */
struct removal {
	struct attendant *attendant; /* NULL: the engine is cut off */
	char *folder;
};

static void remove_folder(void *data)
{
	(void)!folder_remove(((struct removal *)data)->folder, NULL);
}

static void removed(void *data)
{
	struct removal *removal = data;
	struct attendant *attendant = removal->attendant;

	free(removal->folder);
	free(removal);
	if (!attendant)
		return;
	attendant->removal = NULL;
	attendant->is_running = false;
	attendant->engine->services_busy--;
	if (attendant->is_wanted)
		start(attendant);
	stages_advance(attendant->engine);
}

static void tell_users(struct attendant *attendant, const char *why)
{
	struct engine *engine = attendant->engine;
	char *text = xasprintf("its service %s %s; signalbox log %lld "
			       "service-%s",
			       attendant->config->name, why,
			       (long long)engine->run, attendant->config->name);

	for (size_t i = 0; i < attendant->user_count; i++)
		stage_lost_service(&engine->stages[attendant->users[i]], text);
	free(text);
}

static void ended(void *data, const char *why)
{
	struct attendant *attendant = data;
	struct event *event = service_event(attendant, EVENT_SERVICE_STOPPED);
	struct removal *removal = xcalloc(1, sizeof(*removal));
	char *text = NULL;

	if (why)
		text = starts_with(why, "was not ")
			       ? xstrdup(why)
			       : xasprintf("ended: %s", why);
	event_set_int(event, "ms",
		      (clock_monotonic_us() - attendant->started_us) / 1000);
	event_set(event, "reason", text);
	engine_emit(attendant->engine, event);
	attendant->is_healthy = false;
	attendant->is_ending = true;
	attendant->removal = removal;
	removal->attendant = attendant;
	removal->folder = xstrdup(attendant->folder);
	helper_run(attendant->engine->helper, remove_folder, removed, removal);
	if (text)
		tell_users(attendant, text);
	free(text);
}

static void make_service(struct attendant *attendant)
{
	struct engine *engine = attendant->engine;
	struct service_options options = {
		.host = &engine->host,
		.config = attendant->config,
		.healthy = healthy,
		.ended = ended,
		.data = attendant,
	};

	open_log(attendant);
	attendant->folder = xasprintf("%s/services/%s", engine->folder,
				      attendant->config->name);
	attendant->port = find_port(engine);
	options.port = attendant->port;
	options.folder = attendant->folder;
	options.log = attendant->log;
	attendant->service = service_new(&options);
}

/* A folder that cannot be made is told by the child that cannot enter it. */
static void start(struct attendant *attendant)
{
	struct engine *engine = attendant->engine;
	struct event *event;

	if (!attendant->service)
		make_service(attendant);
	attendant->is_running = true;
	attendant->is_healthy = attendant->is_ending = false;
	attendant->is_wanted = false;
	attendant->started_us = clock_monotonic_us();
	engine->services_busy++;
	(void)!folder_make(attendant->folder, 0700, NULL);
	service_start(attendant->service);
	event = service_event(attendant, EVENT_SERVICE_STARTED);
	event_set_int(event, "port", attendant->port);
	event_set_int(event, "pid", service_pid(attendant->service));
	event_set(event, "log", attendant->log_name);
	engine_emit(engine, event);
}

void services_want(const struct stage *stage)
{
	const struct strings *names = &stage->config->services;

	for (size_t i = 0; i < names->count; i++) {
		struct attendant *attendant =
			attendant_find(stage->engine, names->items[i]);

		attendant->over = 0; /* one may be run once more */
		if (!attendant->is_running)
			start(attendant);
		else if (attendant->is_ending)
			attendant->is_wanted = true;
	}
}

const char *services_missing(const struct stage *stage)
{
	const struct strings *names = &stage->config->services;

	for (size_t i = 0; i < names->count; i++)
		if (!attendant_find(stage->engine, names->items[i])->is_healthy)
			return names->items[i];
	return NULL;
}

static bool is_in_use(struct attendant *attendant)
{
	const struct stage *stages = attendant->engine->stages;

	while (attendant->over < attendant->user_count &&
	       state_is_final(stages[attendant->users[attendant->over]].state))
		attendant->over++;
	return attendant->over < attendant->user_count;
}

static void end(struct attendant *attendant)
{
	attendant->is_healthy = false;
	attendant->is_ending = true;
	attendant->is_wanted = false;
	service_end(attendant->service);
}

static void end_those(struct engine *engine, bool in_use_too)
{
	size_t count = engine->options.pipeline->service_count;

	for (size_t i = 0; engine->services_busy && i < count; i++) {
		struct attendant *attendant = &engine->services[i];

		if (attendant->is_running && !attendant->is_ending &&
		    (in_use_too || !is_in_use(attendant)))
			end(attendant);
	}
}

void services_release(struct engine *engine)
{
	end_those(engine, false);
}

void services_end(struct engine *engine)
{
	end_those(engine, true);
}

void services_kill(struct engine *engine)
{
	size_t count = engine->options.pipeline->service_count;

	for (size_t i = 0; i < count; i++)
		if (engine->services[i].is_running)
			service_kill(engine->services[i].service);
}

void services_free(struct engine *engine)
{
	size_t count = engine->options.pipeline->service_count;

	for (size_t i = 0; engine->services && i < count; i++) {
		struct attendant *attendant = &engine->services[i];

		service_free(attendant->service);
		stage_log_finish(attendant->log);
		if (attendant->removal)
			attendant->removal->attendant = NULL;
		else if (attendant->is_running) /* the engine is cut off */
			(void)!folder_remove(attendant->folder, NULL);
		free(attendant->log_name);
		free(attendant->folder);
		free(attendant->users);
	}
	free(engine->services);
}
