/* SPDX-License-Identifier: MIT */
#include "proc/child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/strings.h"
#include "proc/identity.h"

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"
#define LAST_SIGNAL 31 /* of those that anything ignores or handles */
#define LAST_REAL_TIME 64

extern char **environ;

/* What went wrong in the child before or at exec. */
enum failed_step { FAILED_FOLDER, FAILED_DESCRIPTORS, FAILED_EXEC };

struct failure {
	enum failed_step step;
	int reason; /* an errno */
};

/* Everything the child needs, made before vfork(): between vfork and exec
 * it shares our memory and may call only what a handler may. */
struct plan {
	const struct child_options *options;
	char *const *argv;
	char *const *env;
	struct strings paths; /* to try, in order */
	int standard[3];      /* all above 2 */
	bool is_own[3];	      /* made for this child: to be closed */
	int *keep;	      /* sorted, the report's end among them */
	int keep_count;
	int report[2]; /* closed by a successful exec */
	pid_t parent;
};

/* What is run: argv[0], unless that is to be another name. */
static const char *program_name(const struct child_options *options)
{
	return options->path ? options->path : options->argv[0];
}

/* The value of PATH in an environment, or NULL. */
static const char *find_path(char *const *env)
{
	for (; *env; env++)
		if (strncmp(*env, "PATH=", 5) == 0)
			return *env + 5;
	return NULL;
}

static void collect_paths(struct plan *plan)
{
	const char *name = program_name(plan->options);
	const char *path = find_path(plan->env);

	if (strchr(name, '/')) {
		strings_add(&plan->paths, name);
		return;
	}
	if (!path)
		path = DEFAULT_PATH;
	for (;;) {
		size_t len = strcspn(path, ":");

		/* An empty entry is the folder the child runs in. */
		strings_addf(&plan->paths, "%.*s%s%s", (int)len, path,
			     len ? "/" : "./", name);
		if (path[len] == '\0')
			break;
		path += len + 1;
	}
}

static int compare_numbers(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void collect_kept(struct plan *plan)
{
	int count = plan->options->keep_count;

	plan->keep = xcalloc((size_t)count + 1, sizeof(*plan->keep));
	if (count)
		memcpy(plan->keep, plan->options->keep,
		       (size_t)count * sizeof(*plan->keep));
	plan->keep[count] = plan->report[1];
	plan->keep_count = count + 1;
	qsort(plan->keep, (size_t)plan->keep_count, sizeof(*plan->keep),
	      compare_numbers);
	if (plan->keep[0] <= 2)
		BUG("descriptor %d cannot be kept", plan->keep[0]);
}

/* A copy above 2, so that no dup2() in the child overwrites another's
 * source. */
static int lift(int fd, struct error *err)
{
	int lifted = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (lifted < 0)
		error_set(err, ERROR_IO,
			  "cannot prepare a child's descriptors: %s",
			  strerror(errno));
	return lifted;
}

/* The same where it stands too low; fd is taken over. */
static int raise_own(int fd, struct error *err)
{
	int lifted;

	if (fd > 2)
		return fd;
	lifted = lift(fd, err);
	if (fd >= 0)
		close(fd);
	return lifted;
}

/* -1 stands for /dev/null. */
static int open_standard(struct plan *plan, struct error *err)
{
	const struct child_options *options = plan->options;
	int errors = options->errors < 0 ? options->output : options->errors;
	const int wanted[3] = {options->input, options->output, errors};

	for (int i = 0; i < 3; i++) {
		int fd = wanted[i];

		plan->is_own[i] = fd <= 2;
		if (fd < 0)
			fd = raise_own(open("/dev/null", O_RDWR | O_CLOEXEC),
				       err);
		else if (fd <= 2)
			fd = lift(fd, err);
		plan->standard[i] = fd;
		if (fd < 0)
			return -1;
	}
	return 0;
}

static int open_report(struct plan *plan, struct error *err)
{
	int ends[2];

	if (file_pipe(ends, err) < 0)
		return -1;
	for (int i = 0; i < 2; i++)
		plan->report[i] = raise_own(ends[i], err);
	return plan->report[0] < 0 || plan->report[1] < 0 ? -1 : 0;
}

static int plan_init(struct plan *plan, const struct child_options *options,
		     struct error *err)
{
	memset(plan, 0, sizeof(*plan));
	plan->options = options;
	/* execve() takes them without const but does not write to them. */
	plan->argv = (char *const *)options->argv;
	plan->env = options->env ? (char *const *)options->env : environ;
	plan->parent = getpid();
	for (int i = 0; i < 3; i++)
		plan->standard[i] = -1;
	plan->report[0] = plan->report[1] = -1;
	if (open_report(plan, err) < 0 || open_standard(plan, err) < 0)
		return -1;
	collect_paths(plan);
	collect_kept(plan);
	return 0;
}

static void close_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void plan_release(struct plan *plan)
{
	for (int i = 0; i < 3; i++)
		if (plan->is_own[i])
			close_open(&plan->standard[i]);
	close_open(&plan->report[0]);
	close_open(&plan->report[1]);
	strings_release(&plan->paths);
	free(plan->keep);
}

/* From here to become(): in the child. */
static _Noreturn void fail(const struct plan *plan, enum failed_step step,
			   int reason)
{
	struct failure failure = {step, reason};
	ssize_t written;

	written = write(plan->report[1], &failure, sizeof(failure));
	_exit(written == sizeof(failure) ? 127 : 126);
}

static void default_signals(bool terminal)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int number = 1; number <= LAST_SIGNAL; number++)
		sigaction(number, &action, NULL);
	if (terminal)
		signal(SIGTSTP, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void place_descriptors(const struct plan *plan)
{
	for (int i = 0; i < 3; i++)
		if (dup2(plan->standard[i], i) < 0)
			fail(plan, FAILED_DESCRIPTORS, errno);
	descriptors_close_from(3, plan->keep, plan->keep_count);
	for (int i = 0; i < plan->keep_count; i++)
		if (plan->keep[i] != plan->report[1] &&
		    fcntl(plan->keep[i], F_SETFD, 0) < 0)
			fail(plan, FAILED_DESCRIPTORS, errno);
}

/* As execvp() goes on: a later place may have what this one lacks. */
static bool may_be_elsewhere(int reason)
{
	return reason == ENOENT || reason == ENOTDIR || reason == EACCES ||
	       reason == ELOOP || reason == ENAMETOOLONG;
}

static _Noreturn void execute(const struct plan *plan)
{
	int reason = ENOENT;

	for (size_t i = 0; i < plan->paths.count; i++) {
		execve(plan->paths.items[i], plan->argv, plan->env);
		if (errno == EACCES || !may_be_elsewhere(errno) ||
		    plan->paths.count == 1)
			reason = errno;
		if (!may_be_elsewhere(errno))
			break;
	}
	fail(plan, FAILED_EXEC, reason);
}

static _Noreturn void become(const struct plan *plan)
{
	const struct child_options *options = plan->options;

	if (options->session)
		setsid();
	else
		setpgid(0, 0);
	if (!options->outlive) {
		process_die_with_parent();
		if (getppid() != plan->parent)
			_exit(126); /* it ended before it was asked for */
	}
	if (options->folder && chdir(options->folder) < 0)
		fail(plan, FAILED_FOLDER, errno);
	place_descriptors(plan);
	if (options->terminal)
		tcsetpgrp(STDIN_FILENO, getpid()); /* TTOU is blocked */
	default_signals(options->terminal);
	execute(plan);
}

void child_real_time_signals(void)
{
	for (int number = LAST_SIGNAL + 1; number <= LAST_REAL_TIME; number++)
		signal(number, SIG_DFL);
}

/* Signals stay blocked, so that no handler runs in the child. */
static pid_t fork_child(const struct plan *plan)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = vfork();
	if (pid == 0)
		become(plan);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid;
}

