/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"
#include "net/http.h"

/* A server of one thread: answers by path, one request a connection. */
struct peer_server {
	pthread_t thread;
	int fd;
	int port;
	char last[4096]; /* the last request, whole */
};

static void say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
}

static void read_request(struct peer_server *server, int fd)
{
	size_t len = 0;
	ssize_t n;

	memset(server->last, 0, sizeof(server->last));
	while (len < sizeof(server->last) - 1) {
		n = read(fd, server->last + len,
			 sizeof(server->last) - 1 - len);
		if (n <= 0)
			return;
		len += (size_t)n;
		if (strstr(server->last, "\r\n\r\n") &&
		    (!strstr(server->last, "POST") ||
		     strstr(server->last, "END")))
			return;
	}
}

static bool serve_one(struct peer_server *server, int fd)
{
	char byte;

	read_request(server, fd);
	if (strstr(server->last, " /quit"))
		return false;
	if (strstr(server->last, " /silent")) {
		/* Until the client gives up. */
		while (read(fd, &byte, 1) > 0)
			;
	} else if (strstr(server->last, " /redirect")) {
		say(fd, "HTTP/1.1 302 Found\r\nLocation: /ok\r\n"
			"Content-Length: 0\r\nConnection: close\r\n\r\n");
	} else if (strstr(server->last, " /broken")) {
		say(fd, "HTTP/1.1 500 Broken\r\nContent-Length: 4\r\n"
			"Content-Type: text/plain\r\nConnection: close\r\n\r\n"
			"oops");
	} else {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n"
			"Connection: close\r\n\r\n0123456789");
	}
	return true;
}

static void *serve(void *data)
{
	struct peer_server *server = data;
	bool more = true;

	while (more) {
		int fd = accept(server->fd, NULL, NULL);

		if (fd < 0)
			break;
		more = serve_one(server, fd);
		close(fd);
	}
	return NULL;
}

struct fixture {
	struct loop *loop;
	struct http *http;
	struct peer_server server;
	/* What the last done() was told. */
	int calls;
	int status;
	char *body;
	char *error;
	enum error_code code;
};

static int listen_anywhere(int *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void forget(struct fixture *f)
{
	free(f->body);
	free(f->error);
	f->body = f->error = NULL;
	f->status = 0;
	f->calls = 0;
}

static void done(const struct http_response *response, const struct error *err,
		 void *data)
{
	struct fixture *f = data;

	assert_true(!response != !err);
	f->calls++;
	if (response) {
		f->status = response->status;
		f->body = xmemdup(response->body, response->body_len + 1);
		assert_true(response->ms >= 0);
	} else {
		f->error = xstrdup(error_text(err));
		f->code = err->code;
	}
}

static char *url(const struct fixture *f, const char *path)
{
	return xasprintf("http://127.0.0.1:%d%s", f->server.port, path);
}

static void wait_for(struct fixture *f, int calls)
{
	while (f->calls < calls)
		loop_turn(f->loop, -1);
}

static struct http_call *start(struct fixture *f, const char *path,
			       struct http_request request)
{
	struct http_call *call;
	char *text = url(f, path);

	request.url = text;
	call = http_start(f->http, &request, done, f);
	free(text);
	assert_int_equal(f->calls, 0);
	return call;
}

static const struct http_request plain = HTTP_REQUEST_INIT;

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	assert_int_equal(net_init(NULL), 0);
	f->loop = loop_new();
	f->http = http_new(f->loop);
	f->server.fd = listen_anywhere(&f->server.port);
	pthread_create(&f->server.thread, NULL, serve, &f->server);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	forget(f);
	start(f, "/quit", plain);
	wait_for(f, 1);
	pthread_join(f->server.thread, NULL);
	close(f->server.fd);
	forget(f);
	http_free(f->http);
	loop_free(f->loop);
	net_cleanup();
	free(f);
	return 0;
}

static void http_gives_status_and_body(void **state)
{
	struct fixture *f = *state;

	start(f, "/broken", plain);
	wait_for(f, 1);
	assert_int_equal(f->status, 500);
	assert_string_equal(f->body, "oops");
}

static void http_sends_method_headers_and_body(void **state)
{
	const char *headers[] = {"X-One: 1", "Content-Type: application/json",
				 NULL};
	struct http_request request = plain;
	struct fixture *f = *state;

	request.method = "POST";
	request.headers = headers;
	request.body = "{\"item\": 1}END";
	request.body_len = strlen(request.body);
	start(f, "/cart", request);
	wait_for(f, 1);
	assert_int_equal(f->status, 200);
	assert_ptr_equal(strstr(f->server.last, "POST /cart HTTP/1.1\r\n"),
			 f->server.last);
	assert_non_null(strstr(f->server.last, "X-One: 1\r\n"));
	assert_non_null(
		strstr(f->server.last, "Content-Type: application/json\r\n"));
	assert_null(strstr(f->server.last, "urlencoded"));
	assert_non_null(strstr(f->server.last, "\r\n\r\n{\"item\": 1}END"));
}

static void http_does_not_follow_redirects(void **state)
{
	struct fixture *f = *state;

	start(f, "/redirect", plain);
	wait_for(f, 1);
	assert_int_equal(f->status, 302);
}

static void http_says_when_nobody_listens(void **state)
{
	struct fixture *f = *state;
	struct http_request request = plain;
	char *text;
	int port;
	int fd = listen_anywhere(&port);

	close(fd);
	text = xasprintf("http://127.0.0.1:%d/x", port);
	request.url = text;
	http_start(f->http, &request, done, f);
	wait_for(f, 1);
	assert_int_equal(f->code, ERROR_NETWORK);
	assert_non_null(strstr(f->error, text));
	assert_non_null(strstr(f->error, "refused"));
	free(text);
}

