/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "exceptions/record.h"

static void a_reason_has_to_say_something(void **state)
{
	(void)state;
	assert_non_null(record_reason_is_poor(""));
	assert_non_null(record_reason_is_poor("todo"));
	assert_non_null(record_reason_is_poor("To be Determined"));
	assert_null(record_reason_is_poor("minizip is not compiled in"));
}

static void a_record_is_a_block_of_comments_and_the_finding(void **state)
{
	const struct record record = {
		.id = "CVE-2026-1",
		.scope = "zlib",
		.reason = "minizip is not compiled in",
		.owner = "ana",
		.until = "2026-12-01",
	};
	char *text = record_text(&record);

	(void)state;
	assert_string_equal(text, "# reason: minizip is not compiled in\n"
				  "# owner: ana\n"
				  "# reviewer:\n"
				  "# until: 2026-12-01\n"
				  "CVE-2026-1 zlib\n");
	free(text);
}

static void foreign_bytes_make_no_line_of_their_own(void **state)
{
	const struct record record = {
		.id = "#x\nCVE-2",
		.scope = "a b\n\nCVE-3",
		.reason = "quiet\nCVE-4\r\033[2J",
		.owner = "ana\nreviewer: bob",
		.until = "2026-12-01",
	};
	char *text = record_text(&record);
	int lines = 0;

	(void)state;
	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	assert_int_equal(lines, 5);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "\n?x?CVE-2 a?b??CVE-3\n"));
	free(text);
}

static void a_finding_has_one_block(void **state)
{
	struct str file = STR_INIT;

	(void)state;
	assert_true(record_add(&file, "# reason: a\nCVE-1 zlib\n"));
	assert_false(record_add(&file, "# reason: b\nCVE-1 zlib\n"));
	str_add(&file, "CVE-9");
	assert_true(record_add(&file, "# reason: c\nCVE-1\n"));
	assert_string_equal(file.data, "# reason: a\nCVE-1 zlib\nCVE-9\n\n"
				       "# reason: c\nCVE-1\n");
	str_release(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_has_to_say_something),
		cmocka_unit_test(
			a_record_is_a_block_of_comments_and_the_finding),
		cmocka_unit_test(foreign_bytes_make_no_line_of_their_own),
		cmocka_unit_test(a_finding_has_one_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
