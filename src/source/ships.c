/* SPDX-License-Identifier: MIT */
#include "source/ships.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "event/event.h"
#include "source/backend.h"
#include "source/collector.h"

enum risk_match {
	RISK_NAME,   /* the last name of the path */
	RISK_FOLDER, /* a folder anywhere in it, in any case */
	RISK_PATH,   /* the whole path */
};

static const struct {
	enum risk_match match;
	const char *pattern;
} risks[] = {
	{RISK_FOLDER, "migration"},
	{RISK_FOLDER, "migrations"},
	{RISK_FOLDER, "migrate"},
	{RISK_PATH, "signalbox.yaml"},
	{RISK_PATH, ".github/*"},
	{RISK_PATH, ".gitlab-ci*"},
	{RISK_PATH, ".gitlab/*"},
	{RISK_PATH, ".circleci/*"},
	{RISK_PATH, "azure-pipelines*"},
	{RISK_NAME, "Jenkinsfile*"},
	{RISK_NAME, "Dockerfile*"},
	{RISK_NAME, "*.Dockerfile"},
	{RISK_NAME, "Containerfile*"},
	{RISK_NAME, "docker-compose*.y*ml"},
	{RISK_NAME, "compose.y*ml"},
	{RISK_NAME, "*.lock"},
	{RISK_NAME, "*.lockfile"},
	{RISK_NAME, "*.lockb"},
	{RISK_NAME, "package-lock.json"},
	{RISK_NAME, "npm-shrinkwrap.json"},
	{RISK_NAME, "packages.lock.json"},
	{RISK_NAME, "pnpm-lock.yaml"},
	{RISK_NAME, "go.sum"},
};

static bool has_folder(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	for (const char *slash; (slash = strchr(path, '/')); path = slash + 1)
		if ((size_t)(slash - path) == len &&
		    strncasecmp(path, folder, len) == 0)
			return true;
	return false;
}

bool ships_path_is_risky(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < ARRAY_SIZE(risks); i++) {
		const char *pattern = risks[i].pattern;
		bool hit = false;

		switch (risks[i].match) {
		case RISK_NAME:
			hit = fnmatch(pattern, name, 0) == 0;
			break;
		case RISK_FOLDER:
			hit = has_folder(path, pattern);
			break;
		case RISK_PATH:
			hit = fnmatch(pattern, path, 0) == 0;
			break;
		}
		if (hit)
			return true;
	}
	return false;
}

void collector_init(struct collector *collector, struct ships *ships)
{
	memset(collector, 0, sizeof(*collector));
	collector->ships = ships;
}

static void add_email(struct collector *collector, const char *email)
{
	text_set_add_lower(&collector->emails, email);
}

void collector_add_person(const char *person, void *collector)
{
	char *address = text_address(person);

	add_email(collector, address);
	free(address);
}

void collector_add_commit(struct collector *collector,
			  const struct collected_commit *commit)
{
	struct ships *ships = collector->ships;

	ships->commits++;
	add_email(collector, commit->email);
	add_email(collector, commit->committer_email);
	if (text_set_add_lower(&collector->authors, commit->email))
		strings_add(&ships->authors, commit->author);
	if (ships->list_count < SHIPS_LIST_MAX)
		*VECTOR_ADD(ships->list, ships->list_count, ships->list_cap) =
			(struct shipped_commit){
				.id = xstrdup(commit->id),
				.author = xstrdup(commit->author),
				.email = xstrdup(commit->email),
				.subject = xstrdup(commit->subject),
				.time_ms = commit->time_ms,
			};
}

static size_t lines_changed(const struct shipped_file *file)
{
	return file->insertions + file->deletions;
}

/* Keeps the largest, in order; equal ones in the order they came. */
static void keep_if_large(struct ships *ships, const char *path,
			  size_t insertions, size_t deletions)
{
	struct shipped_file file = {NULL, insertions, deletions};
	size_t place = ships->changed_count;

	while (place > 0 &&
	       lines_changed(&ships->changed[place - 1]) < lines_changed(&file))
		place--;
	if (place == SHIPS_LIST_MAX)
		return;
	if (ships->changed_count == SHIPS_LIST_MAX)
		free(ships->changed[--ships->changed_count].path);
	file.path = xstrdup(path);
	VECTOR_ADD(ships->changed, ships->changed_count, ships->changed_cap);
	memmove(&ships->changed[place + 1], &ships->changed[place],
		(ships->changed_count - 1 - place) * sizeof(file));
	ships->changed[place] = file;
}

void collector_add_file(struct collector *collector, const char *path,
			size_t insertions, size_t deletions)
{
	struct ships *ships = collector->ships;

	ships->files++;
	ships->insertions += insertions;
	ships->deletions += deletions;
	keep_if_large(ships, path, insertions, deletions);
	if (!ships_path_is_risky(path))
		return;
	ships->risky_count++;
	if (ships->risky.count < SHIPS_LIST_MAX)
		strings_add(&ships->risky, path);
}

void collector_finish(struct collector *collector)
{
	collector->ships->emails = collector->emails.sorted;
	memset(&collector->emails, 0, sizeof(collector->emails));
	text_set_release(&collector->authors);
}

int ships_find(struct repository *repository, const char *live,
	       const char *candidate, struct ships *ships, struct error *err)
{
	return repository->ops->ships(repository, live, candidate, ships, err);
}

void ships_release(struct ships *ships)
{
	for (size_t i = 0; i < ships->list_count; i++) {
		free(ships->list[i].id);
		free(ships->list[i].author);
		free(ships->list[i].email);
		free(ships->list[i].subject);
	}
	free(ships->list);
	for (size_t i = 0; i < ships->changed_count; i++)
		free(ships->changed[i].path);
	free(ships->changed);
	strings_release(&ships->authors);
	strings_release(&ships->emails);
	strings_release(&ships->risky);
	memset(ships, 0, sizeof(*ships));
}

static json_t *commits_json(const struct ships *ships)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ships->list_count; i++) {
		const struct shipped_commit *commit = &ships->list[i];
		char time[CLOCK_TEXT_SIZE];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "commit",
					commit->id, "author", commit->author,
					"email", commit->email, "time",
					clock_format_utc(commit->time_ms, time),
					"subject", commit->subject));
	}
	return list;
}

static json_t *changed_json(const struct ships *ships)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ships->changed_count; i++) {
		const struct shipped_file *file = &ships->changed[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:I, s:I}", "path", file->path,
				  "insertions", (json_int_t)file->insertions,
				  "deletions", (json_int_t)file->deletions));
	}
	return list;
}

json_t *ships_json(const struct ships *ships)
{
	return json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:o}", "commits",
		(json_int_t)ships->commits, "lost", (json_int_t)ships->lost,
		"files", (json_int_t)ships->files, "insertions",
		(json_int_t)ships->insertions, "deletions",
		(json_int_t)ships->deletions, "authors",
		(json_int_t)ships->authors.count, "partial",
		(int)ships->lines_partial, "list", commits_json(ships), "risky",
		json_strings(&ships->risky), "changed", changed_json(ships));
}
