/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "net/line.h"
#include "net/server.h"

/* The other end is our own server on the same loop. */
struct fixture {
	struct loop *loop;
	char *folder;
	char *path;
	struct server *server;
	struct watch *watch;
	int connection; /* the one accepted last, -1 none */
	struct peer peer;
	/* What was told. */
	int answers;
	char *answer;
	char *error;
	enum error_code code;
	struct str lines;
	int ends;
};

static void accepted(int fd, const struct peer *peer, void *data)
{
	struct fixture *f = data;

	if (f->connection >= 0)
		close(f->connection);
	f->connection = fd;
	f->peer = *peer;
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct error err = ERROR_INIT;

	f->loop = loop_new();
	f->folder = xstrdup("/tmp/signalbox-line-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->path = path_join(f->folder, "s");
	f->connection = -1;
	str_init(&f->lines);
	f->server = server_listen(f->loop, f->path, accepted, f, &err);
	assert_string_equal(error_text(&err), "");
	assert_non_null(f->server);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	server_free(f->server);
	if (f->connection >= 0)
		close(f->connection);
	loop_free(f->loop);
	assert_int_equal(folder_remove(f->folder, NULL), 0);
	free(f->folder);
	free(f->path);
	free(f->answer);
	free(f->error);
	str_release(&f->lines);
	free(f);
	return 0;
}

static void answered(const char *answer, size_t len, const struct error *err,
		     void *data)
{
	struct fixture *f = data;

	assert_true(!answer != !err);
	f->answers++;
	if (err) {
		f->error = xstrdup(error_text(err));
		f->code = err->code;
	} else {
		assert_int_equal(strlen(answer), len);
		f->answer = xstrdup(answer);
	}
}

static struct line_question question(const struct fixture *f, const char *line)
{
	return (struct line_question){
		.address = f->path,
		.line = line,
		.timeout_ms = 2000,
		.limit = 100000,
	};
}

static void wait_for_connection(struct fixture *f)
{
	while (f->connection < 0)
		loop_turn(f->loop, -1);
}

static void wait_for_answer(struct fixture *f)
{
	while (f->answers == 0)
		loop_turn(f->loop, -1);
}

static void a_question_is_written_before_ask_returns(void **state)
{
	struct fixture *f = *state;
	struct line_question ask = question(f, "show info");
	char text[32] = "";
	int fd;

	assert_non_null(line_ask(f->loop, &ask, answered, f, NULL));
	/* Not one turn of the loop since. */
	wait_for_connection(f);
	fd = f->connection;
	assert_int_equal(read(fd, text, sizeof(text)), 10);
	assert_string_equal(text, "show info\n");
	assert_int_equal(write(fd, "a\nb", 3), 3);
	close(fd);
	f->connection = -1;
	wait_for_answer(f);
	assert_string_equal(f->answer, "a\nb");
}

static void who_asks_is_known_by_uid_and_pid(void **state)
{
	struct fixture *f = *state;
	struct line_question ask = question(f, "x");
	struct line_call *call = line_ask(f->loop, &ask, answered, f, NULL);

	wait_for_connection(f);
	assert_int_equal(f->peer.uid, geteuid());
	assert_true(f->peer.pid == getpid() || f->peer.pid == 0);
	line_cancel(call);
}

static void nobody_listening_is_said_at_once(void **state)
{
	struct fixture *f = *state;
	struct line_question ask = question(f, "x");
	struct error err = ERROR_INIT;
	char *other = path_join(f->folder, "other");

	ask.address = other;
	assert_null(line_ask(f->loop, &ask, answered, f, &err));
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_non_null(strstr(error_text(&err), other));
	error_clear(&err);
	free(other);
}

static void silence_ends_at_the_deadline(void **state)
{
	struct fixture *f = *state;
	struct line_question ask = question(f, "x");

	ask.timeout_ms = 50;
	assert_non_null(line_ask(f->loop, &ask, answered, f, NULL));
	wait_for_answer(f);
	assert_int_equal(f->code, ERROR_TIMEOUT);
	assert_non_null(strstr(f->error, "within 50 ms"));
}

static void an_answer_over_the_limit_is_refused(void **state)
{
	struct fixture *f = *state;
	struct line_question ask = question(f, "x");

	ask.limit = 3;
	assert_non_null(line_ask(f->loop, &ask, answered, f, NULL));
	wait_for_connection(f);
	assert_int_equal(write(f->connection, "1234", 4), 4);
	wait_for_answer(f);
	assert_int_equal(f->code, ERROR_NETWORK);
	assert_non_null(strstr(f->error, "more than 3 bytes"));
}

static void a_question_over_tcp_is_answered(void **state)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	struct fixture *f = *state;
	struct line_question ask = question(f, "hello");
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	char text[32] = "";
	char *name;
	int fd;

	assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	getsockname(listener, (struct sockaddr *)&address, &len);
	name = xasprintf("localhost:%d", ntohs(address.sin_port));
	ask.address = name;
	assert_non_null(line_ask(f->loop, &ask, answered, f, NULL));
	fd = accept(listener, NULL, NULL);
	loop_turn(f->loop, 1000);
	assert_int_equal(read(fd, text, sizeof(text)), 6);
	assert_int_equal(write(fd, "yes\n", 4), 4);
	close(fd);
	wait_for_answer(f);
	assert_string_equal(f->answer, "yes\n");
	close(listener);
	free(name);
}

