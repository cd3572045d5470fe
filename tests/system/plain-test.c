/* SPDX-License-Identifier: MIT */
/* --accessible on a pty: sentences in, words out, no escape sequence. */
#include "system/support.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "ui/plain.h"

static void signs_are_spoken_as_words(void **state)
{
	struct str out = STR_INIT;

	(void)state;
	plain_speak("green 5 -> 25 % in 2 ms, 0.3 s; shift   #7", &out);
	assert_string_equal(out.data,
			    "green 5 to 25 percent in 2 milliseconds, "
			    "0.3 seconds; shift 7");
	str_release(&out);
}

/* Empty lines and anything but yes leave the gate as it is. */
static void a_gate_is_approved_by_yes_alone(void **state)
{
	struct site *site = *state;
	const char *const argv[] = {
		"bash", "-c",
		"coproc script -qec \"$SIGNALBOX run --accessible\" /dev/null; "
		"exec 5<&${COPROC[0]} 6>&${COPROC[1]}; pid=$COPROC_PID; "
		"while read -r line <&5; do echo \"$line\"; case $line in "
		"*'Waiting for you'*) printf "
		"'\\n\\n1\\nfirst\\n\\n1\\n\\nno\\n1\\nsecond\\nyes\\n' >&6;; "
		"esac; done; wait $pid",
		NULL};
	struct passwd *self = getpwuid(getuid());
	char *text = xasprintf("name: shop\npeople:\n  %s: {email: "
			       "r@example.org}\nstages:\n  unit: {run: "
			       "\"true\"}\n  ask: {gate: {approvers: [%s], "
			       "required: 1}}\n",
			       self->pw_name, self->pw_name);
	struct process *process;

	if (system("command -v bash script >/dev/null") != 0) {
		print_message("no bash or script: not tried\n");
		free(text);
		return;
	}
	site_pipeline(site, text);
	site_commit(site, "first");
	process = site_spawn(site, site->repository, argv);
	process_await(process);
	assert_says(process->out.data, "Nothing was done.");
	assert_says(process->out.data, "You cannot shift now: no deployment");
	assert_says(process->out.data, ": second");
	assert_says_not(process->out.data, "(1 of 1): first");
	assert_says(process->out.data, "run 1 passed");
	assert_null(strchr(process->out.data, 033));
	assert_int_equal(site_call(site, "status", "1", NULL), 0);
	free(text);
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(signs_are_spoken_as_words),
		cmocka_unit_test_setup_teardown(a_gate_is_approved_by_yes_alone,
						site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
