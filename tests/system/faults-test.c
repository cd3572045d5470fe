/* SPDX-License-Identifier: MIT */
/*
 * Every system call below the state folder fails in turn, one run each: the
 * run ends, says what it could not do, and what it recorded is true. Without
 * FAULTS=all only a part of the calls fails. On Linux, without sanitizers.
 */
#include "system/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "engine/runs.h"
#include "event/command.h"
#include "support/faults.h"

/* Of a deployment's some hundred calls of each kind. */
#define DEPLOYMENT_STEP 7

#define DEADLINE_US (15 * 1000000LL)

#define PIPELINE                                                          \
	"name: shop\nstages:\n"                                           \
	"  build: {run: 'echo build >>@FOLDER@/effects; echo made | tee " \
	"made', artifacts: [made]}\n"                                     \
	"  unit: {run: 'echo unit >>@FOLDER@/effects; cat made; seq 20000'}\n"

struct kind {
	const char *name;
	enum faults_call call;
	int how;
	bool sticky;
};

static const struct kind kinds[] = {
	{"write ENOSPC", FAULTS_WRITE, ENOSPC, false},
	{"write EIO", FAULTS_WRITE, EIO, false},
	{"write EINTR", FAULTS_WRITE, EINTR, false},
	{"write short", FAULTS_WRITE, FAULTS_SHORT, false},
	{"sync EIO", FAULTS_SYNC, EIO, false},
	{"sync ENOSPC", FAULTS_SYNC, ENOSPC, false},
	{"open EMFILE", FAULTS_OPEN, EMFILE, false},
	{"open EINTR", FAULTS_OPEN, EINTR, false},
	{"create ENOSPC", FAULTS_CREATE, ENOSPC, false},
	{"close EIO", FAULTS_CLOSE, EIO, false},
	{"close EINTR", FAULTS_CLOSE, EINTR, false},
	{"rename ENOSPC", FAULTS_RENAME, ENOSPC, false},
	{"mkdir ENOSPC", FAULTS_MKDIR, ENOSPC, false},
};

static struct faults *faults;
static int faulty;     /* runs that went wrong */
static bool is_warned; /* that the fence of the last rollback is missing */

static const char *library(void)
{
	static char path[4096];
	const char *builddir = getenv("top_builddir");

	snprintf(path, sizeof(path), "%s/tests/support/faults.so",
		 builddir ? builddir : ".");
	return path;
}

static void switch_on(const struct site *site, const struct kind *kind, int at)
{
	faults->call = kind->call;
	faults->how = kind->how;
	faults->sticky = kind->sticky;
	faults->at = at;
	faults->where[0] = '\0';
	atomic_store(&faults->met, 0);
	setenv("FAULTS_BELOW", site->state, 1);
	setenv("LD_PRELOAD", library(), 1);
}

static void switch_off(void)
{
	unsetenv("LD_PRELOAD");
}

static void complain(const struct site *site, const struct kind *kind, int at,
		     const char *what)
{
	faulty++;
	print_error("%s, call %d (%s): %s\n--- %s--- %s", kind->name, at,
		    faults->where + strlen(site->state), what, site->out,
		    site->err);
}

static int count_effects(const struct site *site, const char *stage)
{
	char *path = path_join(site->folder, "effects");
	struct str text = STR_INIT;
	int count = 0;

	if (file_read(path, &text, 4096, NULL) == 0)
		for (char *at = text.data; (at = strstr(at, stage)); at++)
			count++;
	str_release(&text);
	free(path);
	return count;
}

static bool has_passed(const char *folder, const char *stage)
{
	struct event *event =
		site_last_event(folder, EVENT_STAGE_FINISHED, stage);
	bool is = event && strcmp(event_text(event, "outcome"), "passed") == 0;

	event_free(event);
	return is;
}

/* What is wrong with what the run left, or NULL. */
static const char *fault_of(struct site *site, int status)
{
	static const char *const stages[] = {"build", "unit"};
	char *folder = site_run_folder(site, 1);
	char *journal = path_join(folder, "journal.ndjson");
	bool recorded = file_exists(journal);
	const char *fault = NULL;

	if (status != 0 && status != 7)
		fault = "its exit status is neither 0 nor 7";
	else if (status == 7 && !strstr(site->err, "signalbox: ") &&
		 !strstr(site->out, "finished: failed"))
		fault = "nothing is said";
	for (size_t i = 0; !fault && i < ARRAY_SIZE(stages); i++) {
		int effects = count_effects(site, stages[i]);

		if (effects > 1)
			fault = "a stage ran twice";
		else if (status == 0 && effects != 1)
			fault = "it passed, and a stage did not run";
		else if (recorded && has_passed(folder, stages[i]) && !effects)
			fault = "a stage is recorded that did not run";
	}
	if (!fault && status == 0 && recorded && !has_passed(folder, "unit"))
		fault = "it passed, and its journal does not say so";
	free(journal);
	free(folder);
	return fault;
}

