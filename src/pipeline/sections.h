/* SPDX-License-Identifier: MIT */
/* The readers of the file's sections, one file each; see reader.h. */
#ifndef SIGNALBOX_PIPELINE_SECTIONS_H
#define SIGNALBOX_PIPELINE_SECTIONS_H

#include "pipeline/reader.h"

read_value read_people;		  /* struct pipeline */
read_value read_environments;	  /* struct pipeline */
read_value read_services;	  /* struct pipeline */
read_value read_service_names;	  /* struct strings, of those that are there */
read_value read_stages;		  /* struct pipeline */
read_value read_notify;		  /* struct pipeline */
read_value read_gate;		  /* struct gate_rule */
read_value read_request_list;	  /* struct requests */
read_value read_analysis;	  /* struct analysis_config, filled before with
				   * its defaults */
read_value read_windows;	  /* struct environment_config */
read_value read_freezes;	  /* struct environment_config */
read_value read_preview;	  /* struct preview_config */
read_value read_metrics;	  /* struct analysis_config */
read_value read_deploy;		  /* struct deploy_config */
read_value read_target;		  /* struct target_config */
read_value read_haproxy;	  /* struct haproxy_traffic */
read_value read_nginx;		  /* struct traffic_config */
read_value read_traffic_exec;	  /* struct traffic_config */
read_value read_listen;		  /* char *: address and port to listen at */
read_value read_absolute;	  /* char *: a whole path */
read_value read_globs;		  /* struct strings, below the work folder */
read_value read_glob;		  /* char *, below the work folder */
read_value read_glob_or_globs;	  /* struct strings, likewise */
read_value read_reports;	  /* struct stage_config */
read_value read_require;	  /* struct require_config */
read_value read_scan;		  /* struct scan_config */
read_value read_orphans;	  /* struct scan_config */
read_value read_reviewers;	  /* struct scan_config */
read_value read_licences;	  /* struct license_policy_config */
read_value read_shell;		  /* struct strings */
read_value read_retries;	  /* struct stage_config */
read_value read_allow_failure;	  /* struct stage_config */
read_value read_tls;		  /* struct exception_config */
read_value read_cleanup;	  /* struct strings */
read_value read_environment_name; /* char *, of one that is there */

void target_defaults(struct target_config *target);
/* What a gate says that does not say it. */
void gate_defaults(struct gate_rule *gate);
struct analysis_config analysis_defaults(void);

/* Complains about a 'tls' beside a URL (NULL: none) that is not https. */
void tls_check(struct reader *reader, const struct node *value,
	       const char *url);
/* Complains about a preview that what carries the requests cannot have. */
void preview_check(struct reader *reader, const struct node *value,
		   const struct environment_config *environment);

/* The value as JSON text; plain words are what YAML's core schema makes of
 * them (true, null, numbers). Complains about what JSON cannot say. */
void json_from_node(struct reader *reader, const struct node *value,
		    struct str *json);

/* Resolves needs, said and implied, into indexes; names cycles. */
void needs_resolve(struct reader *reader, const struct node *stages);
/* Complains where the steps and keys are none of the strategy's, and writes the
 * steps of one that has its own. */
void strategy_check(struct reader *reader, const struct node *value,
		    struct deploy_config *deploy);
/* Complains about ports that two things would listen on. */
void ports_check(struct reader *reader, const struct node *environments);
/* "host:port" in parts; false when it is none. The host's length is set. */
bool parse_address(const char *text, size_t *host, int *port);

#endif