static int explain(const struct plan *plan, const struct failure *failure,
		   struct error *err)
{
	const char *name = program_name(plan->options);
	const char *reason = strerror(failure->reason);

	switch (failure->step) {
	case FAILED_FOLDER:
		return error_set(err, ERROR_IO,
				 "cannot run %s: cannot enter %s: %s", name,
				 plan->options->folder, reason);
	case FAILED_DESCRIPTORS:
		return error_set(err, ERROR_IO,
				 "cannot run %s: its descriptors: %s", name,
				 reason);
	case FAILED_EXEC:
		break;
	}
	if (failure->reason == ENOENT && !strchr(name, '/'))
		return error_set(err, ERROR_IO,
				 "cannot run %s: %s; install it or put its "
				 "folder into PATH",
				 name, reason);
	return error_set(err, ERROR_IO, "cannot run %s: %s", name, reason);
}

/* 0 when the child runs, -1 when it reported a failure. */
static int hear_report(struct plan *plan, struct error *err)
{
	struct failure failure;
	ssize_t len;

	close_open(&plan->report[1]);
	do
		len = read(plan->report[0], &failure, sizeof(failure));
	while (len < 0 && errno == EINTR);
	if (len == sizeof(failure))
		return explain(plan, &failure, err);
	return 0;
}

pid_t child_start(const struct child_options *options, struct error *err)
{
	struct plan plan;
	pid_t pid = -1;

	if (plan_init(&plan, options, err) < 0)
		goto out;
	pid = fork_child(&plan);
	if (pid < 0) {
		error_set(err, ERROR_IO, "cannot start %s: %s",
			  program_name(options), strerror(errno));
		goto out;
	}
	if (hear_report(&plan, err) < 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		pid = -1;
	}
out:
	plan_release(&plan);
	return pid;
}

void child_signal_group(pid_t pid, int signal_number)
{
	if (pid <= 1)
		BUG("process group %ld is not a child's", (long)pid);
	kill(-pid, signal_number);
}
