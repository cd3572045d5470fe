/* SPDX-License-Identifier: MIT */
/* Notices out of the real program, to a real receiver. */
#include "system/support.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"

#define HEAD "name: shop\nenvironments:\n" SITE_PRODUCTION
#define GATE "    gate: {not: []}\n"
#define STAGES                 \
	"stages:\n" SITE_BUILD \
	"  production: {deploy: {environment: production}}\n"
#define QUICK "name: shop\nstages: {t: {run: \"true\", source: none}}\n"

struct receiver {
	struct site *site;
	char *file;
	pid_t pid;
	int port;
};

static int set_up(void **state)
{
	struct receiver *it = xcalloc(1, sizeof(*it));
	void *site;

	if (site_set_up(&site) != 0)
		return -1;
	it->site = site;
	it->port = web_free_port();
	it->file = path_join(it->site->folder, "received");
	it->pid = web_receiver_start(it->file, it->port);
	*state = it;
	return 0;
}

static int tear_down(void **state)
{
	struct receiver *it = *state;
	void *site = it->site;

	web_server_stop(it->pid);
	free(it->file);
	free(it);
	return site_tear_down(&site);
}

/* NOTIFY has one %d, the receiver's port. */
static void pipeline(struct receiver *it, const char *text, const char *on,
		     const char *path, const char *more)
{
	char *whole = xasprintf("%snotify:\n  - {on: [%s], post: "
				"\"http://127.0.0.1:%d%s\"%s}\n",
				text, on, it->port, path, more);

	site_pipeline(it->site, whole);
	site_commit(it->site, "a commit");
	free(whole);
}

static struct str received(const struct receiver *it)
{
	struct str text = STR_INIT;

	if (file_exists(it->file))
		assert_int_equal(file_read(it->file, &text, 1u << 20, NULL), 0);
	return text;
}

static void assert_received(const struct receiver *it, const char *part)
{
	struct str text = received(it);

	assert_says(text.data, part);
	str_release(&text);
}

static int count(const char *text, const char *part)
{
	int found = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		found++;
	return found;
}

static void event_is_posted_with_the_facts_of_its_run(void **state)
{
	struct receiver *it = *state;
	struct str text;
	json_t *body;

	pipeline(it, QUICK, "run.finished", "/hook", "");
	assert_int_equal(site_call(it->site, "run", NULL), 0);
	text = received(it);
	assert_true(starts_with(text.data, "/hook {"));
	body = json_loads(text.data + strlen("/hook "), 0, NULL);
	assert_string_equal(json_text(body, "event"), "run.finished");
	assert_string_equal(json_text(body, "outcome"), "passed");
	assert_string_equal(json_text(body, "pipeline"), "shop");
	assert_int_equal(json_int(body, "run", 0), 1);
	assert_true(json_int(body, "seq", 0) > 3);
	assert_true(starts_with(json_text(body, "sentence"), "run 1 passed"));
	assert_int_equal(strlen(json_text(body, "commit")), 40);
	json_decref(body);
	str_release(&text);
}

static void gate_is_told_of_though_the_run_ends_there(void **state)
{
	struct receiver *it = *state;

	pipeline(it, HEAD GATE STAGES, "gate.opened, failed, rolled-back",
		 "/hook",
		 ", template: slack, text: \"<{pipeline}> {run} {nothing}& "
		 "{sentence}\"");
	assert_int_equal(site_call(it->site, "run", NULL), 6);
	assert_received(it, "/hook {\"text\":\"&lt;shop&gt; 1 &amp; production "
			    "waits for 1 approval");
	pipeline(it, "name: shop\nstages: {t: {run: \"false\"}}\n",
		 "gate.opened, failed", "/second", ", template: slack");
	assert_int_equal(site_call(it->site, "run", NULL), 1);
	assert_received(it, "/second {\"text\":\"shop run 2 ");
}

static void rollback_is_told_of_as_rolled_back(void **state)
{
	struct receiver *it = *state;
	struct process *run;
	struct str text;

	pipeline(it, HEAD STAGES, "rolled-back", "/hook", "");
	assert_int_equal(site_call(it->site, "run", NULL), 0);
	pipeline(it,
		 HEAD "stages:\n" SITE_BUILD
		      "  production: {deploy: {environment: production, "
		      "strategy: canary, steps: [{weight: 5%}, {pause: {}}, "
		      "{weight: 100%}]}}\n",
		 "rolled-back", "/hook", "");
	run = site_start(it->site, NULL, "run", NULL);
	process_await_text(run, "wait until promoted");
	assert_int_equal(site_call(it->site, "rollback", "production", NULL),
			 0);
	assert_int_equal(process_await(run), 5);
	text = received(it);
	assert_int_equal(count(text.data, "\"event\":\"rollback.finished\""),
			 1);
	str_release(&text);
	/* With no run alive, by the file of what is live. */
	pipeline(it, HEAD STAGES, "rolled-back", "/live", ", template: slack");
	assert_int_equal(site_call(it->site, "run", NULL), 0);
	assert_int_equal(site_call(it->site, "rollback", "production", NULL),
			 0);
	assert_received(it, "/live {\"text\":\"shop: production: back on ");
}

