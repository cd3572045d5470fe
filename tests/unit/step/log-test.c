/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "step/log.h"

#define PATIENCE_US (60 * 1000000)
#define MIB (1 << 20)

struct fixture {
	char *folder, *path;
	struct loop *loop;
	struct helper *writer;
	struct log_pool *pool;
	struct stage_log *log;
	int gate[2]; /* the writer waits for a byte of it while it is held */
	struct str tapped;
	int64_t bytes, lines; /* as told last */
	int told, marred;
	char *why; /* marred last */
	bool ended;
};

static void grew(void *data, int64_t bytes, int64_t lines)
{
	struct fixture *f = data;

	assert_true(f->marred || (bytes > f->bytes && lines >= f->lines));
	f->bytes = bytes;
	f->lines = lines;
	f->told++;
}

static void bytes(void *data, const char *text, size_t len)
{
	struct fixture *f = data;

	str_add_bytes(&f->tapped, text, len);
}

static void ended(void *data)
{
	((struct fixture *)data)->ended = true;
}

static void marred(void *data, const char *why)
{
	struct fixture *f = data;

	assert_non_null(strstr(why, f->path));
	free(f->why);
	f->why = xstrdup(why);
	f->marred++;
}

static const struct log_handlers handlers = {grew, bytes, ended};

static void open_log(struct fixture *f, const struct strings *secrets)
{
	f->log = stage_log_new(f->pool, f->path, secrets, &handlers, f);
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	str_init(&f->tapped);
	f->folder = xstrdup("/tmp/signalbox-log-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->path = path_join(f->folder, "stage.log");
	assert_int_equal(pipe2(f->gate, O_CLOEXEC), 0);
	f->loop = loop_new();
	f->writer = helper_new(f->loop, "writer");
	f->pool = log_pool_new(f->loop, f->writer, marred, f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	stage_log_finish(f->log);
	helper_free(f->writer);
	log_pool_free(f->pool);
	loop_free(f->loop);
	close(f->gate[0]);
	close(f->gate[1]);
	str_release(&f->tapped);
	assert_int_equal(folder_remove(f->folder, NULL), 0);
	free(f->why);
	free(f->path);
	free(f->folder);
	free(f);
	return 0;
}

static void wait_for_byte(void *data)
{
	struct fixture *f = data;
	char byte;

	while (read(f->gate[0], &byte, 1) < 0)
		;
}

static void hold_disk(struct fixture *f)
{
	helper_run(f->writer, wait_for_byte, NULL, f);
}

static void free_disk(struct fixture *f)
{
	assert_int_equal(write(f->gate[1], "x", 1), 1);
}

static int output(struct fixture *f, bool piped)
{
	struct error err = ERROR_INIT;
	int fd = stage_log_output(f->log, piped, &err);

	assert_string_equal(error_text(&err), "");
	return fd;
}

static int feed(struct fixture *f)
{
	int fd = output(f, true);

	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static bool is_file(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	return S_ISREG(status.st_mode);
}

/* The file itself, for a child that nothing stands before. */
static int give(struct fixture *f)
{
	int fd = output(f, false);

	assert_true(is_file(fd));
	return fd;
}

static void until_ended(struct fixture *f)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!f->ended) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(f->loop, 100);
	}
}

/* The child has closed it. */
static void until_counted(struct fixture *f)
{
	assert_true(stage_log_end_output(f->log, false));
	until_ended(f);
}

/* Writes all of it, the loop turning where the pipe is full. */
static void put(struct fixture *f, int fd, const char *data, size_t len)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (len) {
		ssize_t n = write(fd, data, len);

		assert_true(clock_monotonic_us() < until);
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		} else {
			loop_turn(f->loop, 10);
		}
	}
}

/* Ends the log and waits for the writer; the file's bytes. */
static struct str finished(struct fixture *f)
{
	struct str text = STR_INIT;

	stage_log_finish(f->log);
	f->log = NULL;
	while (helper_pending(f->writer))
		loop_turn(f->loop, 10);
	loop_turn(f->loop, 10);
	if (file_exists(f->path))
		assert_int_equal(file_read(f->path, &text, 64 * MIB, NULL), 0);
	return text;
}

