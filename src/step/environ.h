/* SPDX-License-Identifier: MIT */
/* The environment variables of a stage's children. */
#ifndef SIGNALBOX_STEP_ENVIRON_H
#define SIGNALBOX_STEP_ENVIRON_H

#include "base/strings.h"
#include "step/step.h"

/* By this variable, which every child and what it starts have, the children
 * of a run that died are found. */
#define ENVIRON_MARK "SIGNALBOX_RUN_FOLDER"

/* Refused while a gate stands between this run and the secrets that the stage
 * would get. */
int environ_check(const struct step_host *host,
		  const struct stage_config *stage,
		  struct error *err) MUST_CHECK;

/*
 * Ours, less git's and make's own variables and every environment's secrets;
 * then the pipeline's env, the stage's, CI=true, SIGNALBOX_*, the ports of its
 * services, and the secrets of the stage's own environment.
 */
void environ_build(const struct step_host *host,
		   const struct stage_config *stage, struct strings *env);
/* The same for a command of a deployment's plan, with the secrets of the
 * environment that it deploys to: its gate is behind it. */
void environ_build_beside(const struct step_host *host,
			  const struct stage_config *stage,
			  const char *environment, struct strings *env);
/* Replaces an earlier value of the same name. */
void environ_put(struct strings *env, const char *key, const char *value);
/* The same for a service: its own env, PORT, and no secrets. */
void environ_build_service(const struct step_host *host,
			   const struct service_config *service, int port,
			   struct strings *env);
/* SIGNALBOX_OUTCOME; NULL is a no-op. */
void environ_put_outcome(struct strings *env, const char *outcome);
/* The same for a command that is no stage's: without any secret. */
void environ_build_outside(const struct step_host *host, struct strings *env);
/* Values to mask in the stage's log: those of every secret that is set. */
void environ_secrets(const struct pipeline *pipeline, struct strings *values);

#endif