/* Without faults: what was left is read, and the next run passes. */
static const char *fault_after(struct site *site)
{
	int status = site_call(site, "verify", NULL);

	if (status != 0)
		return "verify finds damage";
	status = site_call(site, "status", NULL);
	if (status != 0 && status != 2)
		return "status cannot be told";
	if (site_call(site, "run", NULL) != 0)
		return "the next run does not pass";
	return site_call(site, "verify", NULL) == 0
		       ? NULL
		       : "verify finds damage after the next run";
}

/* False: the run made no such call any more. */
static bool try_one(struct site *site, const struct kind *kind, int at)
{
	int64_t began = clock_monotonic_us();
	const char *fault;
	char *effects = path_join(site->folder, "effects");
	int status;

	unlink(effects);
	free(effects);
	assert_int_equal(folder_remove(site->state, NULL), 0);
	switch_on(site, kind, at);
	status = site_call(site, "run", NULL);
	switch_off();
	if (atomic_load(&faults->met) < at)
		return false;
	fault = fault_of(site, status);
	if (!fault && clock_monotonic_us() - began > DEADLINE_US)
		fault = "it took too long";
	if (fault)
		complain(site, kind, at, fault);
	fault = fault_after(site);
	if (fault)
		complain(site, kind, at, fault);
	return true;
}

/* Their runtimes must be loaded before any other library. */
static void skip_with_sanitizers(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("a sanitizer's library must come first: no fault can be "
		      "preloaded\n");
	skip();
#endif
}

static void share_faults(const struct site *site)
{
	char *path = path_join(site->folder, "faults");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, sizeof(*faults)), 0);
	faults = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED,
		      fd, 0);
	assert_true(faults != MAP_FAILED);
	close(fd);
	setenv("FAULTS_FILE", path, 1);
	free(path);
	faulty = 0;
}

static bool is_whole(void)
{
	return getenv("FAULTS") && strcmp(getenv("FAULTS"), "all") == 0;
}

static void every_call_of_a_run_may_fail(void **state)
{
	struct site *site = *state;
	int step = is_whole() ? 1 : 41;

	skip_with_sanitizers();
	share_faults(site);
	site_pipeline(site, PIPELINE);
	site_commit(site, "a commit");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int at = is_whole() ? 1 : 1 + (int)(i % 3);

		while (try_one(site, &kinds[i], at))
			at += step;
		print_message("# %s: %d calls\n", kinds[i].name,
			      atomic_load(&faults->met));
		/* Else the library was not loaded. */
		assert_true(atomic_load(&faults->met) > 0);
	}
	assert_int_equal(faulty, 0);
}

#define DELIVERY                                                        \
	"name: shop\nmode: deployment\nenvironments:\n" SITE_PRODUCTION \
	"stages:\n" SITE_BUILD "  production: {deploy: {environment: "  \
	"production, strategy: canary, steps: [{weight: 50%}, "         \
	"{pause: 10ms}, {weight: 100%}]}}\n"

#define DELIVERY_HELD                                                   \
	"name: shop\nmode: deployment\nenvironments:\n" SITE_PRODUCTION \
	"stages:\n" SITE_BUILD "  production: {deploy: {environment: "  \
	"production, strategy: canary, steps: [{weight: 50%}, "         \
	"{pause: 90s}, {weight: 100%}]}}\n"

static void release_next(struct site *site)
{
	site_shell(site, site->repository, "date +%N >>more");
	site_commit(site, "the next");
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
}

static void release_two(struct site *site)
{
	skip_with_sanitizers();
	share_faults(site);
	site_pipeline(site, DELIVERY);
	release_next(site);
	release_next(site);
	assert_string_equal(site_colour(site), "green");
}

/* What a full disk refuses must not close the way back; what else fails may,
 * once, and says so. */