static void command_gets_the_event_and_no_secret(void **state)
{
	struct receiver *it = *state;
	struct site *site = it->site;

	setenv("HOOK_URL", "http://127.0.0.1:1/none", 1);
	site_pipeline(site, QUICK
		      "notify:\n"
		      "  - {on: [run.finished], run: \"cat > @FOLDER@/got; "
		      "echo $HOOK_URL/$SIGNALBOX_RUN >> @FOLDER@/got\"}\n"
		      "  - {on: [failed], post-env: HOOK_URL}\n");
	site_commit(site, "a commit");
	assert_int_equal(site_call(site, "run", NULL), 0);
	free(it->file);
	it->file = path_join(site->folder, "got");
	assert_received(it, "\"event\":\"run.finished\"");
	assert_received(it, "}/1\n");
	unsetenv("HOOK_URL");
}

static void receiver_that_fails_is_said_once_and_its_secret_never(void **state)
{
	struct receiver *it = *state;
	char *url = xasprintf("http://127.0.0.1:%d/fail/s3cret", it->port);
	struct str text;

	setenv("HOOK_URL", url, 1);
	site_pipeline(it->site,
		      "name: shop\nstages:\n"
		      "  a: {run: 'echo it is $HOOK_URL'}\n  b: {run: 'true'}\n"
		      "  c: {run: 'false'}\n"
		      "notify:\n  - {on: [stage.finished, run.finished], "
		      "post-env: HOOK_URL}\n"
		      "  - {on: [run.finished], post-env: NOT_THERE}\n"
		      "  - {on: [run.finished], run: 'exit 3'}\n"
		      "  - {on: [run.finished], run: 'sleep 60', timeout: "
		      "100ms}\n");
	site_commit(it->site, "a commit");
	assert_int_equal(site_call(it->site, "run", NULL), 1);
	assert_int_equal(count(it->site->out, "notice 1 is not delivered: "),
			 1);
	assert_says(it->site->out, " answered 500");
	assert_says(it->site->out, "notice 2 is not delivered: NOT_THERE is "
				   "not set");
	assert_says(it->site->out, "notice 3 is not delivered: exit status 3");
	assert_says(it->site->out, "notice 4 is not delivered: the command did "
				   "not end in time");
	assert_says_not(it->site->out, "s3cret");
	text = received(it);
	assert_int_equal(count(text.data, "/fail/s3cret {"), 4);
	assert_int_equal(site_call(it->site, "log", "1", "a", NULL), 0);
	assert_says_not(it->site->out, "s3cret");
	str_release(&text);
	unsetenv("HOOK_URL");
	free(url);
}

/* The run ends with 6 only once its notices are out: until then it lives.
 * make check-long: and longer than it would have waited for them. */
static void gate_is_decided_while_a_notice_of_it_is_on_its_way(void **state)
{
	const char *work = getenv("SIGNALBOX_LONG") ? "sleep 11" : "true";
	struct receiver *it = *state;
	struct process *run;
	char *told = path_join(it->site->folder, "told");
	char *text = xasprintf(
		"name: shop\nstages:\n"
		"  ask: {gate: {not: []}}\n  after: {run: '%s'}\n"
		"notify:\n  - {on: [gate.opened], timeout: 1m, run: 'touch "
		"@FOLDER@/told; while ! test -e @FOLDER@/over; do sleep 0.05; "
		"done'}\n",
		work);

	site_pipeline(it->site, text);
	site_commit(it->site, "a commit");
	run = site_start(it->site, NULL, "run", NULL);
	await_file(told);
	if (site_call(it->site, "approve", "1", NULL) != 0)
		fail_msg("%s", it->site->err);
	process_await_text(run, "after finished");
	site_write(it->site, "../over", "");
	assert_int_equal(process_await(run), 0);
	assert_says_not(run->out.data, "not delivered");
	free(text);
	free(told);
}

static void receiver_that_hangs_holds_no_run(void **state)
{
	struct receiver *it = *state;
	struct str stages = STR_INIT;
	int64_t began;

	str_add(&stages, "name: shop\nstages:\n");
	for (int i = 0; i < 100; i++)
		str_addf(&stages,
			 "  s%d: {needs: [], source: none, run: "
			 "\"true\"}\n",
			 i);
	str_add(&stages, "  last: {source: none, run: \"for i in $(seq 600); "
			 "do test -e @FOLDER@/received && exit; sleep 0.1; "
			 "done; exit 1\"}\n");
	pipeline(it, stages.data, "stage.finished", "/hang", ", timeout: 10m");
	began = clock_monotonic_us();
	assert_int_equal(site_call(it->site, "run", NULL), 0);
	/* The last while, and not ten minutes. */
	assert_true(clock_monotonic_us() - began < 300 * 1000000LL);
	assert_says(it->site->out, "notice 1 is not delivered: 64 wait "
				   "already; this one is left out");
	str_release(&stages);
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		T(event_is_posted_with_the_facts_of_its_run),
		T(gate_is_told_of_though_the_run_ends_there),
		T(rollback_is_told_of_as_rolled_back),
		T(command_gets_the_event_and_no_secret),
		T(receiver_that_fails_is_said_once_and_its_secret_never),
		T(gate_is_decided_while_a_notice_of_it_is_on_its_way),
		T(receiver_that_hangs_holds_no_run),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
