/* SPDX-License-Identifier: MIT */
/* Whatever a proxy answers or logs is read or refused in words. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "delivery/traffic/haproxy-answers.h"
#include "delivery/traffic/haproxy-config.h"
#include "delivery/traffic/haproxy-lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int result, struct error *err)
{
	if ((result < 0) != (err->code != ERROR_NONE))
		BUG("failed without a word, or the other way round");
	error_clear(err);
}

static void read_answers(const char *text, const struct strings *servers)
{
	struct error err = ERROR_INIT;
	struct haproxy_state state;
	struct haproxy_stat stat;
	struct haproxy_info info;

	for (size_t commands = 0; commands < 3; commands++)
		check(haproxy_read_state(text, commands, "shop", servers,
					 &state, &err),
		      &err);
	check(haproxy_read_stat(text, "shop", servers, &stat, &err), &err);
	check(haproxy_read_info(text, &info, &err), &err);
	free(haproxy_first_words(text));
	haproxy_names(text, "admin");
}

static void read_lines(char *text, const struct strings *servers)
{
	struct haproxy_lines *lines = xcalloc(1, sizeof(*lines));
	struct traffic_sample sample;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		haproxy_lines_take(lines, line, "shop", servers);
	memset(&sample, 0, sizeof(sample));
	haproxy_lines_sample(lines, &sample);
	free(lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strings servers[COLOUR_COUNT] = {STRINGS_INIT, STRINGS_INIT};
	char *text = xstrndup((const char *)data, size);
	int units[COLOUR_COUNT];

	strings_add(&servers[COLOUR_BLUE], "blue");
	strings_add(&servers[COLOUR_GREEN], "green");
	read_answers(text, servers);
	haproxy_config_units(text, units);
	read_lines(text, servers);
	strings_release(&servers[COLOUR_BLUE]);
	strings_release(&servers[COLOUR_GREEN]);
	free(text);
	return 0;
}
