/* SPDX-License-Identifier: MIT */
/* Whether a colour is up, by asking its instances. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/traffic/nginx.h"

#define PROBE_MS 2000

static void answered(const struct http_response *response,
		     const struct error *err, void *data)
{
	struct nginx_probe *probe = data;

	probe->call = NULL;
	probe->answered_us = clock_monotonic_us();
	probe->up = !err && response->status >= 200 && response->status < 400;
}

static void ask(struct nginx *nginx, struct nginx_probe *probe)
{
	static const char *const headers[] = {"Connection: close", NULL};
	const struct target_config *target =
		&nginx->traffic.options.environment->target;
	struct http_request request = HTTP_REQUEST_INIT;
	char *url = xasprintf("http://%s:%d%s", target->host,
			      target->ports[probe->colour] + probe->instance,
			      target->health ? target->health : "/");

	request.url = url;
	request.headers = headers;
	request.timeout_ms = PROBE_MS;
	request.cuts_body = true;
	probe->asked_us = clock_monotonic_us();
	probe->call = http_start(nginx->http, &request, answered, probe);
	free(url);
}

void nginx_probe(struct nginx *nginx, int colour, int64_t older_than_ms)
{
	int64_t before = clock_monotonic_us() - older_than_ms * 1000;

	for (int i = 0; i < nginx->instances; i++) {
		struct nginx_probe *probe = &nginx->probes[colour][i];

		probe->colour = colour;
		probe->instance = i;
		if (!probe->call &&
		    (!probe->asked_us || probe->asked_us <= before))
			ask(nginx, probe);
	}
}

bool nginx_is_up(const struct nginx *nginx, int colour, int64_t since_us)
{
	for (int i = 0; i < nginx->instances; i++) {
		const struct nginx_probe *probe = &nginx->probes[colour][i];

		if (probe->up && probe->answered_us >= since_us)
			return true;
	}
	return false;
}

bool nginx_was_probed(const struct nginx *nginx, int colour)
{
	for (int i = 0; i < nginx->instances; i++)
		if (!nginx->probes[colour][i].answered_us)
			return false;
	return true;
}
