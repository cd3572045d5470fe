/* SPDX-License-Identifier: MIT */
/* Asking haproxy itself whether it would take a configuration. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "delivery/traffic/haproxy.h"
#include "delivery/traffic/program.h"
#include "proc/child.h"

#define VERIFY_MS 10000

char *haproxy_program(struct error *err)
{
	return program_path("haproxy",
			    "install the package haproxy (2.4 or newer)", err);
}

/* The first line that says what is wrong, else what it said first. */
static int explain(const struct tool_end *end, struct error *err)
{
	const char *at = strstr(end->errors, "[ALERT]");
	struct str words = STR_INIT;
	char *how = end->timed_out ? xstrdup("did not end in time")
				   : child_status_text(end->status);

	if (end->status != 0) {
		at = at ? at : end->errors;
		str_add_printable(&words, at, strcspn(at, "\n"), false);
		error_set(err, ERROR_PROVIDER,
			  "haproxy refuses its configuration (%s): %s", how,
			  words.data);
	}
	str_release(&words);
	free(how);
	return end->status ? -1 : 0;
}

static void check_ended(const struct tool_end *end, void *data)
{
	struct error err = ERROR_INIT;
	struct work *work = data;

	work->tool = NULL;
	work->after(work, explain(end, &err) < 0 ? &err : NULL);
	error_clear(&err);
}

void haproxy_verify(struct work *work, const char *path,
		    void (*verified)(struct work *work,
				     const struct error *err))
{
	struct error err = ERROR_INIT;
	char *program = haproxy_program(&err);
	const char *argv[] = {program, "-c", "-f", path, NULL};
	const struct tool_options options = {
		.loop = work->loop,
		.argv = argv,
		.timeout_ms = VERIFY_MS,
	};

	work->after = verified;
	if (program)
		work->tool = tool_start(&options, check_ended, work, &err);
	free(program);
	if (!work->tool)
		work_fail(work, &err);
}