static bool try_rollback(struct site *site, const struct kind *kind, int at)
{
	char *before = xstrdup(site_colour(site));
	int64_t began = clock_monotonic_us();
	const char *fault = NULL;
	const char *now;
	bool met;
	int status;

	switch_on(site, kind, at);
	status = site_call(site, "rollback", "production", NULL);
	switch_off();
	met = atomic_load(&faults->met) >= at;
	now = site_colour(site);
	is_warned = strstr(site->out, "signalbox cancel RUN") != NULL;
	if (status != 0 && status != 7)
		fault = "its exit status is neither 0 nor 7";
	else if (status == 7 && kind->how == ENOSPC)
		fault = "a full disk closes the way back";
	else if (status == 7 && !strstr(site->err, "signalbox: "))
		fault = "nothing is said";
	else if (status == 0 && strcmp(now, before) == 0)
		fault = "the traffic has not moved";
	else if (!*now)
		fault = "nobody answers";
	else if (clock_monotonic_us() - began > DEADLINE_US)
		fault = "it took too long";
	if (fault)
		complain(site, kind, at, fault);
	if (site_call(site, "rollback", "production", NULL) != 0)
		complain(site, kind, at, "the next rollback fails");
	else if (site_call(site, "verify", NULL) != 0)
		complain(site, kind, at, "verify finds damage");
	else if (site_call(site, "status", NULL) != 0)
		complain(site, kind, at, "status cannot be told");
	free(before);
	return met;
}

static void every_call_of_a_rollback_may_fail(void **state)
{
	struct site *site = *state;
	int step = is_whole() ? 1 : 61;

	release_two(site);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i += is_whole() ? 1 : 4) {
		struct kind lasting = kinds[i];
		int at = is_whole() ? 1 : 1 + (int)(i % 3);

		while (try_rollback(site, &kinds[i], at))
			at += step;
		lasting.sticky = lasting.how == ENOSPC;
		if (lasting.sticky)
			try_rollback(site, &lasting, 1);
		if (lasting.sticky && lasting.call == FAULTS_WRITE)
			assert_true(is_warned);
		print_message("# %s: %d calls\n", kinds[i].name,
			      atomic_load(&faults->met));
	}
	assert_int_equal(faulty, 0);
}

/* Where all traffic goes, "" when it goes to both or nobody answers. */
static const char *only_colour(struct site *site)
{
	static char first[16];

	snprintf(first, sizeof(first), "%s", site_colour(site));
	for (int i = 0; i < 20; i++)
		if (strcmp(site_colour(site), first) != 0)
			return "";
	return first;
}

static const char *fault_of_deployment(struct site *site, int status)
{
	if (status != 0 && status != 5 && status != 7)
		return "its exit status is none of 0, 5 and 7";
	if (!*site_colour(site))
		return "nobody answers";
	if (site_call(site, "verify", NULL) != 0)
		return "verify finds damage";
	status = site_call(site, "status", NULL);
	if (status != 0 && status != 2)
		return "status cannot be told";
	if (site_call(site, "rollback", "production", "--no-veto", NULL) != 0)
		return "the way back is closed";
	if (!*only_colour(site))
		return "the traffic goes to both after the rollback";
	site_shell(site, site->repository, "date +%N >>more");
	site_commit(site, "the next");
	if (site_call(site, "run", NULL) != 0)
		return "the next run does not pass";
	return *only_colour(site) ? NULL : "the next run left the traffic half";
}

static bool try_deployment(struct site *site, const struct kind *kind, int at)
{
	int64_t began = clock_monotonic_us();
	const char *fault;
	int status;

	site_shell(site, site->repository, "date +%N >>more");
	site_commit(site, "another");
	switch_on(site, kind, at);
	status = site_call(site, "run", NULL);
	switch_off();
	faults->call = FAULTS_NONE; /* for keepers too */
	if (atomic_load(&faults->met) < at)
		return false;
	fault = fault_of_deployment(site, status);
	if (!fault && clock_monotonic_us() - began > 2 * DEADLINE_US)
		fault = "it took too long";
	if (fault)
		complain(site, kind, at, fault);
	return true;
}

/* Minutes: only where all is asked for. */
static void calls_of_a_deployment_may_fail(void **state)
{
	static const struct kind full = {"full disk", FAULTS_GROW, ENOSPC,
					 true};
	struct site *site = *state;

	if (!is_whole())
		skip();
	release_two(site);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int at = 1 + (int)i;

		while (try_deployment(site, &kinds[i], at))
			at += DEPLOYMENT_STEP;
		print_message("# %s: %d calls\n", kinds[i].name,
			      atomic_load(&faults->met));
	}
	/* These wait for room before they give up. */
	for (int at = 1; try_deployment(site, &full, at);)
		at += 2 * DEPLOYMENT_STEP;
	assert_int_equal(faulty, 0);
}

