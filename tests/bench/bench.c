/* SPDX-License-Identifier: MIT */
#include "bench/bench.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"

/* At the end of the program that made it, however it ends; not of a child. */
static char *to_remove;
static pid_t owner;

static void remove_folder(void)
{
	if (to_remove && getpid() == owner && chdir("/") == 0 &&
	    folder_remove(to_remove, NULL) < 0)
		fprintf(stderr, "bench: %s is left\n", to_remove);
	free(to_remove);
	to_remove = NULL;
}

void bench_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("bench: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static const char *must_have(const char *name)
{
	const char *value = getenv(name);

	if (!value)
		bench_fail("%s is not set; call make bench", name);
	return value;
}

void bench_open(struct bench *bench, const char *name)
{
	const char *build = must_have("top_builddir");

	bench->signalbox = xstrdup(must_have("SIGNALBOX"));
	bench->tools = path_join(build, "tests/bench");
	bench->folder = xasprintf("%s/bench-%s-XXXXXX", build, name);
	if (!mkdtemp(bench->folder))
		bench_fail("cannot make %s: %s", bench->folder,
			   strerror(errno));
	to_remove = xstrdup(bench->folder);
	owner = getpid();
	atexit(remove_folder);
	if (chdir(bench->folder) < 0)
		bench_fail("cannot go to %s: %s", bench->folder,
			   strerror(errno));
}

int bench_close(struct bench *bench)
{
	remove_folder();
	free(bench->folder);
	free(bench->signalbox);
	free(bench->tools);
	return 0;
}

void bench_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) < 0)
		bench_fail("cannot write %s: %s", path, strerror(errno));
}

void bench_commit(void)
{
	static const char *const init[] = {"git", "init", "--quiet", NULL};
	static const char *const add[] = {"git", "add", "--all", NULL};
	static const char *const commit[] = {
		"git",
		"-c",
		"user.name=Bench",
		"-c",
		"user.email=bench@example.org",
		"commit",
		"--quiet",
		"-m",
		"All of it",
		NULL,
	};

	bench_time(init, NULL);
	bench_time(add, NULL);
	bench_time(commit, NULL);
}

static void become(const char *const *argv, const char *output)
{
	int in = open("/dev/null", O_RDONLY);
	int out = open(output ? output : "/dev/null",
		       O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0)
		_exit(127);
	close(in);
	close(out);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static pid_t start(const char *const *argv, const char *output)
{
	pid_t pid = fork();

	if (pid == 0)
		become(argv, output);
	if (pid < 0)
		bench_fail("cannot fork: %s", strerror(errno));
	return pid;
}

/* False while it runs. */
static bool has_ended(pid_t pid, int options, const char *name)
{
	int status;
	pid_t ended;

	do
		ended = waitpid(pid, &status, options);
	while (ended < 0 && errno == EINTR);
	if (ended == 0)
		return false;
	if (ended < 0)
		bench_fail("cannot run %s: %s", name, strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		bench_fail("%s ended with status %d%s", name,
			   WIFEXITED(status) ? WEXITSTATUS(status) : -1,
			   WIFEXITED(status) && WEXITSTATUS(status) == 127
				   ? ": is it installed?"
				   : "");
	return true;
}

char *bench_find(const char *program)
{
	char *command = xasprintf("command -v %s", program);
	FILE *out = popen(command, "r");
	char path[PATH_MAX] = "", real[PATH_MAX] = "";

	if (out && fgets(path, sizeof(path), out))
		path[strcspn(path, "\n")] = '\0';
	if (out)
		pclose(out);
	free(command);
	if (*path && realpath(path, real))
		return xstrdup(real);
	printf("beside %s: left out, it is not installed\n", program);
	return NULL;
}

double bench_time(const char *const *argv, const char *output)
{
	int64_t began = clock_monotonic_us();

	has_ended(start(argv, output), 0, argv[0]);
	return (double)(clock_monotonic_us() - began) / 1000;
}

static bool read_link(const char *process, const char *name, char target[4096])
{
	char *path = xasprintf("/proc/%s/%s", process, name);
	ssize_t n = readlink(path, target, 4095);

	free(path);
	target[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static long status_of(const char *process, const char *key)
{
	char *path = xasprintf("/proc/%s/status", process);
	FILE *file = fopen(path, "r");
	bool found = false;
	char line[256];
	long value = 0;

	free(path);
	while (file && !found && fgets(line, sizeof(line), file))
		found = strncmp(line, key, strlen(key)) == 0 &&
			sscanf(line + strlen(key), "%ld", &value) == 1;
	if (file)
		fclose(file);
	return value;
}

size_t bench_processes(const char *program, pid_t *pids, size_t most)
{
	char here[4096], at[4096], of[4096];
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	if (!getcwd(here, sizeof(here)))
		bench_fail("no working folder: %s", strerror(errno));
	while (dir && count < most && (entry = readdir(dir)))
		if (read_link(entry->d_name, "cwd", at) &&
		    strcmp(at, here) == 0 &&
		    read_link(entry->d_name, "exe", of) &&
		    strcmp(of, program) == 0)
			pids[count++] = (pid_t)atol(entry->d_name);
	if (dir)
		closedir(dir);
	return count;
}

long bench_anonymous_now(const char *program)
{
	pid_t pids[64];
	size_t count = bench_processes(program, pids, ARRAY_SIZE(pids));
	long sum = 0;

	for (size_t i = 0; i < count; i++) {
		char process[32];

		snprintf(process, sizeof(process), "%ld", (long)pids[i]);
		sum += status_of(process, "RssAnon:");
	}
	return sum;
}

double bench_anonymous(const char *const *argv, const char *output)
{
	pid_t pid = start(argv, output);
	char *process = xasprintf("%ld", (long)pid);
	char program[4096], bench[4096];
	long peak = 0;

	read_link("self", "exe", bench);
	do { /* it is still this program until it has become its own */
		read_link(process, "exe", program);
	} while (strcmp(program, bench) == 0);
	while (!has_ended(pid, WNOHANG, argv[0])) {
		long now = bench_anonymous_now(program);

		peak = now > peak ? now : peak;
		poll(NULL, 0, 2);
	}
	free(process);
	return (double)peak / 1024;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

double bench_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static void heading(void)
{
	printf("%-34s %10s %10s %7s %7s\n", "what", "ours", "peer", "ratio",
	       "limit");
}

void bench_row(const char *what, double *ours, double *peer, size_t count,
	       double limit)
{
	double our_median = bench_median(ours, count);
	double peer_median = bench_median(peer, count);
	double ratio = our_median / peer_median;

	heading();
	printf("%-34s %10.1f %10.1f %7.2f %7.2f  %s, median of %zu "
	       "(%.1f-%.1f, %.1f-%.1f)\n",
	       what, our_median, peer_median, ratio, limit,
	       ratio <= limit ? "within" : "OVER THE LIMIT", count, ours[0],
	       ours[count - 1], peer[0], peer[count - 1]);
}

void bench_pair(const char *what, double ours, double peer)
{
	printf("%-34s %10.1f %10.1f %7.2f\n", what, ours, peer, ours / peer);
}

void bench_measure(const char *what, double value, double limit)
{
	printf("%-34s %10.1f %10s %7s %7.2f  %s\n", what, value, "", "", limit,
	       value <= limit ? "within" : "OVER THE LIMIT");
}
