/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/load.h"

/* A port that nobody listens on, as long as the socket is open. */
static int hold_port(int *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void the_first_that_failed_is_told(void **state)
{
	char folder[] = "/tmp/signalbox-load-XXXXXX";
	struct load_counts counts;
	int port, fd = hold_port(&port);
	char *url = xasprintf("http://127.0.0.1:%d", port), *result;
	struct load_options options = {url, 100, NULL};
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(folder));
	options.result = result = path_join(folder, "counts");
	pid = load_start(&options, NULL);
	assert_true(pid > 0);
	while (!file_exists(result)) /* after a second */
		poll(NULL, 0, 10);
	assert_int_equal(load_stop(pid, result, &counts, NULL), 0);
	assert_true(counts.failed > 0);
	assert_int_equal(counts.failed, counts.requests);
	assert_int_equal(counts.errors, 0);
	assert_non_null(strstr(counts.first, url));
	assert_int_equal(folder_remove(folder, NULL), 0);
	close(fd);
	free(url);
	free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_failed_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
