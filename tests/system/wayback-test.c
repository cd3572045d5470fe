/* SPDX-License-Identifier: MIT */
/* The way back as people use it: drilled, kept from coming again, adopted.
 * The real program, HAProxy and servers, under load. */
#include "system/support.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "event/journal.h"

#define PIPELINE                                                             \
	"name: shop\nenvironments:\n" SITE_PRODUCTION "stages:\n" SITE_BUILD \
	"  production: {deploy: {environment: production}}\n"

static void release(struct site *site, const char *subject)
{
	site_pipeline(site, PIPELINE);
	site_write(site, "subject", subject);
	site_commit(site, subject);
	assert_int_equal(site_call(site, "run", NULL), 0);
}

/* The first is on blue, the second, live, on green. */
static void two_releases(struct site *site)
{
	release(site, "one");
	release(site, "two");
}

static void drill_measures_the_way_back_and_loses_no_request(void **state)
{
	struct site *site = *state;
	struct event *event;
	char *folder;
	long by_blue;

	two_releases(site);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "never gone; signalbox drill production");
	assert_int_equal(site_call(site, "drill", "production", NULL), 2);
	assert_says(site->err, "--yes does it without a terminal");
	site_load_start(site);
	site_await_requests(site, 100);
	by_blue = site_load_by(site, false);
	assert_int_equal(site_call(site, "drill", "production", "--yes",
				   "--for", "2s", NULL),
			 0);
	assert_says(site->out, "DRILL of the way back");
	assert_says(site->out, "failed by it: 0 of ");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, " ms, by a drill");
	assert_true(site_load_by(site, false) > by_blue);
	site_await_begun_requests(site);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_string_equal(site_colour(site), "green");
	folder = site_environment_folder(site, "production");
	event = site_last_event(folder, EVENT_DRILL_FINISHED, NULL);
	assert_string_equal(event_text(event, "outcome"), "passed");
	assert_true(event_int(event, "requests", 0) > 0);
	event_free(event);
	free(folder);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static bool is_blue(void *data)
{
	return strcmp(site_colour(data), "blue") == 0;
}

