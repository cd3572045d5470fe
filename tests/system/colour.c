/* SPDX-License-Identifier: MIT */
#include "system/colour.h"

#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLOW_MS 2000
#define BASE_MS 5 /* of a request, where `slow` is said */
#define LOOK_MS 20

/* What is wrong with it; all 0: nothing. */
struct bug {
	long every;	/* each of so many is broken */
	double percent; /* so many of a hundred are */
	double ms;	/* that a request takes */
	double die_ms;	/* after its start */
	char die_on[256];
	long leak; /* bytes a second */
	long queue;
	bool unhealthy, health_only;
};

static atomic_long served;
static struct bug bug;

/* Evenly, by the count alone: the same in each test. */
static bool is_broken(long count)
{
	double errors = bug.percent / 100;

	if (bug.every && count % bug.every == 0)
		return true;
	return (long)((double)(count + 1) * errors) >
	       (long)((double)count * errors);
}

static void take_ms(double ms)
{
	struct timespec rest = {(time_t)(ms / 1000),
				(long)(fmod(ms, 1000) * 1e6)};

	nanosleep(&rest, NULL);
}

/* A request that takes its time, and a file that says it has come. */
static bool answer_metrics(int fd)
{
	char body[64], text[256];
	int len = snprintf(body, sizeof(body), "queue_depth %ld\n", bug.queue);

	len = snprintf(text, sizeof(text),
		       "HTTP/1.1 200 OK\r\nContent-Type: text/plain; "
		       "version=0.0.4\r\nContent-Length: %d\r\n\r\n%s",
		       len, body);
	return send(fd, text, (size_t)len, MSG_NOSIGNAL) == len;
}

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

/* False: the connection is to be closed without an answer. */
static bool answer(int fd, const char *request)
{
	const char *colour = getenv("COLOUR"), *status = "200 OK";
	char text[256];
	int len;

	if (strstr(request, " /metrics"))
		return answer_metrics(fd);
	if (strstr(request, " /healthz")) {
		if (bug.unhealthy)
			status = "503 Not Healthy";
	} else if (bug.health_only) {
		return false;
	} else {
		if (is_broken(atomic_fetch_add(&served, 1)))
			status = "500 Broken";
		if (bug.ms > 0)
			take_ms(bug.ms);
	}
	if (strstr(request, " /slow"))
		be_slow(colour);
	len = snprintf(text, sizeof(text),
		       "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s\n", status,
		       strlen(colour) + 1, colour);
	return send(fd, text, (size_t)len, MSG_NOSIGNAL) == len;
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
			if (!answer(fd, text))
				goto out;
			end += 4;
			len -= (size_t)(end - text);
			memmove(text, end, len + 1);
		}
	}
out:
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

static void die(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

static void leak(double seconds)
{
	static double owed;
	static char *volatile lost; /* or the compiler leaks nothing */
	size_t bytes;

	owed += (double)bug.leak * seconds;
	if (owed < 65536)
		return;
	bytes = (size_t)owed;
	owed = 0;
	lost = malloc(bytes);
	if (!lost)
		die("out of memory");
	memset(lost, 1, bytes);
}

/* What comes by itself, without a request. */
static void *decay(void *data)
{
	for (double ms = 0;; ms += LOOK_MS) {
		if (bug.die_ms > 0 && ms >= bug.die_ms)
			die("it was to die now");
		if (*bug.die_on && access(bug.die_on, F_OK) == 0)
			die("it was to die on that file");
		if (bug.leak)
			leak(LOOK_MS / 1000.0);
		take_ms(LOOK_MS);
	}
	return data;
}

/* One line of the file `bug`; colour.h tells the words. */
static void read_word(const char *line)
{
	double number;

	if (sscanf(line, "every %ld", &bug.every) == 1 ||
	    sscanf(line, "errors %lf", &bug.percent) == 1 ||
	    sscanf(line, "queue %ld", &bug.queue) == 1 ||
	    sscanf(line, "die-on %255s", bug.die_on) == 1)
		return;
	if (sscanf(line, "slow %lf", &number) == 1)
		bug.ms = BASE_MS * number;
	else if (sscanf(line, "die-after %lf", &number) == 1)
		bug.die_ms = number * 1000;
	else if (sscanf(line, "leak %lf", &number) == 1)
		bug.leak = (long)(number * 1024 * 1024);
	else if (strncmp(line, "unhealthy", 9) == 0)
		bug.unhealthy = true;
	else if (strncmp(line, "health-only", 11) == 0)
		bug.health_only = true;
	else if (sscanf(line, "%lf", &number) == 1)
		bug.every = (long)number;
}

static void read_bug(void)
{
	FILE *file = fopen("bug", "r");
	char line[512];
	pthread_t thread;

	while (file && fgets(line, sizeof(line), file))
		read_word(line);
	if (file)
		fclose(file);
	if ((bug.die_ms > 0 || *bug.die_on || bug.leak) &&
	    pthread_create(&thread, NULL, decay, NULL) == 0)
		pthread_detach(thread);
}

int colour_serve(void)
{
	int listener = listen_at(atoi(getenv("PORT"))), on = 1;

	signal(SIGPIPE, SIG_IGN);
	read_bug();
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
