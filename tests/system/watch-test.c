/* SPDX-License-Identifier: MIT */
/* `signalbox watch` on a branch that moves, here and at a real remote. */
#include "system/support.h"

#include <signal.h>
#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"

/* Every run appends its commit's subject and branch. */
#define PIPELINE                                  \
	"name: shop\nstages:\n  t:\n    run: |\n" \
	"      git log -1 --format=\"%s $SIGNALBOX_BRANCH\" >> @FOLDER@/ran\n"
#define SLOW PIPELINE "      until test -e @FOLDER@/go; do sleep 0.05; done\n"

static char *below(const struct site *site, const char *name)
{
	return path_join(site->folder, name);
}

static void assert_ran(const struct site *site, const char *expected)
{
	char *path = below(site, "ran");
	struct str text = STR_INIT;

	if (file_exists(path))
		assert_int_equal(file_read(path, &text, 1u << 20, NULL), 0);
	assert_string_equal(text.data, expected);
	str_release(&text);
	free(path);
}

/* A branch "main" here with this pipeline. */
static void begin(struct site *site, const char *text)
{
	site_pipeline(site, text);
	site_commit(site, "one");
	site_shell(site, site->repository, "git branch -M main");
}

/* The remote "origin", and a clone of it where others push from. */
static void add_remote(struct site *site)
{
	site_shell(site, site->repository,
		   "git clone -q --bare . ../origin.git && "
		   "git remote add origin ../origin.git && "
		   "git clone -q ../origin.git ../other");
}

static void push(struct site *site, const char *subject)
{
	char *folder = below(site, "other");
	char *text =
		xasprintf("git -c user.name=Ben -c user.email=b@example.org "
			  "commit -q --allow-empty -m %s && "
			  "git push -q origin HEAD:main",
			  subject);

	site_shell(site, folder, text);
	free(text);
	free(folder);
}

static void commit(struct site *site, const char *subject)
{
	char *text =
		xasprintf("git -c user.name=Ana -c user.email=a@example.org "
			  "commit -q --allow-empty -m %s",
			  subject);

	site_shell(site, site->repository, text);
	free(text);
}

static struct process *watch(struct site *site, const char *option)
{
	return site_start(site, NULL, "watch", "main", "--every", "100ms",
			  option, NULL);
}

static void end(struct process *process, int status)
{
	kill(process->pid, SIGTERM);
	assert_int_equal(process_await(process), status);
}

