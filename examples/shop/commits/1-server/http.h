/* One HTTP/1.1 connection: requests in, answers out. */
#ifndef HTTP_H
#define HTTP_H

#include <stddef.h>

struct request {
	char method[8];
	char path[256];
	char body[1024];
	int keep_alive;
};

/* Reads the next request from the socket. 0 at its end, -1 for garbage. */
int http_read(int fd, struct request *request);
/* 0, or -1 when the other side is gone. */
int http_answer(int fd, int status, const char *type, const char *body,
		int keep_alive);

#endif
