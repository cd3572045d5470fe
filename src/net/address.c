/* SPDX-License-Identifier: MIT */
#include "net/address.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"
#include "net/server.h"

int address_of_path(const char *path, struct sockaddr_un *address,
		    struct error *err)
{
	size_t len = strlen(path);

	if (len >= sizeof(address->sun_path))
		return error_set(err, ERROR_IO,
				 "the socket path %s is %zu bytes long and a "
				 "socket address holds %zu; choose a shorter "
				 "folder",
				 path, len, sizeof(address->sun_path) - 1);
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, len + 1);
	return 0;
}

int address_socket(int family, struct error *err)
{
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd < 0)
		return error_set(err, ERROR_IO, "cannot make a socket: %s",
				 strerror(errno));
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static int refuse(const char *address, int reason, struct error *err)
{
	enum error_code code = ERROR_NETWORK;

	if (reason == ENOENT || reason == ECONNREFUSED)
		code = ERROR_NOT_FOUND;
	return error_set(err, code, "cannot connect to %s: %s", address,
			 reason == EAGAIN ? "too many wait there already"
					  : strerror(reason));
}

static int finish(int fd, const char *name, const struct sockaddr *address,
		  socklen_t len, struct error *err)
{
	int result;

	do
		result = connect(fd, address, len);
	while (result < 0 && errno == EINTR);
	if (result == 0 || errno == EINPROGRESS)
		return result == 0 ? 0 : 1;
	refuse(name, errno, err);
	close(fd);
	return -1;
}

int unix_connect(const char *path, struct error *err)
{
	struct sockaddr_un address;
	int fd;

	if (address_of_path(path, &address, err) < 0)
		return -1;
	fd = address_socket(AF_UNIX, err);
	if (fd < 0 || finish(fd, path, (struct sockaddr *)&address,
			     sizeof(address), err) < 0)
		return -1;
	return fd;
}

/* "host:port" to an address without asking any name server. */
static struct addrinfo *look_up(const char *address, struct error *err)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *found = NULL;
	const char *colon = strrchr(address, ':');
	const char *host = address;
	size_t len;
	char *text;

	if (!colon || !colon[1]) {
		error_set(err, ERROR_CONFIG,
			  "%s is no address; write a path or host:port",
			  address);
		return NULL;
	}
	len = (size_t)(colon - address);
	if (len >= 2 && host[0] == '[' && colon[-1] == ']') {
		host++;
		len -= 2;
	}
	text = xstrndup(host, len);
	if (getaddrinfo(str_equal(text, "localhost") ? "127.0.0.1" : text,
			colon + 1, &hints, &found) != 0) {
		error_set(err, ERROR_CONFIG,
			  "%s is no address; write the host as a number, or "
			  "localhost, and the port as a number",
			  address);
		found = NULL;
	}
	free(text);
	return found;
}

static int tcp_connect(const char *address, bool *pending, struct error *err)
{
	struct addrinfo *found = look_up(address, err);
	int result = -1;
	int fd = -1;

	if (!found)
		return -1;
	fd = address_socket(found->ai_family, err);
	if (fd >= 0)
		result = finish(fd, address, found->ai_addr, found->ai_addrlen,
				err);
	freeaddrinfo(found);
	*pending = result == 1;
	return result < 0 ? -1 : fd;
}

int address_connect(const char *address, bool *pending, struct error *err)
{
	*pending = false;
	if (strchr(address, '/'))
		return unix_connect(address, err);
	return tcp_connect(address, pending, err);
}