static void drill_killed_in_the_middle_goes_back_to_what_is_live(void **state)
{
	struct site *site = *state;
	struct process *drill;

	two_releases(site);
	site_load_start(site);
	drill = site_start(site, NULL, "drill", "production", "--yes", "--for",
			   "10m", NULL);
	await(is_blue, site, "the drill is away");
	kill(drill->pid, SIGKILL);
	process_await(drill);
	/* A lock by hand, which nobody but its person takes away. */
	assert_int_equal(site_call(site, "lock", "production", NULL), 0);
	assert_says(site->out, "the drill was cut off; the traffic is back on "
			       "green");
	assert_int_equal(site_call(site, "unlock", "production", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void drill_that_is_interrupted_comes_back_first(void **state)
{
	struct site *site = *state;
	struct process *drill;

	two_releases(site);
	drill = site_start(site, NULL, "drill", "production", "--yes", "--for",
			   "10m", NULL);
	await(is_blue, site, "the drill is away");
	kill(drill->pid, SIGTERM);
	assert_int_equal(process_await(drill), 128 + SIGTERM);
	assert_says(drill->out.data, "back on green in ");
	assert_string_equal(site_colour(site), "green");
}

static void what_was_rolled_back_comes_again_by_an_override_alone(void **state)
{
	struct site *site = *state;

	two_releases(site);
	assert_int_equal(site_call(site, "rollback", "production", "--reason",
				   "slow checkout", NULL),
			 0);
	assert_says(site->out, "is not released again without an override");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "vetoed: ");
	assert_int_equal(site_call(site, "plan", NULL), 0);
	assert_says(site->out, "VETOED       ");
	assert_says(site->out, ": slow checkout; it waits at a gate that only "
			       "`signalbox override RUN --reason TEXT` opens");
	assert_int_equal(site_call(site, "run", NULL), 6);
	assert_says(site->out, "VETOED: ");
	assert_says(site->out, ": slow checkout");
	assert_says(site->out, "next: signalbox override 3 --reason TEXT, "
			       "then signalbox resume 3");
	assert_int_equal(site_call(site, "approve", "3", NULL), 8);
	assert_says(site->err, "an override with a reason lets it pass");
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(
		site_call(site, "history", "production", "--dora", NULL), 0);
	assert_says(site->out, "2 promotions");
	assert_says(site->out, "50 %, 1 of 2 that had traffic");
	assert_says(site->out, "the median of 1\n");
	assert_int_equal(site_call(site, "override", "3", "--reason",
				   "it was the disk", NULL),
			 0);
	assert_int_equal(site_call(site, "resume", "3", NULL), 0);
	assert_says(site->out, "may be released again");
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void another_commit_is_not_held_by_a_veto(void **state)
{
	struct site *site = *state;

	two_releases(site);
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	release(site, "three");
	assert_int_equal(
		site_call(site, "rollback", "production", "--no-veto", NULL),
		0);
	assert_int_equal(site_call(site, "run", NULL), 0);
}

static void rollback_prepares_a_branch_that_reverts_it(void **state)
{
	struct site *site = *state;

	two_releases(site);
	site_write(site, "more", "text");
	release(site, "three");
	assert_int_equal(site_call(site, "rollback", "production", "--to", "1",
				   "--revert-branch=mend", NULL),
			 0);
	assert_says(site->out, "branch mend: ");
	assert_string_equal(site->err, "");
	/* What it holds is what run 1 held, two commits back; the person's
	 * branch, folder and work trees are as they were. */
	site_shell(site, site->repository,
		   "git diff --quiet HEAD~2 mend && "
		   "test $(git rev-list --count HEAD..mend) = 2 && "
		   "git log -1 --format=%s mend | grep -q 'Revert \"two\"' && "
		   "test -z \"$(git status --porcelain)\" && "
		   "test $(git worktree list | wc -l) = 1");
	assert_int_equal(site_call(site, "rollback", "production",
				   "--revert-branch=mend", NULL),
			 0);
	assert_says(site->err, "no branch mend was made: there is a branch");
}

static bool is_written(void *data)
{
	struct str text = STR_INIT;
	bool is = file_read(data, &text, 100, NULL) == 0 && text.len > 1;

	str_release(&text);
	return is;
}

/* Its work tree is being checked out when it is killed. */
static void kill_while_it_reverts(struct site *site, const char *branch)
{
	char *busy = path_join(site->folder, "busy");
	char *filter =
		xasprintf("git config filter.slow.smudge 'echo $PPID >%s; "
			  "until test -e %s/go; do sleep 0.05; done; cat'; "
			  "echo 'more filter=slow' >.git/info/attributes",
			  busy, site->folder);
	char *option = xasprintf("--revert-branch=%s", branch);
	struct process *rollback;

	site_shell(site, site->repository, filter);
	rollback =
		site_start(site, NULL, "rollback", "production", option, NULL);
	await(is_written, busy, "git checks out");
	assert_int_equal(site_call(site, "gc", "--dry-run", NULL), 0);
	assert_says_not(site->out, "revert-");
	kill(rollback->pid, SIGKILL);
	process_await(rollback);
	site_shell(site, site->repository,
		   "kill -9 $(cat ../busy) || true; touch ../go; "
		   "rm .git/info/attributes; "
		   "git config --unset filter.slow.smudge");
	free(option);
	free(filter);
	free(busy);
}

static void killed_revert_leaves_nothing_for_long(void **state)
{
	struct site *site = *state;

	two_releases(site);
	site_write(site, "more", "text");
	release(site, "three");
	kill_while_it_reverts(site, "mend");
	assert_int_equal(site_call(site, "gc", "--dry-run", NULL), 0);
	assert_says(site->out, "revert-");
	assert_says(site->out, "a rollback --revert-branch was ended");
	assert_int_equal(site_call(site, "gc", "--yes", NULL), 0);
	site_shell(site, site->repository,
		   "! ls .git/signalbox | grep revert- && "
		   "test $(git worktree list | wc -l) = 1");
	/* One that git itself had locked; and the next one collects it. */
	site_shell(site, site->repository,
		   "git worktree add -q --detach --lock "
		   ".git/signalbox/revert-abcdef");
	assert_int_equal(
		site_call(site, "rollback", "production", "--to", "3", NULL),
		0);
	assert_int_equal(site_call(site, "rollback", "production",
				   "--revert-branch=mend", NULL),
			 0);
	assert_says(site->out, "branch mend: ");
	site_shell(site, site->repository,
		   "! ls .git/signalbox | grep revert- && "
		   "test $(git worktree list | wc -l) = 1");
}

/* What is to run on green does already, started by other hands. */
#define BY_COMMANDS                                                \
	"name: shop\nenvironments:\n  production:\n"               \
	"    target: {exec: {start: 'true', stop: 'true', alive: " \
	"'true', ports: [@BLUE@, @GREEN@], health: /healthz}}\n"   \
	"    traffic: {haproxy: {listen: \"127.0.0.1:@PORT@\"}}\n" \
	"stages:\n" SITE_BUILD                                     \
	"  production: {deploy: {environment: production}}\n"

static void release_of_another_kind_is_not_started_as_this_one(void **state)
{
	struct site *site = *state;
	char *self = realpath("/proc/self/exe", NULL);
	char *line = xasprintf("COLOUR=green VERSION=two PORT=%d exec %s serve",
			       site->green, self);
	const char *argv[] = {"/bin/sh", "-c", line, NULL};

	release(site, "one");
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	site_spawn(site, site->folder, argv);
	site_pipeline(site, BY_COMMANDS);
	site_commit(site, "two");
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "NOT READY: ");
	assert_says(site->out, " was released by target: process, and "
			       "production has target: exec now");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 8);
	assert_says(site->err, "it cannot be started again; release its "
			       "commit anew");
	assert_string_equal(site_colour(site), "green");
	free(line);
	free(self);
}

/* Both are there, and whether they run is asked of a command. */
#define BY_ASKING                                                      \
	"name: shop\nmode: deployment\nenvironments:\n  production:\n" \
	"    target: {exec: {start: 'true', stop: 'true', alive: "     \
	"'! test -e @FOLDER@/broken || exit 7', "                      \
	"ports: [@BLUE@, @GREEN@], health: /healthz}}\n"               \
	"    traffic: {haproxy: {listen: \"127.0.0.1:@PORT@\"}}\n"     \
	"stages:\n" SITE_BUILD                                         \
	"  production: {deploy: {environment: production}}\n"

static void spawn_colour(struct site *site, const char *colour, int port)
{
	char *self = realpath("/proc/self/exe", NULL);
	char *line = xasprintf("COLOUR=%s VERSION=x PORT=%d exec %s serve",
			       colour, port, self);
	const char *argv[] = {"/bin/sh", "-c", line, NULL};

	site_spawn(site, site->folder, argv);
	free(line);
	free(self);
}

static void a_way_back_that_nobody_can_see_is_not_known(void **state)
{
	struct site *site = *state;

	spawn_colour(site, "blue", site->blue);
	spawn_colour(site, "green", site->green);
	site_pipeline(site, BY_ASKING);
	for (int i = 0; i < 2; i++) {
		site_write(site, "bug", "0\n");
		site_write(site, "change", i ? "two" : "one");
		site_commit(site, "a release");
		assert_int_equal(site_call(site, "run", NULL), 0);
	}
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "way back READY: ");
	site_shell(site, site->folder, ": > broken");
	(void)!site_call(site, "up", "production", NULL);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "way back NOT KNOWN for ");
	assert_says(site->out, " on blue was warm when it was last seen");
	assert_int_equal(site_call(site, "status", "--output", "json", NULL),
			 0);
	assert_says(site->out, "\"way-back-unknown-since\"");
	assert_int_equal(site_call(site, "drill", "production", "--yes", NULL),
			 8);
	site_shell(site, site->folder, "rm broken");
	assert_int_equal(site_call(site, "up", "production", NULL), 0);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "way back READY: ");
}

