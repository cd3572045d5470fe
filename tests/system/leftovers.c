/* SPDX-License-Identifier: MIT */
#include "system/leftovers.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/cmocka.h"

#define LOOK_MS 200
#define ROUNDS 100

/* What has the folder in its arguments or environment, which every process
 * of a site has: it is HOME there. True when there was one. */
static bool end_those_of(const char *folder, bool tell)
{
	FILE *list = popen("ps axeww -o pid= -o command=", "r");
	size_t size = 0, len = strlen(folder);
	char *line = NULL;
	bool found = false;

	while (list && getline(&line, &size, list) > 0) {
		const char *at = strstr(line, folder);
		char *command;
		pid_t pid = (pid_t)strtol(line, &command, 10);

		if (!at || (at[len] && !strchr("/ \n", at[len])) ||
		    pid == getpid())
			continue;
		/* Workers of a proxy name no folder, but are of its group. */
		if (kill(getpgid(pid) == pid ? -pid : pid, SIGKILL) < 0)
			continue;
		found = true;
		if (tell)
			fprintf(stderr, "# ended what was left: %d%.60s\n",
				(int)pid, command);
	}
	free(line);
	if (list)
		pclose(list);
	return found;
}

/* What one of them has started meanwhile is met by a later round. */
static void end_all_of(const char *folder)
{
	for (int round = 0; round < ROUNDS; round++) {
		if (!end_those_of(folder, round == 0))
			return;
		poll(NULL, 0, 10);
	}
}

/* Servers that a test has forked hold the pipe as well: so the parent. */
static bool parent_let_go(int fd, pid_t parent)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	char byte;

	while (getppid() == parent)
		if (poll(&poll_fd, 1, LOOK_MS) > 0)
			return read(fd, &byte, 1) == 1;
	return false;
}

static _Noreturn void watch(const char *folder, int fd, pid_t parent)
{
	bool told;

	/* Whoever ends the test's group must not end this. */
	setsid();
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	told = parent_let_go(fd, parent);
	end_all_of(folder);
	if (!told)
		(void)!folder_remove(folder, NULL);
	_exit(0);
}

void leftovers_watch(struct leftovers *leftovers, const char *folder)
{
	pid_t parent = getpid();
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	fflush(NULL);
	leftovers->pid = fork();
	assert_true(leftovers->pid >= 0);
	if (leftovers->pid == 0) {
		close(fds[1]);
		watch(folder, fds[0], parent);
	}
	close(fds[0]);
	leftovers->fd = fds[1];
}

void leftovers_end(struct leftovers *leftovers)
{
	(void)!write(leftovers->fd, "", 1);
	close(leftovers->fd);
	waitpid(leftovers->pid, NULL, 0);
}
