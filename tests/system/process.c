/* SPDX-License-Identifier: MIT */
#include "system/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "proc/identity.h"
#include "support/cmocka.h"

#define NAP_MS 2
#define TREE_MOST 256

extern char **environ;

static _Noreturn void become(const char *folder, const char *const *argv,
			     const int out[2], const int err[2])
{
	int nothing = open("/dev/null", O_RDONLY);

	dup2(nothing, 0);
	dup2(out[1], 1);
	dup2(err[1], 2);
	if (chdir(folder) == 0)
		execvp(argv[0], (char *const *)argv);
	_exit(127);
}

struct process *process_start(const char *folder, const char *const *argv)
{
	struct process *process = xcalloc(1, sizeof(*process));
	int out[2], err[2];

	str_init(&process->out);
	str_init(&process->err);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	fcntl(out[0], F_SETPIPE_SZ, 1 << 20);
	process->pid = fork();
	assert_true(process->pid >= 0);
	if (process->pid == 0)
		become(folder, argv, out, err);
	close(out[1]);
	close(err[1]);
	process->fds[0] = out[0];
	process->fds[1] = err[0];
	return process;
}

static void reap(struct process *process, int flags)
{
	int status;

	if (process->is_reaped || waitpid(process->pid, &status, flags) <= 0)
		return;
	process->is_reaped = true;
	process->status =
		WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void take(struct process *process, int which)
{
	struct str *text = which ? &process->err : &process->out;
	char bytes[65536];
	ssize_t n = read(process->fds[which], bytes, sizeof(bytes));

	if (n > 0) {
		str_add_bytes(text, bytes, (size_t)n);
		return;
	}
	close(process->fds[which]);
	process->fds[which] = -1;
}

/* What it prints within ms. */
static void turn(struct process *process, int ms)
{
	struct pollfd polls[2] = {
		{.fd = process->fds[0], .events = POLLIN},
		{.fd = process->fds[1], .events = POLLIN},
	};

	poll(polls, 2, ms);
	for (int i = 0; i < 2; i++)
		if (polls[i].revents)
			take(process, i);
	reap(process, WNOHANG);
}

static void fail_late(const struct process *process, const char *what)
{
	fail_msg("waited too long for %s; it printed:\n%s%s", what,
		 process->out.data, process->err.data);
}

int process_await(struct process *process)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (process->fds[0] >= 0 || process->fds[1] >= 0 ||
	       !process->is_reaped) {
		if (clock_monotonic_us() > until)
			fail_late(process, "its end");
		turn(process, process->is_reaped ? 100 : 10);
	}
	return process->status;
}

void process_await_text(struct process *process, const char *text)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!strstr(process->out.data, text)) {
		if (clock_monotonic_us() > until)
			fail_late(process, text);
		if (process->fds[0] < 0)
			fail_msg("ended without \"%s\":\n%s%s", text,
				 process->out.data, process->err.data);
		turn(process, 100);
	}
}

bool process_has_ended(struct process *process)
{
	turn(process, 0);
	return process->is_reaped;
}

/* pid and parent of every process, by ps: portable, and no library. */
static FILE *all_processes(void)
{
	FILE *list = popen("ps -A -o pid= -o ppid=", "r");

	assert_non_null(list);
	return list;
}

static pid_t child_of(pid_t parent)
{
	FILE *list = all_processes();
	int pid, above;
	pid_t found = 0;

	while (fscanf(list, "%d %d", &pid, &above) == 2)
		if (above == parent && !found)
			found = pid;
	pclose(list);
	return found;
}

/* Never 0, which a signal takes for our own group. */
static pid_t await_child_of(pid_t parent)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	pid_t child;

	while (!(child = child_of(parent)))
		if (clock_monotonic_us() > until)
			fail_msg("%d has no child", (int)parent);
	return child;
}

pid_t process_guard(const struct process *process)
{
	return await_child_of(process->pid);
}

pid_t process_program(const struct process *process)
{
	return await_child_of(process_guard(process));
}

/* Every descendant, parents first. Keepers have left the tree. */
static size_t tree_of(pid_t root, pid_t *pids)
{
	size_t count = 0;
	bool grew = true;

	pids[count++] = root;
	while (grew) {
		FILE *list = all_processes();
		int pid, above;

		grew = false;
		while (fscanf(list, "%d %d", &pid, &above) == 2) {
			bool is_below = false, is_known = false;

			for (size_t i = 0; i < count; i++) {
				is_below = is_below || pids[i] == above;
				is_known = is_known || pids[i] == pid;
			}
			if (!is_below || is_known || count == TREE_MOST ||
			    process_is_keeper(pid))
				continue;
			pids[count++] = pid;
			grew = true;
		}
		pclose(list);
	}
	return count;
}

void process_free(struct process *process)
{
	pid_t pids[TREE_MOST];
	size_t count = 0;

	if (!process->is_reaped)
		count = tree_of(process->pid, pids);
	for (size_t i = 0; i < count; i++)
		kill(pids[i], SIGKILL);
	reap(process, 0);
	for (int i = 0; i < 2; i++)
		if (process->fds[i] >= 0)
			close(process->fds[i]);
	str_release(&process->out);
	str_release(&process->err);
	free(process);
}

void await(bool (*is_true)(void *data), void *data, const char *what)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!is_true(data)) {
		if (clock_monotonic_us() > until)
			fail_msg("waited too long: %s", what);
		poll(NULL, 0, NAP_MS);
	}
}

static bool file_is_there(void *path)
{
	return file_exists(path);
}

void await_file(const char *path)
{
	await(file_is_there, (void *)path, path);
}

bool is_running(pid_t pid)
{
	return pid > 0 && process_is(pid, process_start_time(pid));
}

static bool is_gone(void *data)
{
	return !is_running(*(pid_t *)data);
}

void await_gone(pid_t pid)
{
	char what[64];

	snprintf(what, sizeof(what), "the end of process %d", (int)pid);
	await(is_gone, &pid, what);
}