static void every_pushed_commit_is_run_once_in_order(void **state)
{
	struct site *site = *state;
	struct process *process;

	begin(site, PIPELINE);
	add_remote(site);
	process = watch(site, NULL);
	process_await_text(process, "watch | main of origin is at ");
	push(site, "two");
	process_await_text(process, "watch | run 1 of ");
	assert_says(process->out.data, "run 1 | ");
	assert_says(process->out.data, " ended with 0");
	end(process, 143);
	push(site, "three");
	push(site, "four");
	process = watch(site, "--now"); /* goes on where it was */
	process_await_text(process, "watch | run 3 of ");
	end(process, 143);
	assert_ran(site, "two main\nthree main\nfour main\n");
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void branch_here_is_watched_where_there_is_no_remote(void **state)
{
	struct site *site = *state;
	struct process *process;

	begin(site, PIPELINE);
	process = watch(site, "--now");
	process_await_text(process, "watch | run 1 of ");
	commit(site, "two");
	process_await_text(process, "watch | run 2 of ");
	assert_int_equal(site_call(site, "watch", "main", NULL), 8);
	assert_says(site->err, "watches it already");
	end(process, 143);
	assert_ran(site, "one main\ntwo main\n");
}

static void superseding_watch_runs_the_newest_only(void **state)
{
	struct site *site = *state;
	struct process *process;

	begin(site, SLOW);
	process = site_start(site, NULL, "watch", "main", "--every", "100ms",
			     "--now", "--supersede", NULL);
	process_await_text(process, "t started");
	commit(site, "two");
	commit(site, "three");
	commit(site, "four");
	site_shell(site, site->folder, "touch go");
	process_await_text(process, "watch | run 2 of ");
	assert_says(process->out.data, "watch | 2 commits before ");
	end(process, 143);
	assert_ran(site, "one main\nfour main\n");
}

static void remote_that_cannot_be_read_is_said_once(void **state)
{
	struct site *site = *state;
	struct process *process;
	const char *said;

	begin(site, PIPELINE);
	add_remote(site);
	site_shell(site, site->folder, "mv origin.git away.git");
	process = watch(site, NULL);
	process_await_text(process, "cannot fetch main from origin: ");
	site_shell(site, site->folder, "mv away.git origin.git");
	process_await_text(process, "main of origin can be read again");
	said = strstr(process->out.data, "cannot fetch");
	assert_null(strstr(said + 1, "cannot fetch"));
	push(site, "two");
	process_await_text(process, "watch | run 1 of ");
	end(process, 143);
	assert_int_equal(
		site_call(site, "watch", "main", "--remote", "else", NULL), 2);
	assert_says(site->err, "there is no such remote");
}

static void ending_the_watch_cancels_its_run(void **state)
{
	struct site *site = *state;
	struct process *process;
	struct event *event;
	char *folder = site_run_folder(site, 1);

	begin(site, SLOW);
	process = watch(site, "--now");
	process_await_text(process, "t started");
	end(process, 143);
	assert_says(process->out.data, "watch | run 1 of ");
	event = site_last_event(folder, EVENT_RUN_FINISHED, NULL);
	assert_string_equal(event_text(event, "outcome"), "cancelled");
	event_free(event);
	free(folder);
}

static void killed_watch_leaves_its_run_and_the_next_one_waits(void **state)
{
	struct site *site = *state;
	struct process *process;

	begin(site, SLOW);
	process = watch(site, "--now");
	process_await_text(process, "t started");
	kill(process->pid, SIGKILL);
	commit(site, "two");
	process = watch(site, NULL);
	process_await_text(process, "watch | run 1 of ");
	assert_says(process->out.data, " is under way; it is waited for");
	site_shell(site, site->folder, "touch go");
	process_await_text(process, "watch | run 2 of ");
	end(process, 143);
	assert_ran(site, "one main\ntwo main\n");
}

static void rewritten_branch_goes_on_at_its_tip(void **state)
{
	struct site *site = *state;
	struct process *process;

	begin(site, PIPELINE);
	commit(site, "two");
	process = watch(site, NULL);
	process_await_text(process, "is at ");
	site_shell(site, site->repository,
		   "git -c user.name=A -c user.email=a@example.org commit -q "
		   "--amend --allow-empty -m another");
	process_await_text(process, "watch | run 1 of ");
	assert_says(process->out.data, "main was rewritten at ");
	end(process, 143);
	assert_ran(site, "another main\n");
}

static void branch_that_is_nowhere_ends_the_watch(void **state)
{
	struct site *site = *state;
	struct process *process;

	begin(site, PIPELINE);
	assert_int_equal(site_call(site, "watch", "mian", NULL), 2);
	assert_says(site->err, "this repository has no branch mian; push it");
	add_remote(site);
	assert_int_equal(site_call(site, "watch", "mian", NULL), 2);
	assert_says(site->err, "origin has no branch mian; push it");
	/* One that is to come. */
	process = site_start(site, NULL, "watch", "next", "--every", "100ms",
			     NULL);
	process_await_text(process,
			   "origin has no branch next; it is tried again");
	site_shell(site, site->repository, "git push -q origin main:next");
	process_await_text(process, "next of origin is at ");
	end(process, 143);
}

static void branch_of_a_run_is_one_its_commit_is_on(void **state)
{
	struct site *site = *state;

	begin(site, PIPELINE);
	site_shell(site, site->repository, "git branch next");
	assert_int_equal(
		site_call(site, "run", "HEAD", "--branch", "next", NULL), 0);
	assert_ran(site, "one next\n");
	assert_int_equal(
		site_call(site, "run", "HEAD", "--branch", "other", NULL), 2);
	assert_says(site->err, "is not on it");
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
#define T(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		T(every_pushed_commit_is_run_once_in_order),
		T(branch_here_is_watched_where_there_is_no_remote),
		T(superseding_watch_runs_the_newest_only),
		T(remote_that_cannot_be_read_is_said_once),
		T(ending_the_watch_cancels_its_run),
		T(killed_watch_leaves_its_run_and_the_next_one_waits),
		T(rewritten_branch_goes_on_at_its_tip),
		T(branch_that_is_nowhere_ends_the_watch),
		T(branch_of_a_run_is_one_its_commit_is_on),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