static void a_stage_that_prints_nothing_has_an_empty_log(void **state)
{
	struct fixture *f = *state;
	struct str text;
	int fd;

	open_log(f, NULL);
	fd = feed(f);
	close(fd);
	until_ended(f);
	f->ended = false;
	close(give(f));
	until_counted(f);
	text = finished(f);
	assert_int_equal(text.len, 0);
	assert_int_equal(f->told, 0);
	str_release(&text);
}

static ino_t inode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_ino : 0;
}

/* A stage whose child has the file, and perhaps prints. Its inode. */
static ino_t run_stage(struct fixture *f, const char *path, const char *prints)
{
	ino_t inode;
	int fd;

	f->ended = false;
	f->bytes = f->lines = 0;
	f->log = stage_log_new(f->pool, path, NULL, &handlers, f);
	fd = give(f);
	inode = inode_of(path);
	put(f, fd, prints, strlen(prints));
	close(fd);
	until_counted(f);
	stage_log_finish(f->log);
	f->log = NULL;
	while (helper_pending(f->writer))
		loop_turn(f->loop, 10);
	loop_turn(f->loop, 10);
	return inode;
}

static void a_file_without_a_byte_becomes_the_next_ones(void **state)
{
	struct fixture *f = *state;
	char *second = path_join(f->folder, "second.log");
	char *third = path_join(f->folder, "third.log");
	ino_t inode = run_stage(f, f->path, "");
	struct str text = STR_INIT;

	assert_int_equal(run_stage(f, second, "it speaks\n"), inode);
	assert_int_equal(inode_of(f->path), 0);
	assert_int_not_equal(run_stage(f, third, ""), inode);
	assert_int_equal(file_read(second, &text, 100, NULL), 0);
	assert_string_equal(text.data, "it speaks\n");
	/* Of the same stage again: it has it. */
	inode = inode_of(third);
	assert_int_equal(run_stage(f, third, ""), inode);
	str_release(&text);
	free(second);
	free(third);
}

/* Or it would read there what another stage prints. */
static void a_file_that_somebody_reads_stays_what_it_is(void **state)
{
	struct fixture *f = *state;
	char *second = path_join(f->folder, "second.log");
	ino_t inode = run_stage(f, f->path, "");
	int reader = open(f->path, O_RDONLY | O_CLOEXEC);
	char byte;

	assert_true(reader >= 0);
	assert_int_not_equal(run_stage(f, second, "it speaks\n"), inode);
	assert_int_equal(inode_of(f->path), inode);
	assert_int_equal(read(reader, &byte, 1), 0);
	close(reader);
	free(second);
}

static void a_file_written_to_after_its_end_stays_what_it_is(void **state)
{
	struct fixture *f = *state;
	char *second = path_join(f->folder, "second.log");
	ino_t inode = run_stage(f, f->path, "");
	int late = open(f->path, O_WRONLY | O_APPEND | O_CLOEXEC);

	put(f, late, "late", 4);
	close(late);
	assert_int_not_equal(run_stage(f, second, ""), inode);
	assert_int_equal(inode_of(f->path), inode);
	free(second);
}

static struct str numbered_lines(int count)
{
	struct str text = STR_INIT;

	for (int i = 0; i < count; i++)
		str_addf(&text, "line %d of what a child printed\n", i);
	return text;
}

/* Every entry names a place where that many lines are behind it. */
static void check_index(const char *path, const struct str *text)
{
	char *name = xasprintf("%s.index", path);
	FILE *file = fopen(name, "r");
	long long offset, lines, ms, before = -1;
	int entries = 0;

	assert_non_null(file);
	while (fscanf(file, "%lld %lld %lld", &offset, &lines, &ms) == 3) {
		long long counted = 0;

		assert_true(offset > before && offset < (long long)text->len);
		for (long long i = 0; i < offset; i++)
			counted += text->data[i] == '\n';
		assert_int_equal(counted, lines);
		before = offset;
		entries++;
	}
	assert_true(entries >= 1 + (int)(text->len / (512 << 10)));
	fclose(file);
	free(name);
}

