/* SPDX-License-Identifier: MIT */
/* Peer credentials by getpeereid(), which the BSDs and macOS have. */
#include "net/server.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int peer_of(int fd, struct peer *peer, struct error *err)
{
	if (getpeereid(fd, &peer->uid, &peer->gid) < 0)
		return error_set(err, ERROR_IO,
				 "cannot tell who is at the other end of a "
				 "socket: %s",
				 strerror(errno));
	peer->pid = 0;
	return 0;
}
