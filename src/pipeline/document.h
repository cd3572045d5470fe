/* SPDX-License-Identifier: MIT */
/* A small YAML file of another room, read as the pipeline file is: strictly,
 * by a table of keys, every mistake told at once. */
#ifndef SIGNALBOX_PIPELINE_DOCUMENT_H
#define SIGNALBOX_PIPELINE_DOCUMENT_H

#include "pipeline/reader.h"

#define DOCUMENT_LIMIT (64 * 1024)

/* Fills `into` by the schema. An empty file is one without keys. -1 when
 * problems were added: what was read may be in `into` and has to be freed. */
int document_parse(const char *text, size_t len, const char *file,
		   const struct schema *schema, void *into,
		   struct problems *problems) MUST_CHECK;
/* The same of a file on disk. One that cannot be read is the error. */
int document_read(const char *path, const struct schema *schema, void *into,
		  struct problems *problems, struct error *err) MUST_CHECK;

#endif
