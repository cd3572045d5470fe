/* SPDX-License-Identifier: MIT */
#include "proc/identity.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"

/* Headers older than the kernel lack it; the number is the same on every
 * machine we know. */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* PF_EXITING, of the kernel's own header. */
#define FLAG_ENDING 4u

#define PATH_SIZE 64
#define ENVIRON_LIMIT (4u << 20)

/* What /proc/PID/stat says, as far as we need it. */
struct process {
	char state;
	pid_t parent;
	unsigned flags;
	uint64_t start_time;
};

/* Reads the head of a file of /proc; -1 when there is none. */
static ssize_t read_head(const char *path, char *text, size_t size)
{
	ssize_t len;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	len = read(fd, text, size - 1);
	close(fd);
	if (len >= 0)
		text[len] = '\0';
	return len;
}

/* The command's name, in brackets, may hold anything, brackets included. */
static bool process_parse(const char *text, struct process *process)
{
	const char *rest = strrchr(text, ')');
	unsigned long long start;
	int parent;

	if (!rest ||
	    sscanf(rest,
		   ") %c %d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d"
		   " %*d %*d %*d %*d %*d %llu",
		   &process->state, &parent, &process->flags, &start) != 4)
		return false;
	process->parent = parent;
	process->start_time = start;
	return true;
}

static bool process_read(pid_t pid, struct process *process)
{
	char path[PATH_SIZE];
	char text[1024];

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	return read_head(path, text, sizeof(text)) > 0 &&
	       process_parse(text, process);
}

uint64_t process_start_time(pid_t pid)
{
	struct process process;

	if (pid <= 0 || !process_read(pid, &process))
		return 0;
	/* The first process of a system has 0, which means none here. */
	return process.start_time ? process.start_time : 1;
}

bool process_is(pid_t pid, uint64_t start_time)
{
	struct process process;

	if (pid <= 0 || start_time == 0 || !process_read(pid, &process))
		return false;
	if (process.state == 'Z' || process.state == 'X')
		return false;
	return process.start_time == start_time ||
	       (process.start_time == 0 && start_time == 1);
}

bool process_is_ending(pid_t pid)
{
	struct process process;

	return pid > 0 && process_read(pid, &process) &&
	       process.flags & FLAG_ENDING;
}

int process_end_fd(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool process_adopt_orphans(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
}

size_t process_children(pid_t *pids, size_t max)
{
	DIR *folder = opendir("/proc");
	struct process process;
	struct dirent *entry;
	pid_t own = getpid();
	size_t count = 0;

	if (!folder)
		return 0;
	while ((entry = readdir(folder))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !process_read(pid, &process) || process.parent != own)
			continue;
		if (count < max)
			pids[count] = pid;
		count++;
	}
	closedir(folder);
	return count;
}

/* By inode: holds when the file was replaced or removed meanwhile. */
static bool runs_our_binary(pid_t pid)
{
	struct stat theirs, ours;
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%ld/exe", (long)pid);
	return stat(path, &theirs) == 0 && stat("/proc/self/exe", &ours) == 0 &&
	       theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

bool process_is_keeper(pid_t pid)
{
	char path[PATH_SIZE];
	char text[sizeof(KEEPER_NAME) + 1];

	snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	return read_head(path, text, sizeof(text)) > 0 &&
	       strcmp(text, KEEPER_NAME) == 0 && runs_our_binary(pid);
}

/* False too where it is not ours to read. */
static bool is_marked(pid_t pid, const char *entry)
{
	char path[PATH_SIZE];
	size_t len = strlen(entry) + 1;
	struct str text = STR_INIT;
	bool is = false;

	snprintf(path, sizeof(path), "/proc/%ld/environ", (long)pid);
	if (file_read(path, &text, ENVIRON_LIMIT, NULL) == 0)
		for (const char *at = text.data;
		     !is && at + len <= text.data + text.len;
		     at += strlen(at) + 1)
			is = memcmp(at, entry, len) == 0;
	str_release(&text);
	return is;
}

bool process_was_kept(pid_t pid)
{
	char entry[sizeof(KEEPER_VARIABLE) + 24];

	snprintf(entry, sizeof(entry), KEEPER_VARIABLE "=%ld",
		 (long)getsid(pid));
	return is_marked(pid, entry);
}

static bool is_kept(pid_t pid)
{
	struct process process;

	return process_is_keeper(pid) || (process_read(pid, &process) &&
					  process_is_keeper(process.parent));
}

size_t processes_marked(const char *entry, pid_t *pids, size_t max)
{
	DIR *folder = opendir("/proc");
	struct dirent *name;
	size_t count = 0;

	if (!folder)
		return 0;
	while ((name = readdir(folder))) {
		pid_t pid = (pid_t)strtol(name->d_name, NULL, 10);

		if (pid <= 0 || pid == getpid() || !is_marked(pid, entry) ||
		    is_kept(pid))
			continue;
		if (count < max)
			pids[count] = pid;
		count++;
	}
	closedir(folder);
	return count;
}

size_t processes_stray(const char *entry, pid_t *pids, size_t max)
{
	struct str text = STR_INIT;
	char path[PATH_SIZE], few[256] = "";
	size_t count = 0;
	const char *at;
	char *end;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children",
		 (long)getppid(), (long)getppid());
	/* Asked at each stage's end, and mostly it is the program alone. None
	 * at all where the kernel was built without it. */
	if (read_head(path, few, sizeof(few)) == sizeof(few) - 1 &&
	    file_read(path, &text, ENVIRON_LIMIT, NULL) < 0)
		str_clear(&text);
	for (at = text.len ? text.data : few; count < max; at = end) {
		pid_t pid = (pid_t)strtol(at, &end, 10);

		if (end == at)
			break;
		if (pid != getpid() && is_marked(pid, entry) && !is_kept(pid))
			pids[count++] = pid;
	}
	str_release(&text);
	return count;
}

size_t processes_of_session(pid_t session, pid_t group, pid_t *pids, size_t max)
{
	DIR *folder = opendir("/proc");
	struct process process;
	struct dirent *name;
	size_t count = 0;

	if (!folder)
		return 0;
	while ((name = readdir(folder))) {
		pid_t pid = (pid_t)strtol(name->d_name, NULL, 10);

		if (pid <= 0 || pid == getpid() || getsid(pid) != session ||
		    (group && getpgid(pid) != group) ||
		    !process_read(pid, &process) || process.state == 'Z')
			continue;
		if (count < max)
			pids[count] = pid;
		count++;
	}
	closedir(folder);
	return count;
}

void process_die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void close_between(unsigned first, unsigned last)
{
	struct rlimit limit;

	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && last >= limit.rlim_cur)
		last = (unsigned)limit.rlim_cur - 1;
	for (unsigned fd = first; fd <= last; fd++)
		close((int)fd);
}

void descriptors_close_from(int first, const int *keep, int keep_count)
{
	for (int i = 0; i < keep_count; i++) {
		if (keep[i] < first)
			continue;
		close_between((unsigned)first, (unsigned)keep[i] - 1);
		first = keep[i] + 1;
	}
	close_between((unsigned)first, ~0U);
}

char *process_own_path(void)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		return xstrdup("/proc/self/exe");
	path[len] = '\0';
	/* Replaced while we run: this name still leads to our own code, also
	 * from a child of ours that has not called exec yet. */
	if (ends_with(path, " (deleted)"))
		return xstrdup("/proc/self/exe");
	return xstrdup(path);
}
