/* SPDX-License-Identifier: MIT */
#include "unit/delivery/worlds.h"

#include "support/cmocka.h"

#include "base/memory.h"

static const char pipeline_text[] =
	"name: shop\n"
	"environments:\n"
	"  production:\n"
	"    target: {process: {command: \"./shop\", ports: [18081, 18082], "
	"health: /healthz}}\n"
	"    traffic: {haproxy: {listen: \"127.0.0.1:18080\"}}\n"
	"stages:\n"
	"  build: {run: make, artifacts: [shop]}\n"
	"  production: {deploy: {environment: production, strategy: canary, "
	"steps: [{weight: 5%}, {weight: 100%}]}}\n";

void assert_asked(const char *expected)
{
	char *log = fake_log();

	assert_string_equal(log, expected);
	free(log);
}

int worlds_set_up(void **state)
{
	return worlds_set_up_with(state, pipeline_text);
}

int worlds_set_up_with(void **state, const char *text)
{
	struct world *world = xcalloc(1, sizeof(*world));

	fake_reset();
	world->pipeline_text = text;
	world->target = &fake_target;
	world->traffic = &fake_traffic;
	world_init(world);
	*state = world;
	return 0;
}

int worlds_tear_down(void **state)
{
	world_release(*state);
	free(*state);
	fake_reset();
	return 0;
}
