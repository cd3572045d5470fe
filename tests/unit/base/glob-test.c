/* SPDX-License-Identifier: MIT */
#include "base/glob.h"

#include "support/cmocka.h"

static void globs_name_files_and_folders(void **state)
{
	(void)state;
	assert_true(path_matches("db/schema.sql", "db/schema.sql"));
	assert_true(path_matches("db", "db/schema.sql"));
	assert_true(path_matches("*.sql", "app/db/1.sql"));
	assert_true(path_matches("app/*/1.sql", "app/db/1.sql"));
	assert_true(path_matches("app/**", "app/db/1.sql"));
	assert_true(path_matches("**/1.sql", "1.sql"));
	assert_true(path_matches("**/db/**/*.sql", "a/b/db/c/d/1.sql"));
	assert_true(path_matches("**/db/*.sql", "db/x/db/1.sql"));
	assert_false(path_matches("app/*.sql", "app/db/1.sql"));
	assert_false(path_matches("app/**", "app"));
	assert_false(path_matches("db/schema.sql", "app/db/schema.sql"));
	assert_false(path_matches("schema", "schema.sql"));
	assert_true(path_matches_whole("app/**/*.sql", "app/db/1.sql"));
	assert_true(path_matches_whole("**/a", "a/b/a"));
	assert_true(path_matches_whole("**/a/*", "a/b/a/c"));
	assert_true(path_matches_whole("app/**", "app/db/1.sql"));
	assert_false(path_matches_whole("app/db", "app/db/1.sql"));
	assert_false(path_matches_whole("*.sql", "app/db/1.sql"));
	assert_false(path_matches_whole("", "a"));
	/* What a naive matcher takes for ever on. */
	assert_false(path_matches("**/a/**/a/**/a/**/a/**/a/**/b",
				  "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/"
				  "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs_name_files_and_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
