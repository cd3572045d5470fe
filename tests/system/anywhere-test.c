/* SPDX-License-Identifier: MIT */
/*
 * The program dies behind any record of its journals and is resumed, until
 * the run is over: no stage's effect twice but of the one that was running,
 * no decision lost, nothing left running but keepers, the shares as they
 * were written down, the live colour answering throughout.
 *
 * `make check` tries some points; SIGNALBOX_LONG=1, as `make check-long` has
 * it, all of a release, and 1,000 seeded random ones of a run without one.
 * Those are shared out among copies of this program, for a death mostly waits.
 */
#include "system/support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "event/journal.h"
#include "proc/identity.h"
#include "support/death.h"
#include "system/shares.h"

/* Of ways to take up one run; each of them ends it or meets the death. */
#define ATTEMPTS_MOST 40
#define POINTS_SHORT 4
#define RANDOM_SHORT 24
#define RANDOM_LONG 1000
#define SHARES 3
#define SEED 20261121u

/* `did NAME` appends a line to the file effects. */
static const char release_pipeline[] =
	"name: shop\n"
	"environments:\n" SITE_STAGING SITE_PRODUCTION
	"    gate: {required: 1, not: []}\n"
	"stages:\n"
	"  unit: {needs: [], run: \"@FOLDER@/did unit\"}\n"
	"  build:\n"
	"    needs: []\n"
	"    run: \"@FOLDER@/did build\"\n"
	"    artifacts: [bug, readme]\n"
	"  staging: {deploy: {environment: staging}}\n"
	"  acceptance:\n"
	"    check:\n"
	"      environment: staging\n"
	"      requests: [{get: /, status: 200}]\n"
	"  production:\n"
	"    deploy:\n"
	"      environment: production\n"
	"      strategy: canary\n"
	"      steps:\n"
	"        - {check: [{get: /healthz, status: 200}]}\n"
	"        - {weight: 5%}\n"
	"        - {pause: 10ms}\n"
	"        - {weight: 25%}\n"
	"        - {pause: 10ms}\n"
	"        - {weight: 100%}\n"
	"      analysis:\n"
	"        {every: 1s, error-rate: \"< 50%\", failures: 3}\n"
	"  after: {run: \"@FOLDER@/did after\"}\n";

static const char graph_pipeline[] =
	"name: graph\n"
	"stages:\n"
	"  a: {needs: [], run: \"@FOLDER@/did a\", source: none}\n"
	"  b: {needs: [], run: \"@FOLDER@/did b\", source: none}\n"
	"  c: {needs: [a], run: \"@FOLDER@/did c\", source: none}\n"
	"  d: {needs: [a, b], run: \"@FOLDER@/did d\", source: none}\n"
	"  e:\n"
	"    needs: [c]\n"
	"    run: \"@FOLDER@/did e; echo > made\"\n"
	"    artifacts: [made]\n"
	"  once:\n"
	"    needs: [c]\n"
	"    run: \"@FOLDER@/did once\"\n"
	"    source: none\n"
	"    resume: false\n"
	"  gate: {needs: [d], gate: {required: 1, not: []}}\n"
	"  f: {needs: [gate, e], run: \"test -e made; @FOLDER@/did f\"}\n"
	"  g: {needs: [f, once], run: \"@FOLDER@/did g\", source: none}\n"
	"  z: {finally: true, run: \"@FOLDER@/did z\", source: none}\n";

static struct death *death;

static bool is_long(void)
{
	const char *value = getenv("SIGNALBOX_LONG");

	return value && *value;
}

static const char *library(void)
{
	static char path[4096];
	const char *builddir = getenv("top_builddir");

	snprintf(path, sizeof(path), "%s/tests/support/death.so",
		 builddir ? builddir : ".");
	return path;
}

static void map_death(const struct site *site)
{
	char *path = path_join(site->folder, "death");
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, sizeof(*death)), 0);
	death = mmap(NULL, sizeof(*death), PROT_READ | PROT_WRITE, MAP_SHARED,
		     fd, 0);
	assert_true(death != MAP_FAILED);
	close(fd);
	setenv("DEATH_FILE", path, 1);
	free(path);
}

static void prepare(struct site *site, const char *pipeline)
{
	site_shell(site, site->folder,
		   "printf '#!/bin/sh\\necho $1 >> %s/effects\\n' $PWD > did; "
		   "chmod +x did");
	map_death(site);
	site_pipeline(site, pipeline);
	site_commit(site, "a pipeline");
}

static void call(struct site *site, const char *word, const char *run)
{
	setenv("LD_PRELOAD", library(), 1);
	(void)site_call(site, word, run, NULL);
	if (strstr(site->err, "--again once"))
		(void)site_call(site, word, run, "--again", "once", NULL);
	unsetenv("LD_PRELOAD");
}