static void bytes_lines_and_index_are_right_over_many_blocks(void **state)
{
	struct fixture *f = *state;
	struct str sent = numbered_lines(100000);
	struct str text;
	int fd;

	open_log(f, NULL);
	fd = feed(f);
	put(f, fd, sent.data, sent.len);
	put(f, fd, "no newline", 10);
	close(fd);
	until_ended(f);
	assert_int_equal(stage_log_bytes(f->log), sent.len + 10);
	assert_int_equal(stage_log_lines(f->log), 100000);
	text = finished(f);
	assert_int_equal(text.len, sent.len + 10);
	assert_memory_equal(text.data, sent.data, sent.len);
	assert_int_equal(f->bytes, text.len);
	assert_int_equal(f->lines, 100000);
	check_index(f->path, &text);
	assert_int_equal(f->tapped.len, 0);
	str_release(&text);
	str_release(&sent);
}

static void a_secret_is_masked_wherever_a_chunk_is_cut(void **state)
{
	struct fixture *f = *state;
	struct strings secrets = STRINGS_INIT;
	struct str text;
	int fd;

	strings_add(&secrets, "hunter2");
	open_log(f, &secrets);
	stage_log_tap(f->log, true);
	fd = feed(f);
	for (size_t cut = 0; cut <= strlen("a hunter2 b\n"); cut++) {
		const char *line = "a hunter2 b\n";

		put(f, fd, line, cut);
		loop_turn(f->loop, 0);
		put(f, fd, line + cut, strlen(line) - cut);
		loop_turn(f->loop, 0);
	}
	put(f, fd, "hunter", 6); /* the beginning of one, and then the end */
	close(fd);
	until_ended(f);
	text = finished(f);
	assert_null(strstr(text.data, "hunter2"));
	assert_non_null(strstr(text.data, "a *** b\n"));
	assert_string_equal(text.data + text.len - 6, "hunter");
	assert_int_equal(f->tapped.len, text.len);
	assert_memory_equal(f->tapped.data, text.data, text.len);
	assert_int_equal(f->bytes, text.len);
	str_release(&text);
	strings_release(&secrets);
}

/* The most that may wait, and one block more that is on its way. */
static void a_slow_disk_leaves_the_pipe_unread(void **state)
{
	struct fixture *f = *state;
	char *block = xcalloc(1, MIB);
	struct str text;
	ssize_t n;
	int64_t sent = 0;
	int64_t before;
	int turns;
	int fd;

	open_log(f, NULL);
	fd = feed(f);
	hold_disk(f);
	for (int idle = 0; idle < 50;) {
		n = write(fd, block, MIB);
		sent += n > 0 ? n : 0;
		idle = n > 0 ? 0 : idle + 1;
		loop_turn(f->loop, 0);
	}
	assert_in_range(stage_log_bytes(f->log), 3 * MIB, 4 * MIB);
	/* The pipe's end wakes nobody as long as nobody can read it. */
	close(fd);
	before = clock_monotonic_us();
	for (turns = 0; clock_monotonic_us() - before < 240000; turns++)
		loop_turn(f->loop, 120); /* growth that was not told yet */
	assert_true(turns < 8);
	assert_false(f->ended);
	free_disk(f);
	until_ended(f);
	text = finished(f);
	assert_int_equal(text.len, sent);
	str_release(&text);
	free(block);
}

