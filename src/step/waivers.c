/* SPDX-License-Identifier: MIT */
#include "step/waivers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exceptions/codeowners.h"
#include "source/blame.h"
#include "source/repository.h"
#include "step/people.h"
#include "step/scan-files.h"

#define FILE_BYTES ((size_t)4 << 20)

struct past { /* a file as it was */
	const char *file;
	char *commit;
	struct exceptions all;
};

struct reading {
	const struct waivers_options *options;
	const struct strings *files;
	struct repository *repository;
	struct blame *blames; /* a file each */
	struct str codeowners;
	const char *codeowners_name; /* NULL: there is none */
	char *why;		     /* the last refusal */
	bool of_settings; /* what the pipeline file itself lets stand */
	struct past past; /* the last that was asked for */
};

static bool same(const char *a, const char *b, void *data)
{
	const struct reading *reading = data;

	return people_same(reading->options->pipeline, a, b);
}

/* "@security" or "@org/security" of somebody in that group. */
static bool is_in_group(const struct person *person, const char *name)
{
	const char *slash = strrchr(name, '/');

	return *name == '@' && person &&
	       strings_has(&person->groups, slash ? slash + 1 : name + 1);
}

static bool is_among(const struct reading *reading,
		     const struct strings *allowed, const char *reviewer)
{
	const struct pipeline *pipeline = reading->options->pipeline;
	const struct person *person = people_find(pipeline, reviewer);

	for (size_t i = 0; i < allowed->count; i++) {
		const char *name = allowed->items[i];

		if (is_in_group(person, name) ||
		    (!strchr(name, '/') && people_is(pipeline, name, reviewer)))
			return true;
	}
	return false;
}

/* Whom nobody allowed by name. */
static const char *is_no_person(const struct pipeline *pipeline,
				const char *reviewer)
{
	if (pipeline && pipeline->people_count)
		return people_find(pipeline, reviewer)
			       ? NULL
			       : "has a reviewer who is none of 'people'";
	return people_is_plain(reviewer)
		       ? NULL
		       : "has a reviewer who is no one person: name one, by "
			 "login or address";
}

static char *is_no_owner(const struct reading *reading, const char *reviewer,
			 const char *file)
{
	const char *name = reading->codeowners_name;
	struct strings owners = STRINGS_INIT;
	bool owns;
	int line;

	if (!name)
		return xstrdup("has a reviewer, and there is no CODEOWNERS "
			       "that names one");
	line = codeowners_find(reading->codeowners.data, file, &owners);
	owns = is_among(reading, &owners, reviewer);
	strings_release(&owners);
	if (owns)
		return NULL;
	return line ? xasprintf("has a reviewer whom line %d of %s, which "
				"decides, does not name",
				line, name)
		    : xasprintf("has a reviewer, and no line of %s is for "
				"that file",
				name);
}

static const char *refuses(const char *reviewer, const char *file, void *data)
{
	struct reading *reading = data;
	const struct waivers_options *options = reading->options;
	bool is_listed = options->reviewers && options->reviewers->count;

	if (is_listed && !is_among(reading, options->reviewers, reviewer))
		return "has a reviewer who is none of 'reviewers'";
	if (options->by_codeowners) {
		free(reading->why);
		reading->why = is_no_owner(reading, reviewer, file);
		return reading->why;
	}
	return is_listed ? NULL : is_no_person(options->pipeline, reviewer);
}

static const struct blame_line *find_line(const struct reading *reading,
					  const char *file, int line)
{
	const struct strings *files = reading->files;
	static const struct blame none;
	const struct blame *blame = &none;

	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->items[i], file) == 0)
			blame = &reading->blames[i];
	return blame_line(blame, line);
}

static struct exception_line line_of(const char *file, int line, void *data)
{
	const struct blame_line *who = find_line(data, file, line);

	return (struct exception_line){
		.author = who->author,
		.committer = who->committer,
		.commit = who->commit,
		.unknown = who->unknown,
	};
}

static void past_release(struct past *past)
{
	free(past->commit);
	exceptions_release(&past->all);
	memset(past, 0, sizeof(*past));
}

static void read_past_settings(struct reading *reading, struct past *past)
{
	struct pipeline *pipeline =
		repository_pipeline(reading->repository, past->commit);

	if (pipeline)
		waivers_add_settings(pipeline, &past->all);
	pipeline_free(pipeline);
}

/* What cannot be read let nothing stand. */
static void read_past(struct reading *reading, const char *path,
		      struct past *past)
{
	struct str text = STR_INIT;

	if (repository_read_file(reading->repository, past->commit, path,
				 FILE_BYTES, &text, NULL) < 0 ||
	    exceptions_read(&past->all, past->file, text.data, text.len, NULL) <
		    0)
		exceptions_release(&past->all);
	str_release(&text);
}

