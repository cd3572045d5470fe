/* SPDX-License-Identifier: MIT */
#include "support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/remember.h"
#include "engine/runs.h"
#include "event/journal.h"

static void emit(struct journal *journal, struct event *event)
{
	journal_append(journal, event);
	event_free(event);
}

static void start(struct journal *journal, int64_t run)
{
	struct event *event = event_new(EVENT_RUN_STARTED, NULL);

	event_set_int(event, "run", run);
	event_set(event, "pipeline", "shop");
	event_set(event, "version", "v2");
	emit(journal, event);
}

/* A stage that took `ms`, of which it waited `waited` at its gate. */
static void stage(struct journal *journal, int64_t ms, int64_t waited)
{
	struct event *event = event_new(EVENT_STAGE_STARTED, "unit");
	int64_t now = event->time_ms;

	emit(journal, event);
	event = event_new(EVENT_GATE_OPENED, "unit");
	event->time_ms = now;
	if (waited)
		emit(journal, event);
	else
		event_free(event);
	event = event_new(EVENT_GATE_CLOSED, "unit");
	event->time_ms = now + waited;
	event_set(event, "outcome", "approved");
	if (waited)
		emit(journal, event);
	else
		event_free(event);
	event = event_new(EVENT_STAGE_FINISHED, "unit");
	event_set(event, "outcome", "passed");
	event_set_int(event, "ms", ms);
	emit(journal, event);
}

static void finish(struct journal *journal)
{
	struct event *event = event_new(EVENT_RUN_FINISHED, NULL);

	event_set(event, "outcome", "passed");
	emit(journal, event);
	journal_free(journal);
}

static struct journal *create(const char *state)
{
	int lock;
	int64_t run = run_create(state, &lock, NULL);
	char *folder = run_folder(state, run);
	struct journal *journal = journal_create(folder, "run", NULL);

	assert_non_null(journal);
	start(journal, run);
	close(lock);
	free(folder);
	return journal;
}

static void add_run(const char *state, int64_t ms, int64_t waited)
{
	struct journal *journal = create(state);

	stage(journal, ms, waited);
	finish(journal);
}

static int64_t usual(const char *state)
{
	struct history past;
	int64_t ms;

	remember_runs(state, &past);
	ms = history_usual_ms(&past, "shop", "unit", 0);
	history_release(&past);
	return ms;
}

static ino_t file_of(const char *state, off_t *size)
{
	char *path = path_join(state, "history.ndjson");
	struct stat st = {.st_size = -1};

	(void)!stat(path, &st);
	free(path);
	*size = st.st_size;
	return st.st_ino;
}

static void there_is_no_past_where_nothing_was_run(void **state)
{
	struct history past;
	off_t size;

	remember_runs(*state, &past);
	assert_int_equal(past.count, 0);
	history_release(&past);
	file_of(*state, &size);
	assert_int_equal(size, -1);
}

static void what_journals_say_is_noted_once(void **state)
{
	off_t before, after;
	ino_t file;

	add_run(*state, 300, 0);
	add_run(*state, 5100, 5000); /* the wait does not count */
	assert_int_equal(usual(*state), 200);
	file = file_of(*state, &before);
	assert_int_equal(usual(*state), 200);
	assert_int_equal(file_of(*state, &after), file);
	assert_int_equal(after, before);
	add_run(*state, 900, 0);
	remember_run(*state, 3, NULL);
	assert_int_equal(file_of(*state, &after), file);
	assert_true(after > before);
	before = after;
	assert_int_equal(usual(*state), 300);
	file_of(*state, &after);
	assert_int_equal(after, before);
}

/* A run that was cut off and goes on: its journal has grown. */
static void a_run_whose_journal_has_moved_is_read_anew(void **state)
{
	struct journal *journal = create(*state);
	char *folder = run_folder(*state, 1);
	struct history past;

	journal_free(journal);
	remember_runs(*state, &past);
	assert_int_equal(past.count, 1);
	assert_int_equal(past.runs[0].finished, 0);
	assert_false(past.runs[0].live);
	history_release(&past);
	journal = journal_open(folder, NULL, NULL);
	stage(journal, 400, 0);
	finish(journal);
	remember_runs(*state, &past);
	assert_int_equal(past.count, 1);
	assert_true(past.runs[0].finished > 0);
	assert_int_equal(past.runs[0].stages[0].ms, 400);
	history_release(&past);
	remember_newest(*state, 1, &past);
	assert_int_equal(past.count, 0);
	history_release(&past);
	free(folder);
}

