/* SPDX-License-Identifier: MIT */
/* The steps of examples/github-actions, run as its runner would run them. */
#include "system/support.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define INDENT "          " /* of what stands below "run: |" */
#define PIPELINE                                      \
	"name: shop\nenvironments:\n" SITE_PRODUCTION \
	"    gate: {not: []}\nstages:\n" SITE_BUILD   \
	"  production: {deploy: {environment: production}}\n"

/* The text of the step that is the given one with "run: |". */
static struct str script(int which)
{
	char *path = xasprintf("%s/examples/github-actions/signalbox.yml",
			       getenv("top_srcdir"));
	struct str file = STR_INIT, text = STR_INIT;
	char *line, *rest;
	int at = -1;

	assert_int_equal(file_read(path, &file, 1u << 20, NULL), 0);
	for (line = strtok_r(file.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (ends_with(line, "run: |"))
			at++;
		else if (at == which && starts_with(line, INDENT))
			str_addf(&text, "%s\n", line + strlen(INDENT));
	}
	assert_true(text.len > 0);
	str_release(&file);
	free(path);
	return text;
}

/* As bash does for `shell: bash`; RUN is what the first job put out. */
static int step(struct site *site, int which)
{
	struct str text = script(which);
	char *path = path_join(site->folder, "step");
	const char *argv[] = {"bash", "--noprofile", "--norc", "-e",
			      "-o",   "pipefail",    path,     NULL};
	struct process *process;

	assert_int_equal(file_replace(path, text.data, text.len, 0600, NULL),
			 0);
	process = site_spawn(site, site->repository, argv);
	str_release(&text);
	free(path);
	return process_await(process);
}

static void set_runner(struct site *site)
{
	char *bin = path_join(site->folder, "bin");
	char *link = path_join(bin, "signalbox");
	char *path = xasprintf("%s:%s", bin, getenv("PATH"));
	char *output = path_join(site->folder, "output");

	assert_int_equal(folder_make(bin, 0700, NULL), 0);
	assert_int_equal(symlink(site->signalbox, link), 0);
	setenv("PATH", path, 1);
	setenv("RUNNER_TEMP", site->folder, 1);
	setenv("GITHUB_OUTPUT", output, 1);
	setenv("GITHUB_STEP_SUMMARY", "/dev/null", 1);
	setenv("GITHUB_SHA", "HEAD", 1);
	setenv("GITHUB_REF_NAME", "main", 1);
	setenv("GITHUB_RUN_ID", "77", 1);
	setenv("WHO", "ana", 1);
	free(output);
	free(path);
	free(link);
	free(bin);
}

static bool has_jq(void)
{
	return system("command -v jq >/dev/null && "
		      "command -v bash >/dev/null") == 0;
}

static void run_that_waits_is_resumed_by_the_second_job(void **state)
{
	struct site *site = *state;
	struct str output = STR_INIT;
	struct event *vote;
	char *folder = site_run_folder(site, 1);

	if (!has_jq())
		skip();
	site_pipeline(site, PIPELINE);
	site_commit(site, "one");
	site_shell(site, site->repository, "git branch -M main");
	set_runner(site);
	assert_int_equal(step(site, 0), 0);
	assert_int_equal(file_read(getenv("GITHUB_OUTPUT"), &output, 100, NULL),
			 0);
	assert_string_equal(output.data, "waits=1\n");
	assert_string_equal(site_colour(site), "");
	setenv("RUN", "1", 1);
	assert_int_equal(step(site, 1), 0);
	assert_string_equal(site_colour(site), "blue");
	vote = site_last_event(folder, EVENT_GATE_VOTED, NULL);
	assert_string_equal(event_text(vote, "reason"),
			    "let pass on GitHub, run 77 of ana");
	event_free(vote);
	str_release(&output);
	free(folder);
}

static void run_that_fails_fails_the_first_job(void **state)
{
	struct site *site = *state;

	if (!has_jq())
		skip();
	site_pipeline(site, "name: shop\nstages: {t: {run: \"false\"}}\n");
	site_commit(site, "one");
	site_shell(site, site->repository, "git branch -M main");
	set_runner(site);
	assert_int_equal(step(site, 0), 1);
	assert_false(file_exists(getenv("GITHUB_OUTPUT")));
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
#define T(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		T(run_that_waits_is_resumed_by_the_second_job),
		T(run_that_fails_fails_the_first_job),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
