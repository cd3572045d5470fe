/* SPDX-License-Identifier: MIT */
/* Terminals attached to a real run, any number of them, from any moment. */
#include "screen/stand.h"

#include <limits.h>
#include <signal.h>

#include "base/file.h"
#include "event/journal.h"

/* Of the engine, while a terminal that reads nothing is attached. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MOST_KB LONG_MAX /* its shadow is counted too */
#else
#define MOST_KB (64 * 1024)
#endif

/* "$SITE" in the stages is the site's folder. */
static void run(struct stand *stand, const char *stages)
{
	char *text = xasprintf("name: shop\nenv: {SITE: %s}\nstages:\n%s",
			       stand->site->folder, stages);

	site_pipeline(stand->site, text);
	site_commit(stand->site, "a commit");
	assert_int_equal(site_call(stand->site, "run", "--detach", NULL), 0);
	free(text);
}

static struct terminal *attach(struct stand *stand, int i, const char *option)
{
	return stand_open(stand, i, "exec %s attach 1 %s",
			  stand->site->signalbox, option);
}

static pid_t engine_of(const struct stand *stand)
{
	char *folder = site_run_folder(stand->site, 1);
	struct event *event = site_last_event(folder, EVENT_RUN_STARTED, NULL);
	pid_t pid = (pid_t)event_int(event, "pid", 0);

	event_free(event);
	free(folder);
	return pid;
}

/* 0 where the system does not say. */
static long memory_kb(pid_t pid)
{
	char path[64], line[256];
	long total = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "RssAnon: %ld kB", &total) == 1)
			break;
	if (file)
		fclose(file);
	return total;
}

static void let(struct stand *stand, const char *name)
{
	char *text = xasprintf(": > %s", name);

	site_shell(stand->site, stand->site->folder, text);
	free(text);
}

#define WAIT_FOR(name) "until [ -e $SITE/" name " ]; do sleep 0.05; done"

/* A hundred of each report are told singly: more than any socket and outbox
 * hold. */
#define MANY                                                               \
	"for i in $(seq 240); do (echo \"<testsuite>\"; seq 100 | sed "    \
	"\"s:.*:<testcase name=\\\"&\\\"><failure message=\\\"$(printf "   \
	"%%0200d 0)\\\"/></testcase>:\"; echo \"</testsuite>\") >$i.xml; " \
	"done"

static void a_stopped_terminal_costs_nobody_else(void **state)
{
	struct stand *stand = *state;
	pid_t engine;

	run(stand,
	    "  unit:\n    run: |\n      " WAIT_FOR(
		    "go") "\n      " MANY "\n    reports: {junit: \"*.xml\"}\n"
			  "  hold: {needs: [], run: '" WAIT_FOR("end") "'}\n");
	for (int i = 0; i < STAND_TERMINALS; i++)
		attach(stand, i, i == 1 ? "--watch" : "");
	stand->stopped = stand_program(stand, 0);
	assert_true(stand->stopped > 0);
	assert_int_equal(kill(stand->stopped, SIGSTOP), 0);
	let(stand, "go");
	for (int i = 1; i < STAND_TERMINALS; i++)
		terminal_expect(stand->terminals[i], "1 of 2 done");
	engine = engine_of(stand);
	assert_true(is_running(engine));
	assert_true(memory_kb(engine) < MOST_KB);
	let(stand, "end");
	assert_int_equal(site_call(stand->site, "status", "1", "--until",
				   "done", "--timeout", "100s", NULL),
			 1);
	for (int i = 1; i < STAND_TERMINALS; i++)
		terminal_expect(stand->terminals[i], "run 1 failed");
	kill(stand->stopped, SIGCONT);
	stand->stopped = 0;
	terminal_expect(stand->terminals[0], "run 1 failed");
}

static void one_that_comes_late_sees_how_long_a_quiet_log_is(void **state)
{
	struct stand *stand = *state;

	run(stand, "  unit: {run: 'seq 1234; " WAIT_FOR("go") "'}\n");
	assert_int_equal(
		site_call(stand->site, "log", "1", "unit", "--tail", "1", NULL),
		0);
	attach(stand, 0, "");
	terminal_expect(stand->terminals[0], " 1,234 ");
	let(stand, "go");
	terminal_expect(stand->terminals[0], "passed");
}

