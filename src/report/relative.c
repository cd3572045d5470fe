/* SPDX-License-Identifier: MIT */
/* Compilers and linters name files by where they lay when they were read. A
 * work folder's name says nothing of a file of the repository, and is
 * another one in the next run. */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "report/collect.h"

struct roots {
	const char *given;
	char *real; /* NULL: there is none, or it is the same */
};

/* What of path is below root, or NULL. */
static const char *below(const char *path, const char *root)
{
	size_t len = root ? strlen(root) : 0;

	while (len > 1 && root[len - 1] == '/')
		len--;
	if (len < 2 || strncmp(path, root, len) != 0 || path[len] != '/')
		return NULL;
	path += len;
	while (*path == '/' || (path[0] == '.' && path[1] == '/'))
		path++;
	return *path ? path : NULL;
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0'
					 : tolower((unsigned char)c) - 'a' + 10;
}

/* The path that a file: URI of this machine names, or NULL. */
static const char *path_of_uri(const char *uri, struct str *out)
{
	if (strncmp(uri, "file:", 5) != 0)
		return NULL;
	uri += 5;
	if (strncmp(uri, "//", 2) == 0)
		uri += 2;
	if (strncmp(uri, "localhost/", 10) == 0)
		uri += 9;
	if (*uri != '/')
		return NULL;
	while (*uri) {
		char c = *uri++;

		if (c == '%' && isxdigit((unsigned char)uri[0]) &&
		    isxdigit((unsigned char)uri[1])) {
			c = (char)(digit(uri[0]) << 4 | digit(uri[1]));
			uri += 2;
		}
		if (!c) /* no file has one: leave the name alone */
			return NULL;
		str_add_char(out, c);
	}
	return out->data;
}

static void shorten(struct report *report, const char **path,
		    const struct roots *roots)
{
	struct str decoded = STR_INIT;
	const char *plain = *path, *rest;

	if (!plain)
		return;
	if (*plain != '/')
		plain = path_of_uri(plain, &decoded);
	rest = plain ? below(plain, roots->given) : NULL;
	if (plain && !rest)
		rest = below(plain, roots->real);
	if (rest)
		*path = report_text(report, rest, REPORT_PATH_MAX);
	str_release(&decoded);
}

void report_relative(struct report *report, const char *root)
{
	struct roots roots = {root, realpath(root, NULL)};

	for (size_t i = 0; i < report->finding_count; i++)
		shorten(report, &report->findings[i].path, &roots);
	for (size_t i = 0; i < report->case_count; i++)
		shorten(report, &report->cases[i].file, &roots);
	for (size_t i = 0; i < report->component_count; i++)
		shorten(report, &report->components[i].path, &roots);
	for (size_t i = 0; i < report->file_count; i++)
		shorten(report, &report->files[i].path, &roots);
	free(roots.real);
}

const char *report_path_from(const char *root, const char *path)
{
	size_t len = root ? strlen(root) : 0;

	return len && strncmp(path, root, len) == 0 && path[len] == '/'
		       ? path + len + 1
		       : path;
}

char *report_told_from(const char *root, const char *message)
{
	size_t len = root ? strlen(root) : 0;
	struct str out = STR_INIT;

	while (len > 1 && *message) {
		const char *at = strstr(message, root);
		const char *end = at ? at + len : NULL;

		if (!at || *end != '/')
			break;
		str_add_bytes(&out, message, (size_t)(at - message));
		message = end + 1;
	}
	str_add(&out, message);
	return str_detach(&out);
}
