/* SPDX-License-Identifier: MIT */
/* The way back gone for real while nothing is wrong, so that its time is
 * known when something is. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/errand.h"

#define HOLD_MS 1000
#define HOLD_MOST_MS (60 * 60 * 1000)

struct wishes {
	const char *name;
	int64_t hold_ms, seen;
	bool yes;
	int ended_by; /* a signal, 0: none */
	struct errand errand;
};

/* The traffic comes back before the program ends. */
static void on_signal(int signal_number, void *data)
{
	struct wishes *wishes = data;

	wishes->ended_by = signal_number;
	environment_drill_return(wishes->errand.environment);
}

static char *what_it_does(const struct wishes *wishes)
{
	const struct environment_state *state =
		environment_state(wishes->errand.environment);
	struct readiness readiness;

	environment_readiness(wishes->errand.environment, &readiness);
	return xasprintf("all traffic of %s goes from %s to %s for %g s and "
			 "returns",
			 wishes->name,
			 state->has_live ? state->live.version : "nothing",
			 *readiness.version ? readiness.version : "nothing",
			 (double)wishes->hold_ms / 1000);
}

static int confirm(const struct wishes *wishes, struct error *err)
{
	char line[16];
	char *text;

	if (wishes->yes)
		return 0;
	text = what_it_does(wishes);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		error_set(err, ERROR_USAGE,
			  "%s; --yes does it without a terminal", text);
		free(text);
		return -1;
	}
	printf("%s; go on? [y/N] ", text);
	fflush(stdout);
	free(text);
	if (fgets(line, sizeof(line), stdin) &&
	    (line[0] == 'y' || line[0] == 'Y'))
		return 0;
	return error_set(err, ERROR_REFUSED, "%s: no drill", wishes->name);
}

static int go(struct wishes *wishes, struct error *err)
{
	struct errand *errand = &wishes->errand;
	const char *person = errand->project.person;
	const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	if (confirm(wishes, err) < 0 ||
	    environment_acquire(errand->environment, 0, person, err) < 0 ||
	    environment_check_seen(errand->environment, wishes->seen, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		loop_signal(errand->loop, signals[i], on_signal, wishes);
	environment_drill(errand->environment, person, wishes->hold_ms,
			  errand_done, errand);
	if (errand_finish(errand) < 0)
		return -1;
	errand_poke(errand);
	return 0;
}

static int parse_hold(const char *text, int64_t *ms, struct error *err)
{
	struct error why = ERROR_INIT;
	bool ok = duration_parse(text, ms, &why) == 0 && *ms <= HOLD_MOST_MS;

	error_clear(&why);
	if (ok)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "--for '%s' is no while; write 5s or 2m, 1h at most",
			 text);
}

int cli_drill(int argc, char **argv)
{
	struct wishes wishes = {.hold_ms = HOLD_MS};
	const char *words[1] = {NULL}, *hold = NULL, *seen = NULL;
	const struct cli_option options[] = {
		{"--for", &hold, NULL, NULL, "DURATION",
		 "how long the traffic stays there; 1s"},
		{"--seen", &seen, NULL, NULL, "RECORD",
		 "refuse when this is not its newest record any more"},
		{"--yes", NULL, &wishes.yes, NULL, NULL, "do not ask"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, 1, 1};
	struct error err = ERROR_INIT;
	int result;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    (hold && parse_hold(hold, &wishes.hold_ms, &err) < 0) ||
	    (seen && cli_parse_seen(seen, &wishes.seen, &err) < 0) ||
	    errand_open(&wishes.errand, words[0], &err) < 0)
		return cli_fail(&err);
	wishes.name = words[0];
	result = go(&wishes, &err);
	errand_close(&wishes.errand);
	if (result < 0)
		return cli_fail(&err);
	return wishes.ended_by ? 128 + wishes.ended_by : 0;
}
