/* SPDX-License-Identifier: MIT */
#include "system/colour.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLOW_MS 2000

static atomic_long served;
static long broken_every; /* 0: none */

/* A request that takes its time, and a file that says it has come. */
static void be_slow(const char *colour)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/slow-%s", getenv("HOME"), colour);
	file = fopen(path, "w");
	if (file)
		fclose(file);
	poll(NULL, 0, SLOW_MS);
}

static void answer(int fd, const char *request)
{
	const char *colour = getenv("COLOUR"), *status = "200 OK";
	char text[256];
	int len;

	if (!strstr(request, " /healthz") && broken_every &&
	    atomic_fetch_add(&served, 1) % broken_every == 0)
		status = "500 Broken";
	if (strstr(request, " /slow"))
		be_slow(colour);
	len = snprintf(text, sizeof(text),
		       "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s\n", status,
		       strlen(colour) + 1, colour);
	if (send(fd, text, (size_t)len, MSG_NOSIGNAL) != len)
		return; /* the other end is gone: the next read says so */
}

static void *serve_connection(void *data)
{
	int fd = (int)(intptr_t)data;
	char text[4096], *end;
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, text + len, sizeof(text) - 1 - len)) > 0) {
		len += (size_t)got;
		text[len] = '\0';
		while ((end = strstr(text, "\r\n\r\n"))) {
			*end = '\0';
			answer(fd, text);
			end += 4;
			len -= (size_t)(end - text);
			memmove(text, end, len + 1);
		}
	}
	close(fd);
	return NULL;
}

static int listen_at(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 1024) < 0) {
		perror("listen");
		exit(1);
	}
	return fd;
}

int colour_serve(void)
{
	int listener = listen_at(atoi(getenv("PORT"))), on = 1;
	FILE *bug = fopen("bug", "r");

	signal(SIGPIPE, SIG_IGN);
	if (bug && fscanf(bug, "%ld", &broken_every) != 1)
		broken_every = 0;
	printf("%s serves %s\n", getenv("COLOUR"), getenv("VERSION"));
	fflush(stdout);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		pthread_t thread;

		if (fd < 0)
			continue;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (pthread_create(&thread, NULL, serve_connection,
				   (void *)(intptr_t)fd) == 0)
			pthread_detach(thread);
		else
			close(fd);
	}
}