static void write_past(const char *state, const char *text, const char *mode)
{
	char *path = path_join(state, "history.ndjson");
	FILE *file = fopen(path, mode);

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static void a_damaged_file_is_made_anew(void **state)
{
	add_run(*state, 300, 0);
	write_past(*state, "what is this\n", "w");
	assert_int_equal(usual(*state), 300);
	write_past(*state, "{\"run\":1,\"bytes\":7", "a");
	assert_int_equal(usual(*state), 300);
	write_past(*state, "{\"run\":1,\"bytes\":7}\nnonsense\n", "a");
	assert_int_equal(usual(*state), 300);
	write_past(*state, "", "w");
	add_run(*state, 500, 0);
	assert_int_equal(usual(*state), 400);
}

/* The same journal for each. */
static void add_copies(const char *state, int from, int to)
{
	char *first = run_folder(state, 1);
	char *text = xasprintf("for i in $(seq %d %d); do mkdir %s/runs/$i && "
			       "ln %s/journal.ndjson %s/head %s/runs/$i; done",
			       from, to, state, first, first, state);

	assert_int_equal(system(text), 0);
	free(text);
	free(first);
}

static void only_the_newest_runs_are_kept_in_it(void **state)
{
	struct history past;
	off_t size, after;

	add_run(*state, 300, 0);
	add_copies(*state, 2, 600);
	remember_runs(*state, &past);
	assert_int_equal(past.count, 500);
	assert_int_equal(past.runs[0].run, 600);
	assert_int_equal(past.runs[499].run, 101);
	history_release(&past);
	file_of(*state, &size);
	add_copies(*state, 601, 1200);
	assert_int_equal(usual(*state), 300);
	file_of(*state, &after);
	assert_true(after > size);
	assert_int_equal(usual(*state), 300); /* written anew, and shorter */
	file_of(*state, &after);
	assert_true(after < 2 * size);
}

/* However many there were, and however long their lines are. */
static void the_start_of_a_run_reads_only_the_newest(void **state)
{
	char *much = xasprintf("%0100000d\n", 0);
	struct history past;
	off_t size, after;

	add_run(*state, 300, 0);
	add_copies(*state, 2, 600);
	remember_runs(*state, &past);
	assert_int_equal(past.count, 500);
	history_release(&past);
	write_past(*state, much, "a");
	file_of(*state, &size);
	add_run(*state, 700, 0);
	remember_newest(*state, 0, &past);
	assert_in_range(past.count, 50, 200);
	assert_int_equal(past.runs[0].run, 601);
	assert_int_equal(past.runs[0].stages[0].ms, 700);
	assert_int_equal(past.runs[1].run, 600);
	history_release(&past);
	file_of(*state, &after);
	assert_in_range(after - size, 100, 500); /* the new one's line */
	write_past(*state, "{\"run\":1,\"bytes\":7", "a");
	remember_newest(*state, 0, &past);
	assert_int_equal(past.count, 500); /* it is made anew from all */
	history_release(&past);
	free(much);
}

static void the_start_of_a_run_reads_few_journals(void **state)
{
	struct history past;

	add_run(*state, 300, 0);
	add_copies(*state, 2, 60);
	remember_newest(*state, 60, &past);
	assert_int_equal(past.count, 20);
	assert_int_equal(past.runs[0].run, 59);
	history_release(&past);
	remember_newest(*state, 0, &past);
	assert_int_equal(past.count, 40);
	history_release(&past);
	remember_runs(*state, &past);
	assert_int_equal(past.count, 60);
	history_release(&past);
}

static void damage(const char *state, int64_t run, const char *command)
{
	char *folder = run_folder(state, run);
	char *text = xasprintf("cd %s && %s", folder, command);

	assert_int_equal(system(text), 0);
	free(text);
	free(folder);
}

/* A removed one is not missed, and one of which nothing is written yet. */
static void runs_that_cannot_be_read_are_named(void **state)
{
	struct history past;
	int lock;

	for (int i = 0; i < 5; i++)
		add_run(*state, 300, 0);
	assert_int_equal(run_create(*state, &lock, NULL), 6);
	damage(*state, 2, "sed -i '3s/unit/tinu/' journal.ndjson");
	damage(*state, 3, "rm -r ../3");
	damage(*state, 4,
	       "rm journal.ndjson && ln -s journal.ndjson journal.ndjson");
	remember_runs(*state, &past);
	assert_int_equal(past.count, 2);
	assert_int_equal(past.unread_count, 2);
	assert_int_equal(past.unread[0], 4);
	assert_int_equal(past.unread[1], 2);
	history_release(&past);
	close(lock);
}

static void a_run_that_lives_teaches_nothing_yet(void **state)
{
	int lock;
	char *folder;
	struct journal *journal;
	struct history past;
	off_t size;

	assert_int_equal(run_create(*state, &lock, NULL), 1);
	folder = run_folder(*state, 1);
	journal = journal_create(folder, "run", NULL);
	start(journal, 1);
	stage(journal, 300, 0);
	assert_int_equal(journal_flush(journal, NULL), 0);
	remember_runs(*state, &past);
	assert_int_equal(past.count, 1);
	assert_true(past.runs[0].live);
	assert_string_equal(past.runs[0].version, "v2");
	assert_int_equal(past.runs[0].stage_count, 0);
	history_release(&past);
	file_of(*state, &size);
	assert_true(size < 100);
	journal_free(journal);
	close(lock);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(there_is_no_past_where_nothing_was_run),
		WITH_FOLDER(what_journals_say_is_noted_once),
		WITH_FOLDER(a_run_whose_journal_has_moved_is_read_anew),
		WITH_FOLDER(a_damaged_file_is_made_anew),
		WITH_FOLDER(only_the_newest_runs_are_kept_in_it),
		WITH_FOLDER(the_start_of_a_run_reads_only_the_newest),
		WITH_FOLDER(the_start_of_a_run_reads_few_journals),
		WITH_FOLDER(runs_that_cannot_be_read_are_named),
		WITH_FOLDER(a_run_that_lives_teaches_nothing_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
