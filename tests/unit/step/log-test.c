/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
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
	int told, failures;
	bool ended;
};

static void grew(void *data, int64_t bytes, int64_t lines)
{
	struct fixture *f = data;

	assert_true(bytes > f->bytes && lines >= f->lines);
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

static void failed(void *data, const char *why)
{
	struct fixture *f = data;

	assert_non_null(strstr(why, f->path));
	f->failures++;
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
	f->pool = log_pool_new(f->loop, f->writer, failed, f);
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

static int feed(struct fixture *f)
{
	struct error err = ERROR_INIT;
	int fd = stage_log_pipe(f->log, &err);

	assert_string_equal(error_text(&err), "");
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
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

static void until_ended(struct fixture *f)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!f->ended) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(f->loop, 100);
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

static void a_stage_that_prints_nothing_has_no_file(void **state)
{
	struct fixture *f = *state;
	struct str text;
	int fd;

	open_log(f, NULL);
	fd = feed(f);
	close(fd);
	until_ended(f);
	text = finished(f);
	assert_false(file_exists(f->path));
	assert_int_equal(f->told, 0);
	str_release(&text);
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
	assert_true(entries >= (int)(text->len / (512 << 10)));
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
	loop_turn(f->loop, 120); /* growth that was not told yet */
	loop_turn(f->loop, 120);
	assert_true(clock_monotonic_us() - before >= 120000);
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
	assert_int_equal(f->failures, 1);
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
	stage_log_close_pipe(f->log);
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

static void growth_is_told_ten_times_a_second_at_most(void **state)
{
	struct fixture *f = *state;
	int64_t began = clock_monotonic_us();
	int64_t most;
	struct str text;

	open_log(f, NULL);
	while (clock_monotonic_us() - began < 350000) {
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
		IN_FOLDER(a_stage_that_prints_nothing_has_no_file),
		IN_FOLDER(bytes_lines_and_index_are_right_over_many_blocks),
		IN_FOLDER(a_secret_is_masked_wherever_a_chunk_is_cut),
		IN_FOLDER(a_slow_disk_leaves_the_pipe_unread),
		IN_FOLDER(a_disk_that_refuses_is_told_once),
		IN_FOLDER(a_straggler_is_read_once_and_left),
		IN_FOLDER(growth_is_told_ten_times_a_second_at_most),
	};

	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
