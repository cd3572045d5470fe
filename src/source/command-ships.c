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

static void collect_record(struct collector *collector, char **field)
{
	char *author = text_utf8(field[1], NULL);
	char *email = text_utf8(field[2], NULL);
	char *committer = text_utf8(field[3], NULL);
	char *subject = text_utf8(field[5], NULL);

	collector_add_commit(
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
	       command_fields(&at, output.data + output.len, field, 7))
		collect_record(collector, field);
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
		char *path;

		if (!rest)
			break;
		path = text_utf8(rest, NULL);
		collector_add_file(collector, path,
				   (size_t)strtoull(insertions, NULL, 10),
				   (size_t)strtoull(deletions, NULL, 10));
		free(path);
		at = rest + strlen(rest) + 1;
	}
	str_release(&output);
	return result;
}

static int collect(struct repository *repository, const char *from,
		   const char *to, struct collector *collector,
		   struct error *err)
{
	char *range = from ? xasprintf("%s..%s", from, to) : xstrdup(to);
	char *back = from ? xasprintf("%s..%s", to, from) : NULL;
	/* Standard input is empty, so this is the empty tree in the
	 * repository's own hash. */
	const char *const empty[] = {"hash-object", "-t", "tree", "--stdin",
				     NULL};
	char *base =
		from ? xstrdup(from) : command_ask_line(repository, empty, err);
	int result = -1;

	if (base && collect_commits(repository, range, collector, err) == 0 &&
	    (!back || command_count(repository, back, &collector->ships->lost,
				    err) == 0))
		result = collect_files(repository, base, to, collector, err);
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
