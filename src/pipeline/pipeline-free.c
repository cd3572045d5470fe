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

static void exception_release(struct exception_config *exception)
{
	free(exception->reason);
	free(exception->owner);
	free(exception->reviewer);
	free(exception->until);
}

static void metrics_release(struct analysis_config *analysis)
{
	for (size_t i = 0; i < analysis->metric_count; i++) {
		struct metric_config *metric = &analysis->metrics[i];

		free(metric->name);
		free(metric->prometheus);
		free(metric->query);
		free(metric->command);
		exception_release(&metric->tls);
	}
	free(analysis->metrics);
}

static void deploy_release(struct deploy_config *deploy)
{
	for (size_t i = 0; i < deploy->step_count; i++) {
		struct plan_step_config *step = &deploy->steps[i];

		requests_release(&step->requests);
		gate_release(&step->gate);
		free(step->run);
		if (step->analysis.metrics != deploy->analysis.metrics)
			metrics_release(&step->analysis);
	}
	metrics_release(&deploy->analysis);
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

static void target_release(struct target_config *target)
{
	free(target->host);
	free(target->health);
	free(target->liveness);
	pairs_release(&target->env);
	free(target->command);
	free(target->container.image);
	free(target->container.archive);
	free(target->container.socket);
	free(target->exec.start);
	free(target->exec.stop);
	free(target->exec.alive);
}

static void traffic_release(struct traffic_config *traffic)
{
	free(traffic->haproxy.listen);
	free(traffic->haproxy.socket);
	free(traffic->haproxy.backend);
	free(traffic->haproxy.server_state);
	free(traffic->haproxy.ring);
	free(traffic->nginx.listen);
	free(traffic->nginx.folder);
	free(traffic->nginx.reload);
	free(traffic->nginx.log);
	for (int i = 0; i < 2; i++) {
		strings_release(&traffic->haproxy.servers[i]);
		free(traffic->nginx.upstreams[i]);
	}
	free(traffic->exec.command);
}

static void windows_release(struct environment_config *environment)
{
	for (size_t i = 0; i < environment->window_count; i++)
		free(environment->windows[i].zone);
	free(environment->windows);
	for (size_t i = 0; i < environment->freeze_count; i++) {
		free(environment->freezes[i].from);
		free(environment->freezes[i].until);
		free(environment->freezes[i].zone);
		free(environment->freezes[i].why);
	}
	free(environment->freezes);
}

static void environment_release(struct environment_config *environment)
{
	free(environment->name);
	free(environment->url);
	target_release(&environment->target);
	traffic_release(&environment->traffic);
	free(environment->preview.header);
	free(environment->preview.listen);
	windows_release(environment);
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

static void scan_release(struct scan_config *scan)
{
	strings_release(&scan->reports);
	free(scan->format);
	strings_release(&scan->exceptions);
	free(scan->ok_exits);
	free(scan->findings_exits);
	free(scan->new_only);
	free(scan->baseline);
	strings_release(&scan->reviewers);
	strings_release(&scan->licences.allow);
	strings_release(&scan->licences.deny);
	strings_release(&scan->licences.review);
	free(scan->licences.approvals);
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
	exception_release(&stage->allow_failure);
	free(stage->workdir);
	strings_release(&stage->artifacts);
	for (size_t i = 0; i < stage->report_count; i++)
		free(stage->reports[i].path);
	free(stage->reports);
	scan_release(&stage->scan);
	free(stage->require.against);
	pairs_release(&stage->env);
	free(stage->environment);
	free(stage->check.environment);
	free(stage->check.url);
	exception_release(&stage->check.tls);
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
	exception_release(&notify->tls);
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
