/* SPDX-License-Identifier: MIT */
#include "screen/stand.h"

#include <signal.h>
#include <stdarg.h>

int stand_set_up(void **state)
{
	struct stand *stand = xcalloc(1, sizeof(*stand));
	void *site;

	assert_int_equal(site_set_up(&site), 0);
	stand->site = site;
	*state = stand;
	return 0;
}

int stand_tear_down(void **state)
{
	struct stand *stand = *state;
	void *site = stand->site;
	int result;

	if (stand->stopped)
		kill(stand->stopped, SIGCONT);
	for (int i = 0; i < STAND_TERMINALS; i++)
		stand_close(stand, i);
	result = site_tear_down(&site);
	free(stand);
	return result;
}

struct terminal *stand_open(struct stand *stand, int i, const char *format, ...)
{
	struct str call = STR_INIT;
	const char *argv[] = {"/bin/sh", "-c", NULL, NULL};
	const char *env[] = {"SIGNALBOX_NOW", NULL};
	struct terminal_options options = {
		.rows = 24, .cols = 80, .argv = argv, .env = env};
	va_list args;
	char *words;

	va_start(args, format);
	words = xvasprintf(format, args);
	va_end(args);
	str_addf(&call, "cd %s && %s", stand->site->repository, words);
	argv[2] = call.data;
	stand->terminals[i] = terminal_start(&options);
	free(words);
	str_release(&call);
	return stand->terminals[i];
}

void stand_close(struct stand *stand, int i)
{
	if (stand->terminals[i])
		terminal_free(stand->terminals[i]);
	stand->terminals[i] = NULL;
}

pid_t stand_program(const struct stand *stand, int i)
{
	const struct process process = {
		.pid = terminal_pid(stand->terminals[i])};

	return process_program(&process);
}
