#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_SIZE 8192

/* Reads byte by byte up to the empty line: what follows is the body's. */
static int read_head(int fd, char *head, size_t size)
{
	size_t len = 0;

	while (len + 1 < size) {
		ssize_t n = read(fd, head + len, 1);

		if (n <= 0)
			return len ? -1 : 0;
		head[++len] = '\0';
		if (len >= 4 && memcmp(head + len - 4, "\r\n\r\n", 4) == 0)
			return 1;
	}
	return -1;
}

static const char *find_header(const char *head, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = strstr(head, "\r\n"); line;
	     line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, len) == 0 &&
		    line[2 + len] == ':')
			return line + 2 + len + 1 +
			       strspn(line + 2 + len + 1, " ");
	return NULL;
}

static int read_body(int fd, const char *head, struct request *request)
{
	const char *length = find_header(head, "Content-Length");
	size_t want = length ? strtoul(length, NULL, 10) : 0;
	size_t have = 0;

	if (want >= sizeof(request->body))
		return -1;
	while (have < want) {
		ssize_t n = read(fd, request->body + have, want - have);

		if (n <= 0)
			return -1;
		have += (size_t)n;
	}
	request->body[have] = '\0';
	return 0;
}

int http_read(int fd, struct request *request)
{
	char head[HEAD_SIZE];
	const char *connection;
	int result = read_head(fd, head, sizeof(head));

	if (result <= 0)
		return result;
	if (sscanf(head, "%7s %255s HTTP/1.", request->method,
		   request->path) != 2)
		return -1;
	connection = find_header(head, "Connection");
	request->keep_alive =
		!connection || strncasecmp(connection, "close", 5) != 0;
	if (read_body(fd, head, request) < 0)
		return -1;
	return 1;
}

static const char *reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 201:
		return "Created";
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	default:
		return "Internal Server Error";
	}
}

int http_answer(int fd, int status, const char *type, const char *body,
		int keep_alive)
{
	char out[HEAD_SIZE];
	int len = snprintf(out, sizeof(out),
			   "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n"
			   "Content-Length: %zu\r\n%s\r\n%s",
			   status, reason(status), type, strlen(body),
			   keep_alive ? "" : "Connection: close\r\n", body);

	if (len < 0 || (size_t)len >= sizeof(out))
		return -1;
	return send(fd, out, (size_t)len, MSG_NOSIGNAL) == len ? 0 : -1;
}
