/* SPDX-License-Identifier: MIT */
#include "unit/step/rig.h"

#include "step/environ.h"

static const char file[] =
	"name: shop\n"
	"env: {CFLAGS: -O2, BOTH: of the pipeline, CI: 'no'}\n"
	"environments:\n"
	"  production:\n"
	"    target: {process: {command: ./shop, ports: [18081, 18082],"
	" health: /}}\n"
	"    traffic: {haproxy: {listen: \"127.0.0.1:18080\"}}\n"
	"    secrets: [SHOP_PASSWORD, SHOP_UNSET]\n"
	"stages:\n"
	"  unit: {run: make, env: {BOTH: of the stage}}\n"
	"  move: {run: make, environment: production}\n";

/* NULL when it is not there; more than one is a mistake. */
static const char *value_of(const struct strings *env, const char *name)
{
	size_t len = strlen(name);
	const char *found = NULL;

	for (size_t i = 0; i < env->count; i++) {
		if (strncmp(env->items[i], name, len) != 0 ||
		    env->items[i][len] != '=')
			continue;
		assert_null(found);
		found = env->items[i] + len + 1;
	}
	return found;
}

static void build(struct rig *rig, const char *stage, struct strings *env)
{
	rig_init(rig, file);
	environ_build(&rig->host, pipeline_stage(rig->pipeline, stage), env);
}

static void release(struct rig *rig, struct strings *env)
{
	strings_release(env);
	rig_release(rig);
}

static void a_stage_sees_its_own_before_the_pipeline(void **state)
{
	struct strings env = STRINGS_INIT;
	struct rig rig;

	(void)state;
	setenv("BOTH", "of the person", 1);
	build(&rig, "unit", &env);
	assert_string_equal(value_of(&env, "CFLAGS"), "-O2");
	assert_string_equal(value_of(&env, "BOTH"), "of the stage");
	assert_non_null(value_of(&env, "PATH"));
	release(&rig, &env);
	unsetenv("BOTH");
}

static void what_signalbox_says_cannot_be_overridden(void **state)
{
	struct strings env = STRINGS_INIT;
	struct rig rig;

	(void)state;
	setenv("SIGNALBOX_RUN", "999", 1);
	build(&rig, "unit", &env);
	assert_string_equal(value_of(&env, "CI"), "true");
	assert_string_equal(value_of(&env, "SIGNALBOX_RUN"), "7");
	assert_string_equal(value_of(&env, "SIGNALBOX_STAGE"), "unit");
	assert_string_equal(value_of(&env, "SIGNALBOX_VERSION"), "v2");
	assert_string_equal(value_of(&env, "SIGNALBOX_COMMIT"), rig.commit.id);
	release(&rig, &env);
	unsetenv("SIGNALBOX_RUN");
}

static void what_git_and_make_set_for_themselves_stays_away(void **state)
{
	static const char *const names[] = {
		"GIT_DIR",	    "GIT_INDEX_FILE",
		"GIT_WORK_TREE",    "GIT_PREFIX",
		"MAKEFLAGS",	    "MAKELEVEL",
		"MFLAGS",	    "GIT_OBJECT_DIRECTORY",
		"SIGNALBOX_BRANCH",
	};
	struct strings env = STRINGS_INIT;
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		setenv(names[i], "foreign", 1);
	build(&rig, "unit", &env);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_null(value_of(&env, names[i]));
		unsetenv(names[i]);
	}
	release(&rig, &env);
}

static void a_secret_reaches_only_its_environments_stages(void **state)
{
	struct strings env = STRINGS_INIT;
	struct rig rig;

	(void)state;
	setenv("SHOP_PASSWORD", "hunter2", 1);
	unsetenv("SHOP_UNSET");
	build(&rig, "unit", &env);
	assert_null(value_of(&env, "SHOP_PASSWORD"));
	release(&rig, &env);
	build(&rig, "move", &env);
	assert_string_equal(value_of(&env, "SHOP_PASSWORD"), "hunter2");
	assert_null(value_of(&env, "SHOP_UNSET"));
	release(&rig, &env);
}

static void every_secret_that_is_set_is_masked_once(void **state)
{
	struct strings values = STRINGS_INIT;
	struct rig rig;

	(void)state;
	setenv("SHOP_PASSWORD", "hunter2", 1);
	setenv("SHOP_UNSET", "hunter2", 1);
	rig_init(&rig, file);
	environ_secrets(rig.pipeline, &values);
	assert_int_equal(values.count, 1);
	assert_string_equal(values.items[0], "hunter2");
	release(&rig, &values);
	unsetenv("SHOP_UNSET");
}

static bool is_closed(void *data, const char *environment)
{
	(void)data;
	assert_string_equal(environment, "production");
	return false;
}

static void no_secret_passes_a_closed_gate(void **state)
{
	struct error err = ERROR_INIT;
	struct rig rig;

	(void)state;
	rig_init(&rig, file);
	rig.host.is_let_through = is_closed;
	assert_int_equal(environ_check(&rig.host,
				       pipeline_stage(rig.pipeline, "unit"),
				       NULL),
			 0);
	assert_int_equal(environ_check(&rig.host,
				       pipeline_stage(rig.pipeline, "move"),
				       &err),
			 -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	error_clear(&err);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stage_sees_its_own_before_the_pipeline),
		cmocka_unit_test(what_signalbox_says_cannot_be_overridden),
		cmocka_unit_test(
			what_git_and_make_set_for_themselves_stays_away),
		cmocka_unit_test(a_secret_reaches_only_its_environments_stages),
		cmocka_unit_test(every_secret_that_is_set_is_masked_once),
		cmocka_unit_test(no_secret_passes_a_closed_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
