/* SPDX-License-Identifier: MIT */
#include "proc/ending.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t ending_reap(int *status)
{
	pid_t pid;

	do
		pid = waitpid(-1, status, WNOHANG);
	while (pid < 0 && errno == EINTR);
	return pid > 0 ? pid : 0;
}

static void raise_default(int signal_number)
{
	const struct rlimit no_core = {0, 0};
	sigset_t only;

	setrlimit(RLIMIT_CORE, &no_core);
	signal(signal_number, SIG_DFL);
	sigemptyset(&only);
	sigaddset(&only, signal_number);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	raise(signal_number);
}

void ending_repeat(int status)
{
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	raise_default(WTERMSIG(status));
	_exit(128 + WTERMSIG(status));
}

void standard_to_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}
