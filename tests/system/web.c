/* SPDX-License-Identifier: MIT */
#include "system/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SERVER_CONNECTIONS 256
#define REQUEST_SIZE 2048
#define LOOK_MS 1000
#define PORTS_FROM 12000
#define PORTS_TO 20000
#define PORTS_BLOCK 80

static int tcp_socket(int port, bool listening, int *bound)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;
	int result;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (listening) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		result = bind(fd, (struct sockaddr *)&address, len);
		if (result == 0)
			result = listen(fd, 1024);
	} else {
		result = connect(fd, (struct sockaddr *)&address, len);
	}
	if (result < 0) {
		close(fd);
		return -1;
	}
	if (bound) {
		getsockname(fd, (struct sockaddr *)&address, &len);
		*bound = ntohs(address.sin_port);
	}
	return fd;
}

/* The first port that the system may give to an outgoing connection, of which
 * tests beside this one open thousands. */
static int first_outgoing(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
	int first = 0;

	if (file && fscanf(file, "%d", &first) != 1)
		first = 0;
	if (file)
		fclose(file);
	return first > 0 ? first : 49152;
}

/* A block of ports that is this process's until it ends: it listens at the
 * first of them, which no other process then can. Below those that the
 * program itself chooses from (net/port.h), where that is below the outgoing
 * ones; the pid only spreads the tries. */
static int own_block(void)
{
	int end = first_outgoing(), blocks;

	if (end <= PORTS_FROM + PORTS_BLOCK || end > PORTS_TO)
		end = PORTS_TO;
	blocks = (end - PORTS_FROM) / PORTS_BLOCK;
	for (int i = 0; i < blocks; i++) {
		int at = (int)(getpid() + i) % blocks;
		int first = PORTS_FROM + at * PORTS_BLOCK;

		if (tcp_socket(first, true, NULL) >= 0)
			return first;
	}
	fprintf(stderr, "no ports are free\n");
	abort();
}

static bool are_free(int first, int count)
{
	for (int i = 0; i < count; i++) {
		int fd = tcp_socket(first + i, true, NULL);

		if (fd < 0)
			return false;
		close(fd);
	}
	return true;
}

int web_free_ports(int count)
{
	static pid_t owner;
	static int block, next;

	if (owner != getpid()) {
		owner = getpid();
		block = own_block();
		next = 1;
	}
	for (int tries = 0; tries < PORTS_BLOCK; tries++) {
		int first = next + count > PORTS_BLOCK ? 1 : next;

		next = first + count;
		if (are_free(block + first, count))
			return block + first;
	}
	fprintf(stderr, "no %d ports of %d.. are free\n", count, block);
	abort();
}

int web_free_port(void)
{
	return web_free_ports(1);
}

struct client_state {
	char request[REQUEST_SIZE];
	size_t len;
};

static void answer(int fd, const char *name, const char *request)
{
	struct timespec slow = {.tv_nsec = 30000000};
	const char *status = "200 OK";
	char text[256];
	int len;

	if (strstr(request, " /fail"))
		status = "500 Broken";
	if (strstr(request, " /slow"))
		nanosleep(&slow, NULL);
	len = snprintf(text, sizeof(text),
		       "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s\n", status,
		       strlen(name) + 1, name);
	if (send(fd, text, (size_t)len, MSG_NOSIGNAL) != len)
		return; /* the other end is gone: its read says so */
}

/* False when the connection is over. */
static bool serve(int fd, const char *name, struct client_state *state)
{
	ssize_t n = read(fd, state->request + state->len,
			 sizeof(state->request) - 1 - state->len);
	char *end;

	if (n <= 0)
		return false;
	state->len += (size_t)n;
	state->request[state->len] = '\0';
	while ((end = strstr(state->request, "\r\n\r\n"))) {
		*end = '\0';
		answer(fd, name, state->request);
		end += 4;
		state->len -= (size_t)(end - state->request);
		memmove(state->request, end, state->len + 1);
	}
	return true;
}

/* As long as the test lives. */
static void serve_for(pid_t parent, const char *name, int listener)
{
	static struct client_state states[SERVER_CONNECTIONS];
	static struct pollfd polls[SERVER_CONNECTIONS];
	nfds_t count = 1;

	polls[0] = (struct pollfd){.fd = listener, .events = POLLIN};
	while (poll(polls, count, LOOK_MS) >= 0 && getppid() == parent) {
		for (nfds_t i = count - 1; i >= 1; i--) {
			if (!polls[i].revents ||
			    serve(polls[i].fd, name, &states[i]))
				continue;
			close(polls[i].fd);
			count--;
			polls[i] = polls[count];
			states[i] = states[count];
		}
		if (!polls[0].revents || count == SERVER_CONNECTIONS)
			continue;
		polls[count].fd = accept(listener, NULL, NULL);
		polls[count].events = POLLIN;
		polls[count].revents = 0;
		states[count].len = 0;
		count += polls[count].fd >= 0;
	}
}

pid_t web_server_start(const char *name, int port)
{
	int listener = tcp_socket(port, true, NULL);
	pid_t parent = getpid(), pid;

	if (listener < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		signal(SIGTERM, SIG_DFL);
		serve_for(parent, name, listener);
		_exit(1);
	}
	close(listener);
	return pid;
}