/* The disk is full from now on, for all that runs. */
static void fill_disk(void)
{
	faults->call = FAULTS_GROW;
	faults->how = ENOSPC;
	faults->sticky = true;
	faults->at = 1;
}

static void rolls_back_from_another_shell(struct site *site)
{
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_says(site->out, "back on green");
}

/* What the keys B and Enter of a dashboard send. */
static void rolls_back_from_a_dashboard(struct site *site)
{
	struct command command = {.kind = COMMAND_ROLLBACK, .id = 1, .run = 3};
	struct str line = STR_INIT;
	struct error err = ERROR_INIT;
	char *common = path_join(site->repository, ".git");
	int fd = run_connect(common, site->state, 3, &err);

	if (fd < 0)
		fail_msg("%s", error_text(&err));
	command.environment = (char *)"production";
	command_encode(&command, &line);
	assert_int_equal(write(fd, line.data, line.len), line.len);
	str_release(&line);
	free(common);
	/* It stays open, as a dashboard does. */
}

static void full_disk(struct site *site, void (*roll_back)(struct site *site))
{
	static const struct kind none = {"", FAULTS_NONE, 0, false};
	struct process *run;
	int64_t asked_us;

	release_two(site);
	site_pipeline(site, DELIVERY_HELD);
	site_commit(site, "a canary");
	switch_on(site, &none, 0);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "traffic green 50 %");
	fill_disk();
	asked_us = clock_monotonic_us();
	roll_back(site);
	for (int same = 0; same < 20;) {
		same = strcmp(site_colour(site), "green") == 0 ? same + 1 : 0;
		assert_true(clock_monotonic_us() - asked_us < 5000000);
	}
	assert_true(atomic_load(&faults->met) > 0);
	switch_off();
	faults->call = FAULTS_NONE; /* there is room again */
	assert_int_equal(process_await(run), 5);
	assert_int_equal(site_call(site, "verify", NULL), 0);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "on green");
	assert_string_equal(site_colour(site), "green");
	site_pipeline(site, DELIVERY);
	release_next(site);
}

static void full_disk_leaves_the_way_back_open(void **state)
{
	full_disk(*state, rolls_back_from_another_shell);
}

static void full_disk_leaves_the_dashboards_way_back_open(void **state)
{
	full_disk(*state, rolls_back_from_a_dashboard);
}

static int unmount(struct site *site)
{
	char *text = xasprintf("umount -l '%s' 2>/dev/null", site->state);
	int result = system(text);

	free(text);
	return result;
}

/* What runs is found by what is recorded on that disk. */
static int tear_down_mounted(void **state)
{
	(void)site_call(*state, "down", "production", NULL);
	unmount(*state);
	return site_tear_down(state);
}

/* A real one, small, where mounting is allowed. */
static void rollback_works_on_a_disk_without_a_block_left(void **state)
{
	struct site *site = *state;
	char *mount = xasprintf("mkdir -p '%s' && mount -t tmpfs -o size=12m "
				"signalbox '%s' 2>/dev/null",
				site->state, site->state);
	int mounted = system(mount);
	struct process *run;

	free(mount);
	if (mounted != 0) {
		print_message("no right to mount: only the preloaded library "
			      "fills a disk\n");
		skip();
	}
	site_pipeline(site, DELIVERY);
	release_next(site);
	release_next(site);
	site_pipeline(site, DELIVERY_HELD);
	site_commit(site, "a canary");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "traffic green 50 %");
	site_shell(site, site->state,
		   "! dd if=/dev/zero of=filler bs=4k 2>/dev/null; "
		   "! echo more >>filler");
	rolls_back_from_another_shell(site);
	assert_string_equal(only_colour(site), "green");
	site_shell(site, site->state, "rm filler");
	assert_int_equal(process_await(run), 5);
	assert_int_equal(site_call(site, "verify", NULL), 0);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "on green");
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(every_call_of_a_run_may_fail),
		TEST(every_call_of_a_rollback_may_fail),
		TEST(calls_of_a_deployment_may_fail),
		TEST(full_disk_leaves_the_way_back_open),
		TEST(full_disk_leaves_the_dashboards_way_back_open),
		cmocka_unit_test_setup_teardown(
			rollback_works_on_a_disk_without_a_block_left,
			site_set_up, tear_down_mounted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
