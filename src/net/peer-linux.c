/* SPDX-License-Identifier: MIT */
/* Peer credentials where SO_PEERCRED tells them with the pid. */
#include "net/server.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int peer_of(int fd, struct peer *peer, struct error *err)
{
	struct ucred credentials;
	socklen_t len = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0)
		return error_set(err, ERROR_IO,
				 "cannot tell who is at the other end of a "
				 "socket: %s",
				 strerror(errno));
	peer->uid = credentials.uid;
	peer->gid = credentials.gid;
	peer->pid = credentials.pid;
	return 0;
}