/* The rest of a request whose head is whole. */
static bool is_whole(const char *request)
{
	const char *body = strstr(request, "\r\n\r\n");
	const char *length = strcasestr(request, "content-length:");

	return body &&
	       (!length || length > body ||
		strlen(body + 4) >=
			(size_t)atol(length + strlen("content-length:")));
}

static void note_request(const char *file, const char *request)
{
	const char *path = strchr(request, ' ') + 1;
	FILE *stream = fopen(file, "a");

	fprintf(stream, "%.*s %s\n", (int)strcspn(path, " "), path,
		strstr(request, "\r\n\r\n") + 4);
	fclose(stream);
}

static void receive(const char *file, int fd)
{
	static char request[65536];
	size_t len = 0;
	ssize_t n;

	request[0] = '\0';
	while (!is_whole(request) && len < sizeof(request) - 1) {
		n = read(fd, request + len, sizeof(request) - 1 - len);
		if (n <= 0)
			return;
		len += (size_t)n;
		request[len] = '\0';
	}
	note_request(file, request);
	if (strstr(request, " /hang"))
		return; /* open until the end of this process */
	answer(fd, "thanks", request);
	close(fd);
}

pid_t web_receiver_start(const char *file, int port)
{
	int listener = tcp_socket(port, true, NULL);
	struct pollfd poll_fd = {.fd = listener, .events = POLLIN};
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		while (getppid() == parent)
			if (poll(&poll_fd, 1, LOOK_MS) > 0)
				receive(file, accept(listener, NULL, NULL));
		_exit(1);
	}
	close(listener);
	return pid;
}

void web_server_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Whether the answer is the last one of its connection. */
static bool says_close(const char *text, const char *end)
{
	const char *line = strcasestr(text, "\r\nconnection: close");

	return line && line < end;
}

/* The status; 0 when no whole answer came. keep_alive: whether the connection
 * goes on, as asked and as answered. */
static int exchange(int fd, const char *path, const char *header,
		    bool *keep_alive, char *body)
{
	char text[4096];
	size_t len = 0;
	ssize_t n;
	char *end = NULL;
	size_t wanted = 0;
	int status = 0;

	n = snprintf(text, sizeof(text),
		     "GET %s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n", path,
		     header, *keep_alive ? "" : "Connection: close\r\n");
	if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		return 0;
	while (!end || len < wanted) {
		n = read(fd, text + len, sizeof(text) - 1 - len);
		if (n <= 0)
			return 0;
		len += (size_t)n;
		text[len] = '\0';
		end = strstr(text, "\r\n\r\n");
		if (end) {
			char *length = strcasestr(text, "content-length:");

			wanted = (size_t)(end + 4 - text);
			if (length)
				wanted += strtoul(length + 15, NULL, 10);
		}
	}
	if (sscanf(text, "HTTP/1.1 %d", &status) != 1)
		return 0;
	*keep_alive = *keep_alive && !says_close(text, end);
	if (body)
		snprintf(body, 64, "%.*s", (int)strcspn(end + 4, "\n"),
			 end + 4);
	return status;
}

int web_get(int port, const char *path, char *body)
{
	return web_get_with(port, path, "", body);
}

int web_get_with(int port, const char *path, const char *header, char *body)
{
	int fd = tcp_socket(port, false, NULL);
	bool keep_alive = false;
	int status;

	if (fd < 0)
		return 0;
	status = exchange(fd, path, header, &keep_alive, body);
	close(fd);
	return status;
}

static void count(struct web_load *load, int status, const char *body)
{
	if (status >= 500)
		atomic_fetch_add(&load->answers_5xx, 1);
	else if (status == 200 && strcmp(body, "blue") == 0)
		atomic_fetch_add(&load->blue, 1);
	else if (status == 200 && strcmp(body, "green") == 0)
		atomic_fetch_add(&load->green, 1);
	else
		atomic_fetch_add(&load->failed, 1);
}

static void *client(void *data)
{
	struct web_client *client = data;
	struct web_load *load = client->load;
	char body[64] = "";
	int fd = -1;

	while (!atomic_load(&load->stop)) {
		bool keep_alive = load->keep_alive;
		int status = 0;

		if (fd < 0)
			fd = tcp_socket(load->port, false, NULL);
		if (fd >= 0)
			status =
				exchange(fd, load->path, "", &keep_alive, body);
		count(load, status, body);
		atomic_fetch_add(&client->answered, 1);
		if (fd >= 0 && (status == 0 || !keep_alive)) {
			close(fd);
			fd = -1;
		}
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

void web_load_start(struct web_load *load, int port, const char *path,
		    bool keep_alive)
{
	memset(load, 0, sizeof(*load));
	load->port = port;
	load->path = path;
	load->keep_alive = keep_alive;
	load->runs = true;
	for (int i = 0; i < WEB_CLIENTS; i++) {
		load->clients[i].load = load;
		pthread_create(&load->clients[i].thread, NULL, client,
			       &load->clients[i]);
	}
}

void web_load_stop(struct web_load *load)
{
	if (!load->runs)
		return;
	load->runs = false;
	atomic_store(&load->stop, true);
	for (int i = 0; i < WEB_CLIENTS; i++)
		pthread_join(load->clients[i].thread, NULL);
}

long web_load_count(const struct web_load *load)
{
	return atomic_load(&load->blue) + atomic_load(&load->green) +
	       atomic_load(&load->answers_5xx) + atomic_load(&load->failed);
}
