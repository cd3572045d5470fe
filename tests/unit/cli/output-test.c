/* SPDX-License-Identifier: MIT */
/* What may reach a terminal that knows no UTF-8. */
#include "support/cmocka.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/output.h"

/* U+00DB ends in 0x9b, U+0410 in 0x90, U+2013 has 0x80 and 0x93. */
#define TEXT               \
	"a\xc3\x9b"        \
	"31m\xd0\x90q\xe2" \
	"\x80\x93 \033[0m"

static void assert_printed(const char *wanted)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	char got[64] = "";
	FILE *to;

	assert_true(master >= 0);
	assert_int_equal(grantpt(master) + unlockpt(master), 0);
	to = fopen(ptsname(master), "w");
	assert_non_null(to);
	output_text(to, TEXT);
	fflush(to);
	assert_true(read(master, got, sizeof(got) - 1) > 0);
	assert_string_equal(got, wanted);
	fclose(to);
	close(master);
}

static void a_terminal_without_utf8_gets_no_byte_beyond_ascii(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C");
	assert_printed("a?31m?q? \033[0m");
	if (setlocale(LC_CTYPE, "C.UTF-8"))
		assert_printed(TEXT);
}

static void a_file_gets_all_of_it_in_any_locale(void **state)
{
	char got[64] = "";
	FILE *file = tmpfile();

	(void)state;
	setlocale(LC_CTYPE, "C");
	assert_non_null(file);
	output_text(file, TEXT);
	rewind(file);
	assert_non_null(fgets(got, sizeof(got), file));
	assert_string_equal(got, TEXT);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_terminal_without_utf8_gets_no_byte_beyond_ascii),
		cmocka_unit_test(a_file_gets_all_of_it_in_any_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
