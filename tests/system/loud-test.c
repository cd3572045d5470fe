/* SPDX-License-Identifier: MIT */
/*
 * For check-long: 200 stages at once that print 4 GiB together as fast as
 * they can, two attached screens, one of them stopped with ctrl-z, and beside
 * them a chain of 200 short stages, each of which must be told as finished
 * soon after its child has ended. This program is also what they run.
 */
#include "system/support.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "event/journal.h"

#define LOUD 200
#define CHAIN 200
#define LOUD_BYTES ((4LL << 30) / LOUD)
#define BLOCK (64 << 10)
#define LINE 64
#define LIMIT_US (300 * 1000000LL)
#define LATE_MS 50
#define MOST_KIB (64 << 10)

static int64_t bytes_of(int stage)
{
	return LOUD_BYTES + stage; /* no two logs are alike */
}

static size_t fill(char block[BLOCK], int stage, int64_t at)
{
	int64_t left = bytes_of(stage) - at;

	memset(block, '.', BLOCK);
	for (size_t end = LINE; end <= BLOCK; end += LINE)
		block[end - 1] = '\n';
	block[snprintf(block, LINE, "stage %d byte %lld", stage,
		       (long long)at)] = ' ';
	return left < BLOCK ? (size_t)left : BLOCK;
}

static int print(int stage)
{
	static char block[BLOCK];
	size_t len;

	for (int64_t at = 0; at < bytes_of(stage); at += (int64_t)len) {
		len = fill(block, stage, at);
		if (file_write_all(STDOUT_FILENO, block, len, "output", NULL) <
		    0)
			return 1;
	}
	return 0;
}

/* The last it does is to print when that was. */
static int nap(void)
{
	const struct timespec while_ = {0, 50 * 1000000};
	char text[32];

	nanosleep(&while_, NULL);
	snprintf(text, sizeof(text), "%lld\n", (long long)clock_wall_ms());
	return write(STDOUT_FILENO, text, strlen(text)) < 0;
}

static void prepare(struct site *site)
{
	struct str text = STR_INIT;
	char own[4096];
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);

	assert_true(len > 0);
	own[len] = '\0';
	str_add(&text, "name: shop\nstages:\n");
	for (int i = 0; i < LOUD; i++)
		str_addf(&text,
			 "  loud%d: {needs: [], source: none, "
			 "run: exec %s print %d}\n",
			 i, own, i);
	for (int i = 0; i < CHAIN; i++) {
		str_addf(&text, "  nap%d: {source: none, run: exec %s nap, ", i,
			 own);
		str_addf(&text, i ? "needs: [nap%d]}\n" : "needs: []}\n",
			 i - 1);
	}
	site_pipeline(site, text.data);
	site_commit(site, "all of them");
	str_release(&text);
}

struct screen {
	pid_t pid;
	int fd;
	struct str drawn; /* until it is not read any more */
};

/* In a shell with job control, that a ctrl-z comes back to. */
static void open_screen(struct screen *screen, const struct site *site)
{
	struct winsize size = {.ws_row = 40, .ws_col = 120};
	char *call = xasprintf("cd %s; %s attach 1; echo is stopped; "
			       "exec sleep 600",
			       site->repository, site->signalbox);

	str_init(&screen->drawn);
	screen->pid = forkpty(&screen->fd, NULL, NULL, &size);
	if (screen->pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execl("/bin/sh", "sh", "-mc", call, (char *)NULL);
		_exit(127);
	}
	assert_true(screen->pid > 0);
	fcntl(screen->fd, F_SETFL, O_NONBLOCK);
	free(call);
}

static void read_screen(struct screen *screen, bool keep)
{
	char drawn[65536];
	ssize_t n;

	while ((n = read(screen->fd, drawn, sizeof(drawn))) > 0)
		if (keep)
			str_add_bytes(&screen->drawn, drawn, (size_t)n);
}

static void await_drawn(struct screen *screen, const char *text)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!memmem(screen->drawn.data, screen->drawn.len, text,
		       strlen(text))) {
		assert_true(clock_monotonic_us() < until);
		read_screen(screen, true);
		usleep(1000);
	}
}

static void close_screen(struct screen *screen)
{
	kill(-screen->pid, SIGKILL);
	close(screen->fd);
	while (waitpid(screen->pid, NULL, 0) < 0 && errno == EINTR)
		;
	str_release(&screen->drawn);
}

