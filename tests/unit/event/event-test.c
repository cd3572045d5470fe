/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <time.h>

#include "event/command.h"
#include "event/event.h"

static struct event *decoded(const struct str *line)
{
	struct error err = ERROR_INIT;
	struct event *event = event_decode(line->data, line->len, &err);

	if (!event)
		fail_msg("%s: %s", line->data, error_text(&err));
	return event;
}

static void every_type_comes_back(void **state)
{
	(void)state;
	for (int type = EVENT_UNKNOWN + 1; type < EVENT_TYPE_COUNT; type++) {
		struct event *event = event_new((enum event_type)type, "unit");
		struct str line = STR_INIT;
		struct event *back;

		event->seq = 7;
		event->time_ms = 1795218831123;
		event_set(event, "reason", "waits for \"build\"\n\t\033[1m");
		event_set_int(event, "ms", INT64_MAX);
		event_set_real(event, "rate", 0.1);
		event_set_bool(event, "ok", true);
		event_set_time(event, "since", 1795218831999);
		event_set_json_owned(event, "not", json_pack("[s]", "author"));
		event_encode(event, NULL, &line);
		back = decoded(&line);
		assert_int_equal(back->type, type);
		assert_int_equal(back->seq, 7);
		assert_int_equal(back->time_ms, 1795218831123);
		assert_true(json_equal(back->fields, event->fields));
		assert_string_equal(event_stage(back), "unit");
		/* More than JSON's readers agree on is not read. */
		assert_int_equal(event_int(back, "ms", 0), (int64_t)1 << 53);
		assert_true(event_real(back, "rate", 0) == 0.1);
		assert_true(event_bool(back, "ok"));
		assert_int_equal(event_time(back, "since"), 1795218831999);
		str_release(&line);
		event_free(back);
		event_free(event);
	}
}

static void members_stand_in_the_promised_order(void **state)
{
	struct event *event = event_new(EVENT_STEP_STARTED, NULL);
	struct str line = STR_INIT;

	(void)state;
	event->seq = 3;
	event->time_ms = 0;
	event_set(event, "zebra", "z");
	event_set(event, "step", "s1");
	event_set_int(event, "apple", 1);
	event_set(event, "stage", "unit");
	event_set(event, "missing", NULL);
	event_set_json_owned(event, "missing", NULL);
	event_encode(event, "abc", &line);
	assert_string_equal(line.data,
			    "{\"seq\":3,\"time\":\"1970-01-01T00:00:00.000Z\","
			    "\"event\":\"step.started\",\"stage\":\"unit\","
			    "\"step\":\"s1\",\"zebra\":\"z\",\"apple\":1,"
			    "\"prev\":\"abc\"}\n");
	str_release(&line);
	event_free(event);
}

