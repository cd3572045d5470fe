/* SPDX-License-Identifier: MIT */
#include "ui/speak.h"

#include "support/cmocka.h"

#include "base/memory.h"

static const struct {
	const char *text, *spoken;
} lines[] = {
	{"green 5 -> 25 % in 2 ms, 0.3 s; shift   #7",
	 "green 5 to 25 percent in 2 milliseconds, 0.3 seconds; shift, 7"},
	{"traffic 25%", "traffic 25 percent"},
	{"took 2:10, then 1:55:29",
	 "took 2 minutes 10, then 1 hour 55 minutes"},
	{"took 3:00 and 0:41", "took 3 minutes and 41 seconds"},
	{"14:03:42 build finished", "14:03:42 build finished"},
	{"warm until 14:25, since 9:30", "warm until 14:25, since 9:30"},
	{"14 files, +312 -87", "14 files, plus 312 minus 87"},
	{"pause 5m, wait 1 h, 9.0 s, 1.0 s",
	 "pause 5 minutes, wait 1 hour, 9 seconds, 1 second"},
	{"p99 310 ms > 300 ms", "p99 310 milliseconds over 300 milliseconds"},
	{"(tests/pay_test.c:88)", "(tests/pay_test.c line 88)"},
	{"http://localhost:8080 127.0.0.1:80 shop:80",
	 "http://localhost:8080 127.0.0.1:80 shop:80"},
	{"v2.14.0 at 9f3c2e1, 2026-11-20", "v2.14.0 at 9f3c2e1, 2026-11-20"},
	{"a-5m, 3s.txt, x9s, 5 shops", "a-5m, 3s.txt, x9s, 5 shops"},
	{"smoke: FAIL POST /x", "smoke: FAILED POST /x"},
	{"BLUE            10 ->   0 %   err 0.43 %",
	 "BLUE, 10 to 0 percent, errors 0.43 percent"},
	{"\033[31mred\033[0m\ttwo\nlines", "^[[31mred^[[0m, two lines"},
	{"", ""},
};

static void signs_and_units_are_heard_as_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct str out = STR_INIT;

		speak(lines[i].text, &out);
		assert_string_equal(out.data, lines[i].spoken);
		str_release(&out);
	}
}

static void durations_are_told_shortly(void **state)
{
	static const struct {
		int64_t ms;
		const char *spoken;
	} all[] = {
		{1, "1 millisecond"},		{99, "99 milliseconds"},
		{300, "0.3 seconds"},		{1000, "1 second"},
		{41000, "41 seconds"},		{60000, "1 minute"},
		{130000, "2 minutes 10"},	{3600000, "1 hour"},
		{6929000, "1 hour 55 minutes"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct str out = STR_INIT;

		speak_duration(all[i].ms, &out);
		assert_string_equal(out.data, all[i].spoken);
		str_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_and_units_are_heard_as_words),
		cmocka_unit_test(durations_are_told_shortly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
