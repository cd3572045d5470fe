/* SPDX-License-Identifier: MIT */
/* The server of a container: as the first process of its own it must say
 * itself that TERM ends it. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "system/colour.h"

static void quit(int number)
{
	(void)number;
	_exit(0);
}

int main(void)
{
	signal(SIGTERM, quit);
	if (access("/refuse", F_OK) == 0) {
		fprintf(stderr, "no database to be seen\n");
		return 3;
	}
	return colour_serve();
}
