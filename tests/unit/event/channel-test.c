/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/strings.h"
#include "event/channel.h"
#include "event/event.h"

#define PATIENCE_US 10000000

/* One end of a channel under test; the other is a bare descriptor. */
struct bench {
	struct loop *loop;
	struct channel *channel;
	int other_in;  /* what the channel writes is read here */
	int other_out; /* what is written here the channel reads */
	struct strings lines;
	int closed;
	bool free_in_line;
	bool free_in_closed;
	bool answer;
};

static void on_line(struct channel *channel, const char *text, size_t len,
		    void *data)
{
	struct bench *bench = data;

	assert_int_equal(strlen(text), len);
	assert_ptr_equal(channel, bench->channel);
	if (len < 1000)
		strings_add(&bench->lines, text);
	else
		strings_addf(&bench->lines, "%zu bytes", len);
	if (bench->answer)
		channel_send(channel, "answer\n", 7, 0, true);
	if (bench->free_in_line) {
		channel_free(channel);
		bench->channel = NULL;
	}
}

static void on_closed(struct channel *channel, void *data)
{
	struct bench *bench = data;

	bench->closed++;
	assert_false(channel_send(channel, "late\n", 5, 0, true));
	if (bench->free_in_closed) {
		channel_free(channel);
		bench->channel = NULL;
	}
}

static const struct channel_handlers handlers = {
	.line = on_line,
	.closed = on_closed,
};

static struct bench *bench_new(void)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	signal(SIGPIPE, SIG_IGN);
	bench->loop = loop_new();
	return bench;
}

static int pipes(void **state)
{
	struct bench *bench = bench_new();
	int in[2];
	int out[2];

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	bench->channel =
		channel_new(bench->loop, in[0], out[1], &handlers, bench);
	bench->other_out = in[1];
	bench->other_in = out[0];
	*state = bench;
	return 0;
}

static int sockets(void **state)
{
	struct bench *bench = bench_new();
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	/* A socket needs no ignored signal. */
	signal(SIGPIPE, SIG_DFL);
	bench->channel =
		channel_new(bench->loop, ends[0], ends[0], &handlers, bench);
	bench->other_in = ends[1];
	bench->other_out = ends[1];
	*state = bench;
	return 0;
}

static void hang_up(struct bench *bench)
{
	if (bench->other_in >= 0)
		close(bench->other_in);
	if (bench->other_out >= 0 && bench->other_out != bench->other_in)
		close(bench->other_out);
	bench->other_in = -1;
	bench->other_out = -1;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	channel_free(bench->channel);
	hang_up(bench);
	loop_free(bench->loop);
	strings_release(&bench->lines);
	free(bench);
	return 0;
}

static void say(struct bench *bench, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(bench->other_out, text, len);

		assert_true(n > 0);
		text += n;
		len -= (size_t)n;
	}
}

/* Turns the loop until there are so many lines, or the other end is gone. */
static void turn_until(struct bench *bench, size_t lines, int closed)
{
	int64_t end = clock_monotonic_us() + PATIENCE_US;

	while (bench->lines.count < lines || bench->closed < closed) {
		loop_turn(bench->loop, 1000);
		if (clock_monotonic_us() > end)
			fail_msg("%zu lines, %d closed", bench->lines.count,
				 bench->closed);
	}
}

/* Reads until `last` was read, turning the loop meanwhile. */
static void read_until(struct bench *bench, const char *last, struct str *text)
{
	int64_t end = clock_monotonic_us() + PATIENCE_US;

	fcntl(bench->other_in, F_SETFL, O_NONBLOCK);
	while (!ends_with(text->data, last)) {
		char buffer[65536];
		ssize_t n = read(bench->other_in, buffer, sizeof(buffer));

		if (n > 0)
			str_add_bytes(text, buffer, (size_t)n);
		else
			loop_turn(bench->loop, 100);
		if (clock_monotonic_us() > end)
			fail_msg("'%s' never came", last);
	}
}

