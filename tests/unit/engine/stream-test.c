/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "engine/stream.h"

#define PATIENCE_US (20 * 1000000)

struct fixture {
	char *folder;
	struct loop *loop;
	struct helper *writer;
	struct stream *stream;
	struct channel *channel;
	int screen;  /* where the watcher reads */
	int gate[2]; /* the writer waits for a byte of it while it is held */
	struct str shown;
	int waited, failures;
};

static int open_screen(struct fixture *f, struct channel **channel)
{
	static const struct channel_handlers handlers = {.line = NULL};
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	*channel = channel_new(f->loop, -1, ends[1], &handlers, NULL);
	return ends[0];
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct journal *journal;

	str_init(&f->shown);
	f->folder = xstrdup("/tmp/signalbox-stream-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	assert_int_equal(pipe2(f->gate, O_CLOEXEC), 0);
	f->loop = loop_new();
	f->writer = helper_new(f->loop, "writer");
	journal = journal_create(f->folder, "run", NULL);
	assert_non_null(journal);
	f->stream = stream_new(f->loop, f->writer, journal);
	f->screen = open_screen(f, &f->channel);
	stream_subscribe(f->stream, f->channel);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	helper_free(f->writer);
	stream_free(f->stream);
	channel_free(f->channel);
	loop_free(f->loop);
	close(f->screen);
	close(f->gate[0]);
	close(f->gate[1]);
	str_release(&f->shown);
	assert_int_equal(folder_remove(f->folder, NULL), 0);
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

static void emit(struct fixture *f, enum event_type type, const char *text)
{
	struct event *event = event_new(type, NULL);

	event_set(event, "text", text);
	stream_emit(f->stream, event);
}

static void look(struct fixture *f, int fd)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		str_add_bytes(&f->shown, bytes, (size_t)n);
}

static void turn(struct fixture *f)
{
	loop_turn(f->loop, 10);
	look(f, f->screen);
}

static bool has(const struct fixture *f, const char *text)
{
	return strstr(f->shown.data, text);
}

static void until_shown(struct fixture *f, const char *text)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!has(f, text)) {
		assert_true(clock_monotonic_us() < until);
		turn(f);
	}
}

static void count(void *data)
{
	struct fixture *f = data;

	f->waited++;
}

static void until_waited(struct fixture *f)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!f->waited) {
		assert_true(clock_monotonic_us() < until);
		turn(f);
	}
}

static int newest(const struct event *event, void *data)
{
	*(int64_t *)data = event->seq;
	return 0;
}

static int64_t on_disk(const struct fixture *f)
{
	int64_t seq = 0;

	assert_int_equal(journal_read(f->folder, 1, newest, &seq, NULL), 0);
	return seq;
}

static void a_decision_is_shown_only_after_it_was_written(void **state)
{
	struct fixture *f = *state;

	hold_disk(f);
	emit(f, EVENT_GATE_VOTED, "one");
	for (int i = 0; i < 5; i++)
		turn(f);
	assert_string_equal(f->shown.data, "");
	assert_int_equal(stream_shown_seq(f->stream), 0);
	free_disk(f);
	until_shown(f, "one");
	assert_int_equal(on_disk(f), 1);
	assert_int_equal(stream_shown_seq(f->stream), 1);
}

static void what_decides_nothing_is_shown_at_once(void **state)
{
	struct fixture *f = *state;

	hold_disk(f);
	emit(f, EVENT_STAGE_STARTED, "one");
	until_shown(f, "one");
	assert_int_equal(on_disk(f), 0);
	free_disk(f);
}

static void the_order_is_kept_over_a_decision(void **state)
{
	struct fixture *f = *state;

	hold_disk(f);
	emit(f, EVENT_STAGE_STARTED, "first");
	turn(f);
	emit(f, EVENT_GATE_CLOSED, "second");
	turn(f);
	emit(f, EVENT_STAGE_FINISHED, "third");
	turn(f);
	turn(f);
	assert_true(has(f, "first"));
	assert_false(has(f, "third"));
	free_disk(f);
	until_shown(f, "third");
	assert_true(strstr(f->shown.data, "first") <
		    strstr(f->shown.data, "second"));
	assert_true(strstr(f->shown.data, "second") <
		    strstr(f->shown.data, "third"));
}

static void who_waits_for_the_disk_is_told_after_it(void **state)
{
	struct fixture *f = *state;

	hold_disk(f);
	emit(f, EVENT_STAGE_FINISHED, "one");
	stream_on_disk(f->stream, count, f);
	for (int i = 0; i < 5; i++)
		turn(f);
	assert_int_equal(f->waited, 0);
	free_disk(f);
	until_waited(f);
	assert_int_equal(on_disk(f), 1);
	until_shown(f, "one");
}

static void who_waits_for_nothing_new_is_told_too(void **state)
{
	struct fixture *f = *state;

	stream_on_disk(f->stream, count, f);
	until_waited(f);
	assert_int_equal(f->waited, 1);
}

