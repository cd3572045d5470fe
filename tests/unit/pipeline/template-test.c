/* SPDX-License-Identifier: MIT */
#include "support/pipelines.h"

#include "base/memory.h"
#include "pipeline/template.h"

/* Every line with one '#' before it, without it. */
static char *switch_on(const char *text)
{
	struct str out = STR_INIT;

	while (*text) {
		size_t len = strcspn(text, "\n");
		bool off = text[0] == '#' && text[1] != '#';

		str_add_bytes(&out, text + off, len - off);
		str_add_char(&out, '\n');
		text += len + (text[len] == '\n');
	}
	return str_detach(&out);
}

static void check(const struct pipeline_hints *hints)
{
	bool release = hints->port && hints->command;
	char *text = pipeline_template(hints);
	char *all = switch_on(text);
	struct pipeline *pipeline = pipeline_of(text);
	struct pipeline *whole = pipeline_of(all);

	assert_int_equal(pipeline->environment_count, release ? 2 : 0);
	assert_non_null(pipeline_stage(pipeline, "build"));
	assert_true(!pipeline_stage(pipeline, "test") == !hints->has_tests);
	assert_true(!pipeline_stage(pipeline, "production") == !release);
	assert_int_equal(pipeline->people_count, hints->login ? 1 : 0);
	assert_int_equal(whole->environment_count, 2);
	assert_int_equal(whole->stage_count, 6);
	assert_true(pipeline_environment(whole, "production")->gate.present);
	pipeline_free(pipeline);
	pipeline_free(whole);
	free(text);
	free(all);
}

static void check_people(struct pipeline_hints hints)
{
	static const char *const emails[] = {NULL, "a\"b\\@example.org"};

	for (size_t i = 0; i < ARRAY_SIZE(emails); i++) {
		hints.email = emails[i];
		hints.person = emails[i] ? "Ana: \"A\" \\ # Ä" : NULL;
		hints.login = NULL;
		check(&hints);
		hints.login = "ana";
		check(&hints);
	}
}

static void check_releases(struct pipeline_hints hints)
{
	static const int ports[] = {0, 1, 80, 8080, 65530, 65535};
	static const char *const commands[] = {
		NULL,
		"./shop --port $PORT",
		"sh -c \"a: \\$PORT # b\"",
	};

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		for (size_t j = 0; j < ARRAY_SIZE(commands); j++) {
			hints.port = ports[i];
			hints.command = commands[j];
			check_people(hints);
		}
}

static void every_combination_of_hints_parses(void **state)
{
	(void)state;
	for (int build = BUILD_UNKNOWN; build <= BUILD_PYTHON; build++)
		for (int flags = 0; flags < 4; flags++) {
			struct pipeline_hints hints = {
				.name = "shop",
				.build = (enum build_system)build,
				.has_tests = flags & 1,
				.has_dockerfile = flags & 2,
			};

			check_releases(hints);
		}
}

static void assert_named(const char *given, const char *expected)
{
	struct pipeline_hints hints = {.name = given};
	char *text = pipeline_template(&hints);
	struct pipeline *pipeline = pipeline_of(text);

	assert_string_equal(pipeline->name, expected);
	pipeline_free(pipeline);
	free(text);
}

static void any_name_is_made_to_fit(void **state)
{
	char long_name[200];

	(void)state;
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = 0;
	assert_named("shop", "shop");
	assert_named("My Shop!", "My-Shop");
	assert_named("..hidden--", "hidden");
	assert_named("Übung: #1\n", "bung-1");
	assert_named("", "app");
	assert_named(NULL, "app");
	assert_named("\xff\xfe", "app");
	long_name[60] = 0;
	assert_named(long_name, long_name);
}

static void what_yaml_cannot_hold_counts_as_unknown(void **state)
{
	struct pipeline_hints hints = {
		.name = "shop",
		.port = 8080,
		.command = "./shop\x1b[31m",
		.login = "a b",
	};
	char *text = pipeline_template(&hints);
	struct pipeline *pipeline = pipeline_of(text);

	(void)state;
	assert_int_equal(pipeline->environment_count, 0);
	assert_int_equal(pipeline->people_count, 0);
	pipeline_free(pipeline);
	free(text);
}

static void what_was_found_is_written_as_it_was(void **state)
{
	struct pipeline_hints hints = {
		.name = "shop",
		.port = 8080,
		.command = "./shop --title \"a\\b: #c\" --port $PORT",
		.login = "ana",
		.person = "Ana \"A\"",
		.email = "ana@example.org",
	};
	char *text = pipeline_template(&hints);
	struct pipeline *pipeline = pipeline_of(text);
	const struct environment_config *production =
		pipeline_environment(pipeline, "production");

	(void)state;
	assert_string_equal(production->target.command, hints.command);
	assert_string_equal(production->traffic.haproxy.listen,
			    "127.0.0.1:8080");
	assert_int_equal(production->target.ports[0], 8081);
	assert_string_equal(pipeline->people[0].name, hints.person);
	assert_string_equal(pipeline->people[0].email, hints.email);
	pipeline_free(pipeline);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination_of_hints_parses),
		cmocka_unit_test(any_name_is_made_to_fit),
		cmocka_unit_test(what_yaml_cannot_hold_counts_as_unknown),
		cmocka_unit_test(what_was_found_is_written_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
