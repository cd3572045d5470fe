/* SPDX-License-Identifier: MIT */
/* `gc`: what nothing needs any more, shown with its size and why it may go,
 * then freed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/number.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "engine/garbage.h"
#include "net/http.h"

struct wishes {
	bool dry, yes, json;
};

static void print_size(const struct garbage_item *item, char size[32])
{
	if (item->bytes)
		number_bytes(item->bytes, size);
	else
		snprintf(size, 32, "-");
}

static int64_t total_of(const struct garbage *garbage)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < garbage->count; i++)
		bytes += garbage->items[i].bytes;
	return bytes;
}

/* "1.2 MiB"; where nothing of it has a size, "3 items". */
static const char *amount(int64_t bytes, size_t items,
			  char text[NUMBER_TEXT_SIZE])
{
	if (bytes)
		return number_bytes(bytes, text);
	snprintf(text, NUMBER_TEXT_SIZE, "%zu item%s", items,
		 items == 1 ? "" : "s");
	return text;
}

static void print_all(const struct garbage *garbage)
{
	char size[NUMBER_TEXT_SIZE];

	for (size_t i = 0; i < garbage->count; i++) {
		const struct garbage_item *item = &garbage->items[i];

		print_size(item, size);
		listing_print("%-9s  %9s  %s: %s\n", item->kind->name, size,
			      item->name, item->reason);
	}
	if (!garbage->count)
		listing_print("nothing to free\n");
}

static void print_notes(const struct garbage *garbage)
{
	struct error note = ERROR_INIT;

	fflush(stdout);
	for (size_t i = 0; i < garbage->notes.count; i++) {
		error_set(&note, ERROR_FAILED, "%s", garbage->notes.items[i]);
		cli_fail(&note);
	}
}

static json_t *item_json(const struct garbage_item *item, const char *left)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:s*}", "kind", item->kind->name,
			 "name", item->name, "reason", item->reason, "bytes",
			 (json_int_t)item->bytes, "left", left);
}

/* The same as found now, or NULL: between the asking and the answer things
 * may have moved. */
static const struct garbage_item *find_again(const struct garbage *now,
					     const struct garbage_item *item)
{
	for (size_t i = 0; i < now->count; i++)
		if (now->items[i].kind == item->kind &&
		    strcmp(now->items[i].name, item->name) == 0)
			return &now->items[i];
	return NULL;
}

/* left: why it stays; the caller's. */
static bool free_one(struct garbage *now, const struct garbage_item *shown,
		     char **left)
{
	const struct garbage_item *item = find_again(now, shown);
	struct error why = ERROR_INIT;
	bool is_freed = false;

	if (!item)
		error_set(&why, ERROR_REFUSED, "it is needed again");
	else
		is_freed = garbage_free_item(now, item, &why) == 0;
	*left = is_freed ? NULL : xstrdup(error_text(&why));
	error_clear(&why);
	return is_freed;
}

static int free_all(const struct garbage *garbage, struct garbage *now,
		    const struct wishes *wishes, json_t *rows,
		    struct error *err)
{
	char size[NUMBER_TEXT_SIZE];
	int64_t bytes = 0;
	size_t freed = 0;

	if (garbage_find(now, err) < 0)
		return -1;
	for (size_t i = 0; i < garbage->count; i++) {
		const struct garbage_item *item = &garbage->items[i];
		char *left;

		if (free_one(now, item, &left)) {
			bytes += item->bytes;
			freed++;
		} else if (!wishes->json)
			listing_print("left: %s %s: %s\n", item->kind->name,
				      item->name, left);
		json_array_append_new(rows, item_json(item, left));
		free(left);
	}
	if (!wishes->json)
		listing_print("freed %s\n", amount(bytes, freed, size));
	return 0;
}

static bool may_free(const struct garbage *garbage, const struct wishes *wishes)
{
	char size[NUMBER_TEXT_SIZE], line[16];

	if (wishes->dry || !garbage->count)
		return false;
	if (wishes->yes)
		return true;
	amount(total_of(garbage), garbage->count, size);
	if (wishes->json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		if (!wishes->json)
			listing_print("%s; nothing is freed yet: signalbox gc "
				      "--yes does it\n",
				      size);
		return false;
	}
	listing_print("free %s? [y/N] ", size);
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) &&
	       (line[0] == 'y' || line[0] == 'Y');
}

static int collect(const struct garbage_options *options,
		   const struct wishes *wishes, struct error *err)
{
	struct garbage garbage, now;
	json_t *rows = json_array();
	int result;
	bool frees;

	garbage_init(&garbage, options);
	garbage_init(&now, options);
	result = garbage_find(&garbage, err);
	if (result == 0 && !wishes->json)
		print_all(&garbage);
	print_notes(&garbage);
	frees = result == 0 && may_free(&garbage, wishes);
	if (frees)
		result = free_all(&garbage, &now, wishes, rows, err);
	for (size_t i = 0; result == 0 && !frees && i < garbage.count; i++)
		json_array_append_new(rows, item_json(&garbage.items[i], NULL));
	if (result == 0 && wishes->json)
		listing_json(
			json_pack("{s:b, s:O}", "freed", frees, "items", rows));
	json_decref(rows);
	garbage_release(&now);
	garbage_release(&garbage);
	return result;
}

/* How many runs keep their logs is the checked-out commit's to say; one
 * without a good file does not keep the disk from being freed. */
static int runs_kept(struct project *project)
{
	struct error why = ERROR_INIT;

	if (project_commit(project, NULL, false, &why) == 0)
		return project->pipeline->keep_runs;
	error_prefix(&why, "the newest %d runs keep their logs",
		     KEEP_RUNS_DEFAULT);
	cli_fail(&why);
	return KEEP_RUNS_DEFAULT;
}

static int gc(const struct wishes *wishes, struct error *err)
{
	struct project project;
	struct garbage_options options = {0};
	int result;

	if (net_init(err) < 0 || project_open(&project, err) < 0)
		return -1;
	options.common = repository_common_folder(project.repository);
	options.state = repository_state_folder(project.repository);
	options.person = project.person;
	options.keep_runs = runs_kept(&project);
	options.loop = loop_new();
	result = collect(&options, wishes, err);
	loop_free(options.loop);
	project_close(&project);
	net_cleanup();
	return result;
}

int cli_gc(int argc, char **argv)
{
	struct wishes wishes = {0};
	const char *output = NULL;
	const struct cli_option options[] = {
		{"--dry-run", NULL, &wishes.dry, NULL, NULL, "only show it"},
		{"--yes", NULL, &wishes.yes, NULL, NULL, "do not ask"},
		{"--output", &output, NULL, NULL, "text|json",
		 "lines for people, or JSON"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, NULL, 0, 0};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    cli_is_json(output, &wishes.json, &err) < 0)
		return cli_fail(&err);
	if (wishes.dry && wishes.yes) {
		error_set(&err, ERROR_USAGE,
			  "--dry-run and --yes contradict each other");
		return cli_fail(&err);
	}
	return gc(&wishes, &err) < 0 ? cli_fail(&err) : 0;
}