static void a_transient_event_carries_the_last_number(void **state)
{
	struct fixture *f = *state;

	emit(f, EVENT_STAGE_STARTED, "one");
	emit(f, EVENT_STAGE_STARTED, "two");
	emit(f, EVENT_LOG_GREW, "grown");
	emit(f, EVENT_STAGE_FINISHED, "three");
	until_shown(f, "three");
	assert_true(has(f, "{\"seq\":2,"));
	assert_non_null(
		strstr(strstr(f->shown.data, "two") + 1, "{\"seq\":2,"));
	assert_non_null(strstr(f->shown.data, "{\"seq\":3,"));
	assert_null(strstr(f->shown.data, "{\"seq\":4,"));
}

static void set_limit(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void count_failure(void *data, const char *why)
{
	struct fixture *f = data;

	assert_string_not_equal(why, "");
	f->failures++;
}

/* Nothing that was decided is acted on or shown, and nothing is lost. */
static void a_disk_that_refuses_holds_every_decision(void **state)
{
	struct fixture *f = *state;
	int64_t until = clock_monotonic_us() + 600000;
	int64_t records;
	size_t torn;

	set_limit(1);
	emit(f, EVENT_GATE_VOTED, "one");
	stream_on_disk(f->stream, count, f);
	turn(f);
	emit(f, EVENT_GATE_CLOSED, "two");
	while (clock_monotonic_us() < until)
		turn(f);
	assert_int_equal(f->waited, 0);
	assert_string_equal(f->shown.data, "");
	set_limit(RLIM_INFINITY);
	until_shown(f, "two");
	assert_int_equal(f->waited, 1);
	assert_true(strstr(f->shown.data, "one") <
		    strstr(f->shown.data, "two"));
	assert_int_equal(journal_verify(f->folder, &records, &torn, NULL), 0);
	assert_int_equal(records, 2);
	assert_int_equal(torn, 0);
}

/* It needs no disk, and is on its way when the other is refused. */
static void what_is_not_written_overtakes_nothing_refused(void **state)
{
	struct fixture *f = *state;

	set_limit(1);
	hold_disk(f);
	emit(f, EVENT_GATE_VOTED, "one");
	stream_on_disk(f->stream, count, f);
	turn(f);
	emit(f, EVENT_LOG_GREW, "grown");
	turn(f);
	free_disk(f);
	for (int i = 0; i < 5; i++)
		turn(f);
	assert_int_equal(f->waited, 0);
	set_limit(RLIM_INFINITY);
	until_shown(f, "grown");
	assert_int_equal(f->waited, 1);
	assert_int_equal(on_disk(f), 1);
}

static void a_disk_that_goes_on_refusing_is_told_once(void **state)
{
	struct fixture *f = *state;
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	int64_t after;

	stream_on_failure(f->stream, 300, count_failure, f);
	set_limit(1);
	emit(f, EVENT_GATE_VOTED, "one");
	stream_on_disk(f->stream, count, f);
	while (!f->failures && clock_monotonic_us() < until)
		turn(f);
	after = clock_monotonic_us() + 600000;
	while (clock_monotonic_us() < after)
		turn(f);
	set_limit(RLIM_INFINITY);
	assert_int_equal(f->failures, 1);
	assert_int_equal(f->waited, 0);
}

static void who_joins_late_misses_nothing(void **state)
{
	struct fixture *f = *state;
	struct channel *channel;
	int screen = open_screen(f, &channel);

	emit(f, EVENT_STAGE_STARTED, "written");
	stream_on_disk(f->stream, count, f);
	until_waited(f);
	hold_disk(f);
	emit(f, EVENT_STAGE_STARTED, "unwritten");
	until_shown(f, "unwritten");
	str_clear(&f->shown);
	stream_join(f->stream, channel);
	stream_join(f->stream, channel); /* asked twice, told once each */
	emit(f, EVENT_STAGE_STARTED, "new");
	free_disk(f);
	for (int i = 0; i < 5; i++) {
		loop_turn(f->loop, 10);
		look(f, screen);
	}
	assert_non_null(strstr(f->shown.data, "\"seq\":1"));
	assert_non_null(strstr(f->shown.data, "\"behind\""));
	assert_false(has(f, "\"text\":\"written\""));
	assert_true(has(f, "unwritten"));
	assert_non_null(strstr(f->shown.data, "new"));
	assert_null(strstr(strstr(f->shown.data, "new") + 1, "new"));
	stream_unsubscribe(f->stream, channel);
	channel_free(channel);
	close(screen);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_decision_is_shown_only_after_it_was_written),
		IN_FOLDER(what_decides_nothing_is_shown_at_once),
		IN_FOLDER(the_order_is_kept_over_a_decision),
		IN_FOLDER(who_waits_for_the_disk_is_told_after_it),
		IN_FOLDER(who_waits_for_nothing_new_is_told_too),
		IN_FOLDER(a_transient_event_carries_the_last_number),
		IN_FOLDER(a_disk_that_refuses_holds_every_decision),
		IN_FOLDER(what_is_not_written_overtakes_nothing_refused),
		IN_FOLDER(a_disk_that_goes_on_refusing_is_told_once),
		IN_FOLDER(who_joins_late_misses_nothing),
	};

	signal(SIGXFSZ, SIG_IGN); /* a refused write answers EFBIG */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