static void set_limit(rlim_t limit_bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = limit_bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Also when the stage has ended before the writer came to it. */
static void a_disk_that_refuses_is_told_once(void **state)
{
	struct fixture *f = *state;
	struct str text = STR_INIT;

	open_log(f, NULL);
	hold_disk(f);
	set_limit(5);
	for (int i = 0; i < 4; i++)
		stage_log_printf(f->log, "line %d\n", i);
	stage_log_finish(f->log);
	f->log = NULL;
	free_disk(f);
	while (helper_pending(f->writer))
		loop_turn(f->loop, 10);
	loop_turn(f->loop, 10);
	set_limit(RLIM_INFINITY);
	assert_int_equal(f->marred, 1);
	assert_int_equal(file_read(f->path, &text, 1000, NULL), 0);
	assert_string_equal(text.data, "line ");
	str_release(&text);
}

/* A child has ended, and what it left behind goes on holding the pipe. */
static void a_straggler_is_read_once_and_left(void **state)
{
	struct fixture *f = *state;
	struct str text;
	int fd;

	open_log(f, NULL);
	fd = feed(f);
	put(f, fd, "before\n", 7);
	assert_false(stage_log_end_output(f->log, false));
	assert_true(stage_log_end_output(f->log, true));
	assert_true(f->ended);
	f->ended = false;
	assert_int_equal(stage_log_bytes(f->log), 7);
	assert_int_equal(write(fd, "after\n", 6), -1);
	loop_turn(f->loop, 10);
	assert_false(f->ended);
	close(fd);
	fd = feed(f); /* a second try of the stage */
	put(f, fd, "again\n", 6);
	close(fd);
	until_ended(f);
	text = finished(f);
	assert_string_equal(text.data, "before\nagain\n");
	str_release(&text);
}

static void until_told(struct fixture *f, int64_t bytes)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (f->bytes != bytes) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(f->loop, 10);
	}
}

static void say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void a_child_writes_into_the_file_and_is_followed(void **state)
{
	struct fixture *f = *state;
	struct str sent = numbered_lines(100000);
	struct str text;
	int fd;

	open_log(f, NULL);
	fd = give(f);
	put(f, fd, sent.data, sent.len);
	until_told(f, (int64_t)sent.len); /* while it still writes */
	assert_int_equal(f->lines, 100000);
	put(f, fd, sent.data, sent.len);
	put(f, fd, "no newline", 10);
	assert_false(stage_log_end_output(f->log, false));
	close(fd);
	until_counted(f);
	text = finished(f);
	assert_int_equal(text.len, 2 * sent.len + 10);
	assert_int_equal(f->bytes, text.len);
	assert_int_equal(f->lines, 200000);
	check_index(f->path, &text);
	assert_int_equal(f->marred, 0);
	str_release(&text);
	str_release(&sent);
}

static void own_words_stand_before_and_after_what_a_child_prints(void **state)
{
	struct fixture *f = *state;
	struct str text;
	int fd;

	open_log(f, NULL);
	stage_log_printf(f->log, "before\n");
	while (helper_pending(f->writer))
		loop_turn(f->loop, 10);
	loop_turn(f->loop, 0);
	fd = give(f);
	say(fd, "one\n");
	stage_log_printf(f->log, "after\n");
	say(fd, "two\n");
	close(fd);
	until_counted(f);
	stage_log_printf(f->log, "last\n");
	text = finished(f);
	assert_string_equal(text.data, "before\none\ntwo\nafter\nlast\n");
	check_index(f->path, &text);
	assert_int_equal(f->bytes, text.len);
	assert_int_equal(f->lines, 5);
	str_release(&text);
}

static void assert_piped(struct fixture *f)
{
	int fd = output(f, false);
	struct str text;

	assert_false(is_file(fd));
	close(fd);
	until_ended(f);
	f->ended = false;
	text = finished(f);
	str_release(&text);
}

static void what_stands_before_the_file_is_a_pipe(void **state)
{
	struct fixture *f = *state;
	struct strings secrets = STRINGS_INIT;

	strings_add(&secrets, "hunter2");
	open_log(f, &secrets);
	assert_piped(f);
	open_log(f, NULL);
	stage_log_tap(f->log, true);
	assert_piped(f);
	open_log(f, NULL);
	stage_log_limit(f->log, 1000);
	assert_piped(f);
	strings_release(&secrets);
}

/* Words that the disk has not taken would come after the child's. */
static void words_on_their_way_keep_a_child_from_the_file(void **state)
{
	struct fixture *f = *state;
	struct str text;
	int fd;

	open_log(f, NULL);
	hold_disk(f);
	stage_log_printf(f->log, "trying again\n");
	fd = output(f, false);
	assert_false(is_file(fd));
	say(fd, "second\n");
	close(fd);
	free_disk(f);
	until_ended(f);
	text = finished(f);
	assert_string_equal(text.data, "trying again\nsecond\n");
	str_release(&text);
}

