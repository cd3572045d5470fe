/* SPDX-License-Identifier: MIT */
/* Reports that are made to take long: reading one takes time in proportion to
 * its size. */

#include <time.h>

#include "support/reports.h"

/* Of the processor, which other programs take none of. */
static void reads_within_a_second(const struct str *text)
{
	clock_t before = clock();
	double limit = 1;
	double took;
	struct error err = ERROR_INIT;
	struct report report;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	limit = 10;
#endif
	if (report_parse(text->data, text->len, "r", NULL, &report, &err) < 0)
		fail_msg("%s", err.message);
	report_release(&report);
	took = (double)(clock() - before) / CLOCKS_PER_SEC;
	print_message("# %zu KiB in %.3f s\n", text->len >> 10, took);
	if (took > limit)
		fail_msg("%zu KiB took %.3f s", text->len >> 10, took);
}

static size_t fnv(const char *name)
{
	uint64_t hash = 14695981039346656037u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 1099511628211u;
	return (size_t)(hash ^ hash >> 32);
}

/* Names whose hashes, without a seed, are close together. */
static void names_that_collide(void **state)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz";
	struct str text = STR_INIT;
	int left = 40000;

	(void)state;
	str_add(&text, "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\","
		       "\"dependencies\":[{\"ref\":\"r\",\"dependsOn\":[\"r\"");
	for (uint32_t i = 0; left; i++) {
		char name[16];
		int len = 0;

		for (uint32_t rest = i; rest; rest /= 26)
			name[len++] = digits[rest % 26];
		name[len] = '\0';
		if ((fnv(name) & ((1u << 17) - 1)) >= 1u << 10)
			continue;
		str_addf(&text, ",\"%s\"", name);
		left--;
	}
	str_add(&text, "]}]}");
	reads_within_a_second(&text);
	str_release(&text);
}

static void lines_that_are_multiples_of_a_power_of_two(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, "[");
	for (int i = 0; i < 32768; i++)
		str_addf(&text,
			 "%s{\"RuleID\":\"a\",\"File\":\"b\",\"StartLine\":%d,"
			 "\"Fingerprint\":\"f\"}",
			 i ? "," : "", i << 15);
	str_add(&text, "]");
	reads_within_a_second(&text);
	str_release(&text);
}

static void licences_of_one_component(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\","
		       "\"components\":[{\"name\":\"a\",\"licenses\":[");
	for (int i = 0; i < 40000; i++)
		str_addf(&text, "%s{\"expression\":\"x%d\"}", i ? "," : "", i);
	str_add(&text, "]}]}");
	reads_within_a_second(&text);
	str_release(&text);
}

static void a_test_that_fails_again_and_again(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text,
		"{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"t\","
		"\"Output\":\"");
	for (int i = 0; i < 1365; i++)
		str_add(&text, "a. ");
	str_add(&text, "\"}\n");
	for (int i = 0; i < 100000; i++)
		str_add(&text, "{\"Action\":\"fail\",\"Package\":\"p\","
			       "\"Test\":\"t\"}\n");
	reads_within_a_second(&text);
	str_release(&text);
}

static void extensions_of_sarif_by_name(void **state)
{
	struct str name = STR_INIT;
	struct str text = STR_INIT;

	(void)state;
	for (int i = 0; i < 900; i++)
		str_add(&name, "n");
	str_add(&text,
		"{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{"
		"\"name\":\"t\"},\"extensions\":[{}");
	for (int i = 0; i < 998; i++)
		str_addf(&text, ",{\"name\":\"%s%d\"}", name.data, i);
	str_add(&text, "]},\"results\":[{}");
	for (int i = 0; i < 40000; i++)
		str_addf(&text,
			 ",{\"rule\":{\"toolComponent\":{\"name\":\"nnnnn\"}},"
			 "\"message\":{\"text\":\"%.180s\"}}",
			 name.data);
	str_add(&text, "]}]}");
	reads_within_a_second(&text);
	str_release(&text);
	str_release(&name);
}

static void far_ids_of_tap(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	for (int i = 0; i < 200000; i++)
		str_add(&text, "1..1\nok 1048575\n");
	reads_within_a_second(&text);
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_collide),
		cmocka_unit_test(lines_that_are_multiples_of_a_power_of_two),
		cmocka_unit_test(licences_of_one_component),
		cmocka_unit_test(a_test_that_fails_again_and_again),
		cmocka_unit_test(extensions_of_sarif_by_name),
		cmocka_unit_test(far_ids_of_tap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
