/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/vector.h"

#define START_TIMEOUT_MS 30000
#define GRACE_MS 10000

static const struct key health_keys[] = {
	{"http", read_path, offsetof(struct service_health, http), false},
	{"tcp", read_truth, offsetof(struct service_health, tcp), false},
	{"run", read_text, offsetof(struct service_health, run), false},
};
static const struct schema health_schema =
	SCHEMA("the health of a service", health_keys);

static void read_health(struct reader *reader, const struct node *value,
			void *into)
{
	read_map(reader, value, &health_schema, into);
	if (value->kind == NODE_MAP && value->count != 1)
		complain_at(reader, node_place(value),
			    "the health of a service is one of {http: "
			    "/healthz}, {tcp: true} and {run: COMMAND}");
	else if (value->kind == NODE_MAP && node_find(value, "tcp") &&
		 !((struct service_health *)into)->tcp)
		complain_at(reader, node_place(value),
			    "without a question nobody knows when the service "
			    "can be used; write {tcp: true}");
}

static const struct key service_keys[] = {
	{"run", read_text, offsetof(struct service_config, run), true},
	{"shell", read_shell, offsetof(struct service_config, shell), false},
	{"env", read_environment_pairs, offsetof(struct service_config, env),
	 false},
	{"health", read_health, offsetof(struct service_config, health), true},
	{"start-timeout", read_time_limit,
	 offsetof(struct service_config, start_timeout_ms), false},
	{"grace", read_duration, offsetof(struct service_config, grace_ms),
	 false},
	{"image", NULL, 0, false},
	{"ports", NULL, 0, false},
};
static const struct schema service_schema = SCHEMA("a service", service_keys);

static bool is_same_variable(const char *a, const char *b)
{
	while (*a && *b &&
	       (toupper((unsigned char)*a) == toupper((unsigned char)*b) ||
		(!isalnum((unsigned char)*a) && !isalnum((unsigned char)*b)))) {
		a++;
		b++;
	}
	return !*a && !*b;
}

/* Stages find its port by a variable that is made of its name. */
static void check_variable(struct reader *reader, const struct node *value)
{
	const struct pipeline *pipeline = reader->pipeline;

	for (size_t i = 0; i < pipeline->service_count; i++)
		if (is_same_variable(pipeline->services[i].name, value->key))
			complain_at(reader, value->key_place,
				    "'%.60s' and '%.60s' would share the "
				    "variable of their ports; name one "
				    "otherwise",
				    pipeline->services[i].name, value->key);
}

static void read_service(struct reader *reader, const struct node *value)
{
	struct pipeline *pipeline = reader->pipeline;
	struct service_config *service;

	if (!is_name(value->key))
		complain_at(reader, value->key_place,
			    "'%.80s' is no name of a service; use letters, "
			    "digits, '-', '_' and '.'",
			    value->key);
	check_variable(reader, value);
	service = VECTOR_ADD(pipeline->services, pipeline->service_count,
			     pipeline->service_cap);
	service->name = xstrdup(value->key);
	service->place = value->key_place;
	service->start_timeout_ms = START_TIMEOUT_MS;
	service->grace_ms = GRACE_MS;
	read_map(reader, value, &service_schema, service);
}

void read_services(struct reader *reader, const struct node *value, void *into)
{
	(void)into;
	if (!expect_kind(reader, value, NODE_MAP, "a map of services"))
		return;
	for (size_t i = 0; i < value->count; i++)
		if (!value->children[i].repeated)
			read_service(reader, &value->children[i]);
}

static void complain_unknown(struct reader *reader, const struct node *item)
{
	const struct pipeline *pipeline = reader->pipeline;
	const char **known =
		xcalloc(pipeline->service_count + 1, sizeof(*known));
	char *mend;

	for (size_t i = 0; i < pipeline->service_count; i++)
		known[i] = pipeline->services[i].name;
	mend = suggest(reader, item->text, known, pipeline->service_count);
	complain_about(reader, item, "'%.80s' is not in 'services'%s",
		       item->text, mend);
	free(mend);
	free(known);
}

void read_service_names(struct reader *reader, const struct node *value,
			void *into)
{
	read_lines(reader, value, into);
	for (size_t i = 0; value->kind == NODE_LIST && i < value->count; i++) {
		const struct node *item = &value->children[i];

		if (item->kind == NODE_TEXT && item->text[0] &&
		    !pipeline_service(reader->pipeline, item->text))
			complain_unknown(reader, item);
	}
}