static void check_emptied(struct fixture *f, const char *left)
{
	struct str text = finished(f);

	assert_int_equal(f->marred, 1);
	assert_non_null(strstr(f->why, "emptied"));
	assert_true(starts_with(text.data, left));
	assert_non_null(strstr(text.data, "signalbox: the command emptied"));
	assert_int_equal(f->bytes, text.len);
	assert_int_equal(f->lines, (starts_with(left, "x\n") ? 1 : 3) + 1);
	check_index(f->path, &text);
	str_release(&text);
}

static void a_child_that_empties_its_log_is_found_out(void **state)
{
	struct fixture *f = *state;
	int fd;

	open_log(f, NULL);
	fd = give(f);
	say(fd, "one\ntwo\nthree\n");
	until_told(f, 14);
	assert_int_equal(ftruncate(fd, 0), 0);
	say(fd, "x\n");
	close(fd);
	until_counted(f);
	check_emptied(f, "x\n");
}

/* Though the file is longer than ever. */
static void a_log_that_grew_again_is_found_out_too(void **state)
{
	struct fixture *f = *state;
	int fd;

	open_log(f, NULL);
	fd = give(f);
	say(fd, "one\ntwo\nthree\n");
	until_told(f, 14);
	assert_int_equal(ftruncate(fd, 0), 0);
	say(fd, "other lines\nof\nwhat came later\n");
	close(fd);
	until_counted(f);
	check_emptied(f, "other lines\n");
}

