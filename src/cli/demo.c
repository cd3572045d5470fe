/* SPDX-License-Identifier: MIT */
/*
 * `demo`: the examples' shop, released on this machine. v1 is live under a
 * small load; v2 carries a bug that only real traffic shows; v3 mends it.
 * With a terminal the person decides; without one the analysis does.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/load.h"
#include "event/event.h"
#include "event/journal.h"
#include "net/port.h"
#include "proc/identity.h"

#define LOAD_RATE 400
#define WAY_SIZE 160

enum { /* in the order that the shop's make-repository names them */
       PORT_PRODUCTION,
       PORT_BLUE,
       PORT_GREEN,
       PORT_STAGING,
       PORT_STAGING_BLUE,
       PORT_STAGING_GREEN,
       PORT_COUNT
};

struct demo {
	char *program; /* ourselves */
	char *folder;  /* XDG_STATE_HOME/signalbox/demo */
	char *repository;
	char *counts; /* the load's file */
	char *url;
	int ports[PORT_COUNT];
	bool has_screen, keep, accessible;
	pid_t load;
	struct load_counts measured;
};

static volatile sig_atomic_t ended_by;
static volatile sig_atomic_t called; /* the child that is waited for */

static void note_signal(int signal_number)
{
	ended_by = signal_number;
	if (called > 0)
		kill((pid_t)called, SIGTERM);
}

_Noreturn static void become(const struct demo *demo, const char *output,
			     const char *const *argv, const sigset_t *mask)
{
	if (chdir(demo->repository) < 0 ||
	    (output && (!freopen(output, "a", stdout) ||
			dup2(STDOUT_FILENO, STDERR_FILENO) < 0)))
		_exit(127);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

/* Runs argv in the repository, in our own process group so that it has the
 * terminal. output NULL: ours. Returns its exit status. */
static int call(const struct demo *demo, const char *output,
		const char *const *argv)
{
	sigset_t ends, mask;
	int status = 0;
	pid_t pid;

	/* None falls between the child's start and our knowing of it. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, &mask);
	pid = fork();
	if (!pid)
		become(demo, output, argv, &mask);
	called = pid;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	while (pid > 0) {
		if (waitpid(pid, &status, WUNTRACED) < 0) {
			if (errno != EINTR)
				break;
		} else if (WIFSTOPPED(status)) { /* ctrl-z: we stop with it */
			raise(SIGSTOP);
			kill(pid, SIGCONT);
		} else {
			called = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status)
						 : 128 + WTERMSIG(status);
		}
	}
	called = 0;
	return 127;
}

static int signalbox(const struct demo *demo, const char *output,
		     const char *first, const char *second, const char *third,
		     const char *fourth)
{
	const char *argv[] = {demo->program, first,  second,
			      third,	     fourth, NULL};

	return call(demo, output, argv);
}

static int find_ports(struct demo *demo, struct error *err)
{
	int port = PORT_FIRST + (int)(getpid() % 1000) * PORT_COUNT;
	int found = 0;

	while (found < PORT_COUNT && port < PORT_LAST) {
		if (port_is_free(port))
			demo->ports[found++] = port;
		port++;
	}
	if (found < PORT_COUNT)
		return error_set(err, ERROR_NETWORK,
				 "no free port between %d and %d; stop what "
				 "listens there",
				 PORT_FIRST, PORT_LAST);
	return 0;
}

static char *examples_folder(void)
{
	const char *examples = getenv("SIGNALBOX_EXAMPLES");

	return xstrdup(examples ? examples : EXAMPLES_FOLDER);
}

/* Runs that a lost terminal left going, then what they started. */
static void stop_everything(const struct demo *demo)
{
	static const char *const runs[] = {"1", "2", "3"};

	for (size_t i = 0; i < ARRAY_SIZE(runs); i++)
		signalbox(demo, "/dev/null", "cancel", runs[i], NULL, NULL);
	signalbox(demo, "/dev/null", "down", "production", NULL, NULL);
	signalbox(demo, "/dev/null", "down", "staging", NULL, NULL);
}

/* What an older demo left: its servers first, then its files. */
static int clear_old(const struct demo *demo, struct error *err)
{
	if (file_exists(demo->repository))
		stop_everything(demo);
	if (folder_remove(demo->folder, err) < 0)
		return -1;
	return folder_make(demo->folder, 0700, err);
}