static void foreign_bytes_lose_no_event(void **state)
{
	static const struct {
		const char *raw;
		const char *text;
	} cases[] = {
		{"a\xff z", "a\xef\xbf\xbd z"},
		{"\xc3", "\xef\xbf\xbd"},
		{"\xed\xa0\x80",
		 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
		{"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"}, /* overlong */
		{"gr\xc3\xbc\xc3\x9f \xf0\x9f\x9a\x82",
		 "gr\xc3\xbc\xc3\x9f \xf0\x9f\x9a\x82"},
		{"\x01\x1b[2J\x7f", "\x01\x1b[2J\x7f"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event *event = event_new(EVENT_NOTE_ADDED, "\xfe");
		struct str line = STR_INIT;
		struct event *back;

		event_setf(event, "text", "%s!", cases[i].raw);
		event_set_json_owned(
			event, "list",
			json_pack("[o]", json_foreign(cases[i].raw)));
		event_encode(event, NULL, &line);
		back = decoded(&line);
		assert_string_equal(event_stage(back), "\xef\xbf\xbd");
		assert_int_equal(strlen(event_text(back, "text")),
				 strlen(cases[i].text) + 1);
		assert_memory_equal(event_text(back, "text"), cases[i].text,
				    strlen(cases[i].text));
		assert_string_equal(json_string_value(json_array_get(
					    event_json(back, "list"), 0)),
				    cases[i].text);
		str_release(&line);
		event_free(back);
		event_free(event);
	}
}

static void a_command_keeps_a_reason_of_foreign_bytes(void **state)
{
	struct command command = {.kind = COMMAND_REJECT, .id = 3};
	struct command back = COMMAND_INIT;
	struct str line = STR_INIT;

	(void)state;
	command.reason = (char *)"zu sp\xe4t";
	command_encode(&command, &line);
	assert_int_equal(command_decode(line.data, line.len, &back, NULL), 0);
	assert_int_equal(back.kind, COMMAND_REJECT);
	assert_int_equal(back.id, 3);
	assert_non_null(back.reason);
	assert_string_equal(back.reason, "zu sp\xef\xbf\xbdt");
	command_release(&back);
	str_release(&line);
}

static void absent_or_wrong_fields_read_as_absent(void **state)
{
	struct event *event = event_new(EVENT_RUN_FINISHED, NULL);

	(void)state;
	event_set(event, "ms", "12");
	event_set_real(event, "p99", 1.0 / 0.0);
	event_set_int(event, "text", 1);
	assert_string_equal(event_text(event, "none"), "");
	assert_string_equal(event_text(event, "text"), "");
	assert_int_equal(event_int(event, "ms", -1), -1);
	assert_true(event_real(event, "text", 5) == 1);
	assert_true(event_real(event, "ms", 5) == 5);
	assert_false(event_has(event, "p99"));
	assert_false(event_bool(event, "text"));
	assert_int_equal(event_time(event, "ms"), 0);
	assert_null(event_json(event, "none"));
	assert_string_equal(event_stage(event), "");
	event_free(event);
}

static void unknown_types_are_read_and_written_again(void **state)
{
	struct str line = STR_INIT;
	struct str again = STR_INIT;
	struct event *event;

	(void)state;
	str_add(&line, "{\"seq\":9,\"time\":\"2030-01-01T00:00:00.000Z\","
		       "\"event\":\"stage.\\\"dreamt\",\"stage\":\"unit\","
		       "\"depth\":[1,{\"a\":null}],\"prev\":\"00\"}\n");
	event = decoded(&line);
	assert_int_equal(event->type, EVENT_UNKNOWN);
	assert_string_equal(event_text(event, "event"), "stage.\"dreamt");
	assert_true(event_has(event, "depth"));
	assert_false(event_has(event, "prev"));
	event_encode(event, "00", &again);
	assert_string_equal(line.data, again.data);
	event_free(event);
	str_release(&line);
	str_release(&again);
}

static void hostile_lines_are_refused_with_what_and_where(void **state)
{
	static const struct {
		const char *line;
		const char *why;
	} cases[] = {
		{"", "byte 0"},
		{"\n", "byte 1"},
		{"[]", "not an object"},
		{"{\"seq\":1,\"seq\":2}", "duplicate object key"},
		{"{\"seq\":1", "byte 8"},
		{"{\"seq\":1} x", "end of file expected"},
		{"{\"seq\":-1}", "\"seq\""},
		{"{\"seq\":\"1\"}", "\"seq\""},
		{"{\"seq\":1e99}", "\"seq\""},
		{"{\"seq\":99999999999999999999}", "too big"},
		{"{\"seq\":1,\"time\":\"nan\"}", "\"time\""},
		{"{\"seq\":1,\"time\":\"2026-01-01T00:00:nanZ\"}", "\"time\""},
		{"{\"seq\":1,\"time\":\"2026-01-01T00:00:00Z\"}", "\"event\""},
		{"{\"seq\":1,\"time\":\"2026-01-01T00:00:00Z\",\"event\":1}",
		 "\"event\""},
		{"{\"a\":\"\xff\"}", "decode byte"},
		{"{\"a\":\"\\u0000\"}", "byte"},
		{"{\"a\":[{\"b\":-1.7976931348623157e308}]}", "over 1e300"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = ERROR_INIT;

		assert_null(event_decode(cases[i].line, strlen(cases[i].line),
					 &err));
		assert_int_equal(err.code, ERROR_CORRUPT);
		if (!strstr(err.message, cases[i].why))
			fail_msg("%s: said '%s'", cases[i].line, err.message);
		error_clear(&err);
	}
}

static void a_thousand_open_brackets_do_no_harm(void **state)
{
	size_t len = 1000000;
	char *line = malloc(len);

	(void)state;
	memset(line, '[', len);
	assert_null(event_decode(line, len, NULL));
	free(line);
}

static void only_the_marked_types_are_transient(void **state)
{
	(void)state;
	assert_true(event_is_transient(EVENT_LOG_GREW));
	assert_true(event_is_transient(EVENT_REPLY));
	assert_true(event_is_transient(EVENT_BEHIND));
	assert_false(event_is_transient(EVENT_RUN_STARTED));
	assert_false(event_is_transient(EVENT_UNKNOWN));
}

static void ten_thousand_events_encode_in_a_blink(void **state)
{
	struct event *event = event_new(EVENT_TRAFFIC_SAMPLED, "production");
	struct str line = STR_INIT;
	clock_t begun;
	clock_t best = 0;

	(void)state;
	event_set(event, "environment", "production");
	event_set(event, "colour", "green");
	event_set_real(event, "asked", 25);
	event_set_real(event, "rate", 1234.5);
	event_set_int(event, "requests", 123456);
	event_set_int(event, "errors", 3);
	event_set_real(event, "p99", 45.25);
	event_set_bool(event, "up", true);
	event_set_int(event, "sessions", 11);
	for (int round = 0; round < 3; round++) {
		begun = clock();
		for (int i = 0; i < 10000; i++) {
			str_clear(&line);
			event->seq = i;
			event_encode(event, NULL, &line);
		}
		begun = clock() - begun;
		if (!round || begun < best)
			best = begun;
	}
	print_message("10,000 events encoded in %ld us of processor time\n",
		      (long)(best / (CLOCKS_PER_SEC / 1000000)));
#ifndef __SANITIZE_ADDRESS__
	assert_true(best < CLOCKS_PER_SEC / 5);
#endif
	str_release(&line);
	event_free(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_comes_back),
		cmocka_unit_test(members_stand_in_the_promised_order),
		cmocka_unit_test(foreign_bytes_lose_no_event),
		cmocka_unit_test(a_command_keeps_a_reason_of_foreign_bytes),
		cmocka_unit_test(absent_or_wrong_fields_read_as_absent),
		cmocka_unit_test(unknown_types_are_read_and_written_again),
		cmocka_unit_test(hostile_lines_are_refused_with_what_and_where),
		cmocka_unit_test(a_thousand_open_brackets_do_no_harm),
		cmocka_unit_test(only_the_marked_types_are_transient),
		cmocka_unit_test(ten_thousand_events_encode_in_a_blink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