static void a_name_is_never_looked_up(void **state)
{
	struct fixture *f = *state;
	struct line_question ask = question(f, "x");
	struct error err = ERROR_INIT;

	ask.address = "proxy.example.org:99";
	assert_null(line_ask(f->loop, &ask, answered, f, &err));
	assert_int_equal(err.code, ERROR_CONFIG);
	error_clear(&err);
	ask.address = "no-port";
	assert_null(line_ask(f->loop, &ask, answered, f, &err));
	error_clear(&err);
}

static void stream_line(const char *text, size_t len, void *data)
{
	struct fixture *f = data;

	assert_int_equal(strlen(text), len);
	str_addf(&f->lines, "[%s]", text);
}

static void stream_ended(const struct error *err, void *data)
{
	struct fixture *f = data;

	f->ends++;
	if (err)
		f->error = xstrdup(error_text(err));
}

static const struct line_stream_handlers handlers = {stream_line, stream_ended};

static void a_stream_hands_on_whole_lines(void **state)
{
	struct fixture *f = *state;
	struct line_stream *stream =
		line_stream_open(f->loop, f->path, "watch", &handlers, f, NULL);

	char text[16];

	assert_non_null(stream);
	wait_for_connection(f);
	assert_int_equal(read(f->connection, text, sizeof(text)), 6);
	assert_int_equal(write(f->connection, "one\ntw", 6), 6);
	while (f->lines.len == 0)
		loop_turn(f->loop, -1);
	assert_string_equal(f->lines.data, "[one]");
	assert_int_equal(write(f->connection, "o\n\nx", 4), 4);
	close(f->connection);
	f->connection = -1;
	while (!f->ends)
		loop_turn(f->loop, -1);
	assert_string_equal(f->lines.data, "[one][two][]");
	assert_null(f->error);
	line_stream_close(stream);
}

/* Fewer wake-ups than lines, and what is asked for now comes now. */
static void a_quiet_stream_is_read_in_batches(void **state)
{
	struct fixture *f = *state;
	struct line_stream *stream =
		line_stream_open(f->loop, f->path, "watch", &handlers, f, NULL);
	int64_t began_us;
	int batches = 0;

	wait_for_connection(f);
	began_us = clock_monotonic_us();
	for (size_t sent = 0; sent < 100; sent++) {
		size_t before = f->lines.len;

		assert_int_equal(write(f->connection, "x\n", 2), 2);
		loop_turn(f->loop, 2);
		batches += f->lines.len != before;
	}
	assert_in_range(batches, 0,
			2 + (clock_monotonic_us() - began_us) / 100000);
	line_stream_catch_up(stream);
	assert_int_equal(f->lines.len, 100 * strlen("[x]"));
	line_stream_close(stream);
}

static void a_stream_ends_at_a_line_without_end(void **state)
{
	struct fixture *f = *state;
	struct line_stream *stream =
		line_stream_open(f->loop, f->path, "watch", &handlers, f, NULL);
	char block[4096];

	memset(block, 'x', sizeof(block));
	wait_for_connection(f);
	while (!f->ends) {
		if (write(f->connection, block, sizeof(block)) < 0)
			loop_turn(f->loop, -1);
		loop_turn(f->loop, 0);
	}
	assert_int_equal(f->ends, 1);
	assert_non_null(strstr(f->error, "a line of more than"));
	line_stream_close(stream);
}

/* Read in one piece, with the end of the stream behind it. */
static void a_long_line_is_not_handed_on_because_it_came_at_once(void **state)
{
	struct fixture *f = *state;
	struct line_stream *stream =
		line_stream_open(f->loop, f->path, "watch", &handlers, f, NULL);
	char block[70000];
	int size = 1 << 20;

	memset(block, 'x', sizeof(block));
	memcpy(block, "one\n", 4);
	block[sizeof(block) - 1] = '\n';
	wait_for_connection(f);
	setsockopt(f->connection, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	assert_int_equal(write(f->connection, block, sizeof(block)),
			 sizeof(block));
	shutdown(f->connection, SHUT_RDWR);
	while (!f->ends)
		loop_turn(f->loop, -1);
	assert_string_equal(f->lines.data, "[one]");
	assert_non_null(strstr(f->error, "a line of more than"));
	line_stream_close(stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_question_is_written_before_ask_returns),
		TEST(who_asks_is_known_by_uid_and_pid),
		TEST(nobody_listening_is_said_at_once),
		TEST(silence_ends_at_the_deadline),
		TEST(an_answer_over_the_limit_is_refused),
		TEST(a_question_over_tcp_is_answered),
		TEST(a_name_is_never_looked_up),
		TEST(a_stream_hands_on_whole_lines),
		TEST(a_quiet_stream_is_read_in_batches),
		TEST(a_stream_ends_at_a_line_without_end),
		TEST(a_long_line_is_not_handed_on_because_it_came_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
