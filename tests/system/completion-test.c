/* SPDX-License-Identifier: MIT */
/* Words completed by the shells themselves, in a repository. */
#include "system/support.h"

#include <stdlib.h>

#include "base/memory.h"

#define PIPELINE                                      \
	"name: shop\nenvironments:\n" SITE_PRODUCTION \
	"stages:\n  build: {run: \"true\"}\n"         \
	"  burn: {run: \"true\"}\n  test: {run: \"true\"}\n"

static bool has_shell(const char *shell)
{
	char *text = xasprintf("command -v %s >/dev/null", shell);
	bool has = system(text) == 0;

	free(text);
	if (!has)
		print_message("%s is not installed: not tried\n", shell);
	return has;
}

/* What the shell's text prints in the repository. */
static void shell_says(struct site *site, const char *shell, const char *text,
		       const char *wanted)
{
	const char *const argv[] = {shell, "-c", text, NULL};
	struct process *process = site_spawn(site, site->repository, argv);

	if (process_await(process) != 0)
		fail_msg("%s: %s", shell, process->err.data);
	if (strcmp(process->out.data, wanted) != 0)
		fail_msg("%s: %s: says '%s', not '%s'", shell, text,
			 process->out.data, wanted);
}

/* words: as bash splits them, the last one completed. */
static void bash_says(struct site *site, int last, const char *words,
		      const char *wanted)
{
	char *text = xasprintf(
		"source <(%s completion bash); COMP_WORDS=(signalbox %s); "
		"COMP_CWORD=%d; _signalbox %s; echo \"${COMPREPLY[*]}\"",
		site->signalbox, words, last, site->signalbox);

	shell_says(site, "bash", text, wanted);
	free(text);
}

static void set_up_repository(struct site *site)
{
	site_pipeline(site, PIPELINE);
	site_commit(site, "first");
}

static void bash_completes_commands_options_and_names(void **state)
{
	struct site *site = *state;

	if (!has_shell("bash"))
		return;
	set_up_repository(site);
	bash_says(site, 1, "rese", "reset-terminal\n");
	bash_says(site, 2, "run --wor", "--worktree\n");
	bash_says(site, 3, "run --skip bu", "build burn\n");
	bash_says(site, 4, "run --output = j", "json\n");
	bash_says(site, 4, "run --until = ga", "gate\n");
	bash_says(site, 2, "shift ''", "production\n");
	bash_says(site, 2, "theme mono", "monochrome\n");
	assert_int_equal(site_call(site, "run", "--only", "test", NULL), 0);
	bash_says(site, 2, "log ''", "1\n");
	bash_says(site, 3, "log 1 te", "test\n");
	bash_says(site, 3, "log 1 nothing", "\n");
}

static void fish_completes_on_its_own_line(void **state)
{
	struct site *site = *state;

	if (!has_shell("fish"))
		return;
	set_up_repository(site);
	shell_says(site, "fish",
		   "$SIGNALBOX completion fish | source; "
		   "set PATH (dirname $SIGNALBOX) $PATH; "
		   "complete -C 'signalbox run --skip bu'",
		   "build\tstage\nburn\tstage\n");
}

/* The list it would show, taken where zsh would draw it. */
static void zsh_is_told_names_with_their_sentences(void **state)
{
	struct site *site = *state;

	if (!has_shell("zsh"))
		return;
	set_up_repository(site);
	shell_says(site, "zsh",
		   "compdef() { : }; _describe() { print -l $values }; "
		   "source <($SIGNALBOX completion zsh); "
		   "words=($SIGNALBOX run --skip bu); CURRENT=4; _signalbox",
		   "build:stage\nburn:stage\n");
}

/* Every option of a command's --help, and none besides. */
static void what_is_completed_is_what_help_tells(void **state)
{
	struct site *site = *state;

	shell_says(
		site, "sh",
		"for c in $($SIGNALBOX complete '' | cut -f1); do "
		"[ $c = help ] && continue; "
		"$SIGNALBOX $c --help | sed -n 's/^  \\(--[a-z-]*\\).*/\\1/p' "
		"| sort >../help; $SIGNALBOX complete $c -- | cut -f1 | "
		"grep -vx -e --help | sort >../known; "
		"cmp ../help ../known || echo $c; done; rm ../help ../known",
		"");
}

static void without_a_repository_it_is_silent(void **state)
{
	struct site *site = *state;

	shell_says(site, "sh",
		   "cd / && $SIGNALBOX complete run --skip '' 2>&1; "
		   "$SIGNALBOX complete nosuch '' 2>&1; "
		   "$SIGNALBOX complete log 7 '' 2>&1",
		   "");
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(bash_completes_commands_options_and_names),
		TEST(fish_completes_on_its_own_line),
		TEST(zsh_is_told_names_with_their_sentences),
		TEST(what_is_completed_is_what_help_tells),
		TEST(without_a_repository_it_is_silent),
#undef TEST
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
