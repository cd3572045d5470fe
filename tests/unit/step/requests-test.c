/* SPDX-License-Identifier: MIT */
/* The check step against a server on the same loop. */
#include "unit/step/rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

/* Answers every request with one answer, and keeps what was asked. */
struct server {
	struct rig rig;
	int listener;
	int port;
	struct watch *watch, *client_watch; /* one client at a time */
	const char *answer;
	struct str asked;
	bool is_deaf; /* takes no connection */
	char *pipeline_text;
};

static void answer(int fd, short revents, void *data)
{
	struct server *server = data;
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)revents;
	str_add_bytes(&server->asked, bytes, n > 0 ? (size_t)n : 0);
	if (n > 0)
		assert_int_equal(
			write(fd, server->answer, strlen(server->answer)),
			strlen(server->answer));
	watch_remove(server->client_watch);
	server->client_watch = NULL;
	close(fd);
}

static void accept_one(int fd, short revents, void *data)
{
	struct server *server = data;
	int client;

	(void)revents;
	if (server->is_deaf || server->client_watch)
		return;
	client = accept(fd, NULL, NULL);
	assert_true(client >= 0);
	server->client_watch =
		loop_watch(server->rig.loop, client, POLLIN, answer, server);
}

static void listen_somewhere(struct server *server)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	socklen_t len = sizeof(address);

	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(server->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(server->listener, 8), 0);
	assert_int_equal(getsockname(server->listener,
				     (struct sockaddr *)&address, &len),
			 0);
	server->port = ntohs(address.sin_port);
}

static void begin(struct server *server, const char *requests,
		  const char *answer)
{
	memset(server, 0, sizeof(*server));
	str_init(&server->asked);
	server->answer = answer;
	listen_somewhere(server);
	server->pipeline_text =
		xasprintf("name: shop\nstages:\n  go: {check: {url: "
			  "\"http://127.0.0.1:%d\", requests: %s}}\n",
			  server->port, requests);
	rig_init(&server->rig, server->pipeline_text);
	server->watch = loop_watch(server->rig.loop, server->listener, POLLIN,
				   accept_one, server);
	rig_start(&server->rig, STEP_CHECK);
}

static void end(struct server *server)
{
	watch_remove(server->watch);
	close(server->listener);
	rig_release(&server->rig);
	str_release(&server->asked);
	free(server->pipeline_text);
}

#define ANSWER(status, body) \
	"HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" body

static void checks(const char *requests, const char *answer, const char *why)
{
	struct server server;

	begin(&server, requests, answer);
	rig_until_done(&server.rig);
	assert_string_equal(server.rig.reason, why);
	assert_int_equal(server.rig.outcome,
			 *why ? STATE_FAILED : STATE_PASSED);
	end(&server);
}

static void an_answer_is_held_against_what_is_expected(void **state)
{
	(void)state;
	checks("[{get: /}]", ANSWER("204 None", ""), "");
	checks("[{get: /}]", ANSWER("404 No", ""),
	       "GET /: status 404, expected 2xx");
	checks("[{get: /, status: 404}]", ANSWER("404 No", ""), "");
	checks("[{get: /, status: 201}]", ANSWER("200 OK", ""),
	       "GET /: status 200, expected 201");
	checks("[{get: /a, contains: shop}]", ANSWER("200 OK", "a shop"), "");
	checks("[{get: /a, contains: shop}]", ANSWER("200 OK", "nothing"),
	       "GET /a: the answer does not contain \"shop\"");
}

static void json_is_compared_at_its_path(void **state)
{
	static const char body[] =
		ANSWER("200 OK", "{\"a\":{\"b\":[1,{\"c\":\"x\"}]},\"n\":2}");

	(void)state;
	checks("[{get: /, expect: {$.n: 2}}]", body, "");
	checks("[{get: /, expect: {\"$.a.b[1].c\": x}}]", body, "");
	checks("[{get: /, expect: {\"$.a.b[0]\": 1}}]", body, "");
	checks("[{get: /, expect: {$.n: 3}}]", body,
	       "GET /: $.n is 2, expected 3");
	checks("[{get: /, expect: {$.none: 3}}]", body, "GET /: has no $.none");
	checks("[{get: /, expect: {$.n: 2}}]", ANSWER("200 OK", "<p>"),
	       "GET /: the answer is no JSON");
}

/* All are tried, and the first that failed is the reason. */
static void every_request_is_made(void **state)
{
	struct server server;

	(void)state;
	begin(&server,
	      "[{get: /one, status: 201}, {get: /two}, "
	      "{post: /three, json: {item: 1}}]",
	      ANSWER("200 OK", ""));
	rig_until_done(&server.rig);
	assert_string_equal(server.rig.reason,
			    "GET /one: status 200, expected 201");
	assert_int_equal(rig_told(&server.rig, "test.finished"), 3);
	assert_int_equal(rig_told(&server.rig, "\"passed\":2,\"failed\":1"), 1);
	assert_non_null(strstr(server.asked.data, "POST /three"));
	assert_non_null(strstr(server.asked.data, "application/json"));
	assert_non_null(strstr(server.asked.data, "\"item\""));
	end(&server);
}

static void who_does_not_answer_fails_with_that(void **state)
{
	struct server server;

	(void)state;
	begin(&server, "[{get: /, timeout: 1s}]", "");
	server.is_deaf = true;
	rig_until_done(&server.rig);
	assert_int_equal(server.rig.outcome, STATE_FAILED);
	assert_non_null(strstr(server.rig.reason, "GET /"));
	end(&server);
}

static void a_cancelled_check_asks_nothing_more(void **state)
{
	struct server server;

	(void)state;
	begin(&server, "[{get: /one}, {get: /two}]", ANSWER("200 OK", ""));
	step_cancel(server.rig.step, STATE_CANCELLED);
	assert_int_equal(server.rig.outcome, STATE_CANCELLED);
	for (int i = 0; i < 5; i++)
		loop_turn(server.rig.loop, 1);
	assert_int_equal(rig_told(&server.rig, "test.finished"), 0);
	end(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_held_against_what_is_expected),
		cmocka_unit_test(json_is_compared_at_its_path),
		cmocka_unit_test(every_request_is_made),
		cmocka_unit_test(who_does_not_answer_fails_with_that),
		cmocka_unit_test(a_cancelled_check_asks_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