static int newest_run(const struct site *site)
{
	int run = 0;

	for (;;) {
		char *folder = site_run_folder(site, run + 1);
		bool is = file_exists(folder);

		free(folder);
		if (!is)
			return run;
		run++;
	}
}

/* What the journal of the newest run says. */
struct story {
	bool has_begun, is_over, passed;
	bool gate_is_open, has_votes;
	int votes;
	char *twice; /* what ran again though it was over */
	struct strings over;
};

static int tell(const struct event *event, void *data)
{
	struct story *story = data;
	const char *stage = event_stage(event);

	switch (event->type) {
	case EVENT_RUN_STARTED:
		story->has_begun = true;
		break;
	case EVENT_RUN_FINISHED:
		story->is_over = true;
		story->passed =
			strcmp(event_text(event, "outcome"), "passed") == 0;
		break;
	case EVENT_STAGE_STARTED:
		if (strings_has(&story->over, stage) && !story->twice)
			story->twice = xstrdup(stage);
		break;
	case EVENT_STAGE_FINISHED:
		strings_add(&story->over, stage);
		break;
	case EVENT_GATE_OPENED:
		story->gate_is_open = true;
		if (!event_bool(event, "resumed"))
			story->has_votes = false;
		break;
	case EVENT_GATE_VOTED:
		story->has_votes = true;
		story->votes++;
		break;
	case EVENT_GATE_CLOSED:
		story->gate_is_open = false;
		break;
	default:
		break;
	}
	return 0;
}

static void story_of(const struct site *site, int run, struct story *story)
{
	char *folder = site_run_folder(site, run);
	char *journal = path_join(folder, "journal.ndjson");
	struct error err = ERROR_INIT;

	*story = (struct story){.has_begun = false};
	if (file_exists(journal) &&
	    journal_read(folder, 1, tell, story, &err) < 0)
		fail_msg("run %d: %s", run, error_text(&err));
	free(journal);
	free(folder);
}

static void story_release(struct story *story)
{
	strings_release(&story->over);
	free(story->twice);
}

