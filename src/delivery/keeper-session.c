/* SPDX-License-Identifier: MIT */
#include "delivery/keeper-session.h"

#include <signal.h>
#include <unistd.h>

#include "proc/identity.h"

/* What is beyond is met by the next call. */
#define MOST 1024

size_t session_signal(pid_t but_group, int signal_number)
{
	pid_t pids[MOST];
	size_t count = processes_of_session(getsid(0), 0, pids, MOST);
	size_t others = 0;

	for (size_t i = 0; i < count && i < MOST; i++) {
		if (but_group && getpgid(pids[i]) == but_group)
			continue;
		kill(pids[i], signal_number);
		others++;
	}
	return others;
}