static void lines_arrive_whole_however_they_are_cut(void **state)
{
	struct bench *bench = *state;

	say(bench, "one\ntw", 6);
	turn_until(bench, 1, 0);
	assert_int_equal(bench->lines.count, 1);
	say(bench, "o\n\nfour\nfi", 10);
	turn_until(bench, 4, 0);
	assert_string_equal(bench->lines.items[0], "one");
	assert_string_equal(bench->lines.items[1], "two");
	assert_string_equal(bench->lines.items[2], "");
	assert_string_equal(bench->lines.items[3], "four");
	hang_up(bench);
	turn_until(bench, 4, 1);
	assert_int_equal(bench->lines.count, 4);
	assert_int_equal(bench->closed, 1);
	assert_false(channel_send(bench->channel, "x\n", 2, 0, true));
}

static void what_is_sent_is_read(void **state)
{
	struct bench *bench = *state;
	struct str text = STR_INIT;

	assert_true(channel_send(bench->channel, "one\n", 4, 1, false));
	assert_true(channel_send(bench->channel, "two\n", 4, 2, true));
	assert_int_equal(channel_pending(bench->channel), 8);
	read_until(bench, "two\n", &text);
	assert_string_equal(text.data, "one\ntwo\n");
	assert_int_equal(channel_pending(bench->channel), 0);
	str_release(&text);
}

static void what_was_said_before_hanging_up_is_heard(void **state)
{
	struct bench *bench = *state;

	bench->answer = true; /* into a pipe that is broken already */
	for (int i = 0; i < 3; i++)
		say(bench, "last words\n", 11);
	channel_send(bench->channel, "hello\n", 6, 0, true);
	hang_up(bench);
	turn_until(bench, 3, 1);
	assert_int_equal(bench->closed, 1);
	loop_turn(bench->loop, 0);
	assert_int_equal(bench->closed, 1);
}

static void much_that_was_said_before_hanging_up_is_heard(void **state)
{
	struct bench *bench = *state;
	struct str text = STR_INIT;

	for (int i = 0; i < 1000; i++)
		str_addf(&text, "%99d\n", i);
	say(bench, text.data, text.len); /* more than one reading takes */
	str_release(&text);
	channel_send(bench->channel, "hello\n", 6, 0, true);
	hang_up(bench);
	turn_until(bench, 1000, 1);
}

static void a_channel_may_be_freed_by_its_line(void **state)
{
	struct bench *bench = *state;

	bench->free_in_line = true;
	say(bench, "one\ntwo\n", 8);
	turn_until(bench, 1, 0);
	loop_turn(bench->loop, 0);
	assert_int_equal(bench->lines.count, 1);
	assert_int_equal(bench->closed, 0);
}

static void a_channel_may_be_freed_when_it_closes(void **state)
{
	struct bench *bench = *state;

	bench->free_in_closed = true;
	say(bench, "one\n", 4);
	hang_up(bench);
	turn_until(bench, 1, 1);
	loop_turn(bench->loop, 0);
	assert_int_equal(bench->closed, 1);
}

/* The writer must let the loop read in between: pipes are small. */
static void say_long(struct bench *bench, size_t len)
{
	int64_t end = clock_monotonic_us() + PATIENCE_US;
	char block[4096];

	memset(block, 'x', sizeof(block));
	fcntl(bench->other_out, F_SETFL, O_NONBLOCK);
	while (len && !bench->closed) {
		size_t part = len < sizeof(block) ? len : sizeof(block);
		ssize_t n = write(bench->other_out, block, part);

		if (n > 0)
			len -= (size_t)n;
		else
			loop_turn(bench->loop, 100);
		assert_true(clock_monotonic_us() < end);
	}
}

static void a_line_of_a_mebibyte_is_taken(void **state)
{
	struct bench *bench = *state;

	say_long(bench, CHANNEL_LINE_BYTES);
	while (write(bench->other_out, "\n", 1) < 0)
		loop_turn(bench->loop, 100);
	turn_until(bench, 1, 0);
	assert_string_equal(bench->lines.items[0], "1048576 bytes");
	assert_int_equal(bench->closed, 0);
}

static void a_line_over_a_mebibyte_closes(void **state)
{
	struct bench *bench = *state;

	say_long(bench, CHANNEL_LINE_BYTES + 1);
	turn_until(bench, 0, 1);
	assert_int_equal(bench->lines.count, 0);
	assert_int_equal(bench->closed, 1);
}

