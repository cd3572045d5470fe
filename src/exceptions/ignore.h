/* SPDX-License-Identifier: MIT */
/* How the readers of ignore files fill the list of exceptions. A reader is a
 * file, a line here and a row in ignore.c. */
#ifndef SIGNALBOX_EXCEPTIONS_IGNORE_H
#define SIGNALBOX_EXCEPTIONS_IGNORE_H

#include "exceptions/exceptions.h"

struct node;

struct ignore_file {
	struct exceptions *all;
	const char *name; /* the list's own */
	const char *text;
	size_t len;
	struct record_lines lines;
	size_t first; /* of its exceptions */
	bool native;
	struct error *err;
};

typedef int ignore_parse(struct ignore_file *file);
ignore_parse ignore_own, ignore_trivy, ignore_gitleaks; /* ignore-lines.c */
ignore_parse ignore_yaml, ignore_osv, ignore_openvex;
/* What a document of all takes back, whatever the others say. */
void openvex_warn(struct exceptions *all, const char *name, const char *text,
		  size_t len);
void openvex_release(struct exceptions *all);
/* By the shape of the document; `ignore` is its list or map. */
int ignore_trivy_yaml(struct ignore_file *file, const struct node *root);
int ignore_grype(struct ignore_file *file, const struct node *ignore);
int ignore_snyk(struct ignore_file *file, const struct node *ignore);

/* "NAME:LINE: WHAT": the file as a whole cannot be read. */
int ignore_refuse(const struct ignore_file *file, int line, const char *what);
/* NULL, with the error set, when there are too many. The entry's lines; the
 * record is copied, NULL when it is what stands above the first line. */
struct exception *ignore_add(struct ignore_file *file, int line, int last_line,
			     const struct record *record);
/* The first reason is kept. */
void ignore_wrong(struct exception *it, const char *why);
/* A day is its first moment; without a zone it is UTC. */
bool ignore_moment(const char *text, int64_t *ms);
/* The scanner itself ends it at that moment, its first without. */
void ignore_ends(struct exception *it, const char *moment);
/* Where the record does not say. */
void ignore_default(struct exception *it, enum record_key key,
		    const char *value);
/* Call it last. */
void ignore_finish(struct exception *it);

/* The last line of a YAML value. */
int ignore_last_line(const struct node *node);
/* Texts of a list, or one alone; wrong when it is anything else. */
void ignore_words(struct exception *it, const struct node *value,
		  struct strings *words);
const char *ignore_text(struct exception *it, const struct node *value);

#endif
