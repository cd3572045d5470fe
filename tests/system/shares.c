/* SPDX-License-Identifier: MIT */
#include "system/shares.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "proc/identity.h"

#define NAP_MS 50

int share_own(void)
{
	const char *value = getenv("SIGNALBOX_SHARE");

	return value ? atoi(value) : -1;
}

static void start(struct site *site, const char *program, int share)
{
	const char *const argv[] = {program, NULL};
	char number[16];

	snprintf(number, sizeof(number), "%d", share);
	setenv("SIGNALBOX_SHARE", number, 1);
	site_spawn(site, ".", argv);
}

/* However long it takes: what runs this whole bounds it. */
static void await_passed(struct process *share)
{
	while (!process_has_ended(share))
		poll(NULL, 0, NAP_MS);
	if (process_await(share) != 0)
		fail_msg("a share of it failed:\n%s%s", share->out.data,
			 share->err.data);
}

/* What they print is no point of ours. */
static void start_all(struct site *site, const char *test, int count)
{
	const char *output = getenv("CMOCKA_MESSAGE_OUTPUT");
	char *program = process_own_path();
	char *ours = output ? xstrdup(output) : NULL;

	setenv("SIGNALBOX_TEST", test, 1);
	setenv("CMOCKA_MESSAGE_OUTPUT", "STDOUT", 1);
	for (int i = 0; i < count; i++)
		start(site, program, i);
	unsetenv("SIGNALBOX_SHARE");
	if (ours)
		setenv("CMOCKA_MESSAGE_OUTPUT", ours, 1);
	else
		unsetenv("CMOCKA_MESSAGE_OUTPUT");
	free(ours);
	free(program);
}

void shares_run(struct site *site, const char *test, int count)
{
	struct process *first = site->processes;

	start_all(site, test, count);
	for (struct process *it = site->processes; it != first; it = it->next)
		await_passed(it);
}
