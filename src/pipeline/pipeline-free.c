/* SPDX-License-Identifier: MIT */
#include "pipeline/pipeline.h"

#include <stdlib.h>

static void pairs_release(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		free(pairs->items[i].key);
		free(pairs->items[i].value);
	}
	free(pairs->items);
}

static void requests_release(struct requests *requests)
{
	for (size_t i = 0; i < requests->count; i++) {
		struct request *request = &requests->items[i];

		free(request->method);
		free(request->path);
		free(request->body);
		free(request->contains);
		pairs_release(&request->headers);
		pairs_release(&request->expect);
	}
	free(requests->items);
}

static void gate_release(struct gate_rule *gate)
{
	strings_release(&gate->approvers);
	strings_release(&gate->excluded);
}

static void deploy_release(struct deploy_config *deploy)
{
	for (size_t i = 0; i < deploy->step_count; i++) {
		requests_release(&deploy->steps[i].requests);
		gate_release(&deploy->steps[i].gate);
	}
	free(deploy->steps);
	free(deploy->environment);
}

static void person_release(struct person *person)
{
	free(person->login);
	free(person->name);
	free(person->email);
	strings_release(&person->groups);
}

static void environment_release(struct environment_config *environment)
{
	free(environment->name);
	free(environment->url);
	free(environment->target.command);
	free(environment->target.health);
	pairs_release(&environment->target.env);
	free(environment->traffic.haproxy.listen);
	free(environment->traffic.haproxy.socket);
	free(environment->traffic.haproxy.backend);
	strings_release(&environment->traffic.haproxy.servers[0]);
	strings_release(&environment->traffic.haproxy.servers[1]);
	free(environment->traffic.haproxy.server_state);
	free(environment->traffic.haproxy.ring);
	gate_release(&environment->gate);
	strings_release(&environment->secrets);
	strings_release(&environment->branches);
}

static void service_release(struct service_config *service)
{
	free(service->name);
	free(service->run);
	strings_release(&service->shell);
	pairs_release(&service->env);
	free(service->health.http);
	free(service->health.run);
}

static void stage_release(struct stage_config *stage)
{
	free(stage->name);
	free(stage->why);
	free(stage->needs);
	free(stage->run);
	strings_release(&stage->shell);
	strings_release(&stage->cleanup);
	strings_release(&stage->services);
	free(stage->allow_failure.reason);
	free(stage->allow_failure.owner);
	free(stage->allow_failure.until);
	free(stage->workdir);
	strings_release(&stage->artifacts);
	for (size_t i = 0; i < stage->report_count; i++)
		free(stage->reports[i].path);
	free(stage->reports);
	free(stage->scan.report);
	free(stage->scan.format);
	free(stage->scan.exceptions);
	free(stage->scan.ok_exits);
	free(stage->scan.findings_exits);
	pairs_release(&stage->env);
	free(stage->environment);
	free(stage->check.environment);
	free(stage->check.url);
	requests_release(&stage->check.requests);
	gate_release(&stage->gate);
	deploy_release(&stage->deploy);
}

static void notify_release(struct notify_config *notify)
{
	strings_release(&notify->on);
	free(notify->post);
	free(notify->post_env);
	free(notify->run);
	free(notify->text);
}

void pipeline_free(struct pipeline *pipeline)
{
	if (!pipeline)
		return;
	for (size_t i = 0; i < pipeline->people_count; i++)
		person_release(&pipeline->people[i]);
	for (size_t i = 0; i < pipeline->environment_count; i++)
		environment_release(&pipeline->environments[i]);
	for (size_t i = 0; i < pipeline->service_count; i++)
		service_release(&pipeline->services[i]);
	for (size_t i = 0; i < pipeline->stage_count; i++)
		stage_release(&pipeline->stages[i]);
	for (size_t i = 0; i < pipeline->notify_count; i++)
		notify_release(&pipeline->notify[i]);
	free(pipeline->notify);
	free(pipeline->people);
	free(pipeline->environments);
	free(pipeline->services);
	free(pipeline->stages);
	name_index_release(&pipeline->stage_names);
	free(pipeline->name);
	free(pipeline->socket_group);
	strings_release(&pipeline->risky.globs);
	strings_release(&pipeline->migrations.globs);
	pairs_release(&pipeline->env);
	free(pipeline);
}