static void set_port(const char *name, int port)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", port);
	setenv(name, text, 1);
}

static int make_repository(struct demo *demo, struct error *err)
{
	static const char *const names[PORT_COUNT] = {
		"PRODUCTION", "BLUE",	      "GREEN",
		"STAGING",    "STAGING_BLUE", "STAGING_GREEN",
	};
	char *examples = examples_folder();
	char *script = path_join(examples, "shop/make-repository");
	const char *argv[] = {script, demo->repository, NULL};
	int result = 0;

	for (int i = 0; i < PORT_COUNT; i++)
		set_port(names[i], demo->ports[i]);
	setenv("MODE", demo->has_screen ? "delivery" : "deployment", 1);
	if (!file_exists(script))
		result = error_set(err, ERROR_NOT_FOUND,
				   "the demo's example is not at %s; make "
				   "install puts it there, and ./bootstrap "
				   "demo needs no installing",
				   script);
	else if (folder_make(demo->repository, 0700, err) < 0)
		result = -1;
	else if (call(demo, NULL, argv) != 0)
		result = error_set(err, ERROR_GIT, "%s failed", script);
	for (int i = 0; i < PORT_COUNT; i++)
		unsetenv(names[i]);
	unsetenv("MODE");
	free(script);
	free(examples);
	return result;
}

static int release_v1(struct demo *demo, struct error *err)
{
	struct load_options load = {demo->url, LOAD_RATE, demo->counts};
	char *log = path_join(demo->folder, "v1.log");
	int status;

	printf("v1.0.0 goes through its pipeline ...\n");
	fflush(stdout);
	status = signalbox(demo, log, "run", "v1.0.0", "--no-screen", NULL);
	if (status != 0)
		error_set(err, ERROR_FAILED,
			  "v1.0.0 was not released (exit %d); read %s", status,
			  log);
	free(log);
	if (status != 0)
		return -1;
	printf("v1.0.0 is live on blue behind HAProxy at %s, %d requests a "
	       "second\n",
	       demo->url, LOAD_RATE);
	demo->load = load_start(&load, err);
	return demo->load < 0 ? -1 : 0;
}

static int stop_load(struct demo *demo, struct error *err)
{
	pid_t pid = demo->load;

	demo->load = 0;
	if (pid <= 0)
		return 0;
	return load_stop(pid, demo->counts, &demo->measured, err);
}

/* One line a way back: what it was, and what it cost. */
static int take_rollback(const struct event *event, void *data)
{
	char *way = data;

	if (event->type == EVENT_ROLLBACK_STARTED)
		snprintf(way, WAY_SIZE, "%s -> %s by %s",
			 event_text(event, "from"), event_text(event, "to"),
			 *event_text(event, "person")
				 ? event_text(event, "person")
				 : "the analysis");
	if (event->type != EVENT_ROLLBACK_FINISHED)
		return 0;
	printf("  %s: %s", way, event_text(event, "text"));
	if (event_has(event, "left-ms"))
		printf("; last request begun on the colour left %lld ms after "
		       "the command",
		       (long long)event_int(event, "left-ms", 0));
	putchar('\n');
	return 0;
}

/* From the environment's own journal, and from what the customers saw. */
static int print_measures(struct demo *demo, struct error *err)
{
	char way[WAY_SIZE] = "";
	char *folder = xasprintf("%s/.git/signalbox/environments/production",
				 demo->repository);
	int result;

	printf("\nmeasured, way back by way back:\n");
	result = journal_read(folder, 1, take_rollback, way, err);
	printf("the load saw %lld requests; failed by a shift: %lld; failed by "
	       "v2: %lld\n",
	       (long long)demo->measured.requests,
	       (long long)demo->measured.failed,
	       (long long)demo->measured.errors);
	free(folder);
	return result;
}

static int expect(int status, int wanted, const char *what, struct error *err)
{
	if (status == wanted)
		return 0;
	return error_set(err, ERROR_FAILED, "%s: exit status %d, expected %d",
			 what, status, wanted);
}