/* A proxy and a server that somebody runs, without signalbox. */
struct theirs {
	pid_t server, proxy;
};

static bool serves(void *data)
{
	return *site_colour(data) != '\0';
}

static void start_theirs(struct site *site, struct theirs *theirs)
{
	char *cfg = path_join(site->folder, "their.cfg");
	char *text = xasprintf(
		"global\n\tstats socket %s/admin mode 600 level admin\n"
		"defaults\n\tmode http\n\ttimeout connect 1s\n"
		"\ttimeout client 10s\n\ttimeout server 10s\n"
		"\ttimeout check 10s\n"
		"\toption redispatch 1\n"
		"frontend web\n\tbind 127.0.0.1:%d\n\tdefault_backend shop\n"
		"backend shop\n\tbalance roundrobin\n"
		"\toption httpchk GET /healthz\n"
		"\tdefault-server check inter 100ms fall 1 rise 1\n"
		"\tserver b1 127.0.0.1:%d weight 100\n"
		"\tserver g1 127.0.0.1:%d weight 0\n",
		site->folder, site->port, site->blue, site->green);
	const char *const argv[] = {"haproxy", "-db", "-f", cfg, NULL};

	assert_int_equal(file_replace(cfg, text, strlen(text), 0600, NULL), 0);
	theirs->server = web_server_start("blue", site->blue);
	theirs->proxy = site_spawn(site, NULL, argv)->pid;
	await(serves, site, "their proxy serves");
	free(text);
	free(cfg);
}