static void http_ends_at_the_deadline(void **state)
{
	struct http_request request = plain;
	struct fixture *f = *state;

	request.timeout_ms = 100;
	start(f, "/silent", request);
	wait_for(f, 1);
	assert_int_equal(f->code, ERROR_TIMEOUT);
	assert_non_null(strstr(f->error, "did not answer within 0.1 s"));
}

static void http_refuses_an_answer_over_the_limit(void **state)
{
	struct http_request request = plain;
	struct fixture *f = *state;

	request.body_limit = 9;
	start(f, "/ok", request);
	wait_for(f, 1);
	assert_int_equal(f->code, ERROR_NETWORK);
	assert_non_null(strstr(f->error, "more than 9 bytes"));
	forget(f);
	request.cuts_body = true;
	start(f, "/ok", request);
	wait_for(f, 1);
	assert_int_equal(f->status, 200);
	forget(f);
	request.cuts_body = false;
	request.body_limit = 10;
	start(f, "/ok", request);
	wait_for(f, 1);
	assert_string_equal(f->body, "0123456789");
}

static void http_refuses_what_is_no_http_url(void **state)
{
	struct fixture *f = *state;
	struct http_request request = plain;

	request.url = "file:///etc/passwd";
	http_start(f->http, &request, done, f);
	assert_int_equal(f->calls, 0);
	wait_for(f, 1);
	assert_non_null(strstr(f->error, "only http and https"));
	forget(f);
	request.url = "http://a b/";
	http_start(f->http, &request, done, f);
	wait_for(f, 1);
	assert_non_null(strstr(f->error, "is no URL"));
}

static void http_does_not_ask_a_proxy_for_loopback(void **state)
{
	struct fixture *f = *state;

	setenv("http_proxy", "http://127.0.0.1:1", 1);
	start(f, "/ok", plain);
	wait_for(f, 1);
	unsetenv("http_proxy");
	assert_int_equal(f->status, 200);
}

static void http_asks_a_unix_socket(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct peer_server peer = {.fd = socket(AF_UNIX, SOCK_STREAM, 0)};
	char path[] = "/tmp/signalbox-test-XXXXXX";
	struct http_request request = plain;
	struct fixture *f = *state;

	close(mkstemp(path));
	unlink(path);
	memcpy(address.sun_path, path, sizeof(path));
	assert_int_equal(
		bind(peer.fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(peer.fd, 1), 0);
	pthread_create(&peer.thread, NULL, serve, &peer);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	request.url = "http://docker/quit";
	request.unix_socket = path;
	http_start(f->http, &request, done, f);
	wait_for(f, 1);
	pthread_join(peer.thread, NULL);
	assert_non_null(strstr(peer.last, "GET /quit HTTP/1.1\r\n"));
	assert_non_null(strstr(peer.last, "Host: docker\r\n"));
	forget(f);
	close(peer.fd);
	http_start(f->http, &request, done, f);
	wait_for(f, 1);
	unsetenv("http_proxy");
	assert_non_null(strstr(f->error, path));
	assert_non_null(strstr(f->error, "refused"));
	unlink(path);
}

static void http_sends_a_file(void **state)
{
	char path[] = "/tmp/signalbox-test-XXXXXX";
	struct http_request request = plain;
	struct fixture *f = *state;
	int fd = mkstemp(path);

	say(fd, "some bytes END");
	close(fd);
	request.method = "POST";
	request.body_file = path;
	start(f, "/load", request);
	wait_for(f, 1);
	assert_int_equal(f->status, 200);
	assert_non_null(strstr(f->server.last, "Content-Length: 14\r\n"));
	assert_non_null(strstr(f->server.last, "\r\n\r\nsome bytes END"));
	forget(f);
	unlink(path);
	start(f, "/load", request);
	wait_for(f, 1);
	assert_non_null(strstr(f->error, path));
}

static void a_cancelled_call_is_never_told(void **state)
{
	struct fixture *f = *state;
	struct http_request bad = plain;

	http_cancel(start(f, "/silent", plain));
	bad.url = "nonsense://";
	http_cancel(http_start(f->http, &bad, done, f));
	start(f, "/ok", plain);
	wait_for(f, 1);
	assert_int_equal(f->status, 200);
	assert_int_equal(f->calls, 1);
}

static void free_in_done(const struct http_response *response,
			 const struct error *err, void *data)
{
	struct fixture *f = data;

	done(response, err, f);
	http_free(f->http);
	f->http = NULL;
}

static void the_client_may_be_freed_by_its_own_answer(void **state)
{
	struct fixture *f = *state;
	struct http_request request = plain;
	char *text = url(f, "/ok");

	request.url = text;
	http_start(f->http, &request, free_in_done, f);
	wait_for(f, 1);
	assert_int_equal(f->status, 200);
	free(text);
	f->http = http_new(f->loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(http_gives_status_and_body),
		TEST(http_sends_method_headers_and_body),
		TEST(http_does_not_follow_redirects),
		TEST(http_says_when_nobody_listens),
		TEST(http_ends_at_the_deadline),
		TEST(http_refuses_an_answer_over_the_limit),
		TEST(http_refuses_what_is_no_http_url),
		TEST(http_does_not_ask_a_proxy_for_loopback),
		TEST(http_asks_a_unix_socket),
		TEST(http_sends_a_file),
		TEST(a_cancelled_call_is_never_told),
		TEST(the_client_may_be_freed_by_its_own_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
