/* SPDX-License-Identifier: MIT */
/* What ships, by the git command. */
#include "source/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "source/collector.h"
#include "source/text.h"

/* A history of a million commits. */
#define HISTORY_LIMIT ((size_t)512 << 20)

static bool collect_record(struct collector *collector, char **field)
{
	char *author = text_utf8(field[1], NULL);
	char *email = text_utf8(field[2], NULL);
	char *committer = text_utf8(field[3], NULL);
	char *subject = text_utf8(field[5], NULL);
	bool more;

	more = collector_add_commit(
		collector,
		&(struct collected_commit){
			.id = field[0],
			.author = author,
			.email = email,
			.committer_email = committer,
			.subject = subject,
			.time_ms = (int64_t)strtoll(field[4], NULL, 10) * 1000,
		});
	command_each_co_author(field[6], collector_add_person, collector);
	free(author);
	free(email);
	free(committer);
	free(subject);
	return more;
}

static int collect_commits(struct repository *repository, const char *range,
			   struct collector *collector, struct error *err)
{
	const char *const arguments[] = {"log",
					 "-z",
					 "--no-show-signature",
					 "--encoding=UTF-8",
					 "--format=%H%x00%an%x00%ae%x00%ce%x00%"
					 "ct%x00%s%x00" COMMAND_CO_AUTHORS,
					 range,
					 "--",
					 NULL};
	struct str output = STR_INIT;
	char *field[COMMAND_FIELDS_MAX];
	int result =
		command_ask(repository, arguments, &output, HISTORY_LIMIT, err);
	char *at = output.data;

	while (result == 0 && at < output.data + output.len &&
	       command_fields(&at, output.data + output.len, field, 7) &&
	       collect_record(collector, field))
		continue;
	str_release(&output);
	return result;
}

static int collect_files(struct repository *repository, const char *from,
			 const char *to, struct collector *collector,
			 struct error *err)
{
	const char *const arguments[] = {"diff",
					 "--numstat",
					 "-z",
					 "--no-renames",
					 "--no-ext-diff",
					 "--no-textconv",
					 from,
					 to,
					 "--",
					 NULL};
	struct str output = STR_INIT;
	int result =
		command_ask(repository, arguments, &output, HISTORY_LIMIT, err);
	char *at = output.data;

	/* "12\t3\tPATH", "-\t-\tPATH" for a binary file. */
	while (result == 0 && at < output.data + output.len) {
		char *rest = at;
		char *insertions = strsep(&rest, "\t");
		char *deletions = strsep(&rest, "\t");

		if (!rest ||
		    !collector_add_file(collector, rest,
					(size_t)strtoull(insertions, NULL, 10),
					(size_t)strtoull(deletions, NULL, 10)))
			break;
		at = rest + strlen(rest) + 1;
	}
	str_release(&output);
	return result;
}

/* The empty tree in the repository's own hash: standard input is empty. */
static char *empty_tree(struct repository *repository, struct error *err)
{
	const char *const arguments[] = {"hash-object", "-t", "tree", "--stdin",
					 NULL};

	return command_ask_line(repository, arguments, err);
}

static int collect(struct repository *repository, const char *from,
		   const char *to, struct collector *collector,
		   struct error *err)
{
	char *range = from ? xasprintf("%s..%s", from, to) : xstrdup(to);
	char *back = from ? xasprintf("%s..%s", to, from) : NULL;
	char *base = from ? xstrdup(from) : empty_tree(repository, err);
	int result = -1;

	if (base && collect_commits(repository, range, collector, err) == 0 &&
	    (!back || command_count(repository, back, &collector->ships->lost,
				    err) == 0))
		result = collector->ships->is_stopped
				 ? 0
				 : collect_files(repository, base, to,
						 collector, err);
	free(base);
	free(back);
	free(range);
	return result;
}

int command_ships(struct repository *repository, const char *live,
		  const char *candidate, struct ships *ships, struct error *err)
{
	char *from = live ? command_resolve(repository, live, err) : NULL;
	char *to = command_resolve(repository, candidate, err);
	struct collector collector;
	int result = -1;

	collector_init(&collector, ships);
	if (to && (from || !live))
		result = collect(repository, from, to, &collector, err);
	collector_finish(&collector);
	if (result < 0)
		ships_release(ships);
	free(from);
	free(to);
	return result;
}

int command_paths(struct repository *repository, const char *live,
		  const char *candidate,
		  void (*take)(const char *raw, void *data), void *data,
		  struct error *err)
{
	char *from = live ? command_resolve(repository, live, err)
			  : empty_tree(repository, err);
	char *to = command_resolve(repository, candidate, err);
	const char *const arguments[] = {"diff",
					 "--name-only",
					 "-z",
					 "--no-renames",
					 "--no-ext-diff",
					 from,
					 to,
					 "--",
					 NULL};
	struct str output = STR_INIT;
	int result = from && to ? command_ask(repository, arguments, &output,
					      HISTORY_LIMIT, err)
				: -1;

	for (const char *at = output.data;
	     result == 0 && at < output.data + output.len; at += strlen(at) + 1)
		take(at, data);
	str_release(&output);
	free(from);
	free(to);
	return result;
}

/* What git prints, cut at the limit and said to be. */
static int add_printed(struct repository *repository,
		       const char *const *arguments, size_t limit,
		       struct str *text, struct error *err)
{
	struct str output = STR_INIT;
	int result =
		command_ask(repository, arguments, &output, HISTORY_LIMIT, err);

	if (result == 0 && output.len > limit)
		ships_say_cut(&output, limit);
	if (result == 0)
		str_add_bytes(text, output.data, output.len);
	str_release(&output);
	return result;
}

int command_diff(struct repository *repository, const char *live,
		 const char *candidate, const char *raw, size_t limit,
		 struct str *text, struct error *err)
{
	char *from = live ? command_resolve(repository, live, err)
			  : empty_tree(repository, err);
	char *to = command_resolve(repository, candidate, err);
	char *path = xasprintf(":(top,literal)%s", raw);
	const char *const arguments[] = {"diff",
					 "--no-color",
					 "--no-renames",
					 "--no-ext-diff",
					 "--no-textconv",
					 from,
					 to,
					 "--",
					 path,
					 NULL};
	int result = from && to ? add_printed(repository, arguments, limit,
					      text, err)
				: -1;

	free(from);
	free(to);
	free(path);
	return result;
}

int command_show(struct repository *repository, const char *commit,
		 size_t limit, struct str *text, struct error *err)
{
	char *id = command_resolve(repository, commit, err);
	const char *const message[] = {"log",
				       "-1",
				       "--no-show-signature",
				       "--encoding=UTF-8",
				       "--format=%B",
				       id,
				       "--",
				       NULL};
	const char *const patch[] = {"diff-tree",
				     "-p",
				     "--root",
				     "--no-commit-id",
				     "--no-color",
				     "--no-renames",
				     "--no-ext-diff",
				     "--no-textconv",
				     "-m",
				     "--first-parent",
				     id,
				     "--",
				     NULL};
	struct str said = STR_INIT;
	int result = -1;

	if (id && command_ask(repository, message, &said, limit, err) == 0) {
		while (said.len && said.data[said.len - 1] == '\n')
			str_truncate(&said, said.len - 1);
		str_add_char(&said, '\n');
		ships_add_message(text, said.data);
		result = add_printed(repository, patch, limit, text, err);
	}
	str_release(&said);
	free(id);
	return result;
}