static const struct exceptions *then(const char *file, int line, void *data)
{
	struct reading *reading = data;
	const struct blame_line *who = find_line(reading, file, line);
	struct past *past = &reading->past;

	if (who->unknown)
		return NULL;
	if (past->commit && strcmp(past->commit, who->commit) == 0 &&
	    strcmp(past->file, file) == 0)
		return &past->all;
	past_release(past);
	past->file = file;
	past->commit = xstrdup(who->commit);
	if (reading->of_settings)
		read_past_settings(reading, past);
	else
		read_past(reading, who->path, past);
	return &past->all;
}

/* Where git cannot tell, nobody is known, and nothing reviewed. */
static void read_blame(struct reading *reading, size_t at)
{
	if (blame_read(reading->repository, reading->options->commit,
		       reading->files->items[at], &reading->blames[at],
		       NULL) < 0)
		blame_release(&reading->blames[at]);
}

static int read_file(struct reading *reading, size_t at, struct exceptions *all,
		     struct error *err)
{
	const char *name = reading->files->items[at];
	struct str text = STR_INIT;
	int result =
		scan_file_read(reading->repository, reading->options->commit,
			       name, "exceptions", FILE_BYTES, &text, err);

	if (result == 0)
		result = exceptions_read(all, name, text.data, text.len, err);
	if (result == 0 && text.len)
		read_blame(reading, at);
	str_release(&text);
	return result;
}

/* Of one that cannot be read it is told later. */
static void read_warnings(struct reading *reading, struct exceptions *all)
{
	const struct strings *files = reading->files;

	for (size_t i = 0; files->count > 1 && i < files->count; i++) {
		struct str text = STR_INIT;

		if (repository_read_file(
			    reading->repository, reading->options->commit,
			    files->items[i], FILE_BYTES, &text, NULL) == 0)
			exceptions_warn(all, files->items[i], text.data,
					text.len);
		str_release(&text);
	}
}

static int read_files(struct reading *reading, struct exceptions *all,
		      struct error *err)
{
	struct strings *unread = reading->options->unread;

	read_warnings(reading, all);
	for (size_t i = 0; i < reading->files->count; i++) {
		struct error why = ERROR_INIT;

		if (read_file(reading, i, all, &why) == 0)
			continue;
		if (!unread)
			return error_move(err, &why);
		strings_add(unread, error_text(&why));
		error_clear(&why);
	}
	return 0;
}

static void read_codeowners(struct reading *reading)
{
	for (size_t i = 0; codeowners_places[i]; i++) {
		if (repository_read_file(reading->repository,
					 reading->options->commit,
					 codeowners_places[i], FILE_BYTES,
					 &reading->codeowners, NULL) == 0) {
			reading->codeowners_name = codeowners_places[i];
			return;
		}
		str_clear(&reading->codeowners);
	}
}

static int reading_begin(struct reading *reading,
			 const struct waivers_options *options,
			 const struct strings *files, struct error *err)
{
	*reading = (struct reading){
		.options = options,
		.files = files,
		.repository = repository_open(options->repository, err),
		.blames = xcalloc(files->count + 1, sizeof(struct blame)),
		.codeowners = STR_INIT,
	};
	if (!reading->repository)
		return -1;
	if (options->by_codeowners)
		read_codeowners(reading);
	return 0;
}

static void reading_judge(struct reading *reading, struct exceptions *all)
{
	const struct exception_facts facts = {
		.now_ms = clock_wall_ms(),
		.same = same,
		.refuses = refuses,
		.line = line_of,
		.then = then,
		.data = reading,
	};

	exceptions_judge(all, &facts);
}

static void reading_end(struct reading *reading)
{
	for (size_t i = 0; i < reading->files->count; i++)
		blame_release(&reading->blames[i]);
	free(reading->blames);
	past_release(&reading->past);
	str_release(&reading->codeowners);
	free(reading->why);
	repository_free(reading->repository);
}

int waivers_read(const struct waivers_options *options, struct exceptions *all,
		 struct error *err)
{
	struct reading reading;
	int result = reading_begin(&reading, options, options->files, err);

	if (result == 0)
		result = read_files(&reading, all, err);
	if (result == 0)
		reading_judge(&reading, all);
	reading_end(&reading);
	return result;
}

int waivers_read_settings(const struct waivers_options *options,
			  struct exceptions *all, struct error *err)
{
	struct strings files = STRINGS_INIT;
	struct reading reading;
	int result;

	waivers_add_settings(options->pipeline, all);
	strings_add(&files, PIPELINE_FILE);
	result = reading_begin(&reading, options, &files, err);
	if (result == 0 && all->count) {
		reading.of_settings = true;
		read_blame(&reading, 0);
		reading_judge(&reading, all);
	}
	reading_end(&reading);
	strings_release(&files);
	return result;
}