/* Sends events of 1000 bytes to a reader that does not read; each hundredth
 * is a must. Returns how many were dropped. */
static int flood(struct bench *bench, int count)
{
	int dropped = 0;

	for (int i = 1; i <= count; i++) {
		char line[1001];
		bool must = i % 100 == 0;
		int len = snprintf(line, sizeof(line), "{\"seq\":%d,\"%s\":1",
				   i, must ? "must" : "may");

		memset(line + len, ' ', sizeof(line) - (size_t)len);
		memcpy(line + 998, "}\n", 2);
		if (!channel_send(bench->channel, line, 1000, i, must)) {
			assert_false(must);
			dropped++;
		}
	}
	return dropped;
}

static int64_t seq_of(const char *line)
{
	return strtoll(line + strlen("{\"seq\":"), NULL, 10);
}

struct tally {
	int musts;
	int mays;
	int behinds;
	int64_t behind_seq;
	int64_t last;
};

static void count_lines(struct str *text, struct tally *tally)
{
	char *line = text->data;
	char *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		assert_true(starts_with(line, "{\"seq\":"));
		if (strstr(line, "\"event\":\"behind\"")) {
			struct event *event =
				event_decode(line, strlen(line), NULL);

			assert_non_null(event);
			assert_int_equal(event->type, EVENT_BEHIND);
			tally->behind_seq = event->seq;
			tally->behinds++;
			event_free(event);
			continue;
		}
		assert_int_equal(end - line, 999);
		if (strstr(line, "\"must\""))
			tally->musts++;
		else
			tally->mays++;
		assert_true(seq_of(line) > tally->last);
		tally->last = seq_of(line);
	}
	assert_int_equal(*line, '\0');
}

static void a_reader_that_stops_is_told_that_it_is_behind(void **state)
{
	struct bench *bench = *state;
	struct tally tally = {0};
	struct str text = STR_INIT;
	int count = 20000;
	int dropped = flood(bench, count);

	assert_true(dropped > 10000);
	assert_true(channel_pending(bench->channel) <
		    CHANNEL_OUTBOX_BYTES + 300000);
	/* The reader reads again; after "behind", lines go on. */
	read_until(bench, "\"event\":\"behind\"}\n", &text);
	loop_turn(bench->loop, 0);
	assert_int_equal(channel_pending(bench->channel), 0);
	assert_true(channel_send(bench->channel, "{\"seq\":20001}\n", 14, 20001,
				 false));
	read_until(bench, "{\"seq\":20001}\n", &text);
	str_truncate(&text, text.len - 14);
	count_lines(&text, &tally);
	assert_int_equal(tally.musts, count / 100);
	assert_int_equal(tally.mays, count - count / 100 - dropped);
	assert_int_equal(tally.behinds, 1);
	assert_int_equal(tally.behind_seq, count);
	str_release(&text);
}

/* Else the reader would get lines from after a gap it does not know of. */
static void nothing_but_musts_goes_between_a_gap_and_its_notice(void **state)
{
	struct bench *bench = *state;
	struct str text = STR_INIT;
	char buffer[65536];

	assert_true(flood(bench, 6000) > 0);
	for (int i = 0; i < 8; i++) {
		assert_true(read(bench->other_in, buffer, sizeof(buffer)) > 0);
		loop_turn(bench->loop, 1000);
	}
	assert_true(channel_pending(bench->channel) <
		    CHANNEL_OUTBOX_BYTES - 100000);
	assert_false(channel_send(bench->channel, "may\n", 4, 6001, false));
	assert_true(channel_send(bench->channel, "must\n", 5, 6001, true));
	read_until(bench, "\"event\":\"behind\"}\n", &text);
	assert_null(strstr(text.data, "may\n"));
	assert_non_null(strstr(text.data, "must\n{\"seq\":6001,\"time\""));
	str_release(&text);
}

