/* shop --port N: a small shop over HTTP on 127.0.0.1. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"
#include "products.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

static void product_page(const char *path, char *out, size_t size, int *status)
{
	const struct product *product =
		product_find(atoi(path + strlen("/products/")));

	*status = product ? 200 : 404;
	if (product)
		snprintf(out, size,
			 "{\"id\":%d,\"name\":\"%s\",\"price\":%d}\n",
			 product->id, product->name, product->price);
	else
		snprintf(out, size, "{\"error\":\"no such product\"}\n");
}

static int serve(int fd, const struct request *request)
{
	char body[1024] = "";
	const char *type = "application/json";
	int status = 200;

	if (strcmp(request->path, "/healthz") == 0) {
		snprintf(body, sizeof(body), "{\"ok\":true}\n");
	} else if (strcmp(request->path, "/version") == 0) {
		snprintf(body, sizeof(body), "{\"version\":\"%s\"}\n", VERSION);
	} else if (strcmp(request->path, "/") == 0) {
		type = "text/html";
		snprintf(body, sizeof(body),
			 "<title>shop</title><h1>The shop</h1>\n");
	} else if (strncmp(request->path, "/products/", 10) == 0) {
		product_page(request->path, body, sizeof(body), &status);
	} else {
		status = 404;
		snprintf(body, sizeof(body), "{\"error\":\"no such page\"}\n");
	}
	return http_answer(fd, status, type, body, request->keep_alive);
}

static void *connection(void *data)
{
	int fd = (int)(long)data;
	struct request request;

	while (http_read(fd, &request) == 1)
		if (serve(fd, &request) < 0 || !request.keep_alive)
			break;
	close(fd);
	return NULL;
}

static int listen_on(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 1024) < 0) {
		perror("shop: cannot listen");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	int port = argc == 3 && strcmp(argv[1], "--port") == 0 ? atoi(argv[2])
							       : 8080;
	int listener = listen_on(port);
	pthread_attr_t attributes;
	int on = 1;

	signal(SIGPIPE, SIG_IGN);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, 256 * 1024);
	printf("shop %s on port %d\n", VERSION, port);
	fflush(stdout);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		pthread_t thread;

		if (fd < 0)
			continue;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (pthread_create(&thread, &attributes, connection,
				   (void *)(long)fd) != 0)
			close(fd);
	}
}