static void one_that_watches_changes_nothing_and_says_so(void **state)
{
	static const char keys[] = "axsHPBX";
	struct stand *stand = *state;
	struct terminal *terminal;
	char *folder = site_run_folder(stand->site, 1);

	run(stand, "  ask: {gate: {}}\n");
	terminal = attach(stand, 0, "--watch");
	terminal_expect(terminal, "read-only");
	terminal_expect(terminal, "ask 0/1");
	for (const char *key = keys; *key; key++) {
		char one[] = {*key, '\0'};
		char *off =
			xasprintf("%c is off: this screen only watches", *key);

		terminal_keys(terminal, one);
		terminal_expect(terminal, off);
		free(off);
	}
	assert_int_equal(
		site_count_events(folder, EVENT_COMMAND_RECEIVED, NULL), 0);
	assert_int_equal(site_count_events(folder, EVENT_COMMAND_REFUSED, NULL),
			 0);
	assert_int_equal(site_call(stand->site, "cancel", "1", NULL), 0);
	terminal_expect(terminal, "cancelled");
	free(folder);
}

static void what_cannot_be_drawn_on_gets_plain_lines(void **state)
{
	static const char *const terms[] = {"TERM=dumb",
					    "TERM=", "TERM=no-such-terminal"};
	struct stand *stand = *state;

	site_pipeline(stand->site,
		      "name: shop\nstages:\n  unit: {run: 'true'}\n");
	site_commit(stand->site, "a commit");
	for (size_t i = 0; i < ARRAY_SIZE(terms); i++) {
		struct terminal *terminal =
			stand_open(stand, (int)i,
				   "echo frame 1 seq 0 keys 0 >&5; "
				   "exec env %s %s run",
				   terms[i], stand->site->signalbox);
		const char *bytes;

		assert_int_equal(terminal_wait(terminal, false), 0);
		bytes = terminal_bytes(terminal)->data;
		assert_non_null(strstr(bytes, "passed"));
		assert_null(strchr(bytes, 033));
	}
}

static bool tells_of_the_end(void *data)
{
	struct str text = STR_INIT;
	bool tells = file_read(data, &text, 4096, NULL) == 0 &&
		     strstr(text.data, "run 1 cancelled");

	str_release(&text);
	return tells;
}

/* A gate that was open before is no news; one that opens, and the end are. */
static void a_command_hears_of_what_needs_a_person(void **state)
{
	struct stand *stand = *state;
	char *told = path_join(stand->site->folder, "told");
	char *option = xasprintf(
		"--notify 'run:echo \"$SIGNALBOX_NOTICE\" >>%s'", told);
	struct str text = STR_INIT;

	run(stand, "  unit: {run: '" WAIT_FOR("go") "'}\n"
						    "  ask: {gate: {}}\n"
						    "  last: {run: 'true'}\n");
	attach(stand, 0, option);
	terminal_expect(stand->terminals[0], "unit");
	let(stand, "go");
	await_file(told);
	assert_int_equal(site_call(stand->site, "cancel", "1", NULL), 0);
	terminal_expect(stand->terminals[0], "cancelled");
	await(tells_of_the_end, told, "the notice of the end");
	assert_int_equal(file_read(told, &text, 4096, NULL), 0);
	assert_ptr_equal(strstr(text.data, "#1 shop: ask waits "), text.data);
	assert_non_null(strstr(text.data, "\n#1 shop: run 1 cancelled"));
	str_release(&text);
	free(option);
	free(told);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, stand_set_up, stand_tear_down)

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stopped_terminal_costs_nobody_else),
		TEST(one_that_comes_late_sees_how_long_a_quiet_log_is),
		TEST(one_that_watches_changes_nothing_and_says_so),
		TEST(a_command_hears_of_what_needs_a_person),
		TEST(what_cannot_be_drawn_on_gets_plain_lines),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