static void write_attached(struct site *site)
{
	char *text = xasprintf(
		"name: shop\nenvironments:\n"
		"  production:\n"
		"    url: http://127.0.0.1:@PORT@\n"
		"    target: {process: {command: \"exec @SERVER@ serve\", "
		"ports: [@BLUE@, @GREEN@], health: /healthz}}\n"
		"    traffic: {haproxy: {socket: %s/admin, backend: shop, "
		"blue: [b1], green: [g1], server-state: %s/server-state}}\n"
		"stages:\n" SITE_BUILD
		"  production: {deploy: {environment: production}}\n",
		site->folder, site->folder);

	site_pipeline(site, text);
	free(text);
}

static void what_serves_is_adopted_and_is_the_way_back(void **state)
{
	struct site *site = *state;
	struct theirs theirs;

	start_theirs(site, &theirs);
	write_attached(site);
	site_commit(site, "one");
	site_load_start(site);
	assert_int_equal(site_call(site, "doctor", NULL), 1);
	assert_says(site->out, "`signalbox adopt production` takes it");
	assert_int_equal(site_call(site, "adopt", "production", "--version",
				   "v0", "--commit", "HEAD", NULL),
			 0);
	assert_says(site->out, "v0 on blue was adopted by ");
	assert_int_equal(site_call(site, "adopt", "production", NULL), 8);
	assert_says(site->err, "v0 is live already");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "v0 on blue since");
	assert_says_not(site->out, "does not run");
	assert_int_equal(site_call(site, "history", "production", NULL), 0);
	assert_says_not(site->out, "under way");
	site_write(site, "subject", "two");
	site_commit(site, "two");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "way back READY: v0 on blue is warm");
	assert_int_equal(
		site_call(site, "rollback", "production", "--no-veto", NULL),
		0);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_await_begun_requests(site);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	/* The next release wants its place, which only they can give. */
	assert_int_equal(site_call(site, "run", NULL), 8);
	assert_says(site->out, "was adopted and still answers on ");
	assert_says_not(site->out, "and taking it back failed");
	assert_int_equal(site_call(site, "history", "production", NULL), 0);
	assert_says(site->out, "  failed: ");
	assert_string_equal(site_colour(site), "green");
	web_server_stop(theirs.server);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "verify", NULL), 0);
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	kill(theirs.proxy, SIGKILL);
}

