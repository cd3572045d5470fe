/* SPDX-License-Identifier: MIT */
/*
 * The exceptions of a commit: its files read, and judged by who wrote their
 * lines, and who may review them. Blocks: call it on a helper.
 */
#ifndef SIGNALBOX_STEP_WAIVERS_H
#define SIGNALBOX_STEP_WAIVERS_H

#include "exceptions/exceptions.h"
#include "pipeline/pipeline.h"

struct waivers_options {
	const char *repository;		 /* a folder */
	const char *commit;		 /* NULL: the work tree's files */
	const struct pipeline *pipeline; /* whose people; NULL: none known */
	const struct strings *files;
	/* Logins, names, addresses and @groups; NULL or empty: anybody. */
	const struct strings *reviewers;
	bool by_codeowners; /* whom CODEOWNERS names for the file */
	/* Why a file cannot be read, a sentence each, and the others are; NULL:
	 * that is a failure. */
	struct strings *unread;
};

/* Fails when a file is not there, or cannot be read; all is to be released
 * either way. */
int waivers_read(const struct waivers_options *options, struct exceptions *all,
		 struct error *err) MUST_CHECK;

/* What the pipeline file itself lets stand, likewise. */
int waivers_read_settings(const struct waivers_options *options,
			  struct exceptions *all, struct error *err) MUST_CHECK;
/* Those, not judged. */
void waivers_add_settings(const struct pipeline *pipeline,
			  struct exceptions *all);

/* One of them, in the file's order. */
struct waiver_setting {
	const char *id;			  /* the key that it stands behind */
	char *scope;			  /* for people to read */
	const struct stage_config *stage; /* NULL: none's */
	const struct exception_config *config;
};
struct waiver_settings {
	struct waiver_setting *items;
	size_t count, cap;
};

/* Adds them in the order of waivers_add_settings(); the pipeline is borrowed.
 */
void waiver_settings_list(const struct pipeline *pipeline,
			  struct waiver_settings *all);
void waiver_settings_release(struct waiver_settings *all);

#endif
