/* SPDX-License-Identifier: MIT */
/*
 * Our own listening Unix sockets, and the folder they live in. Who connects
 * is known by the peer credentials of the socket.
 */
#ifndef SIGNALBOX_NET_SERVER_H
#define SIGNALBOX_NET_SERVER_H

#include <sys/types.h>

#include "base/error.h"
#include "loop/loop.h"

struct peer {
	uid_t uid;
	gid_t gid;
	pid_t pid; /* 0 where the system does not say */
};

struct server;

/* fd is non-blocking and close-on-exec, and the callee's. */
typedef void server_accepted(int fd, const struct peer *peer, void *data);

/* Listens at path with mode 0600. A socket file that nobody answers is
 * replaced; one that somebody does is refused (ERROR_REFUSED), as is a path
 * longer than a socket address holds. */
struct server *server_listen(struct loop *loop, const char *path,
			     server_accepted *accepted, void *data,
			     struct error *err) MUST_CHECK;
/* 0660 and the group, for `socket-group`. */
int server_share(struct server *server, gid_t group,
		 struct error *err) MUST_CHECK;
/* Stops listening and removes the file. NULL is fine. */
void server_free(struct server *server);

/* Who is at the other end of a connected Unix socket. */
int peer_of(int fd, struct peer *peer, struct error *err) MUST_CHECK;

/* Connects to a Unix socket; non-blocking and close-on-exec. -1 with
 * ERROR_NOT_FOUND when nobody listens there. */
int unix_connect(const char *path, struct error *err) MUST_CHECK;

/* $XDG_RUNTIME_DIR/signalbox, else /tmp/signalbox-UID: made when missing
 * (0700); refused when it is a link, someone else's, or open to others.
 * The path is the caller's; NULL on failure. */
char *runtime_folder(struct error *err) MUST_CHECK;
/* /tmp/signalbox-UID-shared: made (0711) when it is ours and missing; each
 * socket in it says who may connect. Refused unless it is the owner's alone
 * to write. The path is the caller's; NULL on failure. */
char *shared_folder(uid_t owner, struct error *err) MUST_CHECK;

#endif