/* A proxy in a file, which takes no orders while there is a file `broken`. */
#define STEER                                                                 \
	"#!/bin/sh\ncd \"${0%/*}\" || exit 1\n"                               \
	"green=$(cat share 2>/dev/null || echo 0)\n"                          \
	"percent='\"percent\":{\"blue\":'$((100 - green))',\"green\":"        \
	"'$green'}'\ncase $1 in\n"                                            \
	"set) [ ! -e broken ] || { echo 'no way' >&2; exit 3; }\n"            \
	"sed 's/.*\"green\": *\\([0-9]*\\).*/\\1/' >share.new &&\n"           \
	"mv share.new share; echo '{}' ;;\n"                                  \
	"inspect) echo \"{$percent}\" ;;\n"                                   \
	"sample) echo \"{$percent,\\\"colours\\\":{\\\"blue\\\":{\\\"up\\\":" \
	"true},\\\"green\\\":{\\\"up\\\":true}}}\" ;;\n"                      \
	"*) echo '{}' ;;\nesac\n"

static void run_whose_way_back_failed_is_not_rolled_back(void **state)
{
	struct site *site = *state;
	struct process *run;

	site_shell(site, site->folder,
		   "cat >steer <<'END'\n" STEER "END\n"
		   "chmod +x steer");
	site_pipeline(
		site,
		"name: shop\nenvironments:\n  production:\n"
		"    url: \"http://127.0.0.1:@BLUE@\"\n"
		"    target: {process: {command: \"exec @SERVER@ serve\", "
		"ports: [@BLUE@, @GREEN@], health: /healthz}}\n"
		"    traffic: {exec: {command: \"$HOME/steer\"}}\n"
		"stages:\n" SITE_BUILD
		"  production: {deploy: {environment: production, "
		"strategy: canary, steps: [{weight: 30%}, {pause: {}}, "
		"{weight: 100%}]}}\n");
	site_commit(site, "one");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_write(site, "subject", "two");
	site_commit(site, "two");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "wait until promoted");
	site_shell(site, site->folder, ": >broken");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 7);
	assert_says(site->err, "no way");
	assert_int_equal(process_await(run), 7);
	assert_says(run->out.data, "rollback failed: ");
	assert_says(run->out.data, " has 30 % of the traffic");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "a way back was begun and did not get there");
	assert_says_not(site->out, "signalbox resume");
	site_shell(site, site->folder, "rm broken");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
}

static void own_proxy_has_nothing_to_adopt(void **state)
{
	struct site *site = *state;

	site_pipeline(site, PIPELINE);
	site_commit(site, "one");
	assert_int_equal(site_call(site, "adopt", "production", NULL), 8);
	assert_says(site->err, "its proxy is signalbox's own");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest all[] = {
		TEST(drill_measures_the_way_back_and_loses_no_request),
		TEST(drill_killed_in_the_middle_goes_back_to_what_is_live),
		TEST(drill_that_is_interrupted_comes_back_first),
		TEST(what_was_rolled_back_comes_again_by_an_override_alone),
		TEST(another_commit_is_not_held_by_a_veto),
		TEST(rollback_prepares_a_branch_that_reverts_it),
		TEST(killed_revert_leaves_nothing_for_long),
		TEST(a_way_back_that_nobody_can_see_is_not_known),
		TEST(release_of_another_kind_is_not_started_as_this_one),
		TEST(what_serves_is_adopted_and_is_the_way_back),
		TEST(run_whose_way_back_failed_is_not_rolled_back),
		TEST(own_proxy_has_nothing_to_adopt),
	};

	return cmocka_run_group_tests_name("wayback", all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
