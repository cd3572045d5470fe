/* SPDX-License-Identifier: MIT */
/*
 * What POSIX alone can tell, by ps(1). There is no adopting of orphans and
 * no parent-death signal: grandchildren that daemonise are out of reach.
 */
#include "proc/identity.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

/* ctrl-z must not stop what we wait for. */
#define CALM "trap '' TSTP; LC_ALL=C "

/* The first line that ps prints of one process, without blanks around it;
 * false when there is no such process. */
static bool ask_ps(pid_t pid, const char *column, char *text, size_t size)
{
	char *command = xasprintf(CALM "ps -o %s= -p %ld 2>/dev/null", column,
				  (long)pid);
	FILE *ps = popen(command, "r");
	bool found = ps && fgets(text, (int)size, ps);
	size_t blanks;
	size_t len;

	if (ps)
		pclose(ps);
	free(command);
	if (!found)
		return false;
	blanks = strspn(text, " ");
	len = strcspn(text + blanks, "\n");
	memmove(text, text + blanks, len);
	text[len] = '\0';
	return len > 0;
}

uint64_t process_start_time(pid_t pid)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	char text[128];

	if (pid <= 0 || !ask_ps(pid, "lstart", text, sizeof(text)))
		return 0;
	for (const char *c = text; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
	return hash ? hash : 1;
}

bool process_is(pid_t pid, uint64_t start_time)
{
	char state[32];

	if (start_time == 0 || process_start_time(pid) != start_time)
		return false;
	return ask_ps(pid, "stat", state, sizeof(state)) && state[0] != 'Z';
}

bool process_is_ending(pid_t pid)
{
	(void)pid;
	return false;
}

int process_end_fd(pid_t pid)
{
	(void)pid;
	return -1;
}

bool process_adopt_orphans(void)
{
	return false;
}

/* The ps that answers is our child as well, but gone when it was read. */
static size_t drop_ended(pid_t *pids, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (kill(pids[i], 0) == 0 || errno != ESRCH)
			pids[kept++] = pids[i];
	return kept;
}

size_t process_children(pid_t *pids, size_t max)
{
	FILE *ps = popen(CALM "ps -A -o pid= -o ppid= 2>/dev/null", "r");
	long pid, parent;
	size_t count = 0;

	while (ps && fscanf(ps, "%ld %ld", &pid, &parent) == 2) {
		if (parent != (long)getpid())
			continue;
		if (count < max)
			pids[count] = (pid_t)pid;
		count++;
	}
	if (ps)
		pclose(ps);
	return count <= max ? drop_ended(pids, count) : count;
}

/* What binary it runs cannot be asked portably: the name decides. */
bool process_is_keeper(pid_t pid)
{
	char text[256];
	size_t len = strlen(KEEPER_NAME);

	return ask_ps(pid, "args", text, sizeof(text)) &&
	       strncmp(text, KEEPER_NAME, len) == 0 &&
	       (text[len] == '\0' || text[len] == ' ');
}

bool process_was_kept(pid_t pid)
{
	(void)pid;
	return false;
}

size_t processes_marked(const char *entry, pid_t *pids, size_t max)
{
	(void)entry;
	(void)pids;
	(void)max;
	return 0;
}

size_t processes_stray(const char *entry, pid_t *pids, size_t max)
{
	(void)entry;
	(void)pids;
	(void)max;
	return 0;
}

size_t processes_of_session(pid_t session, pid_t group, pid_t *pids, size_t max)
{
	FILE *ps = popen(CALM "ps -A -o pid= -o stat= 2>/dev/null", "r");
	size_t count = 0;
	char state[32];
	long pid;

	while (ps && fscanf(ps, "%ld %31s", &pid, state) == 2) {
		if (pid == (long)getpid() || getsid((pid_t)pid) != session ||
		    (group && getpgid((pid_t)pid) != group) || *state == 'Z')
			continue;
		if (count < max)
			pids[count] = (pid_t)pid;
		count++;
	}
	if (ps)
		pclose(ps);
	return count <= max ? drop_ended(pids, count) : count;
}

void process_die_with_parent(void)
{
}

static bool is_kept(int fd, const int *keep, int keep_count)
{
	for (int i = 0; i < keep_count; i++)
		if (keep[i] == fd)
			return true;
	return false;
}

void descriptors_close_from(int first, const int *keep, int keep_count)
{
	long limit = sysconf(_SC_OPEN_MAX);

	for (int fd = first; fd < (limit > 0 ? limit : 1024); fd++)
		if (!is_kept(fd, keep, keep_count))
			close(fd);
}

/* A path where ps knows it, else the name we were called by: when that has
 * no folder, PATH is searched for it. */
char *process_own_path(void)
{
	char text[1024];

	if (ask_ps(getpid(), "comm", text, sizeof(text)) && strchr(text, '/'))
		return xstrdup(text);
	if (!ask_ps(getpid(), "args", text, sizeof(text)))
		return xstrdup("signalbox");
	text[strcspn(text, " ")] = '\0';
	return xstrdup(text);
}