/* Deployment mode, no key needed; everything is checked. */
static int run_headless(struct demo *demo, struct error *err)
{
	if (expect(signalbox(demo, NULL, "run", "v2.0.0", "--no-screen", NULL),
		   5, "v2.0.0, which the analysis rolls back", err) < 0 ||
	    expect(signalbox(demo, NULL, "run", "v3.0.0", "--no-screen", NULL),
		   0, "v3.0.0, which is promoted", err) < 0)
		return -1;
	printf("\nback to v1.0.0 and forward again, under load:\n");
	fflush(stdout);
	if (expect(signalbox(demo, NULL, "rollback", "production", NULL, NULL),
		   0, "the rollback to v1.0.0", err) < 0 ||
	    expect(signalbox(demo, NULL, "rollback", "production", "--to",
			     "v3.0.0"),
		   0, "forward to v3.0.0", err) < 0 ||
	    stop_load(demo, err) < 0 || print_measures(demo, err) < 0)
		return -1;
	if (demo->measured.failed)
		return error_set(err, ERROR_FAILED,
				 "%lld requests failed by a shift, the first "
				 "%s",
				 (long long)demo->measured.failed,
				 demo->measured.first);
	return 0;
}

/* True when the person wants the next release. */
static bool offer(const char *text)
{
	char line[16];

	printf("\n%s\nEnter goes on, q ends the demo: ", text);
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) && line[0] != 'q';
}

/* Where sentences are told instead, ctrl-c is the run's to answer. */
static int run_seen(struct demo *demo, const char *version)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction before;
	int status;

	sigaction(SIGINT, &ignore, &before);
	status = signalbox(demo, NULL, "run", version,
			   demo->accessible ? "--accessible" : NULL, NULL);
	sigaction(SIGINT, &before, NULL);
	return status;
}

static int run_on_screen(struct demo *demo, struct error *err)
{
	int status = run_seen(demo, "v2.0.0");

	if (ended_by)
		return 0;
	if (offer(status == 5 ? "v2.0.0 was rolled back; v1.0.0 serves. v3.0.0 "
				"mends the bug."
			      : "v3.0.0 mends a bug of v2.0.0 that only real "
				"traffic shows."))
		run_seen(demo, "v3.0.0");
	if (stop_load(demo, err) < 0)
		return -1;
	return print_measures(demo, err);
}

static void demo_release(struct demo *demo)
{
	free(demo->program);
	free(demo->folder);
	free(demo->repository);
	free(demo->counts);
	free(demo->url);
}

static void demo_init(struct demo *demo)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	/* They end the wait for a call, or for an answer. */
	const struct sigaction action = {.sa_handler = note_signal};
	char *home = path_home("XDG_STATE_HOME", ".local/state");

	demo->program = process_own_path();
	demo->folder = xasprintf("%s/signalbox/demo", home);
	demo->repository = path_join(demo->folder, "shop");
	demo->counts = path_join(demo->folder, "load");
	demo->has_screen = demo->accessible ||
			   (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
	free(home);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
}

static int play(struct demo *demo, struct error *err)
{
	if (find_ports(demo, err) < 0 || clear_old(demo, err) < 0)
		return -1;
	demo->url =
		xasprintf("http://127.0.0.1:%d", demo->ports[PORT_PRODUCTION]);
	if (make_repository(demo, err) < 0 || release_v1(demo, err) < 0)
		return -1;
	return demo->has_screen ? run_on_screen(demo, err)
				: run_headless(demo, err);
}

int cli_demo(int argc, char **argv)
{
	struct demo demo = {0};
	struct error err = ERROR_INIT;
	struct error ignored = ERROR_INIT;
	const struct cli_option options[] = {
		{"--keep", NULL, &demo.keep, NULL, NULL,
		 "leave the demo's servers running"},
		{"--accessible", NULL, &demo.accessible, NULL, NULL,
		 "sentences and numbered menus, no screen"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, NULL, 0, 0};

	if (cli_parse(argc, argv, &arguments, &err) < 0)
		return cli_fail(&err);
	demo_init(&demo);
	if (play(&demo, &err) < 0 && ended_by)
		error_clear(&err);
	if (stop_load(&demo, &ignored) < 0)
		error_clear(&ignored);
	if (demo.keep)
		printf("left running; its repository is %s\n", demo.repository);
	else if (file_exists(demo.repository))
		stop_everything(&demo);
	if (!err.code && !ended_by)
		printf("\nNext, in a repository of your own: signalbox init\n");
	demo_release(&demo);
	if (err.code)
		return cli_fail(&err);
	return ended_by ? 128 + ended_by : 0;
}
