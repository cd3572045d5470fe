/* SPDX-License-Identifier: MIT */

#include "report/cvss.h"
#include "base/memory.h"
#include "support/cmocka.h"

/* Worked by hand from the specification's equations. */
static void the_base_score_is_the_specifications(void **state)
{
	static const struct {
		const char *vector;
		double score;
	} cases[] = {
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
		{"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:L", 6.5},
		{"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8},
		{"CVSS:3.1/AV:N/AC:H/PR:H/UI:R/S:C/C:H/I:H/A:H", 7.6},
		{"CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.6},
		{"CVSS:3.1/AV:A/AC:L/PR:L/UI:N/S:C/C:N/I:L/A:N", 4.1},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0},
		{"CVSS:3.1/E:P/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/RL:O", 9.8},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		double score = -1;

		if (!cvss_score(cases[i].vector, &score))
			fail_msg("%s is refused", cases[i].vector);
		if (score < cases[i].score - 0.01 ||
		    score > cases[i].score + 0.01)
			fail_msg("%s is %.2f", cases[i].vector, score);
	}
}

static void anything_else_has_no_score(void **state)
{
	static const char *const texts[] = {
		NULL,
		"",
		"7.5",
		"medium",
		"AV:N/AC:L/Au:N/C:N/I:P/A:N",
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N",
		"CVSS:3.1/",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
		"CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV:NN/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"cvss:3.1/av:n/ac:l/pr:n/ui:n/s:u/c:h/i:h/a:h",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		double score = -1;

		if (cvss_score(texts[i], &score))
			fail_msg("%s is %.2f", texts[i], score);
		assert_true(score < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_base_score_is_the_specifications),
		cmocka_unit_test(anything_else_has_no_score),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
