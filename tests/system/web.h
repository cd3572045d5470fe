/* SPDX-License-Identifier: MIT */
/* Small HTTP servers, in children, and clients that load a proxy, in
 * threads, with exact counts. For system tests. */
#ifndef SIGNALBOX_TESTS_SYSTEM_WEB_H
#define SIGNALBOX_TESTS_SYSTEM_WEB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Loopback ports that are free and that no other test gets while this one
 * runs: one, or the first of several in a row. */
int web_free_port(void);
int web_free_ports(int count);

/* Answers every request "NAME\n", 200; /fail 500; /slow after 30 ms. */
pid_t web_server_start(const char *name, int port);
void web_server_stop(pid_t pid);

/* Takes requests one by one and appends "PATH BODY\n" of each to a file:
 * 200; /fail 500; /hang is never answered. Ended as the server is. */
pid_t web_receiver_start(const char *file, int port);

/* One request over a connection of its own: the status, 0 when it failed.
 * body has room for 64 bytes. */
int web_get(int port, const char *path, char *body);
/* The same with a line more: "X-Preview: 1\r\n". */
int web_get_with(int port, const char *path, const char *header, char *body);

#define WEB_CLIENTS 4

struct web_load;
struct web_client {
	struct web_load *load;
	pthread_t thread;
	atomic_long answered; /* its requests that are counted */
};

struct web_load {
	int port;
	const char *path;
	bool keep_alive;
	bool runs;
	struct web_client clients[WEB_CLIENTS];
	atomic_bool stop;
	atomic_long blue, green; /* 200s, by their body */
	atomic_long answers_5xx;
	atomic_long failed; /* no whole answer */
};

/* Of a fixture, whose tear-down stops it: its threads outlive a test that
 * fails. Stopping one that does not run does nothing. */
void web_load_start(struct web_load *load, int port, const char *path,
		    bool keep_alive);
void web_load_stop(struct web_load *load);
long web_load_count(const struct web_load *load);

#endif