static void a_line_too_long_to_be_taken_is_not_sent(void **state)
{
	struct bench *bench = *state;
	struct str line = STR_INIT;
	struct str text = STR_INIT;

	str_reserve(&line, CHANNEL_LINE_BYTES + 2);
	memset(line.data, 'x', CHANNEL_LINE_BYTES + 1);
	line.data[CHANNEL_LINE_BYTES + 1] = '\n';
	assert_false(channel_send(bench->channel, line.data,
				  CHANNEL_LINE_BYTES + 2, 7, true));
	read_until(bench, "\"event\":\"behind\"}\n", &text);
	assert_int_equal(seq_of(text.data), 7);
	str_release(&line);
	str_release(&text);
}

static void who_reads_no_answer_is_hung_up_on(void **state)
{
	struct bench *bench = *state;
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	char line[1024];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 64 << 10; i++)
		channel_send(bench->channel, line, sizeof(line), 0, true);
	assert_true(channel_pending(bench->channel) <
		    CHANNEL_MOST_BYTES + sizeof(line));
	while (!bench->closed) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(bench->loop, 100);
	}
	assert_int_equal(bench->closed, 1);
}

static void draining_writes_what_waits(void **state)
{
	struct bench *bench = *state;
	struct str text = STR_INIT;

	channel_send(bench->channel, "goodbye\n", 8, 0, false);
	channel_drain(bench->channel, 10000);
	assert_int_equal(channel_pending(bench->channel), 0);
	read_until(bench, "goodbye\n", &text);
	str_release(&text);
}

static void draining_ends_at_its_deadline(void **state)
{
	struct bench *bench = *state;
	int64_t begun;

	flood(bench, 3000);
	begun = clock_monotonic_us();
	channel_drain(bench->channel, 30);
	assert_true(clock_monotonic_us() - begun >= 29000);
	assert_true(channel_pending(bench->channel) > 0);
	hang_up(bench);
	channel_drain(bench->channel, 10000); /* at once: nobody reads */
	assert_true(clock_monotonic_us() - begun < 9900000);
}

static void a_flood_into_a_reader_that_reads_loses_nothing(void **state)
{
	struct bench *bench = *state;
	struct tally tally = {0};
	struct str text = STR_INIT;

	fcntl(bench->other_in, F_SETFL, O_NONBLOCK);
	for (int i = 1; i <= 20000; i++) {
		char line[1001];
		char buffer[65536];
		ssize_t n;

		snprintf(line, sizeof(line), "{\"seq\":%-990d}\n", i);
		assert_int_equal(strlen(line), 999);
		line[998] = ' ';
		line[999] = '\n';
		assert_true(channel_send(bench->channel, line, 1000, i, false));
		while (i % 64 == 0 &&
		       (n = read(bench->other_in, buffer, sizeof(buffer))) > 0)
			str_add_bytes(&text, buffer, (size_t)n);
	}
	assert_true(channel_send(bench->channel, "end\n", 4, 0, false));
	read_until(bench, "end\n", &text);
	str_truncate(&text, text.len - 4);
	count_lines(&text, &tally);
	assert_int_equal(tally.mays, 20000);
	assert_int_equal(tally.behinds, 0);
	str_release(&text);
}

#define BOTH(test)                                                \
	{#test " (pipes)", test, pipes, tear_down, NULL},         \
	{                                                         \
#test " (socket)", test, sockets, tear_down, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(lines_arrive_whole_however_they_are_cut),
		BOTH(what_is_sent_is_read),
		BOTH(what_was_said_before_hanging_up_is_heard),
		cmocka_unit_test_setup_teardown(
			much_that_was_said_before_hanging_up_is_heard, sockets,
			tear_down),
		BOTH(a_channel_may_be_freed_by_its_line),
		BOTH(a_channel_may_be_freed_when_it_closes),
		BOTH(a_line_of_a_mebibyte_is_taken),
		BOTH(a_line_over_a_mebibyte_closes),
		BOTH(a_reader_that_stops_is_told_that_it_is_behind),
		BOTH(nothing_but_musts_goes_between_a_gap_and_its_notice),
		BOTH(a_line_too_long_to_be_taken_is_not_sent),
		cmocka_unit_test_setup_teardown(
			who_reads_no_answer_is_hung_up_on, sockets, tear_down),
		BOTH(draining_writes_what_waits),
		BOTH(draining_ends_at_its_deadline),
		BOTH(a_flood_into_a_reader_that_reads_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
