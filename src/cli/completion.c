/* SPDX-License-Identifier: MIT */
/* `completion`: the script with which a shell completes words. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/complete.h"

static int print_script(const char *shell, struct error *err)
{
	for (size_t i = 0; shell_scripts[i].shell; i++) {
		if (strcmp(shell_scripts[i].shell, shell) != 0)
			continue;
		fputs(shell_scripts[i].text, stdout);
		return 0;
	}
	return error_set(err, ERROR_USAGE,
			 "no completion for '%s'; there is bash, zsh and fish",
			 shell);
}

int cli_completion(int argc, char **argv)
{
	const char *words[1] = {NULL};
	const struct cli_option options[] = {CLI_OPTIONS_END};
	const struct cli_arguments arguments = {options, words, 1, 1};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    print_script(words[0], &err) < 0)
		return cli_fail(&err);
	return 0;
}
