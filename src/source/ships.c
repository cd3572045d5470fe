/* SPDX-License-Identifier: MIT */
#include "source/ships.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "event/event.h"
#include "source/backend.h"
#include "source/collector.h"

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

bool collector_add_commit(struct collector *collector,
			  const struct collected_commit *commit)
{
	struct ships *ships = collector->ships;
	/* Borrowed for the call, copied into the list. */
	struct shipped_commit told = {
		.id = (char *)commit->id,
		.author = (char *)commit->author,
		.email = (char *)commit->email,
		.subject = (char *)commit->subject,
		.time_ms = commit->time_ms,
	};

	ships->commits++;
	add_email(collector, commit->email);
	add_email(collector, commit->committer_email);
	if (text_set_add_lower(&collector->authors, commit->email))
		strings_add(&ships->authors, commit->author);
	if (ships->list_count < SHIPS_LIST_MAX)
		*VECTOR_ADD(ships->list, ships->list_count, ships->list_cap) =
			shipped_commit_copy(&told);
	if (ships->ask.commit && !ships->ask.commit(&told, ships->ask.data))
		ships->is_stopped = true;
	return !ships->is_stopped;
}

static size_t lines_changed(const struct shipped_file *file)
{
	return file->insertions + file->deletions;
}

/* Keeps the largest, in order; equal ones in the order they came. */
static void keep_if_large(struct ships *ships, const struct shipped_file *file)
{
	size_t place = ships->changed_count;

	while (place > 0 &&
	       lines_changed(&ships->changed[place - 1]) < lines_changed(file))
		place--;
	if (place == SHIPS_LIST_MAX)
		return;
	if (ships->changed_count == SHIPS_LIST_MAX)
		free(ships->changed[--ships->changed_count].path);
	VECTOR_ADD(ships->changed, ships->changed_count, ships->changed_cap);
	memmove(&ships->changed[place + 1], &ships->changed[place],
		(ships->changed_count - 1 - place) * sizeof(*file));
	ships->changed[place] = *file;
	ships->changed[place].path = xstrdup(file->path);
	ships->changed[place].raw = NULL;
}

static void note_risk(struct ships *ships, const struct shipped_file *file)
{
	if (file->risk == RISK_NONE)
		return;
	ships->risky_count++;
	if (file->risk == RISK_MIGRATION)
		ships->migrations++;
	if (ships->risky.count < SHIPS_LIST_MAX)
		strings_add(&ships->risky, file->path);
}

bool collector_add_file(struct collector *collector, const char *raw,
			size_t insertions, size_t deletions)
{
	struct ships *ships = collector->ships;
	char *path = text_utf8(raw, NULL);
	struct shipped_file file = {
		.path = path,
		.raw = strcmp(path, raw) == 0 ? NULL : (char *)raw,
		.insertions = insertions,
		.deletions = deletions,
		.risk = risk_of(ships->ask.pipeline, path),
	};

	ships->files++;
	ships->insertions += insertions;
	ships->deletions += deletions;
	keep_if_large(ships, &file);
	note_risk(ships, &file);
	if (ships->ask.file && !ships->ask.file(&file, ships->ask.data))
		ships->is_stopped = true;
	free(path);
	return !ships->is_stopped;
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
	const struct backend_ops *ops = repository_backend(repository, err);

	return ops ? ops->ships(repository, live, candidate, ships, err) : -1;
}

void ships_say_cut(struct str *text, size_t limit)
{
	str_truncate(text, limit < text->len ? limit : text->len);
	while (text->len && text->data[text->len - 1] != '\n')
		str_truncate(text, text->len - 1);
	str_add(text, "\\ what follows is left out: it is too long\n");
}

void ships_add_message(struct str *text, const char *message)
{
	while (*message) {
		size_t len = strcspn(message, "\n");

		str_add(text, "    ");
		str_add_bytes(text, message, len);
		str_add_char(text, '\n');
		message += message[len] ? len + 1 : len;
	}
	str_add_char(text, '\n');
}

struct migration_count {
	const struct pipeline *pipeline;
	size_t count;
};

static void count_migration(const char *raw, void *data)
{
	struct migration_count *it = data;
	char *path = text_utf8(raw, NULL);

	it->count += risk_of(it->pipeline, path) == RISK_MIGRATION;
	free(path);
}

int ships_migrations(struct repository *repository, const char *live,
		     const char *candidate, const struct pipeline *pipeline,
		     size_t *count, struct error *err)
{
	const struct backend_ops *ops = repository_backend(repository, err);
	struct migration_count it = {pipeline, 0};
	int result = ops ? ops->paths(repository, live, candidate,
				      count_migration, &it, err)
			 : -1;

	*count = it.count;
	return result;
}

int ships_diff(struct repository *repository, const char *live,
	       const char *candidate, const char *raw, size_t limit,
	       struct str *text, struct error *err)
{
	const struct backend_ops *ops = repository_backend(repository, err);

	return ops ? ops->diff(repository, live, candidate, raw, limit, text,
			       err)
		   : -1;
}

int ships_show(struct repository *repository, const char *commit, size_t limit,
	       struct str *text, struct error *err)
{
	const struct backend_ops *ops = repository_backend(repository, err);

	return ops ? ops->show(repository, commit, limit, text, err) : -1;
}

struct shipped_commit shipped_commit_copy(const struct shipped_commit *commit)
{
	return (struct shipped_commit){
		.id = xstrdup(commit->id),
		.author = xstrdup(commit->author),
		.email = xstrdup(commit->email),
		.subject = xstrdup(commit->subject),
		.time_ms = commit->time_ms,
	};
}

void shipped_commit_release(struct shipped_commit *commit)
{
	free(commit->id);
	free(commit->author);
	free(commit->email);
	free(commit->subject);
}

void shipped_file_release(struct shipped_file *file)
{
	free(file->path);
	free(file->raw);
}

void ships_release(struct ships *ships)
{
	for (size_t i = 0; i < ships->list_count; i++)
		shipped_commit_release(&ships->list[i]);
	free(ships->list);
	for (size_t i = 0; i < ships->changed_count; i++)
		shipped_file_release(&ships->changed[i]);
	free(ships->changed);
	strings_release(&ships->authors);
	strings_release(&ships->emails);
	strings_release(&ships->risky);
	memset(ships, 0, sizeof(*ships));
}

json_t *shipped_commit_json(const struct shipped_commit *commit)
{
	char time[CLOCK_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "commit", commit->id,
			 "author", commit->author, "email", commit->email,
			 "time", clock_format_utc(commit->time_ms, time),
			 "subject", commit->subject);
}

static json_t *commits_json(const struct ships *ships)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ships->list_count; i++)
		json_array_append_new(list,
				      shipped_commit_json(&ships->list[i]));
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
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:o, s:I}",
		"commits", (json_int_t)ships->commits, "lost",
		(json_int_t)ships->lost, "files", (json_int_t)ships->files,
		"insertions", (json_int_t)ships->insertions, "deletions",
		(json_int_t)ships->deletions, "authors",
		(json_int_t)ships->authors.count, "partial",
		(int)ships->lines_partial, "list", commits_json(ships), "risky",
		json_strings(&ships->risky), "changed", changed_json(ships),
		"migrations", (json_int_t)ships->migrations);
}