static long anonymous_kib(pid_t pid)
{
	char *path = xasprintf("/proc/%ld/status", (long)pid);
	struct str text = STR_INIT;
	const char *found;
	long kib = 0;

	if (file_read(path, &text, 1 << 20, NULL) == 0 &&
	    (found = strstr(text.data, "RssAnon:")))
		kib = atol(found + strlen("RssAnon:"));
	str_release(&text);
	free(path);
	return kib;
}

/* Until the run has ended; the peak of its program's anonymous memory. */
static long watch(struct process *run, struct screen *screen)
{
	int64_t until = clock_monotonic_us() + LIMIT_US;
	pid_t program = process_program(run);
	long peak = 0;

	while (!process_has_ended(run)) {
		long now = anonymous_kib(program);

		assert_true(clock_monotonic_us() < until);
		peak = now > peak ? now : peak;
		read_screen(screen, false);
		usleep(10000);
	}
	return peak;
}

static void check_log(const char *folder, int stage)
{
	char *path = xasprintf("%s/logs/loud%d.log", folder, stage);
	static char want[BLOCK], got[BLOCK];
	FILE *file = fopen(path, "r");
	int64_t at = 0;
	size_t len;

	assert_non_null(file);
	do {
		len = at < bytes_of(stage) ? fill(want, stage, at) : 0;
		if (fread(got, 1, BLOCK, file) != len ||
		    memcmp(got, want, len) != 0)
			fail_msg("%s differs after %lld bytes", path,
				 (long long)at);
		at += (int64_t)len;
	} while (len);
	fclose(file);
	free(path);
}

/* From what the child printed last to the event that it has finished. */
static int64_t lateness(const char *folder, const struct event *event)
{
	char *path = xasprintf("%s/logs/%s.log", folder, event_stage(event));
	struct str text = STR_INIT;
	int64_t ms;

	assert_int_equal(file_read(path, &text, 100, NULL), 0);
	ms = event->time_ms - atoll(text.data);
	str_release(&text);
	free(path);
	return ms;
}

struct chain {
	const char *folder;
	int64_t late[CHAIN];
	int count, loud;
};

static int look(const struct event *event, void *data)
{
	struct chain *chain = data;

	if (event->type != EVENT_STAGE_FINISHED)
		return 0;
	assert_string_equal(event_text(event, "outcome"), "passed");
	if (starts_with(event_stage(event), "nap")) {
		chain->late[chain->count++] = lateness(chain->folder, event);
		return 0;
	}
	assert_int_equal(event_int(event, "log-bytes", 0),
			 bytes_of(atoi(event_stage(event) + strlen("loud"))));
	if (++chain->loud == LOUD)
		print_message("the last loud one ended after %d short ones\n",
			      chain->count);
	return 0;
}

static int compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

static void check_chain(const char *folder)
{
	struct chain chain = {.folder = folder};
	int64_t *late = chain.late;

	assert_int_equal(journal_read(folder, 1, look, &chain, NULL), 0);
	assert_int_equal(chain.count, CHAIN);
	assert_int_equal(chain.loud, LOUD);
	qsort(late, CHAIN, sizeof(*late), compare);
	print_message("from exit to stage.finished: median %lld ms, "
		      "99 %% within %lld ms, the most %lld ms\n",
		      (long long)late[CHAIN / 2],
		      (long long)late[CHAIN * 99 / 100],
		      (long long)late[CHAIN - 1]);
	assert_true(late[CHAIN * 99 / 100] < LATE_MS);
}

static void two_hundred_loud_stages_lose_no_byte_and_delay_nobody(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	struct screen seen, stopped;
	struct process *run;
	long peak;

	prepare(site);
	run = site_start(site, NULL, "run", "--no-screen", "--jobs", "300",
			 NULL);
	process_await_text(run, "nap0 started");
	open_screen(&seen, site);
	open_screen(&stopped, site);
	await_drawn(&stopped, "nap");
	assert_int_equal(write(stopped.fd, "\x1a", 1), 1);
	await_drawn(&stopped, "is stopped");
	peak = watch(run, &seen);
	assert_int_equal(run->status, 0);
	print_message("anonymous memory: %.1f MiB at most\n",
		      (double)peak / 1024);
	assert_in_range(peak, 1, MOST_KIB);
	for (int i = 0; i < LOUD; i++)
		check_log(folder, i);
	check_chain(folder);
	close_screen(&seen);
	close_screen(&stopped);
	assert_int_equal(site_call(site, "verify", "1", NULL), 0);
	free(folder);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			two_hundred_loud_stages_lose_no_byte_and_delay_nobody,
			site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "print") == 0)
		return print(atoi(argv[2]));
	if (argc > 1 && strcmp(argv[1], "nap") == 0)
		return nap();
	return site_main(argc, argv, run_all);
}
