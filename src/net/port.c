/* SPDX-License-Identifier: MIT */
#include "net/port.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

#define SETTINGS "/proc/sys/net/ipv4/ip_local_"
#define SETTING_MOST 65536

bool port_is_in(const char *list, int port)
{
	while (*list) {
		char *end;
		long first = strtol(list, &end, 10), last = first;

		if (end == list)
			return false;
		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		if (port >= first && port <= last)
			return true;
		list = *end == ',' ? end + 1 : "";
	}
	return false;
}

bool port_is_ephemeral(int port, int *first, int *last)
{
	struct str range = STR_INIT, reserved = STR_INIT;
	bool is = file_read(SETTINGS "port_range", &range, SETTING_MOST,
			    NULL) == 0 &&
		  sscanf(range.data, "%d %d", first, last) == 2 &&
		  port >= *first && port <= *last;

	if (is && file_read(SETTINGS "reserved_ports", &reserved, SETTING_MOST,
			    NULL) == 0)
		is = !port_is_in(reserved.data, port);
	str_release(&reserved);
	str_release(&range);
	return is;
}

bool port_is_free(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;
	bool is_free;

	if (fd < 0)
		return false;
	/* Connections of one that has just ended do not hold it. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	is_free = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return is_free;
}