static int count_effects(const struct site *site, const char *name)
{
	char *path = path_join(site->folder, "effects");
	struct str text = STR_INIT;
	char *save = NULL;
	int count = 0;

	if (file_read(path, &text, 1 << 20, NULL) == 0)
		for (char *line = strtok_r(text.data, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			count += strcmp(line, name) == 0;
	str_release(&text);
	free(path);
	return count;
}

/* The effects of stages when they were first seen to be over. */
struct effects {
	char name[32];
	int count;
};
static struct effects seen[16];

static void forget_effects(struct site *site)
{
	memset(seen, 0, sizeof(seen));
	site_shell(site, site->folder, "rm -f effects");
}

static void look_at_effects(const struct site *site, const struct story *story)
{
	for (size_t i = 0; i < story->over.count; i++) {
		const char *name = story->over.items[i];
		struct effects *it = seen;

		while (*it->name && strcmp(it->name, name) != 0)
			it++;
		if (*it->name && it->count != count_effects(site, name))
			fail_msg("%s was over, and then ran again", name);
		snprintf(it->name, sizeof(it->name), "%s", name);
		it->count = count_effects(site, name);
	}
}

/* What a person would do next. True once the run is over. */
static bool go_on(struct site *site, int *run)
{
	struct story story;
	char number[16];
	bool over;

	story_of(site, *run, &story);
	look_at_effects(site, &story);
	over = story.is_over;
	snprintf(number, sizeof(number), "%d", *run);
	if (!story.has_begun) {
		call(site, "run", NULL);
		*run = newest_run(site);
	} else if (story.gate_is_open && !story.has_votes) {
		call(site, "approve", number);
	} else if (!over) {
		call(site, "resume", number);
	}
	story_release(&story);
	return over;
}

static int live_through(struct site *site, int run)
{
	for (int i = 0; i < ATTEMPTS_MOST; i++)
		if (go_on(site, &run))
			return run;
	fail_msg("run %d does not end: %s%s", run, site->out, site->err);
	return run;
}

static void assert_nothing_is_left(const struct site *site, int run)
{
	char *folder = site_run_folder(site, run);
	char *real = realpath(folder, NULL);
	char *entry = xasprintf("SIGNALBOX_RUN_FOLDER=%s", real);
	pid_t pid;

	assert_int_equal(processes_marked(entry, &pid, 1), 0);
	free(entry);
	free(real);
	free(folder);
}

/* A stage's effect is there as often as it was started, and it was started
 * once more only when it had not ended. */
static void assert_once(const struct site *site, int run,
			const char *const *stages)
{
	char *folder = site_run_folder(site, run);
	struct story story;

	story_of(site, run, &story);
	if (!story.passed)
		fail_msg("run %d did not pass: %s%s", run, site->out,
			 site->err);
	if (story.twice)
		fail_msg("run %d: %s ran again though it was over", run,
			 story.twice);
	assert_int_equal(story.votes, 1);
	for (; *stages; stages++)
		if (!count_effects(site, *stages))
			fail_msg("run %d: %s never ran", run, *stages);
	if (count_effects(site, "once") >
	    site_count_events(folder, EVENT_STAGE_STARTED, "once"))
		fail_msg("run %d: once was begun before that was written down",
			 run);
	story_release(&story);
	free(folder);
	assert_nothing_is_left(site, run);
}

static void arm(int left, int torn)
{
	atomic_store(&death->met, 0);
	atomic_store(&death->torn, torn);
	atomic_store(&death->left, left);
}

static void assert_released(struct site *site, const char *before)
{
	static const char *const names[] = {"staging", "production"};
	const char *colour = site_colour(site);

	if (strcmp(colour, before) == 0 || !*colour)
		fail_msg("%s is still live: %s", before, site->out);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *folder = site_environment_folder(site, names[i]);
		struct event *changed =
			site_last_event(folder, EVENT_TRAFFIC_CHANGED, NULL);
		struct event *over =
			site_last_event(folder, EVENT_DEPLOY_FINISHED, NULL);
		const char *live =
			json_text(event_json(over, "live"), "colour");

		assert_string_equal(event_text(over, "outcome"), "passed");
		assert_true(json_number(event_json(changed, "to"), live, -1) ==
			    100);
		if (i == 1)
			assert_string_equal(live, colour);
		event_free(changed);
		event_free(over);
		free(folder);
	}
}

/* One release, cut behind record `at`. How many there were in all. */
static int release(struct site *site, int at, int torn)
{
	static const char *const stages[] = {"unit", "build", "after", NULL};
	char *text = xasprintf("release %d", at);
	char before[16];

	snprintf(before, sizeof(before), "%s", site_colour(site));
	forget_effects(site);
	site_write(site, "readme", text);
	site_commit(site, text);
	arm(at, torn);
	assert_once(site, live_through(site, newest_run(site) + 1), stages);
	if (at && atomic_load(&death->left))
		print_message("record %d was not reached\n", at);
	assert_released(site, before);
	free(text);
	if (site_load_failed(site) || site_load_5xx(site))
		fail_msg("record %d: %ld requests failed, %ld with 5xx", at,
			 site_load_failed(site), site_load_5xx(site));
	return atomic_load(&death->met);
}

static void a_release_is_resumed_behind_any_record(void **state)
{
	struct site *site = *state;
	int share = share_own(), total, step;

	if (is_long() && share < 0) {
		shares_run(site, __func__, SHARES);
		return;
	}
	site_write(site, "readme", "the first\n");
	prepare(site, release_pipeline);
	arm(0, 0);
	live_through(site, 1);
	site_load_start(site);
	total = release(site, 0, 0);
	step = is_long() ? SHARES : total / POINTS_SHORT;
	print_message("a release has %d records\n", total);
	for (int at = is_long() ? 1 + share : step / 2; at <= total; at += step)
		release(site, at, at % 2 ? 0 : 20);
	site_load_stop(site);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

/* xorshift: the same points everywhere. */
static unsigned next_random(unsigned *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Cut again and again, each time a few records further. */
static void a_run_is_resumed_behind_random_records(void **state)
{
	static const char *const stages[] = {"a", "b", "c",    "d", "e",
					     "f", "g", "once", "z", NULL};
	struct site *site = *state;
	int points = is_long() ? RANDOM_LONG / SHARES + 1 : RANDOM_SHORT;
	unsigned seed = SEED;
	int share = share_own(), deaths = 0;

	if (is_long() && share < 0) {
		shares_run(site, __func__, SHARES);
		return;
	}
	seed += (unsigned)(share + 1);
	prepare(site, graph_pipeline);
	while (deaths < points) {
		int run = newest_run(site) + 1;

		forget_effects(site);
		for (int i = 0; i < 4; i++) {
			arm(1 + (int)(next_random(&seed) % 14),
			    (int)(next_random(&seed) % 40));
			if (go_on(site, &run))
				break;
			deaths += atomic_load(&death->left) == 0;
		}
		arm(0, 0);
		assert_once(site, live_through(site, run), stages);
	}
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(a_run_is_resumed_behind_random_records),
		TEST(a_release_is_resumed_behind_any_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
