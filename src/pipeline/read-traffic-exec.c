/* SPDX-License-Identifier: MIT */
/* traffic: exec, a command that steers whatever carries the requests. */
#include "pipeline/sections.h"

#define TIMEOUT_MS 10000

static const struct key exec_keys[] = {
	{"command", read_line, offsetof(struct exec_traffic, command), true},
	{"timeout", read_time_limit, offsetof(struct exec_traffic, timeout_ms),
	 false},
};
static const struct schema exec_schema = SCHEMA("exec", exec_keys);

void read_traffic_exec(struct reader *reader, const struct node *value,
		       void *into)
{
	struct traffic_config *traffic = into;

	traffic->kind = TRAFFIC_EXEC;
	traffic->exec.timeout_ms = TIMEOUT_MS;
	read_map(reader, value, &exec_schema, &traffic->exec);
}
