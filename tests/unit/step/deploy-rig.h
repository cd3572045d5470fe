/* SPDX-License-Identifier: MIT */
/* A rig for the deploy step over a target and a provider that do what they
 * are told. */
#ifndef SIGNALBOX_TESTS_UNIT_STEP_DEPLOY_RIG_H
#define SIGNALBOX_TESTS_UNIT_STEP_DEPLOY_RIG_H

#include "unit/step/rig.h"

#include "delivery/environment.h"

/* Ports on which nobody answers, whatever else runs here. */
#define HEAD                                                     \
	"name: shop\n"                                           \
	"people: {lee: {email: lee@shop.example}}\n"             \
	"environments:\n"                                        \
	"  production:\n"                                        \
	"    target: {process: {command: ./shop, ports: [1, 2]," \
	" health: /healthz}}\n"                                  \
	"    traffic: {haproxy: {listen: \"127.0.0.1:18080\"}}\n"
#define STAGES                                                                \
	"stages:\n"                                                           \
	"  build: {run: make, artifacts: [shop]}\n"                           \
	"  production: {deploy: {environment: production, strategy: canary, " \
	"steps: "

#define STEP_STARTED \
	"\"event\":\"step.started\",\"stage\":\"production\",\"step\":\""

/* Before all tests: git as they need it. */
void set_up_git(void);
/* The pipeline's environment `production` over the fakes; nothing started. */
void prepare(struct rig *rig, const char *pipeline_text);
/* And the stage `production` of it. */
void begin(struct rig *rig, const char *pipeline_text);
/* v1 is live, and v2 goes through the whole plan. */
void begin_second(struct rig *rig, const char *pipeline_text);
/* Another release, v2, after one that has ended. */
void again(struct rig *rig);
void end(struct rig *rig);
const struct environment_state *state_of(const struct rig *rig);

#endif
