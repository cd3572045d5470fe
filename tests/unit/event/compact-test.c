/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/compact.h"

#define CHANGES 60000

static void is_written_alike(const json_t *value)
{
	static const size_t flags = JSON_REAL_PRECISION(15);
	char *theirs =
		json_dumps(value, flags | JSON_COMPACT | JSON_ENCODE_ANY);
	struct str ours = STR_INIT;

	compact_add(value, flags, &ours);
	assert_string_equal(ours.data, theirs);
	str_release(&ours);
	free(theirs);
}

/* Whether it was read; what was read is what jansson reads, in its order. */
static bool agrees(const char *text, size_t len)
{
	json_t *ours = compact_load(text, len);
	json_t *theirs = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	bool was_read = ours != NULL;

	if (ours) {
		char *a = json_dumps(ours, JSON_COMPACT);
		char *b = theirs ? json_dumps(theirs, JSON_COMPACT) : NULL;

		if (!b || strcmp(a, b) != 0)
			fail_msg("%.*s: %s, not %s", (int)len, text, a,
				 b ? b : "refused");
		free(a);
		free(b);
	}
	if (theirs)
		is_written_alike(theirs);
	json_decref(ours);
	json_decref(theirs);
	return was_read;
}

static const char *const usual[] = {
	"{}\n",
	"{\"seq\":12,\"time\":\"2026-11-21T17:30:20.486Z\",\"event\":"
	"\"stage.started\",\"stage\":\"unit\",\"attempt\":1}\n",
	"{\"a\":[],\"b\":{},\"c\":[1,-2,[true,false,null]],\"d\":{\"e\":{\"f\":"
	"\"\"}},\"g\":0,\"h\":999999999999999999,\"i\":-999999999999999999}",
	"{\"a\":100.0,\"b\":-0.0,\"c\":0.000123,\"d\":[3.14159265358979,"
	"-17.25,12345678.9012345,0.1]}",
	"{\"text\":\"bl\xc3\xa5 \xe2\x86\x92 "
	"gr\xc3\xb8n\",\"prev\":\"0123\"}\n",
};

static void what_is_written_is_read_as_jansson_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		assert_true(agrees(usual[i], strlen(usual[i])));
}

static void the_unusual_is_left_to_jansson(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{\"a\":1.}",
		"{\"a\":.5}",
		"{\"a\":00.5}",
		"{\"a\":1.5e3}",
		"{\"a\":1.234567890123456}",
		"{\"a\":1e3}",
		"{\"a\":01}",
		"{\"a\":-0}",
		"{\"a\":-}",
		"{\"a\":9999999999999999999}",
		"{\"a\":1,\"a\":2}",
		"{\"\\\"a\\u0001\":\"\\\\\\t\x7f/\"}",
		"{\"a\":[-9223372036854775808,9223372036854775807,1e-7]}",
		"{\"a\": 1}",
		"{\"a\":\"\\n\"}",
		"{\"a\":\"\xc3\"}",
		"{\"a\":\"\x01\"}",
		"{\"a\":tru}",
		"{\"a\":1,}",
		"{\"a\":[1,]}",
		"{\"a\":[1",
		"{\"a\"",
		"{\"a",
		"{}\n\n",
		"{}x",
		"{\"a\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(agrees(texts[i], strlen(texts[i])));
	assert_false(agrees("{\"a\":\"\0\"}", 9));
}

static unsigned int next(unsigned int *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 8;
}

/* Bit by bit. */
static void a_real_is_the_nearest_double(void **state)
{
	unsigned int seed = 7;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		int behind = 1 + (int)(next(&seed) % 8);
		char text[64];
		json_t *ours;
		double a, b;

		snprintf(text, sizeof(text), "{\"a\":%u.%0*u}",
			 next(&seed) % 10000000, behind,
			 next(&seed) % (unsigned int)pow(10, behind));
		ours = compact_load(text, strlen(text));
		assert_non_null(ours);
		a = json_real_value(json_object_get(ours, "a"));
		b = strtod(text + strlen("{\"a\":"), NULL);
		assert_memory_equal(&a, &b, sizeof(a));
		json_decref(ours);
	}
}

/* Bytes that mean something put anywhere, and the end anywhere. */
static void no_change_makes_it_read_something_else(void **state)
{
	static const char bytes[] = "{}[]\",:\\0123-.eE tfn\n\x01\x7f\xc3\xa5";
	unsigned int seed = 5;
	size_t was_read = 0;

	(void)state;
	for (size_t i = 0; i < CHANGES; i++) {
		const char *from =
			usual[next(&seed) % (sizeof(usual) / sizeof(*usual))];
		size_t len = strlen(from);
		char *text = malloc(len + 1);

		memcpy(text, from, len + 1);
		for (unsigned int j = next(&seed) % 3; j > 0; j--)
			text[next(&seed) % len] =
				bytes[next(&seed) % (sizeof(bytes) - 1)];
		if (next(&seed) % 8 == 0)
			len = next(&seed) % (len + 1);
		/* What is read beyond the end shows under a sanitizer. */
		text = realloc(text, len + 1);
		was_read += agrees(text, len);
		free(text);
	}
	assert_in_range(was_read, CHANGES / 10, CHANGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_as_jansson_does),
		cmocka_unit_test(a_real_is_the_nearest_double),
		cmocka_unit_test(the_unusual_is_left_to_jansson),
		cmocka_unit_test(no_change_makes_it_read_something_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