/* Before anything was counted, and longer than before. */
static void a_log_that_was_opened_anew_is_told_of(void **state)
{
	struct fixture *f = *state;
	struct str text;
	int fd, anew;

	open_log(f, NULL);
	fd = give(f);
	say(fd, "one\n");
	anew = open(f->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	say(anew, "two and more\n");
	close(anew);
	close(fd);
	until_counted(f);
	text = finished(f);
	assert_int_equal(f->marred, 1);
	assert_non_null(strstr(f->why, "opened"));
	assert_true(starts_with(text.data, "two and more\nsignalbox: "));
	assert_int_equal(f->bytes, text.len);
	str_release(&text);
}

/* What it does to its own descriptor changes nothing of ours. */
static void a_child_that_seeks_and_overwrites_harms_only_its_own(void **state)
{
	struct fixture *f = *state;
	struct str text;
	int fd;

	open_log(f, NULL);
	fd = give(f);
	say(fd, "one\ntwo\n");
	until_told(f, 8);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	say(fd, "ONE\n");
	assert_int_equal(lseek(fd, 100, SEEK_SET), 100);
	say(fd, "far\n");
	close(fd);
	until_counted(f);
	stage_log_printf(f->log, "last\n");
	text = finished(f);
	assert_memory_equal(text.data, "ONE\ntwo\n", 9);
	assert_memory_equal(text.data + 100, "far\n", 4);
	assert_int_equal(f->marred, 1);
	assert_true(ends_with(text.data + text.len - 5, "last\n"));
	assert_int_equal(f->bytes, text.len);
	str_release(&text);
}

static void a_straggler_does_not_keep_a_file_from_its_end(void **state)
{
	struct fixture *f = *state;
	struct str text;
	int fd;

	open_log(f, NULL);
	fd = give(f);
	say(fd, "before\n");
	assert_false(stage_log_end_output(f->log, false));
	assert_true(stage_log_end_output(f->log, true));
	until_ended(f);
	assert_int_equal(stage_log_bytes(f->log), 7);
	say(fd, "after\n"); /* stands in the file, uncounted */
	text = finished(f);
	assert_string_equal(text.data, "before\nafter\n");
	assert_int_equal(f->bytes, 7);
	close(fd);
	str_release(&text);
}

/* Nobody waits for the end of a log that is let go in its midst. */
static void a_log_may_end_while_it_is_followed(void **state)
{
	struct fixture *f = *state;
	struct str sent = numbered_lines(200000);
	struct str text;
	int fd;

	open_log(f, NULL);
	fd = give(f);
	put(f, fd, sent.data, sent.len);
	assert_true(stage_log_end_output(f->log, true));
	text = finished(f);
	assert_int_equal(text.len, sent.len);
	assert_false(f->ended);
	close(fd);
	str_release(&text);
	str_release(&sent);
}

static void a_limit_cuts_with_a_word(void **state)
{
	struct fixture *f = *state;
	struct str text;
	int fd;

	open_log(f, NULL);
	stage_log_limit(f->log, 1024);
	stage_log_tap(f->log, true);
	fd = feed(f);
	for (int i = 0; i < 100; i++)
		put(f, fd, "a line of twenty one\n", 21);
	close(fd);
	until_ended(f);
	text = finished(f);
	assert_int_equal(f->tapped.len, 2100);
	assert_string_equal(text.data + 1024,
			    "\nsignalbox: the log is cut here, at 1.0 KiB "
			    "(log-limit)\n"
			    "signalbox: 1076 more bytes were dropped\n");
	assert_int_equal(f->bytes, text.len);
	assert_int_equal(f->marred, 1);
	assert_non_null(strstr(f->why, "1076 more bytes"));
	str_release(&text);
}

static void a_limit_that_is_not_reached_says_nothing(void **state)
{
	struct fixture *f = *state;
	struct str text;
	int fd;

	open_log(f, NULL);
	stage_log_limit(f->log, 5);
	fd = feed(f);
	put(f, fd, "five\n", 5);
	close(fd);
	until_ended(f);
	stage_log_printf(f->log, "own words are over it\n");
	text = finished(f);
	assert_string_equal(text.data, "five\nown words are over it\n");
	assert_int_equal(f->marred, 0);
	str_release(&text);
}

static void growth_is_told_ten_times_a_second_at_most(void **state)
{
	struct fixture *f = *state;
	int64_t began = clock_monotonic_us();
	int64_t most;
	struct str text;

	open_log(f, NULL);
	while (clock_monotonic_us() - began < 350000 || f->told < 2) {
		stage_log_printf(f->log, "x\n");
		loop_turn(f->loop, 1);
	}
	most = (clock_monotonic_us() - began) / 100000 + 1;
	assert_in_range(f->told, 2, most);
	text = finished(f);
	assert_int_equal(f->bytes, text.len);
	str_release(&text);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_stage_that_prints_nothing_has_an_empty_log),
		IN_FOLDER(a_file_without_a_byte_becomes_the_next_ones),
		IN_FOLDER(a_file_that_somebody_reads_stays_what_it_is),
		IN_FOLDER(a_file_written_to_after_its_end_stays_what_it_is),
		IN_FOLDER(bytes_lines_and_index_are_right_over_many_blocks),
		IN_FOLDER(a_secret_is_masked_wherever_a_chunk_is_cut),
		IN_FOLDER(a_slow_disk_leaves_the_pipe_unread),
		IN_FOLDER(a_disk_that_refuses_is_told_once),
		IN_FOLDER(a_straggler_is_read_once_and_left),
		IN_FOLDER(a_child_writes_into_the_file_and_is_followed),
		IN_FOLDER(own_words_stand_before_and_after_what_a_child_prints),
		IN_FOLDER(what_stands_before_the_file_is_a_pipe),
		IN_FOLDER(words_on_their_way_keep_a_child_from_the_file),
		IN_FOLDER(a_child_that_empties_its_log_is_found_out),
		IN_FOLDER(a_log_that_grew_again_is_found_out_too),
		IN_FOLDER(a_log_that_was_opened_anew_is_told_of),
		IN_FOLDER(a_child_that_seeks_and_overwrites_harms_only_its_own),
		IN_FOLDER(a_straggler_does_not_keep_a_file_from_its_end),
		IN_FOLDER(a_log_may_end_while_it_is_followed),
		IN_FOLDER(a_limit_cuts_with_a_word),
		IN_FOLDER(a_limit_that_is_not_reached_says_nothing),
		IN_FOLDER(growth_is_told_ten_times_a_second_at_most),
	};

	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
